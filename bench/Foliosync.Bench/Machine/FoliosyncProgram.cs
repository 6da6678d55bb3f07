using System.Diagnostics;
using Foliosync.Bench.Simulate;
using Foliosync.Core.Storage;
using Foliosync.Hosting;

namespace Foliosync.Bench.Machine;

/// <summary>The real program with a data directory of its own, for one measurement.</summary>
internal sealed class FoliosyncProgram : IAsyncDisposable
{
    private const string User = "bench@example.com";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("foliosync-bench-");
    private readonly Dictionary<string, string> _settings = [];

    private FoliosyncProgram(SimulatorProcess simulator, PostgresCluster? cluster)
    {
        Simulator = simulator;
        Cluster = cluster;
    }

    /// <summary>The broker that it is connected to.</summary>
    public SimulatorProcess Simulator { get; }

    /// <summary>The database server; null on SQLite.</summary>
    public PostgresCluster? Cluster { get; }

    /// <summary>An instance with one user and no connection yet, beside a simulator.</summary>
    /// <param name="postgres">True for PostgreSQL, false for SQLite.</param>
    /// <param name="accounts">Accounts that the simulator has.</param>
    /// <param name="holdings">Holdings of each.</param>
    /// <param name="settings">More variables for every process of the program.</param>
    public static async Task<FoliosyncProgram> CreateAsync(
        bool postgres, int accounts, int holdings, IReadOnlyDictionary<string, string>? settings = null)
    {
        var program = new FoliosyncProgram(
            await SimulatorProcess.StartAsync(accounts, holdings), postgres ? await PostgresCluster.StartAsync() : null);
        program._settings["FOLIOSYNC_DATA_DIR"] = program._folder.FullName;
        program._settings["FOLIOSYNC_BROKERS__ZERODHA__APIURL"] = program.Simulator.Address.ToString();
        program._settings["FOLIOSYNC_BROKERS__ZERODHA__LOGINURL"] = new Uri(program.Simulator.Address, "connect/login").ToString();
        if (program.Cluster is { } cluster)
        {
            program._settings["DATABASE_URL"] = await cluster.CreateDatabaseAsync("served");
        }

        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            program._settings[name] = value;
        }

        await program.RunAsync("user", "add", User);
        return program;
    }

    /// <summary>An instance with one user and connections to the simulator that are synced.</summary>
    public static async Task<FoliosyncProgram> CreateSyncedAsync(bool postgres, int accounts, int holdings, CancellationToken cancellationToken)
    {
        var program = await CreateAsync(postgres, accounts, holdings);
        await program.ImportAsync(1, accounts, ["holdings"], demo: 0, cancellationToken);
        await program.RunAsync("sync");
        return program;
    }

    /// <summary>Adds connections to accounts of the simulator, and some to the Demo broker.</summary>
    /// <param name="first">Number of the first account.</param>
    /// <param name="accounts">How many accounts.</param>
    /// <param name="reads">What they read; empty for everything.</param>
    /// <param name="demo">How many Demo connections.</param>
    /// <param name="cancellationToken">Stops before anything is imported.</param>
    public async Task ImportAsync(int first, int accounts, IReadOnlyList<string> reads, int demo, CancellationToken cancellationToken)
    {
        var file = Path.Combine(_folder.FullName, "connections.jsonl");
        await ConnectionsFile.WriteAsync(
            file, new ConnectionsFile.Owner(User, "Main"), first, accounts, reads, TimeProvider.System, cancellationToken);
        await ConnectionsFile.AppendDemoAsync(file, new ConnectionsFile.Owner(User, "Main"), demo, cancellationToken);
        await RunAsync("connect", "import", file);
    }

    /// <summary>Makes a token.</summary>
    /// <param name="scope">read or write.</param>
    public async Task<string> CreateTokenAsync(string scope = "read") =>
        (await RunAsync("token", "create", "--user", User, "--name", "bench", "--scope", scope)).Trim();

    /// <summary>The database behind the program's back. The caller disposes it.</summary>
    public Database OpenDatabase() =>
        _settings.TryGetValue("DATABASE_URL", out var address) ? Database.Postgres(address) : Database.Sqlite(_folder.FullName);

    /// <summary>Starts the server and waits until it is ready.</summary>
    /// <param name="jobs">False to serve only (<c>--no-jobs</c>).</param>
    /// <param name="address">Where it listens; any free port when null.</param>
    public Task<ServerProcess> ServeAsync(bool jobs = true, Uri? address = null)
    {
        address ??= ServerProcess.FreeAddress();
        string[] arguments = ["serve", "--urls", address.ToString().TrimEnd('/')];
        return ServerProcess.StartAsync(Start(jobs ? arguments : [.. arguments, "--no-jobs"]), address);
    }

    /// <summary>Starts a verb that goes on in the background.</summary>
    public RunningProcess StartRunning(params string[] arguments) => RunningProcess.Start(Start(arguments));

    /// <summary>Runs a verb that must succeed to its end.</summary>
    /// <returns>What it wrote to stdout.</returns>
    public async Task<string> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(Start(arguments))!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"foliosync {arguments[0]} failed: {await errors}");
    }

    public async ValueTask DisposeAsync()
    {
        await Simulator.DisposeAsync();
        if (Cluster is not null)
        {
            await Cluster.DisposeAsync();
        }

        _folder.Delete(recursive: true);
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
