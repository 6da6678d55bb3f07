using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Foliosync.Bench.Machine;

/// <summary>A running <c>foliosync serve</c>.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private ServerProcess(Process process, Uri address, TimeSpan readyAfter)
    {
        _process = process;
        Address = address;
        ReadyAfter = readyAfter;
    }

    public Uri Address { get; }

    /// <summary>Time from the start of the process until <c>/readyz</c> answered 200.</summary>
    public TimeSpan ReadyAfter { get; }

    /// <summary>Processor time so far, in seconds.</summary>
    public double CpuSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Memory that it has now, as the kernel counts it.</summary>
    public double ResidentMegabytes => Kilobytes("VmRSS:") / 1024;

    /// <summary>The part of it that no other process shares: without the files of the runtime and the program.</summary>
    public double AnonymousMegabytes => Kilobytes("RssAnon:") / 1024;

    public static async Task<ServerProcess> StartAsync(Func<string, ProcessStartInfo> command)
    {
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}"));
        var started = Stopwatch.GetTimestamp();
        var process = Process.Start(command(address.ToString().TrimEnd('/')))!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var errors = process.StandardError.ReadToEndAsync();
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = address };
        while (!await IsReadyAsync(client))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw new InvalidOperationException($"The server did not become ready. {(process.HasExited ? await errors : string.Empty)}");
            }

            await Task.Delay(2);
        }

        return new ServerProcess(process, address, Stopwatch.GetElapsedTime(started));
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri("/readyz", UriKind.Relative));
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            // Nobody listens yet.
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private double Kilobytes(string field)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
