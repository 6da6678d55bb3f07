using Foliosync.Brokers.Contract;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Transactions;

/// <summary>Compares what the ledger says with what the broker says, and explains the difference or flags it. Pure.</summary>
public static class LedgerVerdict
{
    // Fund houses and brokers round units to three places, cash to cents.
    private const decimal UnitRounding = 0.001m;
    private const decimal CentRounding = 0.01m;

    private static readonly LotRules UnitsOnly = new(CostMethod.Fifo, ShortsAllowed: true);

    /// <summary>The verdict on one account.</summary>
    public static AccountVerdict Compare(LedgerAndBroker both)
    {
        ArgumentNullException.ThrowIfNull(both);
        var entries = both.Entries.Where(e => e.TradedAt <= both.AsOf).ToList();
        var ledger = entries.Where(e => e.InstrumentId is not null).ToLookup(e => e.InstrumentId!.Value);
        var broker = both.Units.ToLookup(u => u.InstrumentId);
        var lines = ledger.Select(g => g.Key).Union(broker.Select(g => g.Key))
            .Select(id => Units(id, [.. ledger[id]], [.. broker[id]], both))
            .Where(l => l.Ledger != 0 || l.Broker != 0)
            .OrderBy(l => l.Name, StringComparer.Ordinal).ThenBy(l => l.InstrumentId);
        return new AccountVerdict(both.AsOf, [.. lines, .. Cash(entries, both)]);
    }

    /// <summary>
    /// Looks at the accounts of one person together: where two are off by the same units of one instrument in opposite directions, the
    /// units went from one to the other.
    /// </summary>
    public static IReadOnlyList<AccountVerdict> ExplainTransfers(IReadOnlyList<AccountVerdict> verdicts)
    {
        ArgumentNullException.ThrowIfNull(verdicts);
        var open = verdicts.SelectMany((v, account) => v.Lines.Where(l => l.InstrumentId is not null && IsOpen(l)).Select(l => (account, l))).ToList();
        var moved = new HashSet<(int, VerdictLine)>();
        foreach (var (account, line) in open)
        {
            var other = open.Find(o => o.account != account && o.l.InstrumentId == line.InstrumentId && o.l.Difference == -line.Difference
                && !moved.Contains(o) && !moved.Contains((account, line)));
            if (other.l is not null)
            {
                moved.Add(other);
                moved.Add((account, line));
            }
        }

        return [.. verdicts.Select((v, account) => v with { Lines = [.. v.Lines.Select(l => moved.Contains((account, l)) ? Moved(l) : l)] })];

        static bool IsOpen(VerdictLine l) =>
            l.Cause is DifferenceCause.Unexplained or DifferenceCause.MissingHistory or DifferenceCause.SplitMissing;

        static VerdictLine Moved(VerdictLine l) => l with
        {
            Cause = DifferenceCause.Transfer,
            Explanation = "Another account is off by the same units the other way. Enter a transfer in both.",
        };
    }

    private static VerdictLine Units(Guid id, List<LedgerEntry> entries, List<ReportedUnits> reported, LedgerAndBroker both)
    {
        var steps = entries.GroupBy(e => e.Lot ?? string.Empty).SelectMany(lot => Changes(Lots.Fold(lot, UnitsOnly).Steps));
        var walk = Walk.Over(steps, reported.SelectMany(r => Changes(r.Quantity, r.From, r.To)), both);
        var line = new VerdictLine
        {
            InstrumentId = id,
            Name = both.Symbols.GetValueOrDefault(id) ?? id.ToString(),
            Ledger = walk.Ledger,
            Broker = walk.Broker,
            Since = walk.Since,
        };
        return Explained(line, UnitCause(line, walk, entries, [.. reported.Where(r => r.To is null)], both.AsOf));
    }

