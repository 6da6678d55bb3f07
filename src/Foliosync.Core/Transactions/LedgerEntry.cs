using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Transactions;

/// <summary>
/// A transaction as the ledger reckons with it. Plain data: made from a stored <see cref="Transaction"/>, a row of a file or an inference.
/// </summary>
/// <remarks>
/// What the numbers mean for each kind:
/// <list type="bullet">
/// <item>buy, sell: <see cref="Quantity"/> units at <see cref="Price"/>.</item>
/// <item>transferIn: units that came in, <see cref="Price"/> is their cost by unit; null when unknown. transferOut: units that left.</item>
/// <item>split: <see cref="Ratio"/>, or else <see cref="Quantity"/>, the units held after it. With both, the quantity says which
/// fraction of a unit was dropped.</item>
/// <item>bonus: <see cref="Quantity"/> free units, of cost 0.</item>
/// <item>adjustment with an instrument: from now on <see cref="Quantity"/> units are held at <see cref="Price"/> each; what is null
/// stays as it was. Without an instrument: <see cref="Amount"/> of cash.</item>
/// <item>dividend, interest, fee, tax, deposit, withdrawal: cash only. A reinvested dividend is two entries, see <see cref="Reinvested"/>.</item>
/// <item>unclassified: its cash counts, its units do not.</item>
/// </list>
/// </remarks>
public sealed record LedgerEntry
{
    /// <summary>Id of the row.</summary>
    public required Guid Id { get; init; }

    /// <summary>The broker's permanent id, unique in the account; for inferred entries the inference's.</summary>
    public required string ExternalId { get; init; }

    /// <summary>The kind.</summary>
    public required TransactionKind Kind { get; init; }

    /// <summary>What was traded; null for pure cash.</summary>
    public Guid? InstrumentId { get; init; }

    /// <summary>See <see cref="Portfolios.Holding.Lot"/>; null when the source does not tell, as most do.</summary>
    public string? Lot { get; init; }

    /// <summary>Units, never negative; null for pure cash.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>Price of one unit in <see cref="Currency"/>; null when unknown.</summary>
    public decimal? Price { get; init; }

    /// <summary>Cash effect before fees and taxes; negative for money that left; null when unknown.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Never negative; null when unknown.</summary>
    public decimal? Fees { get; init; }

    /// <summary>Never negative; null when unknown.</summary>
    public decimal? Taxes { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Instant of the trade, told in the broker's time zone: its date is the trading day, and midnight means that only the day is known.</summary>
    public required DateTimeOffset TradedAt { get; init; }

    /// <summary>Day of settlement in the broker's time zone; null when unknown.</summary>
    public DateOnly? SettledOn { get; init; }

    /// <summary>Where it comes from.</summary>
    public required TransactionSource Source { get; init; }

    /// <summary>UTC instant at which Foliosync learnt of it. What was known on a day is what was recorded until then.</summary>
    public DateTimeOffset RecordedAt { get; init; }

    /// <summary>Value of one unit is price times this; 1 save for derivatives.</summary>
    public decimal Multiplier { get; init; } = 1m;

    /// <summary>New units for old ones; only for splits.</summary>
    public UnitRatio? Ratio { get; init; }

    /// <summary>For a transferIn: the day on which the units were first bought; null when unknown.</summary>
    public DateOnly? AcquiredOn { get; init; }

    /// <summary>What an inferred entry was concluded from; null for all others.</summary>
    public InferredFrom? Inference { get; init; }

    /// <summary>From 0 to 1 for inferred entries; null for all others.</summary>
    public decimal? Confidence { get; init; }

    /// <summary>The broker's words, the person's or the inference's; null when there are none.</summary>
    public string? Note { get; init; }

    /// <summary>The trading day in the broker's time zone.</summary>
    public DateOnly Day => DateOnly.FromDateTime(TradedAt.DateTime);

    /// <summary>True when the source tells the day and not the time.</summary>
    public bool TellsOnlyTheDay => TradedAt.TimeOfDay == TimeSpan.Zero;

    /// <summary>Fees and taxes, as far as known.</summary>
    public decimal Charges => (Fees ?? 0m) + (Taxes ?? 0m);

    /// <summary>What the units were paid with or sold for, before fees and taxes, never negative; null when unknown.</summary>
    public decimal? Gross => Amount is { } amount ? Math.Abs(amount) : Quantity * Price * Multiplier;

    /// <summary>The entry of a stored transaction.</summary>
    /// <param name="transaction">The row.</param>
    /// <param name="zone">The broker's time zone.</param>
    /// <param name="recordedAt">UTC instant at which it was stored.</param>
    /// <param name="multiplier">Of the instrument; 1 save for derivatives.</param>
    public static LedgerEntry From(Transaction transaction, TimeZoneInfo zone, DateTimeOffset recordedAt, decimal multiplier = 1m)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        ArgumentNullException.ThrowIfNull(zone);
        return new LedgerEntry
        {
            Id = transaction.Id,
            ExternalId = transaction.ExternalId,
            Kind = transaction.Kind,
            InstrumentId = transaction.InstrumentId,
            Quantity = transaction.Quantity,
            Price = transaction.Price,
            Amount = transaction.Amount,
            Fees = transaction.Fees,
            Taxes = transaction.Taxes,
            Currency = transaction.Currency,
            TradedAt = TimeZoneInfo.ConvertTime(transaction.TradedAt, zone),
            SettledOn = transaction.SettledOn,
            Source = transaction.Source,
            RecordedAt = recordedAt,
            Multiplier = multiplier,
            Confidence = transaction.Confidence,
            Note = transaction.Note,
        };
    }

