using Foliosync.Brokers;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Instruments;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Foliosync.Core.Tests.Sync;

/// <summary>A database with one user and one portfolio, and a sync engine over it.</summary>
internal sealed class SyncWorld : IAsyncDisposable
{
    private readonly BrokerHttp _http;

    private SyncWorld(TestDatabase database, TimeProvider clock, Uri? kite)
    {
        Database = database;
        Clock = clock;
        Catalog = new BrokerCatalog(
            [Broker, Renewing, .. BuiltInBrokers.All], new Dictionary<string, BrokerOverride> { ["zerodha"] = new(ApiUrl: kite) });
        _http = new BrokerHttp(Catalog, clock);
        Import = new ConnectionImport(database, Vault, Catalog, clock);
        Login = new ConnectionLogin(database, Vault, Catalog, _http, clock);
        Setup = new ConnectionSetup(database, Vault, Catalog, _http, clock);
        Engine = NewEngine();
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

    public static async Task<SyncWorld> CreateAsync(Store store, TimeProvider? clock = null, Uri? kite = null)
    {
        var world = new SyncWorld(await TestDatabases.CreateAsync(store), clock ?? FakeClock.OnAWorkday(), kite);
        await new UserAccounts(world.Database, world.Clock).AddAsync("asha@example.org", null, UserRole.Member, Actor.CommandLine, default);
        return world;
    }

    /// <summary>Another engine over the same database, as another process would have it.</summary>
    public SyncEngine NewEngine() => new(
        Database, Catalog, _http, Vault, new InstrumentDirectory(Database, Clock), new InstrumentNames(Database, Clock), new SyncSettings(), Clock, NullLoggerFactory.Instance);

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