    private static (DifferenceCause, string) UnitCause(
        VerdictLine line, Walk walk, List<LedgerEntry> entries, List<ReportedUnits> present, DateTimeOffset asOf)
    {
        var difference = line.Difference;
        if (difference == 0)
        {
            return entries.TrueForAll(e => e.Source == TransactionSource.Inferred)
                ? (DifferenceCause.InferredOnly, "The rows were concluded from the broker's own figures; a file would confirm them.")
                : (DifferenceCause.None, string.Empty);
        }

        var pending = Pending(entries, asOf).Sum(e => e.Kind == TransactionKind.Buy ? e.Quantity ?? 0m : -(e.Quantity ?? 0m));
        var unsettled = present.Sum(p => p.Unsettled);
        if (difference == pending || (unsettled != 0 && -difference == unsettled))
        {
            return (DifferenceCause.Unsettled, "Trades on their way; this passes with settlement.");
        }

        var pledged = present.Sum(p => p.Pledged);
        if (pledged != 0 && Math.Abs(difference) == pledged)
        {
            return (DifferenceCause.Pledged, "The difference is the pledged units.");
        }

        var margin = present.Where(p => p.Lot == ReportedLot.Margin).Sum(p => p.Quantity);
        if (margin != 0 && -difference == margin && !entries.Exists(e => e.Lot == ReportedLot.Margin))
        {
            return (DifferenceCause.MarginFunded, "The difference is the margin-funded units, a lot of their own.");
        }

        var divided = entries.Exists(e => e.Kind is TransactionKind.Split or TransactionKind.Bonus);
        if (Math.Abs(difference) < UnitRounding || (divided && Math.Abs(difference) < 1 && line.Broker == decimal.Truncate(line.Broker)))
        {
            return (DifferenceCause.FractionalRounding, "A fraction of a unit.");
        }

        if (walk.IsAsOldAsTheReports)
        {
            return (DifferenceCause.MissingHistory, FormattableString.Invariant(
                $"As old as the first report: rows from before {line.Since:yyyy-MM-dd} are missing. Import a file that goes further back."));
        }

        return walk.Jump is { } ratio
            ? (DifferenceCause.SplitMissing, $"On that day the broker's units became {ratio}: enter a split or bonus issue.")
            : (DifferenceCause.Unexplained, "Nothing known explains this. Look for a missing or doubled row of that day.");
    }

    private static IEnumerable<VerdictLine> Cash(List<LedgerEntry> entries, LedgerAndBroker both)
    {
        if (both.Money is null)
        {
            yield break;
        }

        var ledger = entries.ToLookup(e => e.Currency);
        var broker = both.Money.ToLookup(m => m.Currency);
        foreach (var currency in broker.Select(g => g.Key).Union(ledger.Select(g => g.Key)).Order(StringComparer.Ordinal))
        {
            var ofCurrency = ledger[currency].ToList();
            var effects = ofCurrency.Select(e => new Change(e.TradedAt, CashEffect.Of(e) ?? 0m));
            var walk = Walk.Over(effects, broker[currency].SelectMany(m => Changes(m.Amount, m.From, m.To)), both);
            var line = new VerdictLine { Name = currency, Ledger = walk.Ledger, Broker = walk.Broker, Since = walk.Since };
            yield return Explained(line, CashCause(line, walk, ofCurrency, both.AsOf));
        }
    }

    private static (DifferenceCause, string) CashCause(VerdictLine line, Walk walk, List<LedgerEntry> entries, DateTimeOffset asOf)
    {
        var difference = line.Difference;
        if (difference == 0)
        {
            return (DifferenceCause.None, string.Empty);
        }

        if (!entries.Exists(e => e.Kind is TransactionKind.Deposit or TransactionKind.Withdrawal))
        {
            return (DifferenceCause.CashNotKept, "The ledger has no deposits and withdrawals; import the funds statement to compare cash.");
        }

        if (Math.Abs(difference) <= CentRounding)
        {
            return (DifferenceCause.FractionalRounding, "A cent.");
        }

        if (difference == Pending(entries, asOf).Sum(e => CashEffect.Of(e) ?? 0m))
        {
            return (DifferenceCause.Unsettled, "Trades on their way; this passes with settlement.");
        }

        var silent = entries.Count(e => CashEffect.Of(e) is null);
        if (silent > 0)
        {
            return (DifferenceCause.AmountsUnknown, $"{silent} rows do not tell the money they moved.");
        }

        return walk.IsAsOldAsTheReports
            ? (DifferenceCause.MissingHistory, FormattableString.Invariant($"As old as the first report: rows from before {line.Since:yyyy-MM-dd} are missing."))
            : (DifferenceCause.Unexplained, "Nothing known explains this. Look for a missing or doubled row of that day.");
    }

