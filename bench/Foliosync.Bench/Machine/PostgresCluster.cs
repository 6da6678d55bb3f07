using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Foliosync.Bench.Machine;

/// <summary>A PostgreSQL server with its usual, durable settings, in a temporary folder and for one measurement.</summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    private readonly string _bin;
    private readonly string _folder;
    private readonly int _port;

    private PostgresCluster(string bin, string folder, int port)
    {
        _bin = bin;
        _folder = folder;
        _port = port;
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its address.</returns>
    public async Task<string> CreateDatabaseAsync(string name)
    {
        await using var connection = new NpgsqlConnection(string.Create(
            CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Username=bench;Database=postgres;Pooling=false"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"create database {name}", connection);
        await command.ExecuteNonQueryAsync();
        return string.Create(CultureInfo.InvariantCulture, $"postgresql://bench@127.0.0.1:{_port}/{name}");
    }

    /// <summary>Processor time of all its processes so far, in seconds.</summary>
    public double CpuSeconds()
    {
        var pidFile = Path.Combine(_folder, "data", "postmaster.pid");
        var postmaster = File.ReadLines(pidFile).First();
        return Directory.EnumerateDirectories("/proc")
            .Select(d => Path.Combine(d, "stat"))
            .Where(File.Exists)
            .Select(ReadStat)
            .Where(s => s.Pid == postmaster || s.Parent == postmaster)
            .Sum(s => s.Ticks / 100d);
    }

    public static async Task<PostgresCluster> StartAsync()
    {
        var bin = FindBinaries() ?? throw new InvalidOperationException("PostgreSQL is not installed. Run './dev setup' first.");
        var folder = Directory.CreateTempSubdirectory("foliosync-bench-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", ["postgres", folder], asServerUser: false);
        }

        var data = Path.Combine(folder, "data");
        await RunAsync(Path.Combine(bin, "initdb"), ["-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C"]);
        var port = FreePort();
        var cluster = new PostgresCluster(bin, folder, port);
        await cluster.StartAgainAsync();
        return cluster;
    }

    /// <summary>Stops the server as an operator does who restarts it: whoever is connected is thrown out.</summary>
    public Task StopAsync() => ControlAsync("-m", "fast", "-w", "stop");

    /// <summary>Starts the stopped server on the same port, with all its data.</summary>
    public Task StartAgainAsync()
    {
        var options = string.Create(
            CultureInfo.InvariantCulture,
            $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=512MB -c max_wal_size=4GB");
        return ControlAsync("-l", Path.Combine(_folder, "log"), "-o", options, "-w", "start");
    }

    public async ValueTask DisposeAsync()
    {
        await ControlAsync("-m", "immediate", "-w", "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private Task ControlAsync(params string[] arguments) =>
        RunAsync(Path.Combine(_bin, "pg_ctl"), ["-D", Path.Combine(_folder, "data"), .. arguments]);

    private static string? FindBinaries()
    {
        const string Debian = "/usr/lib/postgresql";
        var ofDebian = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).OrderDescending(StringComparer.Ordinal).Select(v => Path.Combine(v, "bin"))
            : [];
        return (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator).Concat(ofDebian)
            .FirstOrDefault(b => File.Exists(Path.Combine(b, "initdb")) && File.Exists(Path.Combine(b, "pg_ctl")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static (string Pid, string Parent, long Ticks) ReadStat(string file)
    {
        try
        {
            var text = File.ReadAllText(file);
            var afterName = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (text[..text.IndexOf(' ', StringComparison.Ordinal)], afterName[1],
                long.Parse(afterName[11], CultureInfo.InvariantCulture) + long.Parse(afterName[12], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // The process ended between listing and reading.
            return (string.Empty, string.Empty, 0);
        }
    }

    private static async Task RunAsync(string program, IEnumerable<string> arguments, bool asServerUser = true)
    {
        // The server refuses to run as root.
        var start = asServerUser && Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("runuser", ["-u", "postgres", "--", program, .. arguments])
            : new ProcessStartInfo(program, arguments);
        start.WorkingDirectory = Path.GetTempPath();
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} failed: {await errors}{await output}");
        }
    }
}
