using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Demo;

/// <summary>Units of one instrument and what they cost.</summary>
/// <param name="Units">Units owned.</param>
/// <param name="Cost">What the units owned cost, by average cost: a sale takes its share of it away.</param>
/// <param name="Unsettled">Of the units, bought and not delivered yet.</param>
internal sealed record DemoLot(decimal Units, decimal Cost, decimal Unsettled);

/// <summary>
/// Everything that happened in one account up to an instant. The plan is played from the first day each time, so nothing is stored,
/// and a later instant only adds transactions at the end. Holdings and cash are sums over the transactions and nothing else.
/// </summary>
internal sealed class DemoLedger
{
    private readonly List<ReportedTransaction> _transactions = [];
    private readonly OrderedDictionary<DemoInstrument, DemoLot> _lots = new(ReferenceEqualityComparer.Instance);
    private readonly DemoPlan _plan;
    private readonly decimal _scale;
    private readonly DateOnly _today;

    private DemoLedger(DemoPlan plan, string? seed, DateTimeOffset until)
    {
        _plan = plan;
        _scale = seed is null ? 1m : (50 + DemoHash.Pick($"{plan.AccountId}-{seed}", 0, 0, 150)) / 100m;
        _today = DemoMarket.DayOf(until);

        foreach (var (rule, at) in Occurrences(plan, seed, until))
            Play(rule, at);
    }

    /// <summary>In the order of trading.</summary>
    public IReadOnlyList<ReportedTransaction> Transactions => _transactions;

    /// <summary>What is owned, in the order of the first purchase.</summary>
    public IEnumerable<KeyValuePair<DemoInstrument, DemoLot>> Lots => _lots.Where(lot => lot.Value.Units > 0);

    /// <summary>Cash left.</summary>
    public decimal Cash { get; private set; }

    /// <summary>Plays the plan up to and including an instant.</summary>
    /// <param name="plan">How the account is run.</param>
    /// <param name="seed">Changes the amounts and leaves some instruments out; null for the plan as it is.</param>
    /// <param name="until">UTC instant.</param>
    public static DemoLedger Play(DemoPlan plan, string? seed, DateTimeOffset until) => new(plan, seed, until);

    private static IEnumerable<(DemoRule Rule, DateTimeOffset At)> Occurrences(DemoPlan plan, string? seed, DateTimeOffset until)
    {
        var rules = plan.Rules.Where(rule => !IsLeftOut(rule, seed)).ToList();
        for (var month = 0; DemoMarket.StartOfDay(DemoMarket.OpeningDay.AddMonths(month)) <= until; month++)
        {
            // A minute between two rules of a day keeps their order, and no day of a plan is moved into the next month.
            var first = DemoMarket.OpeningDay.AddMonths(month);
            var due = rules
                .Select((rule, index) => (Rule: rule, At: TradeTime(first.AddDays(rule.Day - 1), plan.TradesAt.AddMinutes(index))))
                .Where(occurrence => occurrence.Rule.IsDue(month) && occurrence.At <= until)
                .OrderBy(occurrence => occurrence.At);

            foreach (var occurrence in due)
                yield return occurrence;
        }
    }

    private static bool IsLeftOut(DemoRule rule, string? seed) =>
        seed is not null && rule.Instrument is { } instrument && DemoHash.Pick($"{instrument.Symbol}-{seed}", 0, 0, 5) == 0;

    private static DateTimeOffset TradeTime(DateOnly day, TimeOnly time) =>
        new(TradingDay(day).ToDateTime(time), TimeSpan.Zero);

    private static DateOnly TradingDay(DateOnly day) => day.DayOfWeek switch
    {
        DayOfWeek.Saturday => day.AddDays(2),
        DayOfWeek.Sunday => day.AddDays(1),
        _ => day,
    };

