using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync.Reviews;

namespace Foliosync.Core.Sync.Replays;

/// <summary>Compares what was read from a recording with what is held now.</summary>
internal static class ReplayView
{
    public static async Task<ReplayResult> OfAsync(
        Database database, Recording recording, ConnectionReading reading, CancellationToken cancellationToken)
    {
        if (reading.Error is { } error)
        {
            return new ReplayResult(recording.RunId, recording.TakenAt, default, [], reading.Warnings, Describe(error));
        }

        var held = reading.Accounts.ToDictionary(a => a.Account.Id, a => new StoredAccount(a.Report));
        var load = SqlScript.For(database);
        StoredAccount.Load(load, held);
        await load.ReadAsync(database, cancellationToken).ConfigureAwait(false);

        var states = held.ToDictionary(h => h.Key, h => h.Value.ToState());
        var names = await NamesAsync(
            database,
            reading.Accounts.SelectMany(a => a.Report.Lots.Select(l => l.InstrumentId)).Concat(states.Values.SelectMany(s => s.Holdings.Select(h => h.InstrumentId))),
            cancellationToken).ConfigureAwait(false);

        var counts = default(SyncCounts);
        var accounts = new List<ReplayedAccount>(reading.Accounts.Count);
        foreach (var account in reading.Accounts)
        {
            var report = account.Report;
            var before = states[account.Account.Id];
            var changes = Reconciler.Reconcile(account.Account.Id, before, account.Account.ReportedAt, report, Guid.NewGuid);
            counts += new SyncCounts(
                report.Received,
                changes.Opened.Count + changes.CashOpened.Count + changes.Transactions.Count,
                changes.Changed.Count + changes.CashChanged.Count,
                changes.Closed.Count + changes.CashClosed.Count,
                changes.Unchanged,
                report.Skipped);
            accounts.Add(new ReplayedAccount(
                account.Account.IsNew ? null : account.Account.Id,
                account.Account.ExternalId,
                account.Account.Name,
                [.. report.Lots.OrderBy(l => l.Symbol, StringComparer.Ordinal).Select(l => HoldingOf(l, names))],
                report.Cash,
                report.Transactions.Count,
                changes.Suspicion,
                ReviewDiff.Of(before, changes, names)));
        }

        return new ReplayResult(recording.RunId, recording.TakenAt, counts, accounts, reading.Warnings, null);
    }

    /// <summary>How the instruments are shown.</summary>
    public static async Task<Dictionary<Guid, NamedInstrument>> NamesAsync(
        Database database, IEnumerable<Guid> instrumentIds, CancellationToken cancellationToken)
    {
        var names = new Dictionary<Guid, NamedInstrument>();
        var load = SqlScript.For(database);
        NamedInstrument.Load(load, [.. instrumentIds.Distinct()], names);
        await load.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return names;
    }

    /// <summary>An error for people. Texts of other exceptions may repeat what they choked on.</summary>
    public static ReplayError Describe(Exception error) => error switch
    {
        BrokerException e => new ReplayError(SqlValues.ToText(e.Kind), e.Message, e.Detail),
        VaultException e => new ReplayError("vault", e.Message, null),
        _ => new ReplayError("internal", "Foliosync failed here, not the broker; please report it.", error.GetType().Name),
    };

    private static ReplayedHolding HoldingOf(ReportedLot lot, Dictionary<Guid, NamedInstrument> names) => new(
        lot.Symbol,
        names.GetValueOrDefault(lot.InstrumentId)?.Name,
        lot.Exchange,
        lot.Lot,
        lot.Quantity,
        lot.UnsettledQuantity,
        lot.PledgedQuantity,
        lot.AveragePrice,
        lot.CostBasis,
        lot.LastPrice,
        lot.Multiplier);
}
