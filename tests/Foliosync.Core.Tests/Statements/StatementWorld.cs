using System.Text;
using Foliosync.Brokers;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Jobs;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Statements;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Tests.Sync;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;
using Foliosync.Simulator;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;

namespace Foliosync.Core.Tests.Statements;

/// <summary>A person with an account that files are handed in for.</summary>
internal sealed class StatementWorld : IAsyncDisposable
{
    public const string Header = "date,kind,symbol,isin,exchange,name,assetClass,quantity,price,amount,fees,taxes,currency,settledOn,id,note";

    private StatementWorld(SyncWorld sync)
    {
        Sync = sync;
        Imports = NewImports();
        Undo = new StatementUndo(sync.Database, sync.Catalog, sync.Clock, NullLoggerFactory.Instance);
    }

    public SyncWorld Sync { get; }

    public StatementImports Imports { get; }

    public StatementUndo Undo { get; }

    public Guid AccountId { get; private set; }

    /// <summary>An account at Vested, which only files feed.</summary>
    public static async Task<StatementWorld> OfVestedAsync(Store store)
    {
        var world = new StatementWorld(await SyncWorld.CreateAsync(store));
        var owner = await world.Sync.ReadAsync(db => db.Users.Select(u => u.Id).SingleAsync());
        var portfolio = await new PortfolioSetup(world.Sync.Database, world.Sync.Clock).CreateAsync(owner, "Main", "USD", Actor.CommandLine, default);
        var connection = await world.Sync.Setup.CreateAsync(
            new NewConnection(owner, portfolio.Id, "vested", null, new Dictionary<string, string>()), check: true, Actor.CommandLine, default);
        world.AccountId = connection.Accounts.Single().Id;
        return world;
    }

    /// <summary>An account of the scripted broker, which its API feeds too. It has been synced once.</summary>
    public static async Task<StatementWorld> OfScriptedAsync(Store store, Action<ScriptedBroker.Script> script)
    {
        var world = new StatementWorld(await SyncWorld.CreateAsync(store));
        script(world.Sync.Broker["key1"]);
        await world.Sync.ConnectAsync("key1");
        await world.Sync.SyncAsync();
        world.AccountId = await world.Sync.ReadAsync(db => db.Accounts.Select(a => a.Id).SingleAsync());
        return world;
    }

    /// <summary>An account at Zerodha, which Kite feeds. It has been synced once.</summary>
    public static async Task<StatementWorld> OfZerodhaAsync(Store store, KiteSimulator kite)
    {
        var world = new StatementWorld(await SyncWorld.CreateAsync(store, new WorkdayClock(), kite.BaseAddress));
        await world.Sync.ImportAsync(
            [$$$"""{"user":"asha@example.org","portfolio":"Main","broker":"zerodha","label":"key1","credentials":{"apiKey":"{{{KiteSimulator.ApiKeyOf(1)}}}","apiSecret":"{{{KiteSimulator.ApiSecretOf(1)}}}"},"session":{"token":"{{{KiteSimulator.FirstAccessTokenOf(1)}}}","expiresAt":"2999-01-01T00:30:00Z"}}"""]);
        (await world.Sync.SyncAsync()).Succeeded.ShouldBe(1);
        world.AccountId = await world.Sync.ReadAsync(db => db.Accounts.Select(a => a.Id).SingleAsync());
        return world;
    }

    /// <summary>Imports as another process would have it.</summary>
    public StatementImports NewImports(StatementSettings? settings = null) => new(
        Sync.Database,
        Sync.Catalog,
        new StatementReaders(Sync.Catalog, BuiltInStatements.All),
        new InstrumentDirectory(Sync.Database, Sync.Clock),
        settings ?? new StatementSettings(),
        new Workers(Sync.Database, Sync.Clock),
        Sync.Clock,
        NullLoggerFactory.Instance);

    public Task<StatementResult> ImportAsync(params string[] rows) => ImportTextAsync(string.Join('\n', [Header, .. rows]));

