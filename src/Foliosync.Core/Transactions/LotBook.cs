using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Transactions;

/// <summary>Which units leave first, and what they cost.</summary>
public enum CostMethod
{
    /// <summary>The units bought first leave first, each with its own cost.</summary>
    Fifo,

    /// <summary>All units cost the same, the moving average. The units bought first leave first, which matters only for the holding period.</summary>
    AverageCost,
}

/// <summary>How lots are kept. A setting of the account.</summary>
/// <param name="Method">Which units leave first, and what they cost.</param>
/// <param name="ChargesInCost">
/// True when fees and taxes of a purchase add to its cost and those of a sale lower its proceeds. False to reckon as most brokers do
/// for their average price; then charges only show in <see cref="LotBook.Charges"/>.
/// </param>
/// <param name="ShortsAllowed">True for derivatives: selling more than is held opens a short position and is no mistake.</param>
public sealed record LotRules(CostMethod Method, bool ChargesInCost = true, bool ShortsAllowed = false);

/// <summary>Units that were bought together and are still held.</summary>
/// <param name="OpenedBy">Id of the entry that brought them.</param>
/// <param name="BookedOn">Day of that entry.</param>
/// <param name="AcquiredOn">Day from which the holding period counts; null when unknown.</param>
/// <param name="Quantity">Units; negative when more was sold than was held, or for a short position.</param>
/// <param name="Cost">Of all these units, multiplier included; null when unknown. Of a negative lot: its proceeds, with a minus.</param>
public sealed record OpenLot(Guid OpenedBy, DateOnly BookedOn, DateOnly? AcquiredOn, decimal Quantity, decimal? Cost);

/// <summary>Units that left, and what they had been.</summary>
/// <param name="OpenedBy">Id of the entry that had brought them, or that had sold them short.</param>
/// <param name="AcquiredOn">Day from which the holding period counts; null when unknown.</param>
/// <param name="Quantity">Units, above 0.</param>
/// <param name="Proceeds">Their share of the proceeds; null when unknown and for a transfer.</param>
/// <param name="Cost">What they had cost; null when unknown.</param>
/// <param name="HoldingDays">Days from acquisition to disposal; null when the first is unknown.</param>
public sealed record DisposedLot(Guid OpenedBy, DateOnly? AcquiredOn, decimal Quantity, decimal? Proceeds, decimal? Cost, int? HoldingDays)
{
    /// <summary>Proceeds less cost; null when either is unknown.</summary>
    public decimal? Gain => Proceeds - Cost;
}

/// <summary>One entry that closed lots.</summary>
/// <param name="EntryId">The entry. For a short or oversold lot: the purchase that filled it.</param>
/// <param name="Kind">Its kind. A transferOut has no proceeds and realises nothing.</param>
/// <param name="Day">Its day.</param>
/// <param name="Parts">The lots it closed, in the order in which they were opened.</param>
/// <param name="IsShort">True when units were sold first and bought later.</param>
public sealed record Disposal(Guid EntryId, TransactionKind Kind, DateOnly Day, IReadOnlyList<DisposedLot> Parts, bool IsShort)
{
    /// <summary>Units of all parts.</summary>
    public decimal Quantity => Parts.Sum(p => p.Quantity);

    /// <summary>Of all parts; null when unknown for any.</summary>
    public decimal? Proceeds => LotBook.SumOrNull(Parts, p => p.Proceeds);

    /// <summary>Of all parts; null when unknown for any.</summary>
    public decimal? Cost => LotBook.SumOrNull(Parts, p => p.Cost);

    /// <summary>Of all parts; null when unknown for any.</summary>
    public decimal? Gain => LotBook.SumOrNull(Parts, p => p.Gain);

    /// <summary>True when nothing was realised: the units went to another account, or vanished in a split or an adjustment.</summary>
    public bool RealisesNothing => Kind is TransactionKind.TransferOut or TransactionKind.Split or TransactionKind.Adjustment;
}

/// <summary>Units held from an entry on.</summary>
/// <param name="At">Instant of the entry.</param>
/// <param name="EntryId">The entry.</param>
/// <param name="Quantity">Units after it.</param>
public sealed record UnitStep(DateTimeOffset At, Guid EntryId, decimal Quantity);

/// <summary>What a person should know about an entry.</summary>
/// <param name="EntryId">The entry.</param>
/// <param name="Code">For programs.</param>
/// <param name="Message">For people.</param>
public sealed record LotWarning(Guid EntryId, LotWarningCode Code, string Message);

/// <summary>What may be odd about an entry.</summary>
public enum LotWarningCode
{
    /// <summary>More units left than were held. A later purchase fills the gap.</summary>
    Oversold,

    /// <summary>Its currency is not that of the lots; its units count, its cost is unknown.</summary>
    OtherCurrency,

    /// <summary>It should tell units and does not.</summary>
    UnitsMissing,

    /// <summary>A split of nothing, or one whose ratio and units contradict each other.</summary>
    SplitUnclear,

    /// <summary>Its kind is not known, so its units do not count.</summary>
    Unclassified,
}

/// <summary>Lots, gains and income of one instrument in one account, folded from its entries.</summary>
public sealed record LotBook
{
    /// <summary>What is held, in the order in which it was opened.</summary>
    public required IReadOnlyList<OpenLot> Open { get; init; }

    /// <summary>What left, in order.</summary>
    public required IReadOnlyList<Disposal> Disposals { get; init; }

    /// <summary>The units after each entry that changed them, in order.</summary>
    public required IReadOnlyList<UnitStep> Steps { get; init; }

    /// <summary>What a person should know.</summary>
    public required IReadOnlyList<LotWarning> Warnings { get; init; }

    /// <summary>ISO 4217 code of all amounts; null when there was no entry.</summary>
    public required string? Currency { get; init; }

    /// <summary>Value of one unit is price times this.</summary>
    public required decimal Multiplier { get; init; }

    /// <summary>Dividends and interest before taxes, as far as their amounts are known.</summary>
    public required decimal Income { get; init; }

    /// <summary>Taxes withheld from <see cref="Income"/>, as far as known.</summary>
    public required decimal TaxesOnIncome { get; init; }

    /// <summary>All other fees and taxes, as far as known, whether they are in the cost or not.</summary>
    public required decimal Charges { get; init; }

    /// <summary>Purchases and sales whose fees or taxes the source does not tell. Gain and cost are before these.</summary>
    public required int TradesWithoutCharges { get; init; }

    /// <summary>Units held; negative when oversold or short.</summary>
    public decimal Quantity => Open.Sum(l => l.Quantity);

    /// <summary>Cost of all units held; null when it is unknown for any.</summary>
    public decimal? CostBasis => SumOrNull(Open, l => l.Cost);

    /// <summary>Cost of one unit; null when unknown or when none is held.</summary>
    public decimal? AverageCost => Quantity == 0 ? null : CostBasis / (Quantity * Multiplier);

    /// <summary>Gain of all disposals; null when it is unknown for any that realised something.</summary>
    public decimal? RealisedGain => SumOrNull(Disposals.Where(d => !d.RealisesNothing), d => d.Gain);

    /// <summary>Value at <paramref name="price"/> less cost; null when the cost is unknown.</summary>
    public decimal? UnrealisedGain(decimal price) => (Quantity * price * Multiplier) - CostBasis;

    internal static decimal? SumOrNull<T>(IEnumerable<T> parts, Func<T, decimal?> value)
    {
        decimal? sum = 0m;
        foreach (var part in parts)
        {
            sum += value(part);
        }

        return sum;
    }
}
