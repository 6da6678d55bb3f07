using Foliosync.Brokers;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Transactions;
using Foliosync.Core.Valuations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Foliosync.Core.Tests.Valuations;

/// <summary>An account with a history written row by row, and what computes and tells its values. Day 0 is a Monday; it is day 30.</summary>
internal sealed class ValuationWorld : IAsyncDisposable
{
    private static readonly DateOnly Monday = new(2026, 1, 5);

    private ValuationWorld(TestDatabase database, StoredRows rows)
    {
        Database = database;
        AccountId = rows.AccountId;
        InstrumentId = rows.InstrumentId;
        Catalog = new BrokerCatalog(BuiltInBrokers.All, new Dictionary<string, BrokerOverride>());
        Updates = new ValuationUpdates(database, Catalog, Clock, NullLogger<ValuationUpdates>.Instance);
        Reports = new PerformanceReports(database, Catalog, Clock);
    }

    public TestDatabase Database { get; }

    public BrokerCatalog Catalog { get; }

    public Guid AccountId { get; }

    /// <summary>A share in rupees.</summary>
    public Guid InstrumentId { get; }

    public FakeClock Clock { get; } = new(At(30, 18));

    public ValuationUpdates Updates { get; }

    public PerformanceReports Reports { get; }

    public static async Task<ValuationWorld> CreateAsync(Store store)
    {
        var database = await TestDatabases.CreateAsync(store);
        return new ValuationWorld(database, await StoredRows.AddAsync(database));
    }

    public static DateOnly Day(int day) => Monday.AddDays(day);

    public static DateTimeOffset At(int day, int hour = 10) => new(Monday.AddDays(day), new TimeOnly(hour, 0), TimeSpan.Zero);

    public async Task<Guid> PortfolioIdAsync()
    {
        await using var db = Database.Open();
        return await db.Portfolios.Select(p => p.Id).SingleAsync();
    }

    public async Task<Guid> AddInstrumentAsync(string symbol, string currency = "INR", AssetClass kind = AssetClass.Equity)
    {
        var instrument = new Instrument { Id = Guid.NewGuid(), Symbol = symbol, AssetClass = kind, Currency = currency };
        await AddAsync(instrument);
        return instrument.Id;
    }

    public async Task AddAsync(params object[] rows)
    {
        await using var db = Database.Open();
        db.AddRange(rows);
        await db.SaveChangesAsync();
    }

    public Transaction Trade(int day, TransactionKind kind, decimal units, decimal price, Guid? instrument = null, decimal? fees = 0m, string currency = "INR") => new()
    {
        Id = Guid.NewGuid(),
        AccountId = AccountId,
        InstrumentId = instrument ?? InstrumentId,
        ExternalId = Guid.NewGuid().ToString(),
        Kind = kind,
        Quantity = units,
        Price = price,
        Fees = fees,
        Currency = currency,
        TradedAt = At(day),
        Source = TransactionSource.Statement,
    };

    public Transaction Money(int day, TransactionKind kind, decimal amount, string currency = "INR") => new()
    {
        Id = Guid.NewGuid(),
        AccountId = AccountId,
        ExternalId = Guid.NewGuid().ToString(),
        Kind = kind,
        Amount = amount,
        Currency = currency,
        TradedAt = At(day),
        Source = TransactionSource.Statement,
    };

    public Price PriceOf(int day, decimal value, Guid? instrument = null, string source = "amfi", string currency = "INR") => new()
    {
        InstrumentId = instrument ?? InstrumentId,
        Day = Day(day),
        Source = source,
        Value = value,
        Currency = currency,
        At = At(day),
    };

    public Holding Holding(decimal units, int since, Guid? instrument = null) => new()
    {
        Id = Guid.NewGuid(),
        AccountId = AccountId,
        InstrumentId = instrument ?? InstrumentId,
        Lot = string.Empty,
        Symbol = "X",
        Quantity = units,
        Since = At(since),
    };

    public HoldingPeriod Period(decimal units, int from, int to, Guid? instrument = null) => new()
    {
        Id = Guid.NewGuid(),
        AccountId = AccountId,
        InstrumentId = instrument ?? InstrumentId,
        Lot = string.Empty,
        Quantity = units,
        From = At(from),
        To = At(to),
    };

    public async Task ReportedAsync(int day)
    {
        await using var db = Database.Open();
        await db.Accounts.ExecuteUpdateAsync(s => s.SetProperty(a => a.ReportedAt, At(day)));
    }

    /// <summary>Says that the ledger changed on a day, as whoever stores it does, and computes what follows.</summary>
    public async Task TouchAsync(int day)
    {
        await StoredRows.RunAsync(Database, script => script.Rows(ValuationStatements.Touch, [ValuationTouch.OfLedger(AccountId, Day(day))]));
        await Updates.RunAsync(null, default);
    }

    /// <summary>Computes everything from nothing.</summary>
    public async Task ComputeAsync()
    {
        await Updates.ForgetAsync(AccountId, default);
        await Updates.RunAsync(null, default);
    }

    public async Task<ValuationState> StateAsync()
    {
        await using var db = Database.Open();
        return await db.ValuationStates.AsNoTracking().SingleAsync(s => s.AccountId == AccountId);
    }

    /// <summary>All stored values, in a form that can be compared.</summary>
    public async Task<List<string>> StoredAsync()
    {
        await using var db = Database.Open();
        var months = await db.ValuationMonths.AsNoTracking().ToListAsync();
        return [.. months.OrderBy(m => m.Month).ThenBy(m => m.Class, StringComparer.Ordinal).ThenBy(m => m.Currency, StringComparer.Ordinal)
            .Select(m => $"{m.Month:yyyy-MM} {m.Class} {m.Currency} {string.Join(' ', Describe(m))}")];
    }

    public Task<PerformanceReport> ReportAsync(PerformanceQuestion? question = null) =>
        Reports.ReportAsync((question ?? new PerformanceQuestion()) with { AccountId = AccountId }, OwnerScope.Everyone, default);

    /// <summary>Values of some days.</summary>
    public async Task<List<decimal?>> ValuesAsync(params int[] days)
    {
        var report = await Reports.ValuationsAsync(new PerformanceQuestion { AccountId = AccountId }, OwnerScope.Everyone, default);
        return [.. days.Select(d => report.Days.FirstOrDefault(v => v.Day == Day(d))?.Value)];
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    // Flows of a day may be stored in any order and in parts; what they add up to counts.
    private static IEnumerable<string> Describe(ValuationMonth month)
    {
        var bucket = new Core.Performance.Bucket(month.AccountId, null, month.Currency, month.Month, 31);
        MonthCode.Decode(month.Data, bucket, 0, 31);
        for (var day = 0; day < 31; day++)
        {
            var flows = bucket.Flows.Where(f => f.Day == day).GroupBy(f => (f.Kind, f.Currency)).OrderBy(g => g.Key.Kind).ThenBy(g => g.Key.Currency, StringComparer.Ordinal)
                .Select(g => FormattableString.Invariant($"{g.Key.Kind}{g.Sum(f => f.Amount):0.############}{g.Key.Currency}"));
            yield return FormattableString.Invariant($"{day + 1}:{bucket.Values[day]:0.############}/{(int)bucket.Marks[day]}{string.Concat(flows)}");
        }
    }
}
