using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Foliosync.Core.Alerts.Channels;

/// <summary>
/// The way out to addresses that people typed in. Connects only to addresses of the internet, unless the operator allows private ones:
/// a name is resolved, its addresses are checked, and the connection is made to the very address that was checked. Redirects are
/// followed by hand, three at most, under the same rules.
/// </summary>
public sealed class AlertHttp : IDisposable
{
    /// <summary>Whoever takes longer, body and redirects included, has not answered.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private const int MostRedirects = 3;

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly Predicate<IPAddress> _isAllowed;
    private readonly bool _allowHttp;
    private readonly TimeProvider _clock;
    private readonly HttpMessageInvoker _network;

    /// <summary>Uses the real network.</summary>
    public AlertHttp(AlertSettings settings, TimeProvider clock)
        : this(settings, clock, resolve: null, isPublic: null, certificates: null)
    {
    }

    /// <summary>Uses the real network with another view of it, for tests.</summary>
    /// <param name="settings">Whether private addresses are allowed.</param>
    /// <param name="clock">Measures the time-out.</param>
    /// <param name="resolve">Resolves names; null for DNS.</param>
    /// <param name="isPublic">Tells addresses of the internet; null for the real ones.</param>
    /// <param name="certificates">Checks certificates; null for the machine's trust.</param>
    internal AlertHttp(
        AlertSettings settings,
        TimeProvider clock,
        Func<string, CancellationToken, Task<IPAddress[]>>? resolve,
        Predicate<IPAddress>? isPublic,
        RemoteCertificateValidationCallback? certificates)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _clock = clock;
        _allowHttp = settings.AllowPrivate;
        _resolve = resolve ?? Dns.GetHostAddressesAsync;
        _isAllowed = settings.AllowPrivate ? _ => true : isPublic ?? PublicAddresses.Contains;
#pragma warning disable CA2000 // The invoker disposes of it.
        _network = new HttpMessageInvoker(new SocketsHttpHandler
#pragma warning restore CA2000
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy would connect in our place, and to anything.
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, cancellationToken),
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = certificates },
        });
    }

    /// <summary>Posts, and returns when the other side has taken it.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="create">Makes the request for an address; called again for each redirect, with true while the host is still the first one.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="DeliveryException">It was not taken.</exception>
    internal async Task PostAsync(Uri target, Func<Uri, bool, HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var address = target;
            for (var redirects = 0; ; redirects++)
            {
                RequireAllowed(address);
                using var request = create(address, address.Authority == target.Authority);
                using var response = await _network.SendAsync(request, either.Token);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }

                address = NextAddress(address, response, redirects);
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new DeliveryException($"{target.Host} did not answer within {Timeout.TotalSeconds:0} seconds.");
        }
        catch (HttpRequestException e)
        {
            throw e.InnerException as DeliveryException ?? new DeliveryException(Reason(target.Host, e), e);
        }
    }

    /// <summary>Refuses, before anything is sent, what can be seen from the address alone.</summary>
    /// <exception cref="DeliveryException">The address is not allowed.</exception>
    internal void RequireAllowed(Uri address)
    {
        if (address.Scheme != Uri.UriSchemeHttps && !(_allowHttp && address.Scheme == Uri.UriSchemeHttp))
        {
            throw new DeliveryException("The address must begin with https://.");
        }

        if (IPAddress.TryParse(address.IdnHost, out var literal) && !_isAllowed(literal))
        {
            throw Private(address.IdnHost);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();

    private async ValueTask<Stream> ConnectAsync(DnsEndPoint target, CancellationToken cancellationToken)
    {
        IPAddress[] found = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await _resolve(target.Host, cancellationToken);
        var allowed = found.Where(a => _isAllowed(a)).ToArray();
        if (allowed.Length == 0)
        {
            throw found.Length == 0 ? new DeliveryException($"The name {target.Host} has no address.") : Private(target.Host);
        }

        // The addresses and not the name: it might have others by now.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, target.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Uri NextAddress(Uri address, HttpResponseMessage response, int redirects)
    {
        // 303 asks for a GET of something else, which is no delivery.
        var isRedirect = response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
        if (!isRedirect || response.Headers.Location is not { } location)
        {
            throw new DeliveryException($"{address.Host} answered {(int)response.StatusCode}.");
        }

        if (redirects == MostRedirects)
        {
            throw new DeliveryException($"{address.Host} redirects more than {MostRedirects} times. Give the final address.");
        }

        var next = new Uri(address, location);
        return address.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps
            ? throw new DeliveryException($"{address.Host} redirects from https to {next.Scheme}, which is not followed.")
            : next;
    }

    private static DeliveryException Private(string host) => new(
        $"{host} is an address of this machine or a private network. The operator can allow that with FOLIOSYNC_ALERTS__ALLOWPRIVATE.");

    // The exception's own text may repeat the whole address, which may be a secret.
    private static string Reason(string host, HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => $"The name {host} was not found.",
        HttpRequestError.SecureConnectionError => $"{host} has no certificate that this machine trusts.",
        HttpRequestError.ConnectionError when e.InnerException is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
            $"The name {host} was not found.",
        HttpRequestError.ConnectionError => $"{host} cannot be connected to.",
        _ => $"The connection to {host} broke off.",
    };
}
