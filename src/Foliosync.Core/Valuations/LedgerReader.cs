using Foliosync.Brokers.Contract;
using Foliosync.Core.Performance;
using Foliosync.Core.Prices;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Valuations;

/// <summary>What an account's values are computed from.</summary>
/// <param name="Input">The input; its base currency is that of the account.</param>
/// <param name="RangesFrom">See <see cref="ValuationState.RangesFrom"/>.</param>
internal sealed record AccountLedger(ValuationInput Input, DateOnly? RangesFrom)
{
    public ValuedAccount Account => Input.Accounts[0];
}

/// <summary>Reads accounts from one state of the database into the form that values are computed from.</summary>
internal sealed class LedgerReader(Database database, ReadSnapshot read)
{
    // A transaction can explain units that are reported so many days later, and one more for the time zone.
    private const int Reach = UnitsHistory.Window + 1;

    // Days before the first one in which a pause is looked for.
    private const int PauseWithin = 90;

    private static readonly DateTimeOffset Ever = DateTimeOffset.UnixEpoch;

    /// <summary>Reads everything.</summary>
    /// <param name="account">The account.</param>
    /// <param name="first">First day that values are wanted of; null for the first there is.</param>
    /// <param name="last">Last day that values are wanted of.</param>
    /// <param name="cancellationToken">Stops the queries.</param>
    public async Task<AccountLedger> ReadAllAsync(AccountFacts account, DateOnly? first, DateOnly last, CancellationToken cancellationToken)
    {
        var rows = new ValuedRows(account);
        var script = SqlScript.For(database);
        rows.QueryHoldings(script);
        rows.QueryPeriods(script, Ever);
        rows.QueryCash(script, Ever);
        rows.QueryTransactions(script, Ever);
        await RunAsync(script, cancellationToken).ConfigureAwait(false);
        var reportedFrom = ReportedFrom(rows);
        var cashFrom = CashFrom(rows);
        var ledger = Input(rows, new ValuedAccount(account.Id, account.Currency, cashFrom is not null, reportedFrom, cashFrom), first, last);
        return new AccountLedger(
            await WithPricesAsync(ledger, rows, cancellationToken).ConfigureAwait(false), RangesFrom(rows, reportedFrom, cashFrom));
    }

    /// <summary>Reads what values of the days from one on need, when reports tell what was held then: of what is only held, not its past.</summary>
    /// <returns>The input; null when the whole past is needed.</returns>
    public async Task<AccountLedger?> ReadRangeAsync(AccountFacts account, DateOnly first, DateOnly last, CancellationToken cancellationToken)
    {
        if (account.State.RangesFrom is not { } possible || first < possible)
        {
            return null;
        }

        var since = StartOf(first.AddDays(-Reach));
        var rows = new ValuedRows(account);
        var script = SqlScript.For(database);
        rows.QueryHoldings(script);
        rows.QueryPeriods(script, since);
        rows.QueryCash(script, since);
        rows.QueryTransactions(script, since);
        await RunAsync(script, cancellationToken).ConfigureAwait(false);
        var known = CashToldFrom(rows);
        if (known.Values.Any(from => from >= first) || (account.State.CashFrom is not null && rows.Transactions.Exists(t => !known.ContainsKey(t.Currency))))
        {
            // Cash that no report tells as of the first day follows from all of its past.
            return null;
        }

        var prices = new PriceTable();
        var instruments = rows.InstrumentIds();
        await PriceHistory.ReadAsync(read, prices, instruments, first, last, account.BrokerId, cancellationToken).ConfigureAwait(false);

        // Of what is worth an old price all splits since count, and so does all of its past.
        var oldest = first.AddDays(-UnitsHistory.Window);
        var whole = instruments.Where(i => prices.LastDay(i, first) is not { } day || day < oldest).ToHashSet();
        var traded = rows.Units.Where(u => u.To is not null || u.From >= oldest).Select(u => u.InstrumentId)
            .Concat(rows.Transactions.Where(t => t.InstrumentId is not null).Select(t => t.InstrumentId!.Value))
            .Where(i => !whole.Contains(i))
            .ToHashSet();
        rows.Units.RemoveAll(u => u.To is not null);
        rows.Transactions.RemoveAll(t => t.InstrumentId is not null);
        await ReadTradedAsync(rows, traded, whole, first, cancellationToken).ConfigureAwait(false);
        await ReadWholeAsync(rows, whole, cancellationToken).ConfigureAwait(false);

        var valued = new ValuedAccount(account.Id, account.Currency, account.State.CashFrom is not null, account.State.ReportedFrom, account.State.CashFrom);
        return new AccountLedger(
            await WithPricesAsync(Input(rows, valued, first, last), rows, cancellationToken, prices).ConfigureAwait(false), possible);
    }