    public Task<StatementResult> ImportTextAsync(string text, bool dryRun = false, bool confirmed = false) =>
        ImportBytesAsync(Encoding.UTF8.GetBytes(text), dryRun, confirmed);

    public async Task<StatementResult> ImportBytesAsync(byte[] bytes, bool dryRun = false, bool confirmed = false)
    {
        // Every import is a moment later than the one before, as it would be.
        (Sync.Clock as FakeClock)?.Advance(TimeSpan.FromSeconds(1));
        using var stream = new MemoryStream(bytes, writable: false);
        return await Imports.ImportAsync(new StatementFile(AccountId, stream) { DryRun = dryRun, Confirmed = confirmed }, null, Actor.CommandLine, default);
    }

    /// <summary>The file of holdings and cash in the Foliosync format.</summary>
    public static string Holdings(string asOf, string holdings, string? cash = null, bool complete = true) =>
        $$"""{"format":"foliosync","version":1,"asOf":"{{asOf}}","complete":{{(complete ? "true" : "false")}},"holdings":[{{holdings}}]{{(cash is null ? "" : $",\"cash\":[{cash}]")}}}""";

    public static string Held(string symbol, int quantity, int cost = 100) =>
        $$"""{"symbol":"{{symbol}}","exchange":"XNSE","quantity":"{{quantity}}","averagePrice":"{{cost}}","lastPrice":"110","currency":"INR"}""";

    public Task<List<Transaction>> CountingAsync() => Sync.ReadAsync(db =>
        db.Transactions.AsNoTracking().Where(t => t.SupersededBy == null).OrderBy(t => t.TradedAt).ThenBy(t => t.ExternalId).ToListAsync());

    /// <summary>Everything that is stored of the account, in a form that can be compared.</summary>
    public Task<string> EverythingAsync() => Sync.ReadAsync(async db =>
    {
        var account = await db.Accounts.AsNoTracking().SingleAsync();
        var holdings = await db.Holdings.AsNoTracking().OrderBy(h => h.Symbol).ThenBy(h => h.Lot).ToListAsync();
        var periods = await db.HoldingPeriods.AsNoTracking().OrderBy(p => p.From).ThenBy(p => p.InstrumentId).ToListAsync();
        var cash = await db.CashBalances.AsNoTracking().OrderBy(c => c.Segment).ThenBy(c => c.Currency).ToListAsync();
        var transactions = await db.Transactions.AsNoTracking().OrderBy(t => t.TradedAt).ThenBy(t => t.ExternalId).ThenBy(t => t.Source).ToListAsync();
        return string.Join(
            '\n',
            [
                FormattableString.Invariant($"as of {account.ReportedAt:u}"),
                .. holdings.Select(h => FormattableString.Invariant(
                    $"{h.Symbol} {h.Lot} {h.Quantity:0.#########} {h.CostBasis:0.#########} {h.LastPrice:0.####} since {h.Since:u} last {h.LastReportedAt:u}")),
                .. periods.Select(p => FormattableString.Invariant($"{p.Quantity:0.#########} from {p.From:u} to {p.To:u}")),
                .. cash.Select(c => FormattableString.Invariant($"{c.Segment} {c.Currency} {c.Amount:0.####} {c.AsOf:u}")),
                .. transactions.Select(t => FormattableString.Invariant(
                    $"{t.ExternalId} {t.Source} {t.Kind} {t.Symbol} {t.Quantity:0.#########} {t.Price:0.#########} {t.Amount:0.####} {t.TradedAt:u} {t.SupersededBy is null}")),
            ]);
    });

    /// <summary>A purchase or sale as the broker's API tells it.</summary>
    public static ReportedTransaction Trade(string id, TransactionKind kind, string symbol, decimal quantity, decimal price, DateTimeOffset at) => new()
    {
        ExternalId = id,
        Kind = kind,
        Instrument = SyncWorld.Share(symbol, 1m).Instrument,
        Quantity = quantity,
        Price = price,
        Currency = "INR",
        TradedAt = at,
    };

    public ValueTask DisposeAsync() => Sync.DisposeAsync();
}