    private void Play(DemoRule rule, DateTimeOffset at)
    {
        switch (rule)
        {
            case { Kind: TransactionKind.Buy, Instrument: { } instrument }:
                Buy(instrument, Math.Min(rule.Size * _scale, Cash * 0.99m), at);
                break;
            case { Kind: TransactionKind.Sell, Instrument: { } instrument }:
                Sell(instrument, rule.Size, at);
                break;
            case { Instrument: { } instrument }:
                Receive(rule.Kind, instrument, rule.Size, at);
                break;
            case { Kind: TransactionKind.Deposit }:
                Record(NewTransaction(rule.Kind, null, at) with { Amount = Money(rule.Size * _scale) });
                break;
            default:
                Record(NewTransaction(rule.Kind, null, at) with { Amount = -Math.Min(rule.Size, Cash) });
                break;
        }
    }

    private void Buy(DemoInstrument instrument, decimal budget, DateTimeOffset at)
    {
        var price = DemoMarket.PriceAt(instrument, at).Value;
        var units = WholeSteps(budget / price, instrument.UnitStep);
        if (units <= 0)
            return;

        var bought = Trade(TransactionKind.Buy, instrument, units, price, -1, at);
        var before = LotOf(instrument);
        _lots[instrument] = new DemoLot(
            before.Units + units, before.Cost + (units * price), before.Unsettled + (bought.SettledOn > _today ? units : 0m));
        Record(bought);
    }

    private void Sell(DemoInstrument instrument, decimal part, DateTimeOffset at)
    {
        var before = LotOf(instrument);
        var units = WholeSteps(before.Units * part, instrument.UnitStep);
        if (units <= 0)
            return;

        var left = before.Units - units;
        _lots[instrument] = new DemoLot(left, before.Cost * left / before.Units, Math.Min(before.Unsettled, left));
        Record(Trade(TransactionKind.Sell, instrument, units, DemoMarket.PriceAt(instrument, at).Value, 1, at));
    }

    private void Receive(TransactionKind kind, DemoInstrument instrument, decimal eachUnit, DateTimeOffset at)
    {
        var amount = Money(LotOf(instrument).Units * eachUnit);
        if (amount <= 0)
            return;

        Record(NewTransaction(kind, instrument, at) with
        {
            Amount = amount,
            Taxes = kind == TransactionKind.Dividend ? Money(amount * _plan.DividendTaxRate) : 0m,
        });
    }

    private ReportedTransaction Trade(
        TransactionKind kind, DemoInstrument instrument, decimal units, decimal price, int sign, DateTimeOffset at)
    {
        var amount = Money(units * price);
        return NewTransaction(kind, instrument, at) with
        {
            Quantity = units,
            Price = price,
            Amount = sign * amount,
            Fees = instrument.IsFund ? 0m : Money(amount * _plan.FeeRate),
            Taxes = instrument.IsFund ? 0m : Money(amount * _plan.TradeTaxRate),
            SettledOn = TradingDay(DemoMarket.DayOf(at).AddDays(1)),
        };
    }

    // One rule happens at most once a day, so day, kind and symbol make a permanent id that survives new rules in the plan.
    private ReportedTransaction NewTransaction(TransactionKind kind, DemoInstrument? instrument, DateTimeOffset at) => new()
    {
        ExternalId = $"{DemoMarket.DayOf(at):yyyyMMdd}-{kind}{(instrument is null ? "" : "-" + instrument.Symbol)}",
        Kind = kind,
        Instrument = instrument?.Reported,
        Currency = _plan.Currency,
        TradedAt = at,
        Fees = 0m,
        Taxes = 0m,
    };

    private void Record(ReportedTransaction transaction)
    {
        _transactions.Add(transaction);
        Cash += (transaction.Amount ?? 0m) - (transaction.Fees ?? 0m) - (transaction.Taxes ?? 0m);
    }

    private DemoLot LotOf(DemoInstrument instrument) => _lots.GetValueOrDefault(instrument) ?? new DemoLot(0m, 0m, 0m);

    private static decimal WholeSteps(decimal units, decimal step) => Math.Floor(units / step) * step;

    private static decimal Money(decimal amount) => Math.Round(amount, 2, MidpointRounding.AwayFromZero);
}
