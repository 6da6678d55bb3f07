using Foliosync.Core.Transactions;

namespace Foliosync.Core.Ledgers;

/// <summary>Units of one lot that were held from one report to another, as holdings and their history tell.</summary>
/// <param name="From">UTC instant of the first report that said so.</param>
/// <param name="To">UTC instant of the first report that said otherwise; null while it is so.</param>
/// <param name="Quantity">The units.</param>
/// <param name="CostBasis">Purchase price of all units; null when unknown.</param>
/// <param name="Multiplier">Value of one unit is price times this.</param>
internal sealed record HeldStretch(DateTimeOffset From, DateTimeOffset? To, decimal Quantity, decimal? CostBasis, decimal Multiplier)
{
    /// <summary>Last price of one unit at <see cref="From"/>.</summary>
    public decimal? FirstPrice { get; init; }

    /// <summary>Last price of one unit before <see cref="To"/>.</summary>
    public decimal? LastPrice { get; init; }

    public bool Contains(DateTimeOffset at) => From <= at && (To is null || at < To);
}

/// <summary>What is known of one instrument in one account over time: what was held, and which rows tell of it.</summary>
internal sealed class InstrumentPast(Guid instrumentId)
{
    public List<HeldStretch> Stretches { get; } = [];

    /// <summary>Rows of API, files and people that count, in the broker's time zone.</summary>
    public List<LedgerEntry> Known { get; } = [];

    /// <summary>When it was last given up before what <see cref="Stretches"/> tells; null when never.</summary>
    public DateTimeOffset? GivenUpAt { get; set; }

    public required string Symbol { get; init; }

    public required string? Isin { get; init; }

    public required string Currency { get; init; }

    public decimal Multiplier => Stretches.Count == 0 ? 1m : Stretches[^1].Multiplier;

    /// <summary>
    /// The changes of units or cost from a day on, at most one a day: of several the last state counts, because most files tell only the day
    /// of a trade. What was there at the first report is no change.
    /// </summary>
    /// <param name="fromDay">First day.</param>
    /// <param name="firstReportedAt">Where history starts.</param>
    /// <param name="zone">The broker's time zone.</param>
    public IEnumerable<UnitsChange> Changes(DateOnly fromDay, DateTimeOffset firstReportedAt, TimeZoneInfo zone)
    {
        var instants = Stretches.Select(s => s.From).Concat(Stretches.Where(s => s.To is not null).Select(s => s.To!.Value)).Distinct().Order().ToList();
        foreach (var day in instants.Where(at => at > firstReportedAt).GroupBy(at => LedgerRows.DayOf(at, zone)).Where(g => g.Key >= fromDay))
        {
            var earlier = instants.LastOrDefault(at => at < day.First());
            yield return new UnitsChange(
                instrumentId,
                earlier != default ? earlier : GivenUpAt ?? firstReportedAt,
                day.Last(),
                Before(day.First(), day.Last()),
                After(day.Last()));
        }
    }

    private SnapshotLot? Before(DateTimeOffset first, DateTimeOffset last)
    {
        var held = Stretches.Where(s => s.From < first && (s.To is null || s.To >= first)).ToList();
        // Of those that went on to be held nothing is known of the price before; those that ended tell the last one.
        return Sum(held, held.Where(s => s.To <= last).Select(s => s.LastPrice).FirstOrDefault(p => p is not null));
    }

    private SnapshotLot? After(DateTimeOffset at)
    {
        var held = Stretches.Where(s => s.Contains(at)).ToList();
        return Sum(held, held.OrderByDescending(s => s.From).Select(s => s.FirstPrice).FirstOrDefault(p => p is not null));
    }

    // Transactions do not tell lots, so own units, margin-funded ones and folios of one instrument are one here.
    private SnapshotLot? Sum(List<HeldStretch> held, decimal? price) => held.Count == 0 || held.Sum(s => s.Quantity) == 0 ? null : new SnapshotLot
    {
        InstrumentId = instrumentId,
        Symbol = Symbol,
        Isin = Isin,
        Currency = Currency,
        Quantity = held.Sum(s => s.Quantity),
        CostBasis = held.TrueForAll(s => s.CostBasis is not null) ? held.Sum(s => s.CostBasis) : null,
        LastPrice = price,
        Multiplier = Multiplier,
    };
}

/// <summary>Units or cost of one instrument became others.</summary>
/// <param name="InstrumentId">The instrument.</param>
/// <param name="Since">UTC instant of the change before this one: rows from then on may explain it.</param>
/// <param name="At">UTC instant of the report that told it.</param>
/// <param name="Was">What was held before; null for nothing.</param>
/// <param name="Now">What is held since; null for nothing.</param>
internal sealed record UnitsChange(Guid InstrumentId, DateTimeOffset Since, DateTimeOffset At, SnapshotLot? Was, SnapshotLot? Now)
{
    /// <summary>
    /// True when a row may be what happened. A row that tells only the day counts to the change of that day, be it the broker's day, as in its
    /// own files, or that of UTC, as in files without a time zone.
    /// </summary>
    public bool MayBe(LedgerEntry row, TimeZoneInfo zone)
    {
        var (first, last) = (LedgerRows.DayOf(Since, zone), LedgerRows.DayOf(At, zone));
        var utc = row.TradedAt.UtcDateTime;
        DateOnly? bareDay = row.TellsOnlyTheDay ? row.Day : utc.TimeOfDay == TimeSpan.Zero ? DateOnly.FromDateTime(utc) : null;
        return row.InstrumentId == InstrumentId && (bareDay is { } day
            ? day <= last && (day > first || (first == last && day == last))
            : row.TradedAt > Since && row.TradedAt <= At);
    }
}