    /// <summary>Trades that may not have arrived: with a later settlement day, or without one and not older than the day before.</summary>
    private static IEnumerable<LedgerEntry> Pending(List<LedgerEntry> entries, DateTimeOffset asOf)
    {
        var today = DateOnly.FromDateTime(asOf.DateTime);
        return entries.Where(e => e.Kind is TransactionKind.Buy or TransactionKind.Sell
            && (e.SettledOn is { } day ? day > today : e.Day >= today.AddDays(-1)));
    }

    private static VerdictLine Explained(VerdictLine line, (DifferenceCause Cause, string Words) found) =>
        line with { Cause = found.Cause, Explanation = found.Words, Since = line.Difference == 0 ? null : line.Since };

    private static IEnumerable<Change> Changes(IReadOnlyList<UnitStep> steps) =>
        steps.Select((step, i) => new Change(step.At, step.Quantity - (i == 0 ? 0m : steps[i - 1].Quantity)));

    private static IEnumerable<Change> Changes(decimal amount, DateTimeOffset from, DateTimeOffset? to) =>
        to is { } end ? [new(from, amount), new(end, -amount)] : [new(from, amount)];

    private readonly record struct Change(DateTimeOffset At, decimal By);

    /// <summary>Ledger and broker side by side through time, from the first report to the last.</summary>
    private sealed record Walk(decimal Ledger, decimal Broker)
    {
        /// <summary>Day from which they never agreed again; null when they agree.</summary>
        public DateOnly? Since { get; private init; }

        /// <summary>True when they differed by the same at the first report and ever since.</summary>
        public bool IsAsOldAsTheReports { get; private init; }

        /// <summary>The ratio in which the broker's units alone changed when they parted; null when it is no usual one.</summary>
        public UnitRatio? Jump { get; private init; }

        public static Walk Over(IEnumerable<Change> ledgerChanges, IEnumerable<Change> brokerChanges, LedgerAndBroker both)
        {
            decimal ledger = 0, broker = 0;
            decimal? atFirst = null;
            var unchanged = true;
            Parting? parting = null;
            Parting? parted = null;
            var points = ledgerChanges.Select(c => (c.At, c.By, IsBroker: false)).Concat(brokerChanges.Select(c => (c.At, c.By, IsBroker: true)))
                .Append((At: both.FirstReportAt, By: 0m, IsBroker: true)).Append((At: both.AsOf, By: 0m, IsBroker: true))
                .Where(p => p.At <= both.AsOf)
                .GroupBy(p => p.At.UtcTicks).OrderBy(g => g.Key).ToList();
            for (var i = 0; i < points.Count; i++)
            {
                var point = points[i];
                var booked = point.Where(p => !p.IsBroker).Sum(p => p.By);
                ledger += booked;
                broker += point.Where(p => p.IsBroker).Sum(p => p.By);
                if (point.Key < both.FirstReportAt.UtcTicks)
                {
                    continue;
                }

                var difference = ledger - broker;
                parting = difference == 0 ? null : parting ?? new(point.Key, booked == 0 ? UnitRatio.Find(ledger, broker) : null);

                // Within a day the ledger runs ahead of the broker's evening report; only what lasts to a report or to the next day counts.
                if (point.Any(p => p.IsBroker) || DayOf(points[i + 1].Key, both) > DayOf(point.Key, both))
                {
                    parted = difference == 0 ? null : parted ?? parting;
                    atFirst ??= difference;
                    unchanged &= difference == atFirst;
                }
            }

            return new Walk(ledger, broker)
            {
                Since = parted is { } p ? DayOf(p.Ticks, both) : null,
                IsAsOldAsTheReports = unchanged && atFirst != 0,
                Jump = parted?.Ratio,
            };
        }

        private static DateOnly DayOf(long ticks, LedgerAndBroker both) =>
            DateOnly.FromDateTime(new DateTimeOffset(ticks, TimeSpan.Zero).ToOffset(both.AsOf.Offset).DateTime);

        private sealed record Parting(long Ticks, UnitRatio? Ratio);
    }
}
