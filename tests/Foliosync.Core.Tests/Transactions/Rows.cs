using Foliosync.Brokers.Contract;
using Foliosync.Core.Tests.Sync;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Tests.Transactions;

/// <summary>Ledger entries and snapshots in few words. Day 1 is 3 August 2026; trades are at noon in India, snapshots at six in the evening.</summary>
internal static class Rows
{
    private static readonly TimeSpan India = TimeSpan.FromHours(5.5);
    private static readonly DateTimeOffset FirstDay = new(2026, 8, 3, 0, 0, 0, India);

    public static readonly Guid Infy = Reported.Instrument("INFY");

    public static DateOnly Date(int day) => DateOnly.FromDateTime(FirstDay.DateTime).AddDays(day - 1);

    public static DateTimeOffset At(int day, double hour = 12) => FirstDay.AddDays(day - 1).AddHours(hour);

    public static Guid Id(string name) => Reported.Instrument("row " + name);

    public static LedgerEntry Row(
        TransactionKind kind, int day, decimal? units = null, decimal? price = null, string? id = null, TransactionSource source = TransactionSource.Api)
    {
        id ??= FormattableString.Invariant($"{kind}-{day}-{units}-{price}");
        return new LedgerEntry
        {
            Id = Id(id + source),
            ExternalId = id,
            Kind = kind,
            InstrumentId = Infy,
            Quantity = units,
            Price = price,
            Fees = 0m,
            Taxes = 0m,
            Currency = "INR",
            TradedAt = At(day),
            Source = source,
            RecordedAt = At(day, 13),
        };
    }

    public static LedgerEntry Buy(int day, decimal units, decimal? price) => Row(TransactionKind.Buy, day, units, price);

    public static LedgerEntry Sell(int day, decimal units, decimal? price) => Row(TransactionKind.Sell, day, units, price);

    public static LedgerEntry Split(int day, decimal newUnits, decimal oldUnits) =>
        Row(TransactionKind.Split, day) with { Ratio = new UnitRatio(newUnits, oldUnits) };

    public static LedgerEntry Bonus(int day, decimal units) => Row(TransactionKind.Bonus, day, units);

    public static LedgerEntry Cash(TransactionKind kind, int day, decimal? amount, string currency = "INR") =>
        Row(kind, day, id: FormattableString.Invariant($"{kind}-{day}-{amount}-{currency}")) with { InstrumentId = null, Amount = amount, Currency = currency };

    public static LotBook Fifo(params LedgerEntry[] entries) => Lots.Fold(entries, new LotRules(CostMethod.Fifo));

    public static LotBook Average(params LedgerEntry[] entries) => Lots.Fold(entries, new LotRules(CostMethod.AverageCost));

    public static SnapshotLot Held(
        decimal units, decimal? cost, decimal? price = null, string symbol = "INFY", string lot = "", string? isin = null, decimal multiplier = 1m) => new()
        {
            InstrumentId = Reported.Instrument(symbol),
            Symbol = symbol,
            Lot = lot,
            Isin = isin,
            Currency = "INR",
            Quantity = units,
            CostBasis = cost,
            LastPrice = price,
            Multiplier = multiplier,
        };

    public static AccountSnapshot Snapshot(int day, params SnapshotLot[] lots) => new(Id($"snapshot {day}"), At(day, 18), lots);

    public static InferenceRules Rules(int day = 1, CostMethod brokerCost = CostMethod.AverageCost)
    {
        var next = 0;
        return new InferenceRules(brokerCost, At(day, 18), () => Id(FormattableString.Invariant($"inferred {day} {next++}")));
    }

    /// <summary>What is inferred between two days, when nothing else is known.</summary>
    public static IReadOnlyList<LedgerEntry> Infer(AccountSnapshot before, AccountSnapshot after, params LedgerEntry[] known) =>
        LedgerInference.Between(before, after, known, [], Rules(2));
}
