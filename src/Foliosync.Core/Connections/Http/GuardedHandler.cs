using Foliosync.Brokers.Contract;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Connections.Http;

/// <summary>Whom a client may reach.</summary>
/// <param name="Id">Id of the broker or source, for measurements.</param>
/// <param name="Name">For people.</param>
/// <param name="Hosts">Host names that may be called, over TLS only.</param>
/// <param name="Override">Address that an operator set in their place, with any scheme; null when none is set.</param>
/// <param name="MaxBytes">An answer that is larger, unpacked, is refused.</param>
internal sealed record Peer(string Id, string Name, IReadOnlyList<string> Hosts, Uri? Override, long MaxBytes);

/// <summary>
/// What stands between an adapter, or a reader of prices, and the network, in this order: allowed host, rate limit, time-out, short
/// retries, size limit.
/// </summary>
internal sealed class GuardedHandler(
    HttpMessageInvoker network,
    Peer peer,
    SlidingWindowLimiter? limiter,
    ExchangeRecorder? recorder,
    TimeProvider clock) : HttpMessageHandler
{
    private const int MaxTries = 3;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequireAllowedHost(request.RequestUri!);
        for (var tries = 1; ; tries++)
        {
            var permit = limiter is null ? 0 : await EnterAsync(limiter, cancellationToken).ConfigureAwait(false);

            // The time-out lives on in the body's stream, which disposes of it.
            var timeout = new RequestTimeout(BrokerHttp.RequestTimeout, clock, cancellationToken);
            try
            {
                var response = await SendAsync(request, permit, timeout).ConfigureAwait(false);
                response.Content = Wrap(response.Content, new AnswerStream(
                    await response.Content.ReadAsStreamAsync(timeout.Token).ConfigureAwait(false),
                    recorder?.Begin(request.Method.Method, request.RequestUri!.AbsolutePath, (int)response.StatusCode, response.Content.Headers),
                    timeout,
                    peer));
                return response;
            }
            catch (HttpRequestException e) when (tries < MaxTries && MayRepeat(request, e))
            {
                timeout.Dispose();
                await Task.Delay(TimeSpan.FromMilliseconds(150 * tries * tries), clock, cancellationToken).ConfigureAwait(false);
            }
            catch (HttpRequestException e)
            {
                timeout.Dispose();
                throw BrokerException.Transient(
                    $"{peer.Name} could not be reached. It is tried again later.", detail: e.HttpRequestError.ToString(), inner: e);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                timeout.Dispose();
                throw timeout.AsTransient(peer.Name, e);
            }
            catch
            {
                timeout.Dispose();
                throw;
            }
        }
    }

    private async Task<int> EnterAsync(SlidingWindowLimiter limit, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var permit = await limit.EnterAsync(cancellationToken).ConfigureAwait(false);
        SyncMetrics.WaitedForTurn(peer.Id, clock.GetElapsedTime(began));
        return permit;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, int permit, RequestTimeout timeout)
    {
        var at = clock.GetUtcNow();
        var status = 0;
        try
        {
            var response = await network.SendAsync(request, timeout.Token).ConfigureAwait(false);
            status = (int)response.StatusCode;
            return response;
        }
        finally
        {
            limiter?.Exit(permit);
            recorder?.Notes?.Asked(request.Method.Method, request.RequestUri!, status, at, clock.GetUtcNow());
        }
    }

    // Only what surely did not reach the broker, or what changes nothing there, is sent again.
    private static bool MayRepeat(HttpRequestMessage request, HttpRequestException e) =>
        e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
        || (request.Method == HttpMethod.Get && e.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.Unknown);

    private static StreamContent Wrap(HttpContent original, AnswerStream stream)
    {
        var content = new StreamContent(stream);
        foreach (var (name, values) in original.Headers.NonValidated)
        {
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                content.Headers.TryAddWithoutValidation(name, values);
            }
        }

        return content;
    }

    private void RequireAllowedHost(Uri address)
    {
        var allowed = address.Authority.Equals(peer.Override?.Authority, StringComparison.OrdinalIgnoreCase)
            || (address.Scheme == Uri.UriSchemeHttps && peer.Hosts.Contains(address.Host, StringComparer.OrdinalIgnoreCase));
        if (!allowed)
        {
            throw BrokerException.InvalidData(
                $"The reader of {peer.Name} tried to reach {address.Host}, which it does not list. Nothing was sent.");
        }
    }
}

/// <summary>The caller's cancellation and the time-out of one request, body included.</summary>
internal sealed class RequestTimeout : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _time;
    private readonly CancellationTokenSource _both;
    private readonly TimeSpan _limit;

    public RequestTimeout(TimeSpan limit, TimeProvider clock, CancellationToken caller)
    {
        _limit = limit;
        _caller = caller;
        _time = new CancellationTokenSource(limit, clock);
        _both = CancellationTokenSource.CreateLinkedTokenSource(_time.Token, caller);
    }

    public CancellationToken Token => _both.Token;

    public bool IsCallersOwn => _caller.IsCancellationRequested;

    /// <summary>
    /// Ends with the token of one read too. The token of the request alone is not enough: the client lets go of it once it has the
    /// headers.
    /// </summary>
    public CancellationTokenRegistration EndWith(CancellationToken reader) =>
        reader.UnsafeRegister(static both => ((CancellationTokenSource)both!).Cancel(), _both);

    public BrokerException AsTransient(string broker, Exception inner) => BrokerException.Transient(
        $"{broker} did not answer within {_limit.TotalSeconds:0} seconds. It is tried again later.", detail: "time-out", inner: inner);

    public void Dispose()
    {
        _both.Dispose();
        _time.Dispose();
    }
}
