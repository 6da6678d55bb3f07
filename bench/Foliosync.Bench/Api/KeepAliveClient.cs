using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Foliosync.Bench.Api;

/// <summary>
/// One HTTP/1.1 connection that asks again and again. Bare sockets and no parsing of bodies: on a machine with two processors every
/// microsecond of the client is taken from the server.
/// </summary>
internal sealed class KeepAliveClient : IDisposable
{
    private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly string _rest;

    private KeepAliveClient(Uri server, string token) =>
        _rest = $" HTTP/1.1\r\nHost: {server.Authority}\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n\r\n";

    public static async Task<KeepAliveClient> ConnectAsync(Uri server, string token, CancellationToken cancellationToken)
    {
        var client = new KeepAliveClient(server, token);
        await client._socket.ConnectAsync(IPAddress.Parse(server.Host), server.Port, cancellationToken);
        return client;
    }

    /// <summary>The bytes that ask for a path; worth keeping when it is asked for often.</summary>
    public byte[] RequestOf(string path) => Encoding.ASCII.GetBytes($"GET {path}{_rest}");

    /// <summary>Asks once.</summary>
    /// <returns>How long it took until the last byte was here, and how many bytes the body had.</returns>
    public async Task<(TimeSpan Elapsed, int BodyBytes)> AskAsync(byte[] request, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        await _socket.SendAsync(request, cancellationToken);
        var received = 0;
        int head;
        do
        {
            received += await ReceiveAsync(_buffer.AsMemory(received), cancellationToken);
            head = _buffer.AsSpan(0, received).IndexOf(EndOfHead);
        }
        while (head < 0);

        var body = BodyLength(_buffer.AsSpan(0, head));
        var missing = head + EndOfHead.Length + body - received;
        while (missing > 0)
        {
            // The body is only counted: what came before may be overwritten.
            missing -= await ReceiveAsync(_buffer.AsMemory(0, Math.Min(missing, _buffer.Length)), cancellationToken);
        }

        return (Stopwatch.GetElapsedTime(started), body);
    }

    public void Dispose() => _socket.Dispose();

    private async Task<int> ReceiveAsync(Memory<byte> into, CancellationToken cancellationToken) =>
        await _socket.ReceiveAsync(into, cancellationToken) is > 0 and var read ? read : throw new IOException("The server closed the connection.");

    private static int BodyLength(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1.1 200 "u8))
        {
            throw new InvalidOperationException($"The server answered: {Encoding.ASCII.GetString(head)}");
        }

        const string Name = "\r\nContent-Length: ";
        var text = Encoding.ASCII.GetString(head);
        var at = text.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            throw new InvalidOperationException("The answer has no Content-Length; this client needs one.");
        }

        var digits = text.AsSpan(at + Name.Length);
        var end = digits.IndexOf('\r');
        return int.Parse(end < 0 ? digits : digits[..end], CultureInfo.InvariantCulture);
    }
}
