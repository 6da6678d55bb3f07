using Foliosync.Brokers;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Instruments;
using Foliosync.Core.Jobs;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Sync.Replays;
using Foliosync.Core.Sync.Reviews;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Foliosync.Core.Tests.Sync;

/// <summary>A database with one user and one portfolio, and a sync engine over it.</summary>
internal sealed class SyncWorld : IAsyncDisposable
{
    private readonly BrokerHttp _http;
    private readonly ILoggerFactory _logs;

    private SyncWorld(TestDatabase database, TimeProvider clock, Uri? kite, ILoggerFactory? logs)
    {
        _logs = logs ?? NullLoggerFactory.Instance;
        Database = database;
        Clock = clock;
        Catalog = new BrokerCatalog(
            [Broker, Renewing, .. BuiltInBrokers.All], new Dictionary<string, BrokerOverride> { ["zerodha"] = new(ApiUrl: kite, LoginUrl: kite is null ? null : new Uri(kite, "connect/login")) });
        _http = new BrokerHttp(Catalog, clock);
        Import = new ConnectionImport(database, Vault, Catalog, clock);
        Login = new ConnectionLogin(database, Vault, Catalog, _http, clock);
        Setup = new ConnectionSetup(database, Vault, Catalog, _http, new SyncSettings(), clock);
        Engine = NewEngine();
        Replay = new RunReplay(database, Catalog, Vault, new InstrumentDirectory(database, clock), new SyncSettings(), new Workers(database, clock), clock, NullLoggerFactory.Instance);
        Comparison = new RunComparison(database, Vault, Replay);
        Decisions = new ReviewDecisions(database, Replay, clock);
    }

    public TestDatabase Database { get; }

    public TimeProvider Clock { get; }

    public FakeClock Time => (FakeClock)Clock;

    public ScriptedBroker Broker { get; } = new();

    public RenewingBroker Renewing { get; } = new();

    public Vault Vault { get; } = new(MasterKeySource.InMemory());

    public BrokerCatalog Catalog { get; }

    public ConnectionImport Import { get; }

    public ConnectionLogin Login { get; }

    public ConnectionSetup Setup { get; }

    public SyncEngine Engine { get; }

    public RunReplay Replay { get; }

    public RunComparison Comparison { get; }

    public ReviewDecisions Decisions { get; }

    public static async Task<SyncWorld> CreateAsync(
        Store store, TimeProvider? clock = null, Uri? kite = null, ILoggerFactory? logs = null)
    {
        var world = new SyncWorld(await TestDatabases.CreateAsync(store), clock ?? FakeClock.OnAWorkday(), kite, logs);
        await new UserAccounts(world.Database, world.Clock).AddAsync("asha@example.org", null, UserRole.Member, Actor.CommandLine, default);
        return world;
    }

    public SyncSettings Settings { get; set; } = new();

    public SyncPlanner Planner => new(Database, Engine, Catalog, Clock);

    public SyncQueue Queue => new(Database, (_, _) => Task.CompletedTask, Clock);

    /// <summary>Another engine over the same database, as another process would have it.</summary>
    public SyncEngine NewEngine(Workers? workers = null) => new(
        Database, Catalog, _http, Vault, new InstrumentDirectory(Database, Clock), new InstrumentNames(Database, Clock), Settings, workers ?? new Workers(Database, Clock), Clock, _logs);

    /// <summary>Makes scripted connections with these api keys.</summary>
    public async Task ConnectAsync(params string[] apiKeys)
    {
        foreach (var key in apiKeys)
        {
            Broker[key].UserId = "U-" + key;
        }

        await ImportAsync(apiKeys.Select(key =>
            $$$"""{"user":"asha@example.org","portfolio":"Main","broker":"scripted","label":"{{{key}}}","credentials":{"apiKey":"{{{key}}}"},"session":{"token":"t"}}"""));
    }

