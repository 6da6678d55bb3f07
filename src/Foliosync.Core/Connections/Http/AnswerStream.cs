using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Connections.Http;

/// <summary>The body of an answer: counts against the size limit, ends with the time-out, and leaves a copy with the recorder.</summary>
internal sealed class AnswerStream(Stream body, RecordedExchange? recording, RequestTimeout timeout, Peer peer) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        using var stop = timeout.EndWith(cancellationToken);
        try
        {
            count = await body.ReadAsync(buffer, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!timeout.IsCallersOwn && !cancellationToken.IsCancellationRequested)
        {
            throw timeout.AsTransient(peer.Name, e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException)
        {
            throw BrokerException.Transient($"The answer of {peer.Name} broke off. It is tried again later.", detail: e.GetType().Name, inner: e);
        }

        _read += count;
        if (_read > peer.MaxBytes)
        {
            throw BrokerException.InvalidData($"{peer.Name} sent an answer of more than {peer.MaxBytes / 1024 / 1024} MB. It was not read.");
        }

        recording?.Append(buffer.Span[..count]);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("An answer is read asynchronously.");

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
            body.Dispose();
            timeout.Dispose();
        }

        base.Dispose(disposing);
    }
}
