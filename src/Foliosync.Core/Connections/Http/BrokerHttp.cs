using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Connections.Http;

/// <summary>
/// Opens sessions for adapters: an <see cref="HttpClient"/> that reaches only the broker's hosts, with rate limit, time-out, size
/// limit, decompression and short retries of broken connections built in.
/// </summary>
public sealed class BrokerHttp : IDisposable
{
    /// <summary>A request, body included, that takes longer is a time-out.</summary>
    public static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    /// <summary>An answer that is larger, unpacked, is refused. A broker's whole instrument list is about a third of it.</summary>
    public const long MaxAnswerBytes = 64 * 1024 * 1024;

    private const int LimitersBeforeSweep = 1_000;

    private readonly BrokerCatalog _catalog;
    private readonly TimeProvider _clock;
    private readonly HttpMessageInvoker _network;
    private readonly ConcurrentDictionary<(string Broker, string Key), SlidingWindowLimiter> _limiters = new();
    private int _limitersAdded;

    /// <summary>Uses the real network.</summary>
    public BrokerHttp(BrokerCatalog catalog, TimeProvider clock)
        : this(catalog, clock, Network())
    {
    }

    /// <summary>Uses another network, for tests.</summary>
    public BrokerHttp(BrokerCatalog catalog, TimeProvider clock, HttpMessageHandler network)
    {
        _catalog = catalog;
        _clock = clock;
        _network = new HttpMessageInvoker(network);
    }

    /// <summary>Opens a session. It needs no closing.</summary>
    /// <param name="broker">The adapter that will use it.</param>
    /// <param name="connectionId">Shares a rate limit with itself where the manifest names no credential for that.</param>
    /// <param name="credentials">What the person gave.</param>
    /// <param name="token">The broker's session; null when there is none.</param>
    /// <param name="recorder">Keeps what the broker answers; null to keep nothing.</param>
    public BrokerSession Open(
        IBroker broker, Guid connectionId, CredentialValues credentials, BrokerToken? token, ExchangeRecorder? recorder = null)
    {
        ArgumentNullException.ThrowIfNull(broker);
        ArgumentNullException.ThrowIfNull(credentials);
        var manifest = broker.Manifest;
        var apiUrl = _catalog.SettingsOf(manifest.Id).ApiUrl;
        var peer = new Peer(manifest.Id, manifest.Name, manifest.Hosts, apiUrl, MaxAnswerBytes);
        var client = Client(
            new GuardedHandler(_network, peer, LimiterFor(manifest, connectionId, credentials), recorder, _clock), apiUrl ?? manifest.ApiUrl);
        return new BrokerSession(client, credentials, token, _clock);
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    /// <summary>The real network, as everything that reads from outside uses it: no cookies, no redirects.</summary>
    internal static SocketsHttpHandler Network() => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        // Calls can be traced, but the ids of our traces are nothing to the other side.
        ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
    };

    /// <summary>A client that owns nothing which needs closing: the handler holds no resources and the network is shared.</summary>
    internal static HttpClient Client(GuardedHandler handler, Uri? baseAddress) => new(handler, disposeHandler: false)
    {
        BaseAddress = WithSlash(baseAddress),
        // The handler's own time-out covers the body too.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    // A base address without a slash at its end would lose its last part when a relative address is added.
    private static Uri? WithSlash(Uri? address) =>
        address is null || address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");

    private SlidingWindowLimiter? LimiterFor(BrokerManifest manifest, Guid connectionId, CredentialValues credentials)
    {
        if (manifest.RateLimit is not { } limit)
        {
            return null;
        }

        var key = limit.CredentialKey is { } name && credentials.Find(name) is { } value ? value : connectionId.ToString();
        if (_limiters.TryGetValue((manifest.Id, key), out var present))
        {
            return present;
        }

        if (Interlocked.Increment(ref _limitersAdded) % LimitersBeforeSweep == 0)
        {
            SweepLimiters();
        }

        return _limiters.GetOrAdd((manifest.Id, key), _ => new SlidingWindowLimiter(limit.Permits, limit.Window, _clock));
    }

    // Memory must not grow with the number of connections ever synced. One that is taken out while somebody holds it has let no call
    // start for a whole window, so a new one in its place is as strict.
    private void SweepLimiters()
    {
        foreach (var entry in _limiters)
        {
            if (entry.Value.IsIdle)
            {
                _limiters.TryRemove(entry);
            }
        }
    }
}