    public Task ImportAsync(IEnumerable<string> lines) =>
        Import.ImportAsync(new StringReader(string.Join('\n', lines)), null, Actor.CommandLine, default);

    public Task<SyncSummary> SyncAsync(CancellationToken cancellationToken = default) =>
        Engine.RunAsync(new SyncRequest(), null, cancellationToken);

    /// <summary>Syncs one connection because a person asked for it.</summary>
    public async Task<SyncSummary> SyncOneAsync(string label)
    {
        var id = (await StateAsync(label)).ConnectionId;
        return await Engine.RunAsync(new SyncRequest { ConnectionId = id }, null, default);
    }

    /// <summary>Does what the planner finds, as the job engine would.</summary>
    public async Task SyncDueAsync(CancellationToken cancellationToken = default)
    {
        var plan = await Planner.PlanAsync(cancellationToken);
        foreach (var connectionId in plan.Queued)
        {
            await Engine.RunQueuedAsync(connectionId, cancellationToken);
        }

        foreach (var due in plan.Shards)
        {
            await Engine.RunDueAsync(due.BrokerId, due.Shard, null, cancellationToken);
        }
    }

    /// <summary>Puts every connection into the hands of another worker, with a run under way.</summary>
    public async Task HoldByAsync(string worker, TimeSpan seenAgo, SyncTrigger trigger = SyncTrigger.Schedule)
    {
        await using var db = Database.Open();
        foreach (var state in await db.SyncStates.ToListAsync())
        {
            (state.LeaseToken, state.LeaseHolder, state.LeaseUntil) = (Guid.NewGuid(), worker, Clock.GetUtcNow().AddMinutes(1));
            db.SyncRuns.Add(new SyncRun
            {
                Id = Guid.CreateVersion7(Clock.GetUtcNow().AddSeconds(-1)),
                ConnectionId = state.ConnectionId,
                Trigger = trigger,
                State = SyncRunState.Running,
                Worker = worker,
            });
        }

        // On PostgreSQL the clock of the server counts, which is not the test's.
        var now = Database.Store == Store.Postgres ? TimeProvider.System.GetUtcNow() : Clock.GetUtcNow();
        db.Workers.Add(new WorkerPresence { Name = worker, Version = "1", Role = WorkerRole.Work, StartedAt = now, LastSeenAt = now - seenAgo });
        await db.SaveChangesAsync();
    }

    public async Task<List<Holding>> HoldingsAsync()
    {
        await using var db = Database.Open();
        return await db.Holdings.AsNoTracking().Include(h => h.Instrument).Include(h => h.Account).OrderBy(h => h.Symbol).ThenBy(h => h.Lot).ToListAsync();
    }

    public async Task<T> ReadAsync<T>(Func<FoliosyncDb, Task<T>> read)
    {
        await using var db = Database.Open();
        return await read(db);
    }

    public Task<SyncState> StateAsync(string label = "key1") => ReadAsync(db =>
        db.SyncStates.AsNoTracking().SingleAsync(s => db.Connections.Any(c => c.Id == s.ConnectionId && c.Label == label)));

    public Task<SyncRun> LastRunAsync(string label = "key1") => ReadAsync(db =>
        db.SyncRuns.AsNoTracking().Where(r => r.Connection!.Label == label).OrderByDescending(r => r.Id).FirstAsync());

    /// <summary>An equity row of the scripted broker.</summary>
    public static ReportedHolding Share(string symbol, decimal quantity, decimal? cost = 100m, decimal? price = 110m) => new()
    {
        Instrument = new ReportedInstrument
        {
            Symbol = symbol,
            Exchange = "NSE",
            Mic = "XNSE",
            BrokerKey = symbol,
            Name = symbol + " Ltd",
            AssetClass = AssetClass.Equity,
            Currency = "INR",
        },
        Quantity = quantity,
        AveragePrice = cost,
        LastPrice = price,
    };

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Database.DisposeAsync();
    }
}
