using System.Diagnostics;
using System.Net.Http.Headers;

namespace Foliosync.Screenshots;

/// <summary>A running <c>foliosync demo</c>.</summary>
internal sealed class Demo : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;

    private Demo(Process process, Uri address, string email, string password, string token)
    {
        _process = process;
        Address = address;
        Email = email;
        Password = password;
        Token = token;
    }

    public Uri Address { get; }

    public string Email { get; }

    public string Password { get; }

    private string Token { get; }

    /// <summary>Starts it, and waits until its values are computed.</summary>
    public static async Task<Demo> StartAsync(string program)
    {
        var start = new ProcessStartInfo("dotnet", [program, "demo"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(n => n == "DATABASE_URL" || n.StartsWith("FOLIOSYNC_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        using var patience = new CancellationTokenSource(Patience);
        var open = await ValueAsync("Open: ");
        var signIn = (await ValueAsync("Sign in: ")).Split(' ');
        var demo = new Demo(process, new Uri(open), signIn[0], signIn[1], await ValueAsync("Token: "));
        try
        {
            await demo.ValuedAsync(patience.Token);
            return demo;
        }
        catch
        {
            await demo.DisposeAsync();
            throw;
        }

        async Task<string> ValueAsync(string name)
        {
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            {
                if (line.StartsWith(name, StringComparison.Ordinal))
                {
                    return line[name.Length..].Trim();
                }
            }

            throw new InvalidOperationException("The demo ended before it said where it is.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Told to end, it removes its folder; killed, it would leave it.
        using var told = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await told.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task ValuedAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var portfolios = System.Text.Json.JsonDocument.Parse(await client.GetStringAsync(new Uri("/api/v1/portfolios", UriKind.Relative), cancellationToken));
        foreach (var id in portfolios.RootElement.GetProperty("items").EnumerateArray().Select(p => p.GetProperty("id").GetString()))
        {
            while ((await client.GetStringAsync(new Uri($"/api/v1/portfolios/{id}/performance?period=1d", UriKind.Relative), cancellationToken))
                .Contains("\"updating\":true", StringComparison.Ordinal))
            {
                await Task.Delay(200, cancellationToken);
            }
        }
    }
}
