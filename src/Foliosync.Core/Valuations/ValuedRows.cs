using System.Data.Common;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Performance;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Valuations;

/// <summary>What is stored of an account's units, cash and transactions, as far as it was asked for.</summary>
internal sealed class ValuedRows(AccountFacts account)
{
    private readonly Dictionary<string, TransactionKind> _kinds = [];
    private readonly Dictionary<string, string> _currencies = new(StringComparer.Ordinal);

    public AccountFacts Account => account;

    public List<UnitsRow> Units { get; } = [];

    public List<CashRow> Cash { get; } = [];

    public List<TransactionRow> Transactions { get; } = [];

    public List<ValuedInstrument> Instruments { get; } = [];

    /// <summary>The instruments that the rows name.</summary>
    public HashSet<Guid> InstrumentIds() =>
        [.. Units.Select(u => u.InstrumentId), .. Transactions.Where(t => t.InstrumentId is not null).Select(t => t.InstrumentId!.Value)];

    /// <summary>The days on which something happened to each instrument: units came or went, or a transaction tells so.</summary>
    public ILookup<Guid, DateOnly> EventDays() => Units.Select(u => (u.InstrumentId, Day: u.From))
        .Concat(Units.Where(u => u.To is not null).Select(u => (u.InstrumentId, Day: u.To!.Value)))
        .Concat(Transactions.Where(t => t.InstrumentId is not null).Select(t => (InstrumentId: t.InstrumentId!.Value, Day: account.DayOf(t.TradedAt))))
        .ToLookup(e => e.InstrumentId, e => e.Day);

    /// <summary>Asks for what is held now.</summary>
    public void QueryHoldings(SqlScript script, IReadOnlyCollection<Guid>? instruments = null) => script.Query(
        $"select instrument_id, quantity, multiplier, since from holdings where account_id = @account {Only(instruments)}",
        instruments,
        row => Units.Add(new UnitsRow(row.Id(0), row.Number(1), row.Number(2), Day(row, 3), null)),
        ("account", account.Id));

    /// <summary>Asks for what was held, as far as it ended at an instant or later.</summary>
    public void QueryPeriods(SqlScript script, DateTimeOffset endedFrom, IReadOnlyCollection<Guid>? instruments = null) => script.Query(
        $"""
        select instrument_id, quantity, multiplier, "from", "to" from holding_periods where account_id = @account and "to" >= @ended {Only(instruments)}
        """,
        instruments,
        row => Units.Add(new UnitsRow(row.Id(0), row.Number(1), row.Number(2), Day(row, 3), Day(row, 4))),
        ("account", account.Id),
        ("ended", endedFrom));

    /// <summary>Asks for balances, earlier ones as far as they ended at an instant or later.</summary>
    public void QueryCash(SqlScript script, DateTimeOffset endedFrom)
    {
        script.Query(
            "select currency, amount, as_of from cash_balances where account_id = @account",
            ids: null,
            row => Cash.Add(new CashRow(Currency(row, 0), row.Number(1), Day(row, 2), null)),
            ("account", account.Id));
        script.Query(
            """
            select currency, amount, "from", "to" from cash_balance_periods where account_id = @account and "to" >= @ended
            """,
            ids: null,
            row => Cash.Add(new CashRow(Currency(row, 0), row.Number(1), Day(row, 2), Day(row, 3))),
            ("account", account.Id),
            ("ended", endedFrom));
    }

    /// <summary>Asks for transactions that count, as far as they are of an instant or later.</summary>
    public void QueryTransactions(SqlScript script, DateTimeOffset tradedFrom) =>
        QueryTransactions(script, "traded_at >= @traded", instruments: null, ("account", account.Id), ("traded", tradedFrom));

    /// <summary>Asks for transactions of some instruments that count, as far as they are of an instant or later.</summary>
    public void QueryTransactions(SqlScript script, IReadOnlyCollection<Guid> instruments, DateTimeOffset tradedFrom) =>
        // By the bare column SQLite would look through all of the account's time.
        QueryTransactions(
            script, "instrument_id {ids} and coalesce(traded_at, null) >= @traded", instruments, ("account", account.Id), ("traded", tradedFrom));

    /// <summary>Asks what the instruments are that the rows name.</summary>
    public void QueryInstruments(SqlScript script) => script.Query(
        "select id, asset_class, currency from instruments where id {ids} order by id",
        InstrumentIds(),
        row => Instruments.Add(new ValuedInstrument(row.Id(0), SqlValues.Parse<AssetClass>(row.GetString(1)), Currency(row, 2))));

    private void QueryTransactions(
        SqlScript script, string condition, IReadOnlyCollection<Guid>? instruments, params (string Name, object Value)[] values) => script.Query(
        $"""
        select id, instrument_id, kind, quantity, price, amount, fees, taxes, currency, traded_at from transactions
        where account_id = @account and superseded_by is null and {condition}
        """,
        instruments,
        row => Transactions.Add(new TransactionRow(
            row.Id(0), row.IdOrNull(1), Kind(row, 2), row.NumberOrNull(3), row.NumberOrNull(4), row.NumberOrNull(5),
            row.NumberOrNull(6), row.NumberOrNull(7), Currency(row, 8), row.Instant(9))),
        values);

    private static string Only(IReadOnlyCollection<Guid>? instruments) => instruments is null ? string.Empty : "and instrument_id {ids}";

    private DateOnly Day(DbDataReader row, int column) => account.DayOf(row.Instant(column));

    // Thousands of rows name a few of each.
    private TransactionKind Kind(DbDataReader row, int column)
    {
        var text = row.GetString(column);
        if (!_kinds.TryGetValue(text, out var kind))
        {
            _kinds.Add(text, kind = SqlValues.Parse<TransactionKind>(text));
        }

        return kind;
    }

    private string Currency(DbDataReader row, int column)
    {
        var text = row.GetString(column);
        if (!_currencies.TryGetValue(text, out var known))
        {
            _currencies.Add(text, known = text);
        }

        return known;
    }
}

/// <summary>Units held from the close of one day until before the close of another; null when they still are.</summary>
internal readonly record struct UnitsRow(Guid InstrumentId, decimal Quantity, decimal Multiplier, DateOnly From, DateOnly? To);

/// <summary>A balance from the close of one day until before the close of another; null when it still is.</summary>
internal readonly record struct CashRow(string Currency, decimal Amount, DateOnly From, DateOnly? To);

/// <summary>A transaction that counts.</summary>
internal readonly record struct TransactionRow(
    Guid Id,
    Guid? InstrumentId,
    TransactionKind Kind,
    decimal? Quantity,
    decimal? Price,
    decimal? Amount,
    decimal? Fees,
    decimal? Taxes,
    string Currency,
    DateTimeOffset TradedAt);
