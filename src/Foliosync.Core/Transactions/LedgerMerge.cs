using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Transactions;

/// <summary>Decides which of several rows about the same event counts. Pure; nothing is dropped or rewritten.</summary>
/// <remarks>
/// The rules, one after the other (decision 27):
/// <list type="number">
/// <item>Rows with one external id are one row. The best source counts (statement, API, manual, inferred), of one source the row
/// recorded last; fields that it lacks are taken from the others.</item>
/// <item>Where a statement tells something of an instrument, day, kind and currency, the API's rows of these do not count: those with the
/// same units and price are confirmed and lend it their fields, the others are replaced, save for what was traded after the file was read.</item>
/// <item>A manual row with the units of a broker's row (and its price, if it has one) of that instrument, day, kind and currency is
/// confirmed by it. Every other manual row counts, and is a conflict where the broker tells that day, instrument and kind otherwise.</item>
/// <item>An inferred row counts until a row that changes units of its instrument between its two snapshots is learnt later, or a file
/// learnt later covers these days. What was known before is part of the inference, see <see cref="LedgerInference"/>.</item>
/// </list>
/// To see what was known on a day, pass what was recorded until then.
/// </remarks>
public static class LedgerMerge
{
    /// <summary>Merges <paramref name="entries"/>, all of one account.</summary>
    /// <param name="entries">The rows of all sources.</param>
    /// <param name="coverage">What the files tell completely.</param>
    public static MergedLedger Merge(IEnumerable<LedgerEntry> entries, IReadOnlyCollection<LedgerCoverage> coverage)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(coverage);
        return new Merging(coverage).Run(entries);
    }

    private sealed class Merging(IReadOnlyCollection<LedgerCoverage> coverage)
    {
        private readonly List<SupersededEntry> _superseded = [];
        private readonly List<LedgerConflict> _conflicts = [];

        public MergedLedger Run(IEnumerable<LedgerEntry> entries)
        {
            var rows = LedgerEntry.InOrder(entries.GroupBy(e => e.ExternalId, StringComparer.Ordinal).Select(OneRow)).ToList();
            var told = rows.Where(r => r.Source != TransactionSource.Inferred).GroupBy(Event.Of).SelectMany(OneEvent).ToList();
            var inferred = Inferred([.. rows.Where(r => r.Source == TransactionSource.Inferred)], told);
            return new MergedLedger
            {
                Effective = [.. LedgerEntry.InOrder(told.Concat(inferred))],
                Superseded = _superseded,
                Conflicts = _conflicts,
            };
        }

        private LedgerEntry OneRow(IEnumerable<LedgerEntry> rows)
        {
            var ranked = rows.OrderBy(r => Rank(r.Source)).ThenByDescending(r => r.RecordedAt).ThenBy(r => r.Id).ToList();
            foreach (var other in ranked.Skip(1))
            {
                Supersede(other, SupersededReason.SameRow, ranked[0].Id);
            }

            return ranked.Aggregate(Richer);
        }

        private List<LedgerEntry> OneEvent(IGrouping<Event, LedgerEntry> rows)
        {
            var bySource = rows.ToLookup(r => r.Source);
            var api = bySource[TransactionSource.Api].ToList();
            var brokers = bySource[TransactionSource.Statement].ToList();
            if (brokers.Count > 0)
            {
                Confirm(brokers, api, (file, row) => file.Quantity == row.Quantity && SamePrice(file.Price, row.Price) && SameCash(file, row));
                var readAt = brokers.Max(b => b.RecordedAt);
                foreach (var row in api.Where(row => row.TradedAt <= readAt).ToList())
                {
                    Supersede(row, SupersededReason.Replaced, brokers[0].Id);
                    api.Remove(row);
                }
            }

            brokers.AddRange(api);

            var manual = bySource[TransactionSource.Manual].ToList();
            Confirm(brokers, manual, (told, row) => told.Quantity == row.Quantity && SamePrice(told.Price, row.Price) && SameCash(told, row));
            foreach (var row in manual)
            {
                if (brokers.Count > 0)
                {
                    _conflicts.Add(new(row, $"The broker tells {Words(brokers)}, you entered {Words([row])}. Both count until you remove one."));
                }
                else if (coverage.Any(c => c.Tells(row.InstrumentId, row.Kind, row.Day, row.Day)))
                {
                    _conflicts.Add(new(row, $"You entered {Words([row])}; the broker's file covers that day and has nothing of the kind. Yours counts."));
                }
            }

            return [.. brokers, .. manual];
        }

        /// <summary>Pairs each row of a lesser source with one of the better. The better takes over what it lacks.</summary>
        private void Confirm(List<LedgerEntry> better, List<LedgerEntry> lesser, Func<LedgerEntry, LedgerEntry, bool> same)
        {
            var free = Enumerable.Range(0, better.Count).ToList();
            foreach (var row in lesser.ToList())
            {
                var match = free.FindIndex(i => same(better[i], row));
                if (match >= 0)
                {
                    var index = free[match];
                    free.RemoveAt(match);
                    Supersede(row, SupersededReason.Confirmed, better[index].Id);
                    better[index] = Richer(better[index], row);
                    lesser.Remove(row);
                }
            }
        }

        private List<LedgerEntry> Inferred(IReadOnlyList<LedgerEntry> inferred, IReadOnlyList<LedgerEntry> told)
        {
            var moves = told.Where(t => t.InstrumentId is not null && ChangesUnits(t.Kind)).ToLookup(t => t.InstrumentId);
            var effective = new List<LedgerEntry>();
            foreach (var row in inferred)
            {
                var window = row.Inference;
                var first = window is null ? row.Day : DateOnly.FromDateTime(window.From.DateTime);
                if (moves[row.InstrumentId].FirstOrDefault(t => t.RecordedAt > row.RecordedAt && (window?.Covers(t) ?? t.Day == row.Day)) is { } fact)
                {
                    Supersede(row, SupersededReason.InferenceReplaced, fact.Id);
                }
                else if (coverage.Any(c => c.RecordedAt > row.RecordedAt && c.Tells(row.InstrumentId, row.Kind, first, row.Day)))
                {
                    Supersede(row, SupersededReason.InferenceRefuted, null);
                }
                else
                {
                    effective.Add(row);
                }
            }

            return effective;
        }

        private void Supersede(LedgerEntry entry, SupersededReason reason, Guid? by) => _superseded.Add(new(entry, reason, by));
    }

    private static int Rank(TransactionSource source) => source switch
    {
        TransactionSource.Statement => 0,
        TransactionSource.Api => 1,
        TransactionSource.Manual => 2,
        _ => 3,
    };

    private static bool ChangesUnits(TransactionKind kind) => kind is TransactionKind.Buy or TransactionKind.Sell or TransactionKind.TransferIn
        or TransactionKind.TransferOut or TransactionKind.Split or TransactionKind.Bonus or TransactionKind.Adjustment;

    private static bool SamePrice(decimal? told, decimal? other) => told is null || other is null || told == other;

    // Rows without units are the same when their money is.
    private static bool SameCash(LedgerEntry told, LedgerEntry other) => told.Quantity is not null || told.Amount == other.Amount;

    /// <summary><paramref name="row"/> with what it lacks from <paramref name="other"/>.</summary>
    private static LedgerEntry Richer(LedgerEntry row, LedgerEntry other) => row with
    {
        InstrumentId = row.InstrumentId ?? other.InstrumentId,
        Lot = row.Lot ?? other.Lot,
        Quantity = row.Quantity ?? other.Quantity,
        Price = row.Price ?? other.Price,
        Amount = row.Amount ?? other.Amount,
        Fees = row.Fees ?? other.Fees,
        Taxes = row.Taxes ?? other.Taxes,
        TradedAt = row.TellsOnlyTheDay && row.Day == other.Day ? other.TradedAt : row.TradedAt,
        SettledOn = row.SettledOn ?? other.SettledOn,
        Ratio = row.Ratio ?? other.Ratio,
        AcquiredOn = row.AcquiredOn ?? other.AcquiredOn,
        Note = row.Note ?? other.Note,
    };

    private static string Words(IReadOnlyList<LedgerEntry> rows) => string.Join(", ", rows.Select(r => r.Quantity is { } units
        ? FormattableString.Invariant($"{r.Kind.ToString().ToLowerInvariant()} {units:0.#########}") + (r.Price is { } p ? FormattableString.Invariant($" at {p:0.####}") : "")
        : FormattableString.Invariant($"{r.Kind.ToString().ToLowerInvariant()} {r.Amount:0.##} {r.Currency}"))) + FormattableString.Invariant($" on {rows[0].Day:yyyy-MM-dd}");

    private readonly record struct Event(Guid? InstrumentId, DateOnly Day, TransactionKind Kind, string Currency)
    {
        public static Event Of(LedgerEntry entry) => new(entry.InstrumentId, entry.Day, entry.Kind, entry.Currency);
    }
}
