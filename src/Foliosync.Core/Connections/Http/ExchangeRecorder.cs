using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Connections.Http;

/// <summary>
/// Keeps what a broker answered during one run, as it came, for the snapshot. Requests are kept as method and path only: queries and
/// headers may carry secrets.
/// </summary>
public sealed class ExchangeRecorder
{
    /// <summary>Told of each request, answered or not; null when nobody is told.</summary>
    internal RunNotes? Notes { get; init; }

    // Instrument lists are the same for everyone and a hundred times larger than all the rest.
    private const string NotRecordedType = "text/csv";

    private readonly List<RecordedExchange> _exchanges = [];

    /// <summary>Everything recorded so far, compressed: for each exchange a header line and the body, each after its length.</summary>
    public byte[] ToCompressed()
    {
        using var result = new MemoryStream();
        using (var brotli = new BrotliStream(result, CompressionLevel.Fastest, leaveOpen: true))
        {
            Span<byte> length = stackalloc byte[4];
            foreach (var exchange in _exchanges)
            {
                var head = Encoding.UTF8.GetBytes($"{exchange.Method} {exchange.Path} {exchange.Status}");
                BinaryPrimitives.WriteInt32LittleEndian(length, head.Length);
                brotli.Write(length);
                brotli.Write(head);
                BinaryPrimitives.WriteInt32LittleEndian(length, exchange.Body.Length);
                brotli.Write(length);
                brotli.Write(exchange.Body);
            }
        }

        return result.ToArray();
    }

    /// <summary>What was recorded so far.</summary>
    internal IReadOnlyList<RecordedExchange> Exchanges
    {
        get
        {
            lock (_exchanges)
            {
                return [.. _exchanges];
            }
        }
    }

    internal RecordedExchange? Begin(string method, string path, int status, HttpContentHeaders headers)
    {
        if (headers.ContentType?.MediaType == NotRecordedType)
        {
            return null;
        }

        var exchange = new RecordedExchange(method, path, status, (int)Math.Min(headers.ContentLength ?? 0, 1024 * 1024));
        lock (_exchanges)
        {
            _exchanges.Add(exchange);
        }

        return exchange;
    }
}

/// <summary>One request and its answer.</summary>
internal sealed class RecordedExchange(string method, string path, int status, int expectedBytes)
{
    private readonly ArrayBufferWriter<byte> _body = expectedBytes > 0 ? new(expectedBytes) : new();

    public string Method => method;

    public string Path => path;

    public int Status => status;

    public ReadOnlySpan<byte> Body => _body.WrittenSpan;

    public void Append(ReadOnlySpan<byte> bytes) => _body.Write(bytes);
}