    /// <summary>Reads everything of one instrument, without cash.</summary>
    public async Task<AccountLedger> ReadInstrumentAsync(AccountFacts account, Guid instrumentId, DateOnly last, CancellationToken cancellationToken)
    {
        var rows = new ValuedRows(account);
        var script = SqlScript.For(database);
        rows.QueryHoldings(script, [instrumentId]);
        rows.QueryPeriods(script, Ever, [instrumentId]);
        rows.QueryTransactions(script, [instrumentId], Ever);
        await RunAsync(script, cancellationToken).ConfigureAwait(false);
        var (reportedFrom, cashFrom) = (account.State.ReportedFrom, account.State.CashFrom);
        var ledger = Input(rows, new ValuedAccount(account.Id, account.Currency, cashFrom is not null, reportedFrom, cashFrom), null, last);
        return new AccountLedger(await WithPricesAsync(ledger, rows, cancellationToken).ConfigureAwait(false), null);
    }

    /// <summary>
    /// Reads the past of what was traded lately, back to a pause in which nothing happened: trades and reports are told together when they
    /// are few days apart, and what lies beyond a pause changes nothing after it. Those without a pause are added to the others.
    /// </summary>
    private async Task ReadTradedAsync(ValuedRows rows, HashSet<Guid> traded, HashSet<Guid> whole, DateOnly first, CancellationToken cancellationToken)
    {
        var since = first.AddDays(-PauseWithin);
        if (rows.Account.State.ReportedFrom is not { } reported || reported >= since)
        {
            // The time before the first report follows from all that comes after it.
            whole.UnionWith(traded);
            return;
        }

        if (traded.Count == 0)
        {
            return;
        }

        var script = SqlScript.For(database);
        rows.QueryPeriods(script, StartOf(since), traded);
        rows.QueryTransactions(script, traded, StartOf(since));
        await RunAsync(script, cancellationToken).ConfigureAwait(false);
        var days = rows.EventDays();
        var restless = traded.Where(i => !HasPause(days[i].Where(d => d > since).Order().Prepend(since))).ToHashSet();
        rows.Units.RemoveAll(u => u.To is not null && restless.Contains(u.InstrumentId));
        rows.Transactions.RemoveAll(t => t.InstrumentId is { } id && restless.Contains(id));
        whole.UnionWith(restless);
    }

