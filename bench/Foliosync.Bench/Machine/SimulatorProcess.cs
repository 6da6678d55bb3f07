using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;

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
    public async Task TickAsync()
    {
        using var response = await _control.PostAsJsonAsync("/_sim/tick", new { change = "prices" });
        response.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
