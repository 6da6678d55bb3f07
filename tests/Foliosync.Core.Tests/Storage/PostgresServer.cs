using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Xunit;

namespace Foliosync.Core.Tests.Storage;

/// <summary>
/// A PostgreSQL server with its files in a temporary folder, reachable from this machine only. One serves the whole test run; a test
/// that stops it starts its own.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Superuser = "foliosync";

    private static readonly Lazy<Task<PostgresServer?>> Instance = new(StartAsync);

    private readonly string _bin;
    private readonly string _data;
    private readonly int _port;
    private bool _isRunning;

    private PostgresServer(string bin, string data, int port)
    {
        _bin = bin;
        _data = data;
        _port = port;
    }

    /// <summary>The running server. Skips the calling test when PostgreSQL is not installed.</summary>
    public static async Task<PostgresServer> StartedAsync()
    {
        var server = await Instance.Value;
        Assert.SkipWhen(server is null, "PostgreSQL is not installed (initdb and pg_ctl were not found). Run './dev setup'.");
        return server!;
    }

    /// <summary>A server for one test alone, which may stop it. Skips the test like <see cref="StartedAsync"/>.</summary>
    public static async Task<PostgresServer> StartOwnAsync()
    {
        var server = await StartAsync();
        Assert.SkipWhen(server is null, "PostgreSQL is not installed (initdb and pg_ctl were not found). Run './dev setup'.");
        return server!;
    }

    /// <summary>Stops the server of the test run if it was started.</summary>
    public static async Task StopSharedAsync()
    {
        if (Instance.IsValueCreated && await Instance.Value is { } server)
        {
            await server.DisposeAsync();
        }
    }

    /// <summary>Stops it as an operator does: whoever is connected is thrown out.</summary>
    public async Task StopAsync()
    {
        await RunAsync(_bin, "pg_ctl", ["-D", _data, "-m", "fast", "-w", "stop"]);
        _isRunning = false;

        // What this process keeps open is broken; a test that asks afterwards must not be handed it.
        NpgsqlConnection.ClearAllPools();
    }

    /// <summary>Starts it again on the same port, with all its data.</summary>
    public async Task StartAgainAsync()
    {
        var settings = $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=300"
            + " -c fsync=off -c synchronous_commit=off -c full_page_writes=off";
        await RunAsync(_bin, "pg_ctl", ["-D", _data, "-l", Path.Combine(_data, "log"), "-o", settings, "-w", "start"]);
        _isRunning = true;
    }

    /// <summary>Stops it for good. Its files go with the test run.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isRunning)
        {
            await RunAsync(_bin, "pg_ctl", ["-D", _data, "-m", "immediate", "-w", "stop"]);
            _isRunning = false;
        }
    }

    /// <summary>Npgsql connection string of one of its databases.</summary>
    public string AddressOf(string database) =>
        $"Host=127.0.0.1;Port={_port};Username={Superuser};Database={database};Connection Idle Lifetime=10;Connection Pruning Interval=5";

    /// <summary>Runs one statement in the server's own database.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(AddressOf("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<PostgresServer?> StartAsync()
    {
        if (FindBinaries() is not { } bin)
        {
            return null;
        }

        var folder = TestFolders.Create("foliosync-postgres-");
        if (Environment.IsPrivilegedProcess)
        {
            // The server refuses to run as root.
            await RunAsync(string.Empty, "chown", ["postgres", folder], asServerUser: false);
        }

        var data = Path.Combine(folder, "data");
        await RunAsync(bin, "initdb", ["-D", data, "-U", Superuser, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);

        var server = new PostgresServer(bin, data, FreePort());
        await server.StartAgainAsync();
        return server;
    }

    private static string? FindBinaries()
    {
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator);
        // Debian keeps the server's programs off the PATH.
        const string Debian = "/usr/lib/postgresql";
        var ofDebian = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).OrderDescending(StringComparer.Ordinal).Select(v => Path.Combine(v, "bin"))
            : [];
        return onPath.Concat(ofDebian).FirstOrDefault(b => File.Exists(Path.Combine(b, "initdb")) && File.Exists(Path.Combine(b, "pg_ctl")));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task RunAsync(string bin, string program, IEnumerable<string> arguments, bool asServerUser = true)
    {
        var path = Path.Combine(bin, program);
        var start = asServerUser && Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("runuser", ["-u", "postgres", "--", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
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
