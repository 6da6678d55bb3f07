using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;

namespace Foliosync.Core.Tests.Connections;

/// <summary>A database with one user and one portfolio, and everything that makes connections.</summary>
internal sealed class ConnectionWorld : IAsyncDisposable
{
    private readonly BrokerHttp _http;

    private ConnectionWorld(TestDatabase database, MasterKeySource keys, IReadOnlyList<IBroker> brokers)
    {
        Database = database;
        Vault = new Vault(keys);
        Catalog = new BrokerCatalog(brokers, new Dictionary<string, BrokerOverride>());
        _http = new BrokerHttp(Catalog, Clock);
        Setup = new ConnectionSetup(database, Vault, Catalog, _http, new Core.Sync.SyncSettings(), Clock);
        Login = new ConnectionLogin(database, Vault, Catalog, _http, Clock);
        Import = new ConnectionImport(database, Vault, Catalog, Clock);
        Links = new LoginLinks(database, Vault, Catalog, Clock, () => new Uri("https://folio.example/"));
    }

    public static Dictionary<string, string> Credentials => new() { ["apiKey"] = "key1", ["apiSecret"] = "planted-secret" };

    public TestDatabase Database { get; }

    public FakeClock Clock { get; } = FakeClock.OnAWorkday();

    public Vault Vault { get; }

    public BrokerCatalog Catalog { get; }

    public ConnectionSetup Setup { get; }

    public ConnectionLogin Login { get; }

    public ConnectionImport Import { get; }

    public LoginLinks Links { get; }

    public User Owner { get; private set; } = null!;

    public Portfolio Portfolio { get; private set; } = null!;

    /// <summary>The owner, through the API.</summary>
    public Actor Asha => Actor.Person(Owner.Id, "api");

    public static Task<ConnectionWorld> CreateAsync(Store store, params IReadOnlyList<IBroker> brokers) =>
        CreateAsync(store, MasterKeySource.InMemory(), brokers);

    public static async Task<ConnectionWorld> CreateAsync(Store store, MasterKeySource keys, params IReadOnlyList<IBroker> brokers)
    {
        var world = new ConnectionWorld(await TestDatabases.CreateAsync(store), keys, brokers);
        world.Owner = (await new UserAccounts(world.Database, world.Clock)
            .AddAsync("asha@example.org", null, UserRole.Member, Actor.CommandLine, default)).User;
        world.Portfolio = await new PortfolioSetup(world.Database, world.Clock)
            .CreateAsync(world.Owner.Id, "Main", null, world.Asha, default);
        return world;
    }

    public NewConnection Request(BrokerToken? session = null, Dictionary<string, string>? credentials = null, string broker = "fake") =>
        new(Owner.Id, Portfolio.Id, broker, "Mine", credentials ?? Credentials, session);

    public Task<BrokerConnection> ConnectAsync(BrokerToken? session = null) =>
        Setup.CreateAsync(Request(session), check: session is not null, Asha, default);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Database.DisposeAsync();
    }
}
