using System.Security.Cryptography;
using System.Text;
using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Transactions;

/// <summary>What an inference goes by, and how its rows are made.</summary>
/// <param name="BrokerCost">
/// How the broker reckons its average price. Under FIFO a sale changes the average, so after a sale the cost is left to the ledger's lots.
/// </param>
/// <param name="RecordedAt">UTC instant of the inference.</param>
/// <param name="NewId">Makes ids for new rows.</param>
public sealed record InferenceRules(CostMethod BrokerCost, DateTimeOffset RecordedAt, Func<Guid> NewId);

/// <summary>
/// Concludes from the snapshots of an account what must have happened between them, as far as what is known does not tell it. Pure.
/// </summary>
/// <remarks>
/// What is known between two snapshots is applied to the first; only what is then still missing is inferred. So the units of the ledger
/// are always those of the broker, and nothing is told twice. Infer again when more becomes known: a row that comes out the same has the
/// same external id. Where files tell all trades, what they do not tell is taken for a transfer, not for a trade.
/// </remarks>
public static class LedgerInference
{
    // A weekend with a holiday on each side; after a longer time more may have happened unseen.
    private static readonly TimeSpan LongGap = TimeSpan.FromDays(4);

    /// <summary>Infers over a whole history.</summary>
    /// <param name="snapshots">Of one account, in order of time, at most one a day.</param>
    /// <param name="known">The account's rows of API, files and people that count, with their lots (<see cref="WithLots"/>). Inferred ones are passed over.</param>
    /// <param name="coverage">What the files tell completely.</param>
    /// <param name="rules">What the inference goes by.</param>
    public static IReadOnlyList<LedgerEntry> Over(
        IReadOnlyList<AccountSnapshot> snapshots,
        IReadOnlyCollection<LedgerEntry> known,
        IReadOnlyCollection<LedgerCoverage> coverage,
        InferenceRules rules)
    {
        ArgumentNullException.ThrowIfNull(snapshots);
        ArgumentNullException.ThrowIfNull(known);
        var entries = new List<LedgerEntry>();
        var rest = new Queue<LedgerEntry>(LedgerEntry.InOrder(known));
        AccountSnapshot? before = null;
        foreach (var snapshot in snapshots)
        {
            var after = before is null ? snapshot : snapshot.On(before);
            var between = new List<LedgerEntry>();
            while (rest.TryPeek(out var next) && InferredFrom.IsBetween(next, null, after.At))
            {
                between.Add(rest.Dequeue());
            }

            entries.AddRange(Between(before, after, between, coverage, rules));
            before = after;
        }

        return entries;
    }

    /// <summary>Infers what happened between two snapshots.</summary>
    /// <param name="before">The earlier; null when <paramref name="after"/> is the account's first, then everything in it is an opening.</param>
    /// <param name="after">The later.</param>
    /// <param name="known">What is known to have happened between them; for the first snapshot, before it.</param>
    /// <param name="coverage">What the files tell completely.</param>
    /// <param name="rules">What the inference goes by.</param>
    public static IReadOnlyList<LedgerEntry> Between(
        AccountSnapshot? before,
        AccountSnapshot after,
        IReadOnlyCollection<LedgerEntry> known,
        IReadOnlyCollection<LedgerCoverage> coverage,
        InferenceRules rules)
    {
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(coverage);
        ArgumentNullException.ThrowIfNull(rules);
        var explained = LedgerEntry.InOrder(known).Where(k => k.Source != TransactionSource.Inferred && k.InstrumentId is not null)
            .ToLookup(k => new LotKey(k.InstrumentId!.Value, k.Lot ?? string.Empty));
        var window = new Window(before, after, coverage, rules);
        var was = (before?.Lots ?? []).ToDictionary(l => l.Key);
        var now = (before is null ? after : after.On(before)).Lots.ToDictionary(l => l.Key);
        var entries = new List<LedgerEntry>();
        if (before is not null)
        {
            foreach (var (old, renamed) in Renames(was, now, explained))
            {
                entries.AddRange(window.Rename(old, renamed));
                was.Remove(old.Key);
                now.Remove(renamed.Key);
            }
        }

        foreach (var key in was.Keys.Union(now.Keys).Union(explained.Select(g => g.Key)).OrderBy(k => k.InstrumentId).ThenBy(k => k.Lot, StringComparer.Ordinal))
        {
            var rows = explained[key].ToList();
            var present = now.GetValueOrDefault(key) ?? was.GetValueOrDefault(key)?.Empty ?? Unseen(key, rows[0]);
            var past = was.GetValueOrDefault(key) ?? present.Empty with { LastPrice = null };
            var expected = rows.Count == 0 ? past : After(past, rows);
            entries.AddRange(before is null ? window.Opening(expected, present, rows) : window.Changes(expected, present));
        }

        return entries;
    }

