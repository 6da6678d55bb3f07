using Foliosync.Core.Tests.Storage;
using Foliosync.Tests.Cli;

namespace Foliosync.Tests.Processes;

/// <summary>
/// The processes of one instance, as an operator starts, stops and loses them: servers, workers, syncs in the foreground, and the
/// database server when it is the fleet's own. Whatever still runs at the end is killed.
/// </summary>
/// <remarks>
/// What is true in the database is asked of <see cref="Crowd"/>: runs, leases, whether all is complete. A process is stopped by its
/// <see cref="RunningCommand"/>: <c>KillAsync</c> is kill -9, <c>TerminateAsync</c> SIGTERM, <c>StopAsync</c> Ctrl+C.
/// </remarks>
public sealed class Fleet : IAsyncDisposable
{
    private readonly List<RunningCommand> _started = [];
    private readonly PostgresServer? _server;
    private string? _token;

    private Fleet(CrowdedInstance crowd, PostgresServer? server)
    {
        Crowd = crowd;
        _server = server;
    }

    /// <summary>The instance: its database, its simulated broker, its command line.</summary>
    public CrowdedInstance Crowd { get; }

    /// <summary>The database server that this fleet may stop and start.</summary>
    /// <exception cref="InvalidOperationException">The fleet was made without one of its own.</exception>
    public PostgresServer DatabaseServer => _server ?? throw new InvalidOperationException("Make the fleet with CreateWithOwnServerAsync.");

    /// <summary>An instance with connections that nobody has synced yet.</summary>
    /// <param name="store">SQLite, or the PostgreSQL server that all tests share.</param>
    /// <param name="connections">Connections to the simulated Zerodha, each with 20 holdings.</param>
    /// <param name="delay">How long each answer of the broker takes.</param>
    public static async Task<Fleet> CreateAsync(Store store, int connections, TimeSpan delay) =>
        new(await CrowdedInstance.CreateAsync(store, connections, delay), server: null);

    /// <summary>The same on a PostgreSQL server of its own, which may be stopped.</summary>
    public static async Task<Fleet> CreateWithOwnServerAsync(int connections, TimeSpan delay)
    {
        var server = await PostgresServer.StartOwnAsync();
        return new Fleet(await CrowdedInstance.CreateAsync(await TestDatabases.CreateOnAsync(server), connections, delay), server);
    }

    /// <summary>Sets a variable for the processes that are started from now on.</summary>
    public Fleet With(string name, string value)
    {
        Crowd.Program.With(name, value);
        return this;
    }

    /// <summary>Starts <c>foliosync serve</c> and waits until it listens.</summary>
    /// <param name="options">More options, for example <c>--no-jobs</c>.</param>
    public async Task<Server> ServeAsync(params string[] options)
    {
        _token ??= (await Crowd.Program.RunAsync("token", "create", "--user", "me@example.org", "--name", "fleet", "--scope", "write")).Output.Trim();
        var process = Start(["serve", .. options]);
        return new Server(process, await ServedApi.OfAsync(process, _token));
    }

    /// <summary>Starts <c>foliosync work</c>. It is at work when <see cref="CrowdedInstance.RunsOfAsync"/> shows runs of it.</summary>
    public RunningCommand Work() => Start(["work"]);

    /// <summary>Starts <c>foliosync top</c> on a terminal.</summary>
    public RunningCommand Top() => Keep(Crowd.Program.StartOnTerminal("top"));

    /// <summary>Starts <c>foliosync sync</c> without waiting for its end.</summary>
    public RunningCommand Sync() => Start(["sync"]);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started)
        {
            await process.DisposeAsync();
        }

        await Crowd.DisposeAsync();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private RunningCommand Start(string[] arguments) => Keep(Crowd.Program.StartRunning(arguments));

    private RunningCommand Keep(RunningCommand process)
    {
        _started.Add(process);
        return process;
    }
}

/// <summary>A server that listens.</summary>
/// <param name="Process">Its process.</param>
/// <param name="Api">Its API, for a person's token that may write.</param>
public sealed record Server(RunningCommand Process, ServedApi Api);
