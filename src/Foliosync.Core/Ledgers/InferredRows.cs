using Foliosync.Brokers.Contract;
using Foliosync.Core.Storage;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Ledgers;

/// <summary>An inferred transaction as it is stored.</summary>
internal sealed record InferredRow(
    Guid Id, string ExternalId, Guid InstrumentId, DateTimeOffset TradedAt, DateTimeOffset? Since, Guid? SinceRunId, Guid? RunId, Guid? SupersededBy);

/// <summary>What is inferred of some instruments of one account, and what of it is written. Pure.</summary>
/// <remarks>
/// What is inferred is worked out from what is stored, each time anew, and the same conclusion has the same external id. So a row that is
/// concluded again counts again, one that is not any more is marked with the row that tells it better, or goes when there is none.
/// </remarks>
internal sealed class InferredRows(LedgerTouch touch, IReadOnlyDictionary<Guid, InstrumentPast> pasts, IReadOnlyList<InferredRow> stored, Func<Guid> newId)
{
    // One conclusion about one day has one id, whichever other instruments were looked at with it.
    private static readonly Guid Earlier = new("00000000-0000-0000-0000-000000000001");

    public List<Transaction> Added { get; } = [];

    /// <summary>Rows whose mark changes, with the row that counts in their place.</summary>
    public List<(Guid Id, Guid? By)> Marked { get; } = [];

    public List<Guid> Removed { get; } = [];

    public void Work(DateTimeOffset now)
    {
        var windows = pasts.Values.SelectMany(p => p.Changes(touch.FromDay, touch.FirstReportedAt, touch.Zone)).GroupBy(c => c.At).Select(g => g.ToList());
        var rules = new InferenceRules(touch.AverageIsFifo ? CostMethod.Fifo : CostMethod.AverageCost, now, newId);
        var concluded = new HashSet<string>(StringComparer.Ordinal);
        var facts = new Dictionary<(Guid, DateOnly), Guid>();
        var present = stored.ToDictionary(r => r.ExternalId, StringComparer.Ordinal);
        foreach (var window in windows)
        {
            var (known, since, sinceRun, run) = Context(window);
            foreach (var change in window)
            {
                if (known.Find(k => k.InstrumentId == change.InstrumentId) is { } fact)
                {
                    facts[(change.InstrumentId, LedgerRows.DayOf(change.At, touch.Zone))] = fact.Id;
                }
            }

            foreach (var entry in Conclude(window, known, since, rules))
            {
                concluded.Add(entry.ExternalId);
                if (!present.TryGetValue(entry.ExternalId, out var row))
                {
                    Added.Add(ToTransaction(entry, since, sinceRun, run));
                }
                else if (row.SupersededBy is not null)
                {
                    Marked.Add((row.Id, null));
                }
            }
        }

        foreach (var row in stored.Where(r => !concluded.Contains(r.ExternalId) && LedgerRows.DayOf(r.TradedAt, touch.Zone) >= touch.FromDay))
        {
            if (!facts.TryGetValue((row.InstrumentId, LedgerRows.DayOf(row.TradedAt, touch.Zone)), out var by))
            {
                Removed.Add(row.Id);
            }
            else if (row.SupersededBy != by)
            {
                Marked.Add((row.Id, by));
            }
        }
    }

    /// <summary>The rows that may explain a window, and the two reports around it.</summary>
    private (List<LedgerEntry> Known, DateTimeOffset Since, Guid? SinceRun, Guid? Run) Context(List<UnitsChange> window)
    {
        var known = window.SelectMany(c => pasts[c.InstrumentId].Known.Where(k => c.MayBe(k, touch.Zone))).ToList();
        if (touch.Report is { } report && SqlValues.ToMicroseconds(report.At) == SqlValues.ToMicroseconds(window[0].At))
        {
            // Two changes of one day are one: then the earlier report is that of before the first.
            var first = stored.FirstOrDefault(r => r.InstrumentId == window[0].InstrumentId
                && LedgerRows.DayOf(r.TradedAt, touch.Zone) == LedgerRows.DayOf(window[0].At, touch.Zone));
            return (known, first?.Since ?? report.PreviousAt ?? touch.FirstReportedAt, first is null ? report.PreviousRunId : first.SinceRunId, report.RunId);
        }

        var before = stored.FirstOrDefault(r => r.TradedAt == window[0].At);
        return (known, before?.Since ?? window.Max(c => c.Since), before?.SinceRunId, before?.RunId);
    }

    // Where rows explain the units wholly they are believed about the cost, too: brokers add charges to it, or reckon another average.
    private static IEnumerable<LedgerEntry> WithoutNews(IReadOnlyList<LedgerEntry> entries, List<LedgerEntry> known) => entries
        .GroupBy(e => e.InstrumentId)
        .Where(g => g.Any(e => e.Kind != TransactionKind.Adjustment)
            || !known.Exists(k => k.InstrumentId == g.Key)
            || known.Exists(k => k.InstrumentId == g.Key && k.Kind is TransactionKind.Buy or TransactionKind.TransferIn && k.Gross is null))
        .SelectMany(g => g);

    private IEnumerable<LedgerEntry> Conclude(List<UnitsChange> window, List<LedgerEntry> known, DateTimeOffset since, InferenceRules rules)
    {
        var at = TimeZoneInfo.ConvertTime(window[0].At, touch.Zone);
        var after = new AccountSnapshot(IdOf(DateOnly.FromDateTime(at.DateTime)), at, [.. window.Select(c => c.Now).OfType<SnapshotLot>()]);
        var before = new AccountSnapshot(Earlier, TimeZoneInfo.ConvertTime(since, touch.Zone), [.. window.Select(c => c.Was).OfType<SnapshotLot>()]);
        return WithoutNews(LedgerInference.Between(before, after, known, [], rules), known);
    }

    private Transaction ToTransaction(LedgerEntry entry, DateTimeOffset since, Guid? sinceRun, Guid? run) => new()
    {
        Id = entry.Id,
        AccountId = touch.AccountId,
        InstrumentId = entry.InstrumentId,
        ExternalId = entry.ExternalId,
        Kind = entry.Kind,
        Symbol = pasts[entry.InstrumentId!.Value].Symbol,
        Quantity = entry.Quantity,
        Price = entry.Price,
        Amount = entry.Amount,
        Currency = entry.Currency,
        TradedAt = entry.TradedAt.ToUniversalTime(),
        Source = TransactionSource.Inferred,
        Confidence = entry.Confidence,
        Note = entry.Note,
        RunId = run,
        InferredSince = since,
        InferredSinceRunId = sinceRun,
    };

    private static Guid IdOf(DateOnly day) => new(day.DayNumber, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2);
}
