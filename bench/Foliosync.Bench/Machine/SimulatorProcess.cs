using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Foliosync.Simulator;

namespace Foliosync.Bench.Machine;

/// <summary>The broker simulator in a process of its own, so that its work is not counted as ours.</summary>
internal sealed class SimulatorProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _control;

    private SimulatorProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
        _control = new HttpClient(new SocketsHttpHandler()) { BaseAddress = address };
    }

    public Uri Address { get; }

    /// <summary>Processor time so far, in seconds.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    public static async Task<SimulatorProcess> StartAsync(int accounts, int holdings)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            typeof(SimulatorProcess).Assembly.Location, "simulate", "--port", "0",
            "--accounts", accounts.ToString(CultureInfo.InvariantCulture), "--holdings", holdings.ToString(CultureInfo.InvariantCulture),
        ])
        {
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        const string Prefix = "Listening: ";
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Prefix, StringComparison.Ordinal))
            {
                return new SimulatorProcess(process, new Uri(line[Prefix.Length..]));
            }
        }

        throw new InvalidOperationException("The simulator did not start.");
    }

    /// <summary>Changes the prices of a tenth of the rows of every account.</summary>
    public Task TickAsync() => CommandAsync(HttpMethod.Post, "tick", new { change = "prices" });

    /// <summary>Lets calls meet one of all kinds of fault.</summary>
    /// <param name="ratio">Part of the calls, from 0 to 1.</param>
    /// <param name="hang">How long a call hangs that meets that kind.</param>
    public Task MixFaultsAsync(decimal ratio, TimeSpan hang) =>
        CommandAsync(HttpMethod.Post, "fault", new { kind = "mix", rate = ratio, hangMilliseconds = (int)hang.TotalMilliseconds });

    /// <summary>Ends all faults. Sessions that have died stay dead until somebody logs in.</summary>
    public Task EndFaultsAsync() => CommandAsync(HttpMethod.Delete, "fault");

    /// <summary>Changes prices, quantities and cash of one in <paramref name="oneOf"/> accounts each time.</summary>
    public Task MoveMarketAsync(TimeSpan every, int oneOf) =>
        CommandAsync(HttpMethod.Post, "market", new { everyMilliseconds = (int)every.TotalMilliseconds, oneOf });

    /// <summary>Stops the market where it is.</summary>
    public Task StopMarketAsync() => CommandAsync(HttpMethod.Delete, "market");

    /// <summary>Ends every session at these instants.</summary>
    public Task EndSessionsAsync(IReadOnlyList<DateTimeOffset> at) => CommandAsync(HttpMethod.Post, "sessions", new { at });

    /// <summary>Where the login page sends the browser.</summary>
    public Task RedirectAsync(Uri url) => CommandAsync(HttpMethod.Post, "redirect", new { url });

    /// <summary>Milliseconds by which each answer is late.</summary>
    public Task DelayAsync(int milliseconds) => CommandAsync(HttpMethod.Post, "delay", new { milliseconds });

    /// <summary>What an exact reader of each account must have now.</summary>
    public async Task<IReadOnlyList<KiteTruth>> TruthAsync(CancellationToken cancellationToken) =>
        (await _control.GetFromJsonAsync<AllAccounts>("/_sim/truth", cancellationToken))!.Accounts;

    /// <summary>Calls that met a fault, by its kind.</summary>
    public async Task<IReadOnlyDictionary<string, long>> FaultsMetAsync(CancellationToken cancellationToken) =>
        (await _control.GetFromJsonAsync<Counts>("/_sim/stats", cancellationToken))!.FaultsMet;

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task CommandAsync(HttpMethod method, string command, object? body = null)
    {
        using var request = new HttpRequestMessage(method, $"/_sim/{command}") { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await _control.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    private sealed record AllAccounts(IReadOnlyList<KiteTruth> Accounts);

    private sealed record Counts(IReadOnlyDictionary<string, long> FaultsMet);
}
