using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Foliosync.Bench.Machine;

/// <summary>A running <c>foliosync serve</c>.</summary>
internal sealed class ServerProcess : RunningProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private ServerProcess(RunningProcess process, Uri address, TimeSpan readyAfter)
        : base(process)
    {
        Address = address;
        ReadyAfter = readyAfter;
    }

    public Uri Address { get; }

    /// <summary>Time from the start of the process until <c>/readyz</c> answered 200.</summary>
    public TimeSpan ReadyAfter { get; }

    /// <summary>An address where nobody listens yet.</summary>
    public static Uri FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));
    }

    /// <summary>Starts a server and waits until it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(ProcessStartInfo command, Uri address)
    {
        var started = Stopwatch.GetTimestamp();
        var process = Start(command);
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = address };
        while (!await IsReadyAsync(client))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > Patience)
            {
                await process.KillAsync();
                throw new InvalidOperationException($"The server did not become ready. {await process.ErrorsAsync()}");
            }

            await Task.Delay(2);
        }

        return new ServerProcess(process, address, Stopwatch.GetElapsedTime(started));
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
}
