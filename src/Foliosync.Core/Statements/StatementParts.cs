using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Statements;

/// <summary>Of what time the holdings and the cash of an account are; null for what nobody has told yet.</summary>
internal readonly record struct PartTimes(DateTimeOffset? Holdings, DateTimeOffset? Funds, DateTimeOffset? Cash)
{
    /// <summary>What syncs have told, of the kinds that the connection reads by itself.</summary>
    public static PartTimes OfSyncs(ReadKinds reads, DateTimeOffset? reportedAt) => new(
        reads.HasFlag(ReadKinds.Holdings) ? reportedAt : null,
        reads.HasFlag(ReadKinds.Funds) ? reportedAt : null,
        reads.HasFlag(ReadKinds.Cash) ? reportedAt : null);

    public PartTimes Or(PartTimes other) => new(Later(Holdings, other.Holdings), Later(Funds, other.Funds), Later(Cash, other.Cash));

    private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a > b || b is null ? a : b;
}

/// <summary>What of a file's holdings and cash is taken over: only what it speaks of, and only what nothing newer is known of.</summary>
internal sealed class StatementParts
{
    private StatementParts(AccountReport report, PartTimes times)
    {
        Report = report;
        Times = times;
    }

    /// <summary>What is taken over, as a report like any other.</summary>
    public AccountReport Report { get; }

    /// <summary>Of what time each part of it is; null for a part that is not taken over.</summary>
    public PartTimes Times { get; }

    /// <summary>Chooses the parts; null when none is taken over.</summary>
    /// <param name="statement">The file, its instruments resolved.</param>
    /// <param name="stored">Of what time the parts are that are stored.</param>
    /// <param name="warnings">Where it is told what was left out.</param>
    public static StatementParts? Of(CheckedStatement statement, PartTimes stored, List<BrokerWarning> warnings)
    {
        var file = statement.Report;
        var holdings = IsNewest(file.Holdings, file.Holdings?.AsOf, stored.Holdings, file.Holdings?.Holdings.Count, "holdings", warnings);
        var funds = IsNewest(file.Funds, file.Funds?.AsOf, stored.Funds, file.Funds?.Holdings.Count, "funds", warnings);
        var cash = IsNewest(file.Cash, file.Cash?.AsOf, stored.Cash, file.Cash?.Balances.Count, "cash", warnings);
        var times = new PartTimes(holdings?.AsOf, funds?.AsOf, cash?.AsOf);
        if ((times.Holdings ?? times.Funds ?? times.Cash) is null)
        {
            return null;
        }

        var lots = new Dictionary<(Guid, string), ReportedLot>();
        Add(holdings, ReadKinds.Holdings);
        Add(funds, ReadKinds.Funds);
        return new StatementParts(
            new AccountReport
            {
                // A number is as old as the oldest it is told with.
                AsOf = new[] { times.Holdings, times.Funds, times.Cash }.Min()!.Value,
                Reads = ReadOf(holdings, ReadKinds.Holdings) | ReadOf(funds, ReadKinds.Funds) | (cash is null ? ReadKinds.None : ReadKinds.Cash),
                CompleteReads = CompleteOf(holdings, ReadKinds.Holdings) | CompleteOf(funds, ReadKinds.Funds),
                Lots = [.. lots.Values],
                Cash = cash is null
                    ? null
                    : [.. cash.Balances.GroupBy(b => (b.Segment, b.Currency)).Select(g => g.First() with { Amount = g.Sum(b => b.Amount) })],
            },
            times);

        void Add(HoldingsReport? report, ReadKinds read)
        {
            foreach (var row in report?.Holdings ?? [])
            {
                var lot = ReportedLot.From(row, statement.IdOf(row.Instrument), read);
                var key = (lot.InstrumentId, lot.Lot);
                lots[key] = lots.TryGetValue(key, out var present) ? present.Plus(lot) : lot;
            }
        }
    }

    /// <summary>Decides what they change.</summary>
    public AccountChanges Reconcile(ClaimedAccount account, AccountState stored, Func<Guid> newId)
    {
        // A report of something else may be newer than the file: then its time stays the account's, and what the file names is marked with the file's.
        var isLate = account.ReportedAt > Report.AsOf;
        if (!isLate)
        {
            return Reconciler.Reconcile(account.Id, stored, account.ReportedAt, Report, newId);
        }

        var named = Report.Lots.Select(l => (l.InstrumentId, l.Lot)).ToHashSet();
        List<Holding> asOfThen = [.. stored.Holdings.Where(h => h.LastReportedAt == Report.AsOf && named.Contains((h.InstrumentId, h.Lot)))];
        asOfThen.ForEach(h => h.LastReportedAt = null);
        var changes = Reconciler.Reconcile(account.Id, stored, account.ReportedAt, Report, newId);
        asOfThen.ForEach(h => h.LastReportedAt = Report.AsOf);
        changes.Unchanged += changes.Changed.RemoveAll(h => !named.Contains((h.InstrumentId, h.Lot)));
        foreach (var holding in changes.Changed.Concat(changes.Opened))
        {
            holding.LastReportedAt = Report.AsOf;
        }

        return changes;
    }

    private static T? IsNewest<T>(T? part, DateTimeOffset? asOf, DateTimeOffset? stored, int? count, string what, List<BrokerWarning> warnings)
        where T : class
    {
        if (part is null || stored is null || stored <= asOf)
        {
            return part;
        }

        if (count > 0)
        {
            warnings.Add(new BrokerWarning(
                "older-than-stored",
                FormattableString.Invariant(
                    $"The {what} in the file: of {asOf:yyyy-MM-dd HH:mm} UTC, older than what is stored, of {stored:yyyy-MM-dd HH:mm} UTC. Left out; all else was taken over.")));
        }

        return null;
    }

    private static ReadKinds ReadOf(HoldingsReport? report, ReadKinds read) => report is null ? ReadKinds.None : read;

    private static ReadKinds CompleteOf(HoldingsReport? report, ReadKinds read) =>
        report is { IsComplete: true, SkippedRows: 0 } ? read : ReadKinds.None;
}
