using Foliosync.Bench.Machine;
using Foliosync.Bench.Simulate;
using Foliosync.Brokers;
using Foliosync.Core.Connections;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Instruments;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;
using Microsoft.Extensions.Logging.Abstractions;

namespace Foliosync.Bench.Sync;

/// <summary>A fresh database with connections to the simulator, and an engine over it that knows no instrument yet.</summary>
internal sealed class BenchInstance : IAsyncDisposable
{
    private const string User = "bench@example.com";

    private readonly DirectoryInfo _folder;
    private readonly BrokerHttp _http;
    private readonly InstrumentDirectory _directory;

    private BenchInstance(Database database, DirectoryInfo folder, BrokerCatalog catalog, Vault vault)
    {
        Database = database;
        _folder = folder;
        _http = new BrokerHttp(catalog, TimeProvider.System);
        _directory = new InstrumentDirectory(database, TimeProvider.System);
        Engine = new SyncEngine(
            database,
            catalog,
            _http,
            vault,
            _directory,
            new InstrumentNames(database, TimeProvider.System),
            new SyncSettings(),
            new Workers(database, TimeProvider.System),
            TimeProvider.System,
            NullLoggerFactory.Instance);
    }

    public Database Database { get; }

    public SyncEngine Engine { get; }

    public static async Task<BenchInstance> CreateAsync(
        PostgresCluster? cluster, string name, Uri simulator, int accounts, IReadOnlyList<string> reads, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("foliosync-bench-");
        var database = cluster is null ? Database.Sqlite(folder.FullName) : Database.Postgres(await cluster.CreateDatabaseAsync(name));
        await database.MigrateAsync(cancellationToken);
        var catalog = new BrokerCatalog(BuiltInBrokers.All, new Dictionary<string, BrokerOverride> { ["zerodha"] = new(ApiUrl: simulator) });
        var vault = new Vault(MasterKeySource.InMemory());

        await new UserAccounts(database, TimeProvider.System).AddAsync(User, null, UserRole.Member, Actor.CommandLine, cancellationToken);
        var file = Path.Combine(folder.FullName, "connections.jsonl");
        await ConnectionsFile.WriteAsync(file, new ConnectionsFile.Owner(User, "Main"), 1, accounts, reads, TimeProvider.System, cancellationToken);
        using var lines = new StreamReader(file);
        await new ConnectionImport(database, vault, catalog, TimeProvider.System).ImportAsync(lines, null, Actor.CommandLine, cancellationToken);
        return new BenchInstance(database, folder, catalog, vault);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _directory.Dispose();
        await Database.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
