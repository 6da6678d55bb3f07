using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Foliosync.Core.Connections.Http;

namespace Foliosync.Core.Sync.Replays;

/// <summary>Unpacks what <see cref="ExchangeRecorder"/> recorded.</summary>
internal static class SnapshotReader
{
    private const string Damaged = "The stored recording is damaged and cannot be read.";

    /// <summary>The exchanges of a recording, in the order in which they took place.</summary>
    /// <exception cref="RefusedException">It cannot be read.</exception>
    public static IReadOnlyList<RecordedExchange> Unpack(byte[] compressed)
    {
        try
        {
            using var brotli = new BrotliStream(new MemoryStream(compressed), CompressionMode.Decompress);
            var exchanges = new List<RecordedExchange>();
            while (Part(brotli) is { } head)
            {
                var words = Encoding.UTF8.GetString(head).Split(' ');
                var body = Part(brotli) ?? throw new EndOfStreamException();
                var exchange = new RecordedExchange(words[0], words[1], int.Parse(words[2], CultureInfo.InvariantCulture), body.Length);
                exchange.Append(body);
                exchanges.Add(exchange);
            }

            return exchanges;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new RefusedException(Damaged);
        }
    }

    // Each part stands after its length; null at the end of all.
    private static byte[]? Part(BrotliStream stream)
    {
        Span<byte> length = stackalloc byte[4];
        var read = stream.ReadAtLeast(length, length.Length, throwOnEndOfStream: false);
        if (read == 0)
        {
            return null;
        }

        var size = BinaryPrimitives.ReadInt32LittleEndian(length);
        if (read < length.Length || size is < 0 or > (int)BrokerHttp.MaxAnswerBytes)
        {
            throw new EndOfStreamException();
        }

        var part = new byte[size];
        stream.ReadExactly(part);
        return part;
    }
}
