using System.Net;
using System.Net.Http.Headers;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections.Http;

namespace Foliosync.Core.Sync.Replays;

/// <summary>
/// Stands where the network begins and answers from a recording: each request with the next answer that the same method and path got.
/// Nothing leaves the machine.
/// </summary>
internal sealed class ReplayHttp : HttpMessageHandler
{
    private readonly string _broker;
    private readonly Dictionary<(string Method, string Path), Queue<RecordedExchange>> _answers;

    public ReplayHttp(string broker, IReadOnlyList<RecordedExchange> exchanges)
    {
        _broker = broker;
        _answers = exchanges.GroupBy(e => (e.Method, e.Path)).ToDictionary(g => g.Key, g => new Queue<RecordedExchange>(g));
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = request.RequestUri!.AbsolutePath;
        if (!_answers.TryGetValue((request.Method.Method, path), out var answers) || !answers.TryDequeue(out var exchange))
        {
            // No detail: that would say that the provider has changed.
            throw BrokerException.InvalidData(
                $"Today's {_broker} adapter asks for {request.Method} {path}, which is not in the recording of this run. Sync again to ask the broker.");
        }

        var content = new ByteArrayContent(exchange.Body.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return Task.FromResult(new HttpResponseMessage((HttpStatusCode)exchange.Status) { Content = content, RequestMessage = request });
    }
}

/// <summary>The time of a recording: it stands still.</summary>
internal sealed class RecordedClock(DateTimeOffset at) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => at;
}
