namespace Foliosync.Brokers.Tests.Contract;

/// <summary>Stands where the network begins: plays recordings, notes every call, and fails on a call that nobody recorded.</summary>
/// <param name="recordings">The first that answers a request is played.</param>
internal sealed class RecordedBorder(IReadOnlyList<Recording> recordings) : HttpMessageHandler
{
    private readonly List<SentRequest> _sent = [];
    private readonly HashSet<string> _played = [];

    public IReadOnlyList<SentRequest> Sent => _sent;

    public bool Played(Recording recording) => _played.Contains(recording.FileName);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var address = request.RequestUri ?? throw new InvalidOperationException("A request without an address.");
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        _sent.Add(new SentRequest(request.Method, address, request.Headers.ToString(), body));

        var line = $"{request.Method} {address.PathAndQuery}";
        var recording = recordings.FirstOrDefault(r => r.Answers(line))
            ?? throw new InvalidOperationException($"Nobody recorded '{line}'.");
        _played.Add(recording.FileName);
        return recording.Play();
    }
}

/// <summary>A call that an adapter made.</summary>
internal sealed record SentRequest(HttpMethod Method, Uri Address, string Headers, string Body);

/// <summary>Stands where the network begins, and does what a test says.</summary>
internal sealed class ScriptedBorder(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        answer(request, cancellationToken);
}

/// <summary>A body whose connection breaks after the first bytes.</summary>
internal sealed class BrokenBody : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
    {
        await stream.WriteAsync("""{"status":"""u8.ToArray());
        throw new IOException("The connection broke.");
    }

    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(new BrokenStream());

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override int Read(Span<byte> buffer) => throw new IOException("The connection broke.");

        public override int Read(byte[] buffer, int offset, int count) => throw new IOException("The connection broke.");

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            Task.FromException<int>(new IOException("The connection broke."));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromException<int>(new IOException("The connection broke."));
    }
}
