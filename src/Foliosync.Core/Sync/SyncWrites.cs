using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync.Reviews;
using Foliosync.Core.Transactions;
using Foliosync.Core.Valuations;

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
    private readonly List<IncidentEnd> _healed = [];
    private readonly List<EndedCash> _cashEnded = [];
    private readonly List<ValuationTouch> _touched = [];

    public List<RunEnd> Ends { get; } = [];

    public List<BrokerAccount> NewAccounts { get; } = [];

    public List<AccountReading> Applied { get; } = [];

    public ReviewWrites Reviews { get; } = new();

    public List<BrokerCredential> Credentials { get; } = [];

    /// <summary>Accounts whose inferred transactions may be others now.</summary>
    public List<LedgerTouch> Touched { get; } = [];

    /// <summary>Typed transactions in whose place a broker's count from now on.</summary>
    public List<(Guid Id, Guid? By)> Superseded { get; } = [];

    /// <summary>Adds what a report changes.</summary>
    /// <param name="accountId">The account.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="asOf">UTC instant of the report.</param>
    /// <param name="now">UTC instant.</param>
    public void Add(Guid accountId, AccountChanges changes, DateTimeOffset asOf, DateTimeOffset now)
    {
        foreach (var cash in changes.CashChanged.Concat(changes.CashClosed))
        {
            _cashEnded.Add(new EndedCash(Guid.CreateVersion7(now), cash.Id, asOf));
        }

        if (changes.CashOpened.Count > 0)
        {
            // What cash there was before follows from the first balance.
            Touch(new ValuationTouch(accountId, DateOnly.MinValue));
        }
        else if (changes.Opened.Count + changes.Ended.Count > 0)
        {
            Touch(ValuationTouch.OfLedger(accountId, asOf));
        }

        if (changes.Transactions.Count > 0)
        {
            Touch(ValuationTouch.OfLedger(accountId, changes.Transactions.Min(t => t.TradedAt)));
        }

        _opened.AddRange(changes.Opened);
        _changed.AddRange(changes.Changed);
        _closed.AddRange(changes.Closed.Select(h => h.Id));
        _ended.AddRange(changes.Ended);
        _cashOpened.AddRange(changes.CashOpened);
        _cashChanged.AddRange(changes.CashChanged);
        _cashClosed.AddRange(changes.CashClosed.Select(c => c.Id));
        _transactions.AddRange(changes.Transactions);
    }

    /// <summary>Takes a report that is applied over. What it changes is added apart.</summary>
    public void Apply(AccountReading reading)
    {
        Applied.Add(reading);
        if (!reading.IsUnchanged)
        {
            Touch(ValuationTouch.OfPrices(reading.Account.Id, reading.Report.AsOf));
        }
    }

    /// <summary>Values of an account may be others now.</summary>
    public void Touch(ValuationTouch touch) => _touched.Add(touch);

    public void Add(RunEnd end)
    {
        Ends.Add(end);
        if (end.Reading.KeepsConnection)
        {
            // Whoever replays or hands in a file is looking, and neither heals anything.
            return;
        }

        var connection = end.Reading.Connection;
        var now = end.FinishedAt!.Value;
        var decision = AlertRules.Decide(new EndedRun(
            connection.Label,
            connection.State,
            end.Verdict.ConnectionState,
            end.Verdict.RunState,
            end.ProviderChanged is null ? end.ErrorKind : AlertKinds.ProviderChanged,
            end.ErrorMessage,
            // Only a file ends the wait for one.
            [.. connection.OpenAlerts.Where(kind => kind != AlertKinds.StatementDue || end.Reading.IsFile)],
            connection.LastSuccessAt,
            connection.CreatedAt,
            now)
        {
            IsRejected = end.Reading.IsRejected,
        });
        // What the run met is past when the session was replaced or has ended while it was at work.
        var isCurrent = end.Reading.StateNow == connection.State && !end.Reading.IsSessionReplaced;
        _healed.AddRange(decision.Ended
            .Where(kind => kind != AlertKinds.NeedsLogin || end.Reading.StateNow != ConnectionState.NeedsLogin || isCurrent)
            .Select(kind => new IncidentEnd(connection.Id, kind, now)));
        if (decision.Raised is { } incident && (isCurrent || end.Verdict.ConnectionState == connection.State))
        {
            _alerts.Add(new Alert
            {
                Id = Guid.CreateVersion7(now),
                OwnerId = connection.OwnerId,
                ConnectionId = connection.Id,
                SubjectId = connection.Id,
                Kind = incident.Kind,
                Message = incident.Message,
                CreatedAt = now,
                TellAt = incident.TellAt,
            });
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
        // Before the balances change.
        script.Rows(SyncStatements.InsertCashPeriods, _cashEnded);
        if (_cashClosed.Count > 0)
        {
            script.Change("delete from cash_balances where id {ids}", _cashClosed);
        }

        script.Rows(SyncStatements.UpdateCash, _cashChanged);
        script.Rows(SyncStatements.InsertCash, _cashOpened);
        script.Rows(SyncStatements.InsertTransactions, _transactions);
        script.Rows(LedgerRows.SetMarks, Superseded);
        script.Rows(SyncStatements.ApplyReports, Applied);
        script.Rows(ValuationStatements.Touch, ValuationTouch.Merge(_touched));
        Reviews.AddTo(script, Ends.Count > 0 ? Ends[0].FinishedAt!.Value : default);
        script.Rows(SyncStatements.InsertSnapshots, [.. Ends.Select(e => e.Reading.Snapshot).OfType<Snapshot>()]);
        script.Rows(
            SyncStatements.NoteWhatWasLearnt,
            [.. Ends.Select(e => e.Reading).Where(r => r.Identity is not null || r.NewlyUnsupported != ReadKinds.None)]);
        script.Rows(SyncStatements.PutCredentials, Credentials);
        script.Rows(SyncStatements.NoteRenewedSessions, [.. Ends.Select(e => e.Reading).Where(r => r.RenewedToken is not null)]);
        script.Rows(AlertStatements.EndOfConnection, _healed);
        script.Rows(AlertStatements.Raise, _alerts);

        script.Rows(SyncStatements.EndRuns, Ends);
        script.Rows(SyncStatements.EndLeases, [.. Ends.Where(e => !e.Reading.KeepsConnection)]);
        script.Rows(SyncStatements.EndLeasesOnly, [.. Ends.Where(e => e.Reading.KeepsConnection)]);
    }
}
