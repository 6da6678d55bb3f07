using System.Diagnostics;
using System.Globalization;
using Foliosync.Bench.Machine;
using Foliosync.Brokers;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Instruments;
using Foliosync.Core.Jobs;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Statements;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;
using Microsoft.Extensions.Logging.Abstractions;

namespace Foliosync.Bench.Import;

/// <summary>Imports through the same parts as the program, into a fresh database.</summary>
internal sealed class ImportBench : IAsyncDisposable
{
    // Enough for the just-in-time compiler to have seen the way of a row.
    private const int WarmUpRows = 5_000;
    private const int WarmUpRounds = 3;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("foliosync-bench-");
    private readonly BrokerCatalog _catalog = new(BuiltInBrokers.All, new Dictionary<string, BrokerOverride>());
    private readonly BrokerHttp _http;
    private Database _database = null!;
    private StatementImports _imports = null!;
    private Guid _owner;
    private Guid _portfolio;

    private ImportBench() => _http = new BrokerHttp(_catalog, TimeProvider.System);

    public static async Task<ImportMeasurement> MeasureAsync(ImportPlan plan, bool postgres, CancellationToken cancellationToken)
    {
        await using var cluster = postgres ? await PostgresCluster.StartAsync() : null;
        await using var bench = new ImportBench();
        await bench.OpenAsync(cluster, cancellationToken);
        return await bench.MeasureAsync(plan, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<ImportMeasurement> MeasureAsync(ImportPlan plan, CancellationToken cancellationToken)
    {
        await WarmUpAsync(cancellationToken);
        var tradebook = Path.Combine(_folder.FullName, "tradebook.csv");
        await ImportFiles.WriteTradebookAsync(tradebook, plan.Rows, plan.Instruments);
        var ghostfolio = Path.Combine(_folder.FullName, "ghostfolio.json");
        await ImportFiles.WriteGhostfolioAsync(ghostfolio, plan.Activities, plan.Instruments);

        var plain = await PhaseAsync(plan.Rows, () => ReadPlainAsync(tradebook, cancellationToken));
        var parsed = await PhaseAsync(plan.Rows, () => ParseAsync(tradebook, cancellationToken));
        var activities = await PhaseAsync(plan.Activities, await ImportAsync(ghostfolio, await AccountAsync("Ghostfolio", cancellationToken), plan.Activities, cancellationToken));
        var account = await AccountAsync("Tradebook", cancellationToken);
        var first = await PhaseAsync(plan.Rows, await ImportAsync(tradebook, account, plan.Rows, cancellationToken));
        var again = await PhaseAsync(plan.Rows, await ImportAsync(tradebook, account, expected: 0, cancellationToken));
        return new ImportMeasurement(
            _database.IsPostgres ? "postgres" : "sqlite", plain, parsed, first, again, activities, Math.Round(first.RowsPerSecond / plain.RowsPerSecond, 4));
    }

    private async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(_folder.FullName, "warm-up");
        for (var round = 0; round < WarmUpRounds; round++)
        {
            await ImportFiles.WriteTradebookAsync(file, WarmUpRows, 50);
            await (await ImportAsync(file, await AccountAsync($"Warm up {round}", cancellationToken), WarmUpRows, cancellationToken))();
        }

        await ImportFiles.WriteGhostfolioAsync(file, WarmUpRows / 10, 20);
        await (await ImportAsync(file, await AccountAsync("Warm up", cancellationToken), WarmUpRows / 10, cancellationToken))();
    }

    private async Task OpenAsync(PostgresCluster? cluster, CancellationToken cancellationToken)
    {
        _database = cluster is null ? Database.Sqlite(_folder.FullName) : Database.Postgres(await cluster.CreateDatabaseAsync("import"));
        await _database.MigrateAsync(cancellationToken);
        _owner = (await new UserAccounts(_database, TimeProvider.System).AddAsync("bench@example.com", null, UserRole.Member, Actor.CommandLine, cancellationToken)).User.Id;
        _portfolio = (await new PortfolioSetup(_database, TimeProvider.System).CreateAsync(_owner, "Main", "INR", Actor.CommandLine, cancellationToken)).Id;
        _imports = new StatementImports(
            _database,
            _catalog,
            new StatementReaders(_catalog, BuiltInStatements.All),
            new InstrumentDirectory(_database, TimeProvider.System),
            new StatementSettings(),
            new Workers(_database, TimeProvider.System),
            TimeProvider.System,
            NullLoggerFactory.Instance);
    }

    private async Task<Guid> AccountAsync(string name, CancellationToken cancellationToken)
    {
        var setup = new ConnectionSetup(_database, new Vault(MasterKeySource.InMemory()), _catalog, _http, new SyncSettings(), TimeProvider.System);
        var connection = await setup.CreateAsync(
            new NewConnection(_owner, _portfolio, "files", null, new Dictionary<string, string> { ["source"] = name }), check: true, Actor.CommandLine, cancellationToken);
        return connection.Accounts.Single().Id;
    }

    private Task<Func<Task>> ImportAsync(string path, Guid accountId, int expected, CancellationToken cancellationToken) => Task.FromResult<Func<Task>>(async () =>
    {
        await using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var result = await _imports.ImportAsync(new StatementFile(accountId, content), progress: null, Actor.CommandLine, cancellationToken);
        if (result.NewTransactions != expected)
        {
            throw new InvalidOperationException($"{result.NewTransactions} and not {expected} rows were new: {string.Join("; ", result.Warnings.Take(1))}");
        }
    });

    private static async Task ReadPlainAsync(string path, CancellationToken cancellationToken)
    {
        using var text = new StreamReader(path);
        while (await text.ReadLineAsync(cancellationToken) is not null)
        {
            // Read, and no more.
        }
    }

    private async Task ParseAsync(string path, CancellationToken cancellationToken)
    {
        var reader = (IStatementReader)_catalog.All.Single(b => b.Manifest.Id == "zerodha");
        await using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var format = await reader.RecogniseAsync(content, cancellationToken) ?? throw new InvalidOperationException("The tradebook was not recognised.");
        var report = await reader.ReadStatementAsync(format, content, TimeProvider.System.GetUtcNow(), cancellationToken);
        await foreach (var _ in report.Transactions!.WithCancellation(cancellationToken))
        {
            // Parsed, and no more.
        }
    }

    private static async Task<ImportPhase> PhaseAsync(int rows, Func<Task> pass)
    {
        GC.Collect();
        // Linux keeps the highest resident size of a process; writing 5 starts it anew.
        await File.WriteAllTextAsync("/proc/self/clear_refs", "5");
        var allocated = GC.GetTotalAllocatedBytes();
        var started = Stopwatch.GetTimestamp();
        await pass();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{rows} rows in {seconds:0.00} s"));
        var peak = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2];
        return new ImportPhase(
            rows,
            Math.Round(seconds, 3),
            Math.Round(rows / seconds),
            Math.Round(double.Parse(peak, CultureInfo.InvariantCulture) / 1024, 1),
            Math.Round((GC.GetTotalAllocatedBytes() - allocated) / 1e6, 1));
    }
}
