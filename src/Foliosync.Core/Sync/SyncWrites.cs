using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Sync;

/// <summary>Everything that one transaction writes, gathered over the runs it stores.</summary>
internal sealed class SyncWrites
{
    private readonly List<Holding> _opened = [];
    private readonly List<Holding> _changed = [];
    private readonly List<Guid> _closed = [];
    private readonly List<HoldingPeriod> _ended = [];
    private readonly List<CashBalance> _cashOpened = [];
    private readonly List<CashBalance> _cashChanged = [];
    private readonly List<Guid> _cashClosed = [];
    private readonly List<Transaction> _transactions = [];
    private readonly List<Alert> _alerts = [];
    private readonly List<Guid> _healed = [];

    public List<RunEnd> Ends { get; } = [];

    public List<BrokerAccount> NewAccounts { get; } = [];

    public List<AccountReading> Applied { get; } = [];

    public List<PendingReview> Reviews { get; } = [];

    public List<BrokerCredential> Credentials { get; } = [];

    public void Add(AccountChanges changes)
    {
        _opened.AddRange(changes.Opened);
        _changed.AddRange(changes.Changed);
        _closed.AddRange(changes.Closed.Select(h => h.Id));
        _ended.AddRange(changes.Ended);
        _cashOpened.AddRange(changes.CashOpened);
        _cashChanged.AddRange(changes.CashChanged);
        _cashClosed.AddRange(changes.CashClosed.Select(c => c.Id));
        _transactions.AddRange(changes.Transactions);
    }

    public void Add(RunEnd end)
    {
        Ends.Add(end);
        var connection = end.Reading.Connection;
        var needsPerson = end.Verdict.ConnectionState is ConnectionState.NeedsLogin or ConnectionState.CredentialsRejected or ConnectionState.Failing;
        var isCurrent = end.Reading.StateNow == connection.State && !end.Reading.IsSessionReplaced;
        if (needsPerson && end.Verdict.ConnectionState != connection.State && isCurrent)
        {
            Alert(end, SqlValues.ToText(end.Verdict.ConnectionState));
        }
        else if (end.Verdict.RunState == SyncRunState.NeedsReview && !connection.Accounts.Exists(a => a.ReviewSince is not null))
        {
            Alert(end, SqlValues.ToText(SyncRunState.NeedsReview));
        }
        else if (end.Verdict.RunState == SyncRunState.Succeeded && end.Reading.StateNow != ConnectionState.NeedsLogin
            && (connection.State != ConnectionState.Active || connection.Accounts.Exists(a => a.ReviewSince is not null)))
        {
            _healed.Add(connection.Id);
        }
    }

    /// <summary>Adds the statements, parents before children and always in the same order of tables.</summary>
    public void AddTo(SqlScript script)
    {
        script.Rows(SyncStatements.InsertAccounts, NewAccounts);
        script.Rows(SyncStatements.InsertPeriods, _ended);
        if (_closed.Count > 0)
        {
            script.Change("delete from holdings where id {ids}", _closed);
        }

        script.Rows(SyncStatements.UpdateHoldings, _changed);
        script.Rows(SyncStatements.InsertHoldings, _opened);
        if (_cashClosed.Count > 0)
        {
            script.Change("delete from cash_balances where id {ids}", _cashClosed);
        }

        script.Rows(SyncStatements.UpdateCash, _cashChanged);
        script.Rows(SyncStatements.InsertCash, _cashOpened);
        script.Rows(SyncStatements.InsertTransactions, _transactions);
        script.Rows(SyncStatements.ApplyReports, Applied);
        script.Rows(SyncStatements.AwaitReview, Reviews);
        script.Rows(SyncStatements.InsertSnapshots, [.. Ends.Select(e => e.Reading.Snapshot).OfType<Snapshot>()]);
        script.Rows(
            SyncStatements.NoteWhatWasLearnt,
            [.. Ends.Select(e => e.Reading).Where(r => r.Identity is not null || r.NewlyUnsupported != ReadKinds.None)]);
        script.Rows(SyncStatements.PutCredentials, Credentials);
        script.Rows(SyncStatements.NoteRenewedSessions, [.. Ends.Select(e => e.Reading).Where(r => r.RenewedToken is not null)]);
        script.Rows(SyncStatements.InsertAlerts, _alerts);
        if (_healed.Count > 0)
        {
            script.Change("update alerts set resolved_at = @at where connection_id {ids} and resolved_at is null", _healed, ("at", Ends[0].FinishedAt!));
        }

        script.Rows(SyncStatements.EndRuns, Ends);
        script.Rows(SyncStatements.EndLeases, Ends);
    }

    private void Alert(RunEnd end, string kind) => _alerts.Add(new Alert
    {
        Id = Guid.CreateVersion7(end.FinishedAt!.Value),
        OwnerId = end.Reading.Connection.OwnerId,
        ConnectionId = end.Reading.Connection.Id,
        Kind = kind,
        Message = $"{end.Reading.Connection.Label}: {end.ErrorMessage}",
        CreatedAt = end.FinishedAt.Value,
    });
}