    private async Task ReadWholeAsync(ValuedRows rows, HashSet<Guid> whole, CancellationToken cancellationToken)
    {
        if (whole.Count > 0)
        {
            var script = SqlScript.For(database);
            rows.QueryPeriods(script, Ever, whole);
            rows.QueryTransactions(script, whole, Ever);
            await RunAsync(script, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool HasPause(IEnumerable<DateOnly> days) => days.Zip(days.Skip(1)).Any(d => d.Second.DayNumber - d.First.DayNumber > Reach);

    private static DateTimeOffset StartOf(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    private Task RunAsync(SqlScript script, CancellationToken cancellationToken) => script.RunAsync(read.Connection, read.Transaction, cancellationToken);

    private static ValuationInput Input(ValuedRows rows, ValuedAccount account, DateOnly? first, DateOnly last)
    {
        var multipliers = rows.Units.Where(u => u.Multiplier != 1m).GroupBy(u => u.InstrumentId).ToDictionary(g => g.Key, g => g.First().Multiplier);
        return new ValuationInput
        {
            BaseCurrency = account.Currency,
            First = first,
            Last = last,
            Accounts = [account],
            Instruments = rows.Instruments,
            Units = rows.Units.ConvertAll(u => new UnitsPeriod(account.Id, u.InstrumentId, u.Quantity * u.Multiplier, u.From, u.To)),
            Cash = rows.Cash.ConvertAll(c => new CashPeriod(account.Id, c.Currency, c.Amount, c.From, c.To)),
            Entries = new EntryTranslation(rows.Account, account.ReportedFrom, multipliers).Translate(rows.Transactions),
            Prices = new PriceTable(),
            Rates = FxTable.Empty,
        };
    }

    private async Task<ValuationInput> WithPricesAsync(
        ValuationInput input, ValuedRows rows, CancellationToken cancellationToken, PriceTable? known = null)
    {
        var prices = known ?? new PriceTable();
        var script = SqlScript.For(database);
        rows.QueryInstruments(script);
        await RunAsync(script, cancellationToken).ConfigureAwait(false);
        if (known is null)
        {
            await PriceHistory.ReadAsync(
                read, prices, rows.InstrumentIds(), input.First ?? DateOnly.MinValue, input.Last, rows.Account.BrokerId, cancellationToken).ConfigureAwait(false);
        }

        foreach (var trade in rows.Transactions)
        {
            if (trade is { InstrumentId: { } id, Price: > 0, Kind: TransactionKind.Buy or TransactionKind.Sell })
            {
                prices.Add(id, rows.Account.DayOf(trade.TradedAt), trade.Price.Value, trade.Currency, PriceRank.Trade, "trade");
            }
        }

        var foreign = rows.Instruments.Where(i => prices.CurrenciesBeside(i).Any())
            .SelectMany(i => prices.CurrenciesBeside(i).Append(i.Currency)).ToHashSet(StringComparer.Ordinal);
        var rates = foreign.Count == 0
            ? FxTable.Empty
            : await FxRates.ReadAsync(database, read, foreign, DateOnly.MinValue.AddDays(FxTable.CarriedDays), input.Last, cancellationToken).ConfigureAwait(false);
        return input with { Prices = prices, Rates = rates };
    }

    private static DateOnly? ReportedFrom(ValuedRows rows) => rows.Account.ReportedAt is not { } reportedAt
        ? null
        : rows.Units.Select(u => u.From).Concat(rows.Cash.Select(c => c.From)).Append(rows.Account.DayOf(reportedAt)).Min();

    // From the first payment or balance on that anybody tells: without them cash would be what purchases before had cost.
    private static DateOnly? CashFrom(ValuedRows rows)
    {
        var days = rows.Cash.Select(c => c.From)
            .Concat(rows.Transactions.Where(t => t.InstrumentId is null && t.Kind is TransactionKind.Deposit or TransactionKind.Withdrawal)
                .Select(t => rows.Account.DayOf(t.TradedAt)))
            .ToList();
        return days.Count == 0 ? null : days.Min();
    }

    /// <summary>The first day on which a report tells the cash of each currency.</summary>
    private static Dictionary<string, DateOnly> CashToldFrom(ValuedRows rows) =>
        rows.Cash.GroupBy(c => c.Currency).ToDictionary(g => g.Key, g => g.Min(c => c.From), StringComparer.Ordinal);

    private static DateOnly? RangesFrom(ValuedRows rows, DateOnly? reportedFrom, DateOnly? cashFrom)
    {
        if (reportedFrom is not { } from)
        {
            return null;
        }

        if (cashFrom is not null)
        {
            var known = CashToldFrom(rows);
            if (rows.Transactions.Exists(t => !known.ContainsKey(t.Currency)))
            {
                return null;
            }

            from = known.Values.Append(from).Max();
        }

        return from.AddDays(Reach + 1);
    }
}
