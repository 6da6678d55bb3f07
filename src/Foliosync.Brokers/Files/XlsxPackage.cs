using System.Collections.ObjectModel;
using System.IO.Compression;
using System.Xml;
using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Files;

/// <summary>
/// The zip archive of a workbook, opened with care: no macros, no encryption, limits on what it unpacks to, and XML without entities.
/// </summary>
internal sealed class XlsxPackage : IDisposable
{
    public const string Relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    public const string StrictRelationships = "http://purl.oclc.org/ooxml/officeDocument/relationships";

    private const int MostEntries = 2_000;
    private const long MostUnpacked = 256L * 1024 * 1024;

    /// <summary>Sheets of equal rows shrink to a fiftieth; what shrinks further than this was made to.</summary>
    private const long MostShrunk = 100;
    private const long AlwaysAllowed = 1024 * 1024;

    private static readonly XmlReaderSettings Xml = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = true,
    };

    private readonly ZipArchive _archive;
    private long _unpacked;

    private XlsxPackage(ZipArchive archive) => _archive = archive;

    /// <exception cref="BrokerException">Of kind InvalidData when it is no workbook, or one that is not safe to read.</exception>
    public static XlsxPackage Open(Stream file)
    {
        file.Position = 0;
        var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        try
        {
            Check(archive.Entries);
            return new XlsxPackage(archive);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    public bool Has(string part) => _archive.GetEntry(part) is not null;

    /// <summary>The one part of a type; null when the workbook has none.</summary>
    public string? Find(Dictionary<string, string> targets, string type) =>
        targets.TryGetValue($"type:{type}", out var part) && Has(part) ? part : null;

    /// <summary>Opens a part as XML that is never larger than the limits allow.</summary>
    public XmlReader Read(string part)
    {
        var entry = _archive.GetEntry(part) ?? throw NoWorkbook();
        return XmlReader.Create(new LimitedXml(entry.Open(), Count), Xml);
    }

    public void Dispose() => _archive.Dispose();

    /// <summary>Runs one step of reading; what it may meet in a damaged file becomes a sentence.</summary>
    public static T Guard<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception failure) when (failure is InvalidDataException or EndOfStreamException or XmlException)
        {
            // The cause may quote the file, which may hold personal data: it is not passed on.
            throw BrokerException.InvalidData(
                "The workbook is damaged or was not downloaded completely. Download it again.", detail: failure.GetType().Name);
        }
    }

    public static BrokerException NoWorkbook() =>
        BrokerException.InvalidData("The file is a zip archive, but not an Excel workbook. Unpack it, or save it as .xlsx or CSV.");

    private static void Check(ReadOnlyCollection<ZipArchiveEntry> entries)
    {
        if (entries.Count > MostEntries)
        {
            throw TooLarge();
        }

        long total = 0;
        foreach (var entry in entries)
        {
            if (entry.IsEncrypted)
            {
                throw BrokerException.InvalidData("The workbook is protected by a password. Open it, save it without one, and upload that.");
            }

            if (entry.FullName.EndsWith("vbaProject.bin", StringComparison.OrdinalIgnoreCase))
            {
                throw BrokerException.InvalidData("The workbook has macros. Save it as .xlsx without them and upload that.");
            }

            total += entry.Length;
            if (total > MostUnpacked || (entry.Length > AlwaysAllowed && entry.Length / MostShrunk > entry.CompressedLength))
            {
                throw TooLarge();
            }
        }

        if (!entries.Any(entry => entry.FullName == "xl/workbook.xml"))
        {
            throw NoWorkbook();
        }
    }

    private static BrokerException TooLarge() =>
        BrokerException.InvalidData("The workbook unpacks to far more than a statement can be, so it was not opened. Download it again, for a shorter time.");

    private void Count(int bytes)
    {
        _unpacked += bytes;
        if (_unpacked > MostUnpacked)
        {
            throw TooLarge();
        }
    }

    /// <summary>
    /// Counts what is really unpacked, whatever the archive's directory claims, and refuses a text without end, which an XML reader would
    /// keep as a whole.
    /// </summary>
    private sealed class LimitedXml(Stream inner, Action<int> count) : Stream
    {
        private const int LongestText = 1024 * 1024;

        private int _sinceTag;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            count(read);
            var lastTag = buffer[..read].LastIndexOf((byte)'<');
            _sinceTag = lastTag < 0 ? _sinceTag + read : read - lastTag;
            return _sinceTag <= LongestText ? read : throw TooLarge();
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
