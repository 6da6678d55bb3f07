using System.IO.Compression;
using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Prices;

/// <summary>A zip file with one file in it, as exchanges and the ECB publish their tables. It unpacks to a limited size only.</summary>
internal static class SingleFileArchive
{
    /// <summary>Unpacks the file.</summary>
    /// <param name="archive">The zip file; must be able to seek.</param>
    /// <param name="from">Who sent it, for the message.</param>
    /// <param name="maxBytes">More than this is refused, whatever the archive says about itself.</param>
    /// <exception cref="BrokerException">InvalidData: it is not such an archive, or too large.</exception>
    public static MemoryStream Unpack(Stream archive, string from, long maxBytes)
    {
        try
        {
            using var zip = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true);
            if (zip.Entries.Count != 1)
            {
                throw BrokerException.InvalidData($"The archive of {from} has {zip.Entries.Count} files, not one. It was not read.");
            }

            using var file = zip.Entries[0].Open();
            var unpacked = new MemoryStream();
            var buffer = new byte[81_920];
            int count;
            while ((count = file.Read(buffer)) > 0)
            {
                if (unpacked.Length + count > maxBytes)
                {
                    throw BrokerException.InvalidData($"The archive of {from} unpacks to more than {maxBytes / 1024 / 1024} MB. It was not read.");
                }

                unpacked.Write(buffer.AsSpan(0, count));
            }

            unpacked.Position = 0;
            return unpacked;
        }
        catch (InvalidDataException e)
        {
            throw BrokerException.InvalidData($"{from} sent an archive that cannot be opened.", inner: e);
        }
    }
}
