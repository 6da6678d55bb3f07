using System.Net;
using System.Net.Http.Headers;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections.Http;

namespace Foliosync.Core.Prices;

/// <summary>
/// Gets files of price sources, and only from their hosts; time-out and size limit are built in. A file that has not changed is not
/// sent again. What goes wrong is told as a <see cref="BrokerException"/>: the kinds mean the same here.
/// </summary>
public sealed class PriceHttp : IDisposable
{
    /// <summary>An answer that is larger, unpacked, is refused. The longest file known has 7 MB.</summary>
    public const long MaxBytes = 32 * 1024 * 1024;

    private const int MaxRedirects = 3;

    private readonly PriceSettings _settings;
    private readonly TimeProvider _clock;
    private readonly HttpMessageInvoker _network;

    /// <summary>Uses the real network.</summary>
    public PriceHttp(PriceSettings settings, TimeProvider clock)
        : this(settings, clock, BrokerHttp.Network())
    {
    }

    /// <summary>Uses another network, for tests.</summary>
    public PriceHttp(PriceSettings settings, TimeProvider clock, HttpMessageHandler network)
    {
        _settings = settings;
        _clock = clock;
        _network = new HttpMessageInvoker(network);
    }

    /// <summary>Gets a file. The caller disposes it.</summary>
    /// <param name="source">Whose file.</param>
    /// <param name="address">The file, relative to the source's folder.</param>
    /// <param name="known">What is known of the file; nothing is sent when it is still the same.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The answer; null when the file has not changed.</returns>
    /// <exception cref="BrokerException">RateLimited or Transient: there is no answer that can be used.</exception>
    internal async Task<FetchedFile?> GetAsync(PriceSource source, string address, PriceFeedState? known, CancellationToken cancellationToken)
    {
        var set = _settings.UrlOf(source);
        // Not disposed of: the client owns nothing, and would take the body with it that is read later.
        var client = BrokerHttp.Client(
            new GuardedHandler(_network, new Peer(source.Id, source.Name, source.Hosts, set, MaxBytes), limiter: null, recorder: null, _clock),
            set ?? source.BaseUrl);
        var target = new Uri(client.BaseAddress!, address);
        for (var redirects = 0; ; redirects++)
        {
            using var request = RequestFor(target, known?.Address == address ? known : null);
            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            switch (response.StatusCode)
            {
                case HttpStatusCode.OK or HttpStatusCode.NotFound:
                    return await FetchedFile.OpenAsync(response, address, cancellationToken).ConfigureAwait(false);
                case HttpStatusCode.NotModified:
                    response.Dispose();
                    return null;
                case HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
                    when response.Headers.Location is { } location && redirects < MaxRedirects:
                    target = new Uri(target, location);
                    response.Dispose();
                    continue;
                default:
                    using (response)
                    {
                        throw Refused(source, response);
                    }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private static HttpRequestMessage RequestFor(Uri address, PriceFeedState? known)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        // Some sources answer only what looks like a browser; ours still says who it is.
        request.Headers.UserAgent.ParseAdd("Mozilla/5.0 (compatible; Foliosync)");
        if (known?.Etag is { } tag && EntityTagHeaderValue.TryParse(tag, out var parsed))
        {
            request.Headers.IfNoneMatch.Add(parsed);
        }

        request.Headers.IfModifiedSince = known?.LastModified;
        return request;
    }

    private BrokerException Refused(PriceSource source, HttpResponseMessage response)
    {
        var detail = $"HTTP {(int)response.StatusCode}";
        return response.StatusCode == HttpStatusCode.TooManyRequests
            ? BrokerException.RateLimited(
                $"{source.Name} was asked too often. It is asked again later.",
                response.Headers.RetryAfter switch
                {
                    { Delta: { } wait } => wait,
                    { Date: { } until } => until - _clock.GetUtcNow(),
                    _ => null,
                },
                detail)
            : BrokerException.Transient($"{source.Name} gave no file ({detail}). It is asked again later.", detail: detail);
    }
}

/// <summary>A file as a source sent it.</summary>
internal sealed class FetchedFile : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly string _address;

    private FetchedFile(HttpResponseMessage response, Stream body, string address)
    {
        _response = response;
        _address = address;
        Body = body;
    }

    /// <summary>Read it asynchronously, once.</summary>
    public Stream Body { get; }

    /// <summary>False when there is no such file (404); the body then is the server's error.</summary>
    public bool IsFound => _response.StatusCode == HttpStatusCode.OK;

    /// <summary>True when a page for people came in place of a file.</summary>
    public bool IsPage => _response.Content.Headers.ContentType?.MediaType == "text/html";

    public static async Task<FetchedFile> OpenAsync(HttpResponseMessage response, string address, CancellationToken cancellationToken) =>
        new(response, await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), address);

    /// <summary>Notes what the server said of the file, once its content is stored.</summary>
    public void NoteIn(PriceFeedState state)
    {
        state.Address = _address;
        state.Etag = _response.Headers.ETag?.ToString();
        state.LastModified = _response.Content.Headers.LastModified;
    }

    /// <summary>The whole body in memory. The size limit holds.</summary>
    public async Task<MemoryStream> ReadAllAsync(CancellationToken cancellationToken)
    {
        var bytes = new MemoryStream();
        await Body.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
        bytes.Position = 0;
        return bytes;
    }

    public async ValueTask DisposeAsync()
    {
        await Body.DisposeAsync().ConfigureAwait(false);
        _response.Dispose();
    }
}
