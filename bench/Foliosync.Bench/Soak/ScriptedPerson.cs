using System.Net;
using Foliosync.Bench.Machine;

namespace Foliosync.Bench.Soak;

/// <summary>
/// A person who looks at the connections every second and logs in at the broker wherever Foliosync asks for it, with a browser that
/// follows redirects.
/// </summary>
internal sealed class ScriptedPerson(FoliosyncApi api) : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly HttpClient _browser = new(new SocketsHttpHandler { AllowAutoRedirect = true });
    private int _logins;
    private int _refused;

    /// <summary>Logins that came through.</summary>
    public int Logins => _logins;

    /// <summary>Tries that did not, because server, database or broker were away. They are repeated.</summary>
    public int Refused => _refused;

    /// <summary>Looks and logs in until it is cancelled.</summary>
    public async Task LiveAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            foreach (var connection in await WaitingAsync(cancellationToken))
            {
                await LogInAsync(connection, cancellationToken);
            }

            await Task.Delay(Look, cancellationToken);
        }
    }

    public void Dispose() => _browser.Dispose();

    private async Task<List<ConnectionRow>> WaitingAsync(CancellationToken cancellationToken)
    {
        try
        {
            return
            [
                .. await api.ListAsync<ConnectionRow>("connections?state=needsLogin", cancellationToken),
                .. await api.ListAsync<ConnectionRow>("connections?state=credentialsRejected", cancellationToken),
            ];
        }
        catch (HttpRequestException)
        {
            Interlocked.Increment(ref _refused);
            return [];
        }
    }

    private async Task LogInAsync(ConnectionRow connection, CancellationToken cancellationToken)
    {
        try
        {
            var login = await api.PostAsync<LoginRow>($"connections/{connection.Id}/login", cancellationToken);
            using var page = await _browser.GetAsync(login.RedirectUrl, cancellationToken);
            Interlocked.Increment(ref page.StatusCode == HttpStatusCode.OK ? ref _logins : ref _refused);
        }
        catch (HttpRequestException)
        {
            Interlocked.Increment(ref _refused);
        }
    }
}