    /// <summary>
    /// A dividend that was paid in units: the dividend, and a purchase for what is left of it after fees and taxes. For adapters whose
    /// broker tells both in one row; a dividend's quantity alone is often only the units that it was paid for.
    /// </summary>
    /// <param name="dividend">The dividend with its gross amount.</param>
    /// <param name="units">The units received.</param>
    /// <param name="purchaseId">Id of the purchase.</param>
    public static IReadOnlyList<LedgerEntry> Reinvested(LedgerEntry dividend, decimal units, Guid purchaseId)
    {
        ArgumentNullException.ThrowIfNull(dividend);
        var net = dividend.Amount - dividend.Charges;
        var purchase = dividend with
        {
            Id = purchaseId,
            ExternalId = dividend.ExternalId + ":reinvested",
            Kind = TransactionKind.Buy,
            Quantity = units,
            Price = units == 0 ? null : net / (units * dividend.Multiplier),
            Amount = -net,
            Fees = 0m,
            Taxes = 0m,
        };
        return [dividend with { Quantity = null, Price = null }, purchase];
    }

    /// <summary>
    /// The order in which entries count: by time; at the same time, as for sources that tell only the day, what adds units before what
    /// takes them, splits first. The same entries give the same result in whatever order they come.
    /// </summary>
    public static IEnumerable<LedgerEntry> InOrder(IEnumerable<LedgerEntry> entries) =>
        entries.OrderBy(e => e.TradedAt).ThenBy(e => RankOf(e.Kind)).ThenBy(e => e.ExternalId, StringComparer.Ordinal);

    /// <summary>What comes first among entries of one instant.</summary>
    internal static int RankOf(TransactionKind kind) => kind switch
    {
        TransactionKind.Split => 0,
        TransactionKind.Bonus => 1,
        TransactionKind.TransferIn => 2,
        TransactionKind.Buy => 3,
        TransactionKind.Sell => 5,
        TransactionKind.TransferOut => 6,
        TransactionKind.Adjustment => 7,
        _ => 4,
    };
}

/// <summary>What an inferred entry was concluded from.</summary>
/// <param name="Before">Id of the earlier snapshot; null for what was held at the first one.</param>
/// <param name="After">Id of the later snapshot.</param>
/// <param name="From">Instant of the earlier snapshot; the beginning of time when there is none.</param>
/// <param name="To">Instant of the later snapshot.</param>
public sealed record InferredFrom(Guid? Before, Guid After, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>True when <paramref name="entry"/> happened between the two snapshots. A bare day counts to the snapshot of that day.</summary>
    public bool Covers(LedgerEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return IsBetween(entry, Before is null ? null : From, To);
    }

    internal static bool IsBetween(LedgerEntry entry, DateTimeOffset? from, DateTimeOffset to)
    {
        if (!entry.TellsOnlyTheDay)
        {
            return (from is null || entry.TradedAt > from) && entry.TradedAt <= to;
        }

        // The first snapshot of a day is taken for its last one: who has several of a day passes the last.
        var first = from is { } f ? DateOnly.FromDateTime(f.DateTime) : DateOnly.MinValue;
        var last = DateOnly.FromDateTime(to.DateTime);
        return entry.Day <= last && (entry.Day > first || (from is null && entry.Day == first));
    }
}
