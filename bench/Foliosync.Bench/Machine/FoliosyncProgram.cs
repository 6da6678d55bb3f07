using System.Diagnostics;
using Foliosync.Bench.Simulate;
using Foliosync.Hosting;

namespace Foliosync.Bench.Machine;

/// <summary>The real program with a data directory of its own, for one measurement.</summary>
internal sealed class FoliosyncProgram : IAsyncDisposable
{
    private const string User = "bench@example.com";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("foliosync-bench-");
    private readonly Dictionary<string, string> _settings = [];
    private readonly SimulatorProcess _simulator;
    private readonly PostgresCluster? _cluster;

    private FoliosyncProgram(SimulatorProcess simulator, PostgresCluster? cluster)
    {
        _simulator = simulator;
        _cluster = cluster;
    }

    /// <summary>The database server; null on SQLite.</summary>
    public PostgresCluster? Cluster => _cluster;

    /// <summary>An instance with one user and connections to the simulator that are synced.</summary>
    public static async Task<FoliosyncProgram> CreateSyncedAsync(bool postgres, int accounts, int holdings, CancellationToken cancellationToken)
    {
        var program = new FoliosyncProgram(
            await SimulatorProcess.StartAsync(accounts, holdings), postgres ? await PostgresCluster.StartAsync() : null);
        program._settings["FOLIOSYNC_DATA_DIR"] = program._folder.FullName;
        program._settings["FOLIOSYNC_BROKERS__ZERODHA__APIURL"] = program._simulator.Address.ToString();
        if (program._cluster is { } cluster)
        {
            program._settings["DATABASE_URL"] = await cluster.CreateDatabaseAsync("served");
        }

        await program.RunAsync("user", "add", User);
        var file = Path.Combine(program._folder.FullName, "connections.jsonl");
        await ConnectionsFile.WriteAsync(
            file, new ConnectionsFile.Owner(User, "Main"), accounts, ["holdings"], TimeProvider.System, cancellationToken);
        await program.RunAsync("connect", "import", file);
        await program.RunAsync("sync");
        return program;
    }

    /// <summary>Makes a token that may read.</summary>
    public async Task<string> CreateTokenAsync() => (await RunAsync("token", "create", "--user", User, "--name", "bench", "--scope", "read")).Trim();

    /// <summary>Starts the server and waits until it is ready.</summary>
    public Task<ServerProcess> ServeAsync() => ServerProcess.StartAsync(address => Start(["serve", "--urls", address]));

    public async ValueTask DisposeAsync()
    {
        await _simulator.DisposeAsync();
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(Start(arguments))!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"foliosync {arguments[0]} failed: {await errors}");
    }

    private ProcessStartInfo Start(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(InstanceSettings).Assembly.Location, .. arguments])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the person who measures has set for an instance of theirs is not meant for this one.
        foreach (var name in start.Environment.Keys.Where(n => n == "DATABASE_URL" || n.StartsWith("FOLIOSYNC_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in _settings)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