    /// <summary>
    /// <paramref name="entries"/>, each with its lot: where a source does not tell, the only one in which the broker ever reported the
    /// instrument, else own units.
    /// </summary>
    public static IReadOnlyList<LedgerEntry> WithLots(IEnumerable<LedgerEntry> entries, IEnumerable<AccountSnapshot> snapshots)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(snapshots);
        var lots = snapshots.SelectMany(s => s.Lots).Select(l => l.Key).Distinct().ToLookup(k => k.InstrumentId, k => k.Lot);
        return
        [
            .. entries.Select(e => e.Lot is not null || e.InstrumentId is not { } instrument
                ? e
                : e with { Lot = lots[instrument].Count() == 1 ? lots[instrument].Single() : string.Empty }),
        ];
    }

    /// <summary>What the broker should hold after <paramref name="rows"/>; brokers leave charges out of the cost.</summary>
    private static SnapshotLot After(SnapshotLot past, List<LedgerEntry> rows)
    {
        var held = new LedgerEntry
        {
            Id = Guid.Empty,
            ExternalId = string.Empty,
            Kind = past.Quantity < 0 ? TransactionKind.Sell : TransactionKind.TransferIn,
            InstrumentId = past.InstrumentId,
            Quantity = Math.Abs(past.Quantity),
            Price = past.UnitCost,
            Currency = past.Currency,
            TradedAt = DateTimeOffset.MinValue,
            Source = TransactionSource.Inferred,
            Multiplier = past.Multiplier,
        };
        var book = Lots.Fold([held, .. rows], new LotRules(CostMethod.AverageCost, ChargesInCost: false, ShortsAllowed: true));
        return past with { Quantity = book.Quantity, CostBasis = book.CostBasis };
    }

    private static SnapshotLot Unseen(LotKey key, LedgerEntry row) => new()
    {
        InstrumentId = key.InstrumentId,
        Lot = key.Lot,
        Symbol = string.Empty,
        Currency = row.Currency,
        Quantity = 0m,
        CostBasis = 0m,
        Multiplier = row.Multiplier,
    };

    /// <summary>One lot vanishes and another appears with the same cost and the same units, or units in a usual ratio.</summary>
    private static List<(SnapshotLot Old, SnapshotLot New)> Renames(
        Dictionary<LotKey, SnapshotLot> was, Dictionary<LotKey, SnapshotLot> now, ILookup<LotKey, LedgerEntry> explained)
    {
        var vanished = was.Values.Where(l => l.Quantity > 0 && !now.ContainsKey(l.Key) && !explained.Contains(l.Key)).ToList();
        var pairs = new List<(SnapshotLot, SnapshotLot)>();
        foreach (var lot in now.Values.Where(l => l.Quantity > 0 && !was.ContainsKey(l.Key) && !explained.Contains(l.Key)))
        {
            var old = vanished.Find(v => v.Lot == lot.Lot && v.Currency == lot.Currency && InferredChange.SameCost(v.CostBasis, lot.CostBasis, lot)
                && (v.Quantity == lot.Quantity || UnitRatio.Find(v.Quantity, lot.Quantity) is not null));
            if (old is not null)
            {
                vanished.Remove(old);
                pairs.Add((old, lot));
            }
        }

        return pairs;
    }

    /// <summary>Two snapshots, and the entries that are told of the time between them.</summary>
    private sealed class Window(AccountSnapshot? before, AccountSnapshot after, IReadOnlyCollection<LedgerCoverage> coverage, InferenceRules rules)
    {
        private readonly InferredFrom _from = new(before?.Id, after.Id, before?.At ?? DateTimeOffset.MinValue, after.At);

        public IEnumerable<LedgerEntry> Changes(SnapshotLot expected, SnapshotLot present)
        {
            var first = DateOnly.FromDateTime(before!.At.DateTime);
            var last = DateOnly.FromDateTime(after.At.DateTime);
            foreach (var (place, change) in InferredChange.Between(expected, present, rules.BrokerCost).Index())
            {
                var refuted = change.Kind is TransactionKind.Buy or TransactionKind.Sell && expected.Quantity >= 0 && present.Quantity >= 0
                    && coverage.Any(c => c.Tells(present.InstrumentId, change.Kind, first, last));
                var confidence = after.At - before.At > LongGap ? Confidence.Lower(change.Confidence) : change.Confidence;
                yield return refuted
                    ? Entry(present, change with
                    {
                        Kind = change.Kind == TransactionKind.Buy ? TransactionKind.TransferIn : TransactionKind.TransferOut,
                        Price = change.Kind == TransactionKind.Buy ? change.Price : null,
                        Confidence = Confidence.Low,
                        Note = "The broker's file has no such trade: an allotment, or a transfer. " + change.Note,
                    }, place: place)
                    : Entry(present, change with { Confidence = confidence }, place: place);
            }
        }

        /// <summary>What is held at the first snapshot and not told by anything before it.</summary>
        public IEnumerable<LedgerEntry> Opening(SnapshotLot expected, SnapshotLot present, List<LedgerEntry> rows)
        {
            var missing = present.Quantity - expected.Quantity;
            if (rows.Count == 0)
            {
                if (missing != 0)
                {
                    yield return Entry(present, new(
                        missing > 0 ? TransactionKind.TransferIn : TransactionKind.Sell, Math.Abs(missing), present.UnitCost, Confidence.High,
                        "History starts here, with the cost that the broker tells."));
                }

                yield break;
            }

            // The rows tell a part of what came before. The rest was there before them, unless a split between makes that unsure.
            var early = !rows.Exists(r => r.Kind is TransactionKind.Split or TransactionKind.Bonus or TransactionKind.Adjustment);
            var simple = early && !rows.Exists(r => r.Kind is TransactionKind.Sell or TransactionKind.TransferOut);
            decimal? cost = simple && missing > 0 && present.CostBasis - expected.CostBasis is { } rest and > 0 ? rest / (missing * present.Multiplier) : null;
            if (missing > 0)
            {
                yield return Entry(
                    present,
                    new(TransactionKind.TransferIn, missing, cost, Confidence.Low, "Held before the first row that is known of it."),
                    early ? new DateTimeOffset(rows[0].TradedAt.Date, rows[0].TradedAt.Offset) : null);
            }
            else if (missing < 0)
            {
                yield return Entry(present, new(
                    TransactionKind.TransferOut, -missing, null, Confidence.Low, "Gone before the first snapshot, without a row that tells how."));
            }

            if (present is { CostBasis: not null, Quantity: > 0 } && cost is null && !(missing == 0 && InferredChange.SameCost(expected.CostBasis, present.CostBasis, present))
                && (rules.BrokerCost == CostMethod.AverageCost || missing != 0 || expected.CostBasis is null))
            {
                yield return Entry(present, new(
                    TransactionKind.Adjustment, null, present.UnitCost, Confidence.Medium, "The total cost as the broker tells it at the first snapshot."));
            }
        }

        public IEnumerable<LedgerEntry> Rename(SnapshotLot old, SnapshotLot renamed)
        {
            var ratio = old.Quantity == renamed.Quantity ? null : UnitRatio.Find(old.Quantity, renamed.Quantity);
            var words = ratio is null ? "with the same units and cost" : $"with units {ratio} and the same cost";
            yield return Entry(old, new(
                TransactionKind.TransferOut, old.Quantity, null, Confidence.Low, $"{renamed.Symbol} appeared {words}: a new ISIN, a merger or a new name."));
            yield return Entry(renamed, new(
                TransactionKind.TransferIn, renamed.Quantity, renamed.UnitCost, Confidence.Low, $"{old.Symbol} vanished {words}: a new ISIN, a merger or a new name."));
        }

        private LedgerEntry Entry(SnapshotLot lot, InferredChange change, DateTimeOffset? at = null, int place = 0)
        {
            var cash = lot.Multiplier == 1m ? change.Quantity * change.Price : null;
            return new LedgerEntry
            {
                Id = rules.NewId(),
                ExternalId = IdOf(lot, change, place),
                Kind = change.Kind,
                InstrumentId = lot.InstrumentId,
                Lot = lot.Lot,
                Quantity = change.Quantity,
                Price = change.Price,
                Amount = change.Kind switch { TransactionKind.Buy => -cash, TransactionKind.Sell => cash, _ => null },
                Currency = lot.Currency,
                TradedAt = at ?? after.At,
                Source = TransactionSource.Inferred,
                RecordedAt = rules.RecordedAt,
                Multiplier = lot.Multiplier,
                Ratio = change.Ratio,
                Inference = _from,
                Confidence = change.Confidence,
                Note = change.Note,
            };
        }

        /// <summary>
        /// The same conclusion from the same snapshots has the same id, another conclusion another one. Conclusions about one lot sort by
        /// their place, because ids decide the order of what happened at one time.
        /// </summary>
        private string IdOf(SnapshotLot lot, InferredChange change, int place)
        {
            var about = FormattableString.Invariant($"{before?.Id:N}|{after.Id:N}|{lot.InstrumentId:N}|{lot.Lot}");
            var what = FormattableString.Invariant($"{change.Kind}|{change.Quantity:0.############}|{change.Price:0.############}");
            return FormattableString.Invariant($"inferred:{Hash(about)}:{place}:{Hash(what)}");
        }

        private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12));
    }
}
