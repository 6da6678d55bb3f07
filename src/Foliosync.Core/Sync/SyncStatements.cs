using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;

namespace Foliosync.Core.Sync;

/// <summary>The statements of the bulk path. Column names are those of the generated migrations.</summary>
internal static class SyncStatements
{
    public static readonly RowStatement<RunStart> StartRuns = new(
        """
        insert into sync_runs (id, connection_id, trigger, state, queued_at, started_at, attempt, worker,
            received, inserted, updated, closed, unchanged, skipped, warnings, steps)
        select r.id, r.connection_id, r.trigger, 'running', r.at, r.at, s.consecutive_failures + 1, r.worker, 0, 0, 0, 0, 0, 0, '[]', '[]'
        from {rows} join sync_states s on s.connection_id = r.connection_id and s.lease_token = r.lease_token
        where true on conflict (id) do update set state = 'running', started_at = excluded.started_at,
            attempt = excluded.attempt, worker = excluded.worker
        """,
        Column.Of<RunStart>("id", r => r.RunId),
        Column.Of<RunStart>("connection_id", r => r.ConnectionId),
        Column.Of<RunStart>("trigger", r => SqlValues.ToText(r.Trigger)),
        Column.Of<RunStart>("at", r => r.At),
        Column.Of<RunStart>("worker", r => Worker.Name),
        Column.Of<RunStart>("lease_token", r => r.LeaseToken));

    public static readonly RowStatement<RunEnd> EndRuns = new(
        """
        update sync_runs set state = r.state, finished_at = r.finished_at, received = r.received, inserted = r.inserted,
            updated = r.updated, closed = r.closed, unchanged = r.unchanged, skipped = r.skipped, warnings = r.warnings, steps = r.steps, requests = r.requests, log = r.log,
            error_kind = r.error_kind, error_message = r.error_message, error_detail = r.error_detail
        from {rows} where sync_runs.id = r.id
        """,
        Column.Of<RunEnd>("id", r => r.RunId),
        Column.Of<RunEnd>("state", r => SqlValues.ToText(r.Verdict.RunState)),
        Column.Of<RunEnd>("finished_at", r => r.FinishedAt),
        Column.Of<RunEnd>("received", r => r.Counts.Received),
        Column.Of<RunEnd>("inserted", r => r.Counts.Inserted),
        Column.Of<RunEnd>("updated", r => r.Counts.Updated),
        Column.Of<RunEnd>("closed", r => r.Counts.Closed),
        Column.Of<RunEnd>("unchanged", r => r.Counts.Unchanged),
        Column.Of<RunEnd>("skipped", r => r.Counts.Skipped),
        Column.Of<RunEnd>("warnings", r => SqlValues.ToJson(r.Reading.Warnings)),
        Column.Of<RunEnd>("steps", r => SqlValues.ToJson(r.Reading.Steps)),
        Column.Of<RunEnd>("requests", r => SqlValues.ToJson(r.Reading.Connection.Told.Requests)),
        Column.Of<RunEnd>("log", r => SqlValues.ToJson(r.Reading.Connection.Told.Log)),
        Column.Of<RunEnd>("error_kind", r => r.ErrorKind),
        Column.Of<RunEnd>("error_message", r => r.ErrorMessage),
        Column.Of<RunEnd>("error_detail", r => r.ErrorDetail));

    // A state that was changed meanwhile (paused, session over) stays as it is, and a login meanwhile settles everything: what the
    // session before it met says nothing of the new one.
    public static readonly RowStatement<RunEnd> EndLeases = new(
        """
        update sync_states set lease_token = null, lease_holder = null, lease_until = null, last_run_id = r.run_id,
            last_success_at = coalesce(r.last_success_at, sync_states.last_success_at),
            consecutive_failures = case when r.is_replaced = 0 then r.consecutive_failures else sync_states.consecutive_failures end,
            next_sync_at = case when r.is_replaced = 0 and sync_states.state = r.claimed_state then r.next_sync_at else sync_states.next_sync_at end,
            next_trigger = case when r.is_replaced = 0 and sync_states.state = r.claimed_state then r.next_trigger else sync_states.next_trigger end,
            state = case when r.is_replaced = 0 and sync_states.state = r.claimed_state then r.state else sync_states.state end,
            session_since = coalesce(r.session_since, sync_states.session_since),
            session_checked_at = case when r.is_replaced = 0 then coalesce(r.session_checked_at, sync_states.session_checked_at)
                else sync_states.session_checked_at end
        from {rows} where sync_states.connection_id = r.connection_id and sync_states.lease_token = r.lease_token
        """,
        Column.Of<RunEnd>("connection_id", r => r.Reading.Connection.Id),
        Column.Of<RunEnd>("lease_token", r => r.Reading.Connection.LeaseToken),
        Column.Of<RunEnd>("run_id", r => r.RunId),
        Column.Of<RunEnd>("last_success_at", r => r.Verdict.RunState == SyncRunState.Succeeded ? r.FinishedAt : null),
        Column.Of<RunEnd>("consecutive_failures", r => r.Verdict.ConsecutiveFailures),
        Column.Of<RunEnd>("next_sync_at", r => r.Verdict.NextSyncAt),
        Column.Of<RunEnd>("next_trigger", r => SqlValues.ToText(r.Verdict.NextTrigger(r.Reading.Connection.Trigger))),
        Column.Of<RunEnd>("claimed_state", r => SqlValues.ToText(r.Reading.Connection.State)),
        Column.Of<RunEnd>("state", r => SqlValues.ToText(r.Verdict.ConnectionState)),
        Column.Of<RunEnd>("is_replaced", r => r.Reading.IsSessionReplaced ? 1 : 0),
        Column.Of<RunEnd>("session_since", r => r.Reading.RenewedToken is null ? null : r.FinishedAt),
        Column.Of<RunEnd>("session_checked_at", r => r.Reading.SessionCheckedAt));

    // Neither a recording nor a file proves anything about the login or the schedule: only the lease ends.
    public static readonly RowStatement<RunEnd> EndLeasesOnly = new(
        """
        update sync_states set lease_token = null, lease_holder = null, lease_until = null, last_run_id = r.run_id
        from {rows} where sync_states.connection_id = r.connection_id and sync_states.lease_token = r.lease_token
        """,
        Column.Of<RunEnd>("connection_id", r => r.Reading.Connection.Id),
        Column.Of<RunEnd>("lease_token", r => r.Reading.Connection.LeaseToken),
        Column.Of<RunEnd>("run_id", r => r.RunId));

    public static readonly RowStatement<BrokerAccount> InsertAccounts = new(
        """
        insert into accounts (id, owner_id, connection_id, portfolio_id, external_id, name, currency)
        select r.id, r.owner_id, r.connection_id, r.portfolio_id, r.external_id, r.name, r.currency from {rows}
        """,
        Column.Of<BrokerAccount>("id", a => a.Id),
        Column.Of<BrokerAccount>("owner_id", a => a.OwnerId),
        Column.Of<BrokerAccount>("connection_id", a => a.ConnectionId),
        Column.Of<BrokerAccount>("portfolio_id", a => a.PortfolioId),
        Column.Of<BrokerAccount>("external_id", a => a.ExternalId),
        Column.Of<BrokerAccount>("name", a => a.Name),
        Column.Of<BrokerAccount>("currency", a => a.Currency));

    public static readonly RowStatement<AccountReading> ApplyReports = new(
        """
        update accounts set reported_at = r.reported_at, report_fingerprint = r.report_fingerprint, report_run_id = r.run_id,
            first_reported_at = coalesce(accounts.first_reported_at, r.first_reported_at),
            review_fingerprint = null, review_since = null, review_id = null,
            transactions_cursor = coalesce(r.transactions_cursor, accounts.transactions_cursor)
        from {rows} where accounts.id = r.id
        """,
        Column.Of<AccountReading>("id", a => a.Account.Id),
        Column.Of<AccountReading>("reported_at", a => a.Report.AsOf),
        Column.Of<AccountReading>("first_reported_at", a => a.Report.TellsUnits ? a.Report.AsOf : null),
        Column.Of<AccountReading>("run_id", a => a.RunId),
        Column.Of<AccountReading>("report_fingerprint", a => a.Fingerprint),
        Column.Of<AccountReading>("transactions_cursor", a => a.Report.TransactionsCursor));

    public static readonly RowStatement<Holding> InsertHoldings = new(
        """
        insert into holdings (id, account_id, instrument_id, lot, reads, symbol, exchange, quantity, unsettled_quantity,
            pledged_quantity, average_price, cost_basis, last_price, priced_at, multiplier, since, last_reported_at, first_price)
        select r.id, r.account_id, r.instrument_id, r.lot, r.reads, r.symbol, r.exchange, r.quantity, r.unsettled_quantity,
            r.pledged_quantity, r.average_price, r.cost_basis, r.last_price, r.priced_at, r.multiplier, r.since, r.last_reported_at,
            r.first_price
        from {rows}
        """,
        [
            Column.Of<Holding>("account_id", h => h.AccountId),
            Column.Of<Holding>("instrument_id", h => h.InstrumentId),
            Column.Of<Holding>("lot", h => h.Lot),
            .. HoldingValues(),
        ]);

    public static readonly RowStatement<Holding> UpdateHoldings = new(
        """
        update holdings set reads = r.reads, symbol = r.symbol, exchange = r.exchange, quantity = r.quantity,
            unsettled_quantity = r.unsettled_quantity, pledged_quantity = r.pledged_quantity, average_price = r.average_price,
            cost_basis = r.cost_basis, last_price = r.last_price, priced_at = r.priced_at, multiplier = r.multiplier, since = r.since,
            last_reported_at = r.last_reported_at, first_price = r.first_price
        from {rows} where holdings.id = r.id
        """,
        HoldingValues());

    public static readonly RowStatement<HoldingPeriod> InsertPeriods = new(
        """
        insert into holding_periods (id, account_id, instrument_id, lot, quantity, cost_basis, multiplier, first_price, last_price, "from", "to")
        select r.id, r.account_id, r.instrument_id, r.lot, r.quantity, r.cost_basis, r.multiplier, r.first_price, r.last_price, r.from_at, r.to_at
        from {rows}
        """,
        Column.Of<HoldingPeriod>("id", p => p.Id),
        Column.Of<HoldingPeriod>("account_id", p => p.AccountId),
        Column.Of<HoldingPeriod>("instrument_id", p => p.InstrumentId),
        Column.Of<HoldingPeriod>("lot", p => p.Lot),
        Column.Of<HoldingPeriod>("quantity", p => p.Quantity),
        Column.Of<HoldingPeriod>("cost_basis", p => p.CostBasis),
        Column.Of<HoldingPeriod>("multiplier", p => p.Multiplier),
        Column.Of<HoldingPeriod>("first_price", p => p.FirstPrice),
        Column.Of<HoldingPeriod>("last_price", p => p.LastPrice),
        Column.Of<HoldingPeriod>("from_at", p => p.From),
        Column.Of<HoldingPeriod>("to_at", p => p.To));

    public static readonly RowStatement<CashBalance> InsertCash = new(
        """
        insert into cash_balances (id, account_id, segment, currency, amount, as_of)
        select r.id, r.account_id, r.segment, r.currency, r.amount, r.as_of from {rows}
        """,
        Column.Of<CashBalance>("id", c => c.Id),
        Column.Of<CashBalance>("account_id", c => c.AccountId),
        Column.Of<CashBalance>("segment", c => c.Segment),
        Column.Of<CashBalance>("currency", c => c.Currency),
        Column.Of<CashBalance>("amount", c => c.Amount),
        Column.Of<CashBalance>("as_of", c => c.AsOf));

    public static readonly RowStatement<CashBalance> UpdateCash = new(
        "update cash_balances set amount = r.amount, as_of = r.as_of from {rows} where cash_balances.id = r.id",
        Column.Of<CashBalance>("id", c => c.Id),
        Column.Of<CashBalance>("amount", c => c.Amount),
        Column.Of<CashBalance>("as_of", c => c.AsOf));

    public static readonly RowStatement<EndedCash> InsertCashPeriods = new(
        """
        insert into cash_balance_periods (id, account_id, segment, currency, amount, "from", "to")
        select r.id, c.account_id, c.segment, c.currency, c.amount, c.as_of, r.to_at from {rows} join cash_balances c on c.id = r.cash_id
        """,
        Column.Of<EndedCash>("id", c => c.Id),
        Column.Of<EndedCash>("cash_id", c => c.CashId),
        Column.Of<EndedCash>("to_at", c => c.At));

    public static readonly RowStatement<Transaction> InsertTransactions = Inserting(string.Empty);

    /// <summary>The same for rows that may be there already: these stay as they are.</summary>
    public static readonly RowStatement<Transaction> InsertNewTransactions = Inserting(" where true on conflict (account_id, external_id, source) do nothing");

    private static RowStatement<Transaction> Inserting(string unless) => new(
        """
        insert into transactions (id, account_id, instrument_id, external_id, kind, symbol, exchange, quantity, price, amount, fees,
            taxes, currency, traded_at, settled_on, source, note, run_id, superseded_by)
        select r.id, r.account_id, r.instrument_id, r.external_id, r.kind, r.symbol, r.exchange, r.quantity, r.price, r.amount, r.fees,
            r.taxes, r.currency, r.traded_at, r.settled_on, r.source, r.note, r.run_id, r.superseded_by from {rows}
        """ + unless,
        Column.Of<Transaction>("id", t => t.Id),
        Column.Of<Transaction>("account_id", t => t.AccountId),
        Column.Of<Transaction>("instrument_id", t => t.InstrumentId),
        Column.Of<Transaction>("external_id", t => t.ExternalId),
        Column.Of<Transaction>("kind", t => SqlValues.ToText(t.Kind)),
        Column.Of<Transaction>("symbol", t => t.Symbol),
        Column.Of<Transaction>("exchange", t => t.Exchange),
        Column.Of<Transaction>("quantity", t => t.Quantity),
        Column.Of<Transaction>("price", t => t.Price),
        Column.Of<Transaction>("amount", t => t.Amount),
        Column.Of<Transaction>("fees", t => t.Fees),
        Column.Of<Transaction>("taxes", t => t.Taxes),
        Column.Of<Transaction>("currency", t => t.Currency),
        Column.Of<Transaction>("traded_at", t => t.TradedAt),
        Column.Of<Transaction>("settled_on", t => t.SettledOn),
        Column.Of<Transaction>("source", t => SqlValues.ToText(t.Source)),
        Column.Of<Transaction>("note", t => t.Note),
        Column.Of<Transaction>("run_id", t => t.RunId),
        Column.Of<Transaction>("superseded_by", t => t.SupersededBy));

    public static readonly RowStatement<Snapshot> InsertSnapshots = new(
        "insert into snapshots (id, run_id, connection_id, taken_at, sealed) select r.id, r.run_id, r.connection_id, r.taken_at, r.sealed from {rows}",
        Column.Of<Snapshot>("id", s => s.Id),
        Column.Of<Snapshot>("run_id", s => s.RunId),
        Column.Of<Snapshot>("connection_id", s => s.ConnectionId),
        Column.Of<Snapshot>("taken_at", s => s.TakenAt),
        Column.Of<Snapshot>("sealed", s => s.Sealed));

    public static readonly RowStatement<ConnectionReading> NoteWhatWasLearnt = new(
        """
        update connections set unsupported_reads = connections.unsupported_reads | r.unsupported_reads,
            external_user_id = coalesce(connections.external_user_id, r.external_user_id)
        from {rows} where connections.id = r.id
        """,
        Column.Of<ConnectionReading>("id", r => r.Connection.Id),
        Column.Of<ConnectionReading>("unsupported_reads", r => (int)r.NewlyUnsupported),
        Column.Of<ConnectionReading>("external_user_id", r => r.Identity?.UserId));

    public static readonly RowStatement<BrokerCredential> PutCredentials = new(
        """
        insert into broker_credentials (connection_id, field, sealed, updated_at)
        select r.connection_id, r.field, r.sealed, r.updated_at from {rows}
        where true on conflict (connection_id, field) do update set sealed = excluded.sealed, updated_at = excluded.updated_at
        """,
        Column.Of<BrokerCredential>("connection_id", c => c.ConnectionId),
        Column.Of<BrokerCredential>("field", c => c.Field),
        Column.Of<BrokerCredential>("sealed", c => c.Sealed),
        Column.Of<BrokerCredential>("updated_at", c => c.UpdatedAt));

    public static readonly RowStatement<ConnectionReading> NoteRenewedSessions = new(
        "update connections set session_expires_at = r.session_expires_at from {rows} where connections.id = r.id",
        Column.Of<ConnectionReading>("id", r => r.Connection.Id),
        Column.Of<ConnectionReading>("session_expires_at", r => r.RenewedToken?.ExpiresAt));

    public static readonly RowStatement<AuditEvent> InsertAuditEvents = new(
        """
        insert into audit_events (id, user_id, at, action, subject, source, detail, address, table_name, batch, undoes)
        select r.id, r.user_id, r.at, r.action, r.subject, r.source, r.detail, r.address, r.table_name, r.batch, r.undoes from {rows}
        """,
        Column.Of<AuditEvent>("id", a => a.Id),
        Column.Of<AuditEvent>("user_id", a => a.UserId),
        Column.Of<AuditEvent>("at", a => a.At),
        Column.Of<AuditEvent>("action", a => a.Action),
        Column.Of<AuditEvent>("subject", a => a.Subject),
        Column.Of<AuditEvent>("source", a => a.Source),
        Column.Of<AuditEvent>("detail", a => a.Detail),
        Column.Of<AuditEvent>("address", a => a.Address),
        Column.Of<AuditEvent>("table_name", a => a.TableName),
        Column.Of<AuditEvent>("batch", a => a.Batch),
        Column.Of<AuditEvent>("undoes", a => a.Undoes));

    private static RowColumn<Holding>[] HoldingValues() =>
    [
        Column.Of<Holding>("id", h => h.Id),
        Column.Of<Holding>("reads", h => (int)h.Reads),
        Column.Of<Holding>("symbol", h => h.Symbol),
        Column.Of<Holding>("exchange", h => h.Exchange),
        Column.Of<Holding>("quantity", h => h.Quantity),
        Column.Of<Holding>("unsettled_quantity", h => h.UnsettledQuantity),
        Column.Of<Holding>("pledged_quantity", h => h.PledgedQuantity),
        Column.Of<Holding>("average_price", h => h.AveragePrice),
        Column.Of<Holding>("cost_basis", h => h.CostBasis),
        Column.Of<Holding>("last_price", h => h.LastPrice),
        Column.Of<Holding>("priced_at", h => h.PricedAt),
        Column.Of<Holding>("multiplier", h => h.Multiplier),
        Column.Of<Holding>("since", h => h.Since),
        Column.Of<Holding>("last_reported_at", h => h.LastReportedAt),
        Column.Of<Holding>("first_price", h => h.FirstPrice),
    ];
}

/// <summary>A cash balance that is another from an instant on, or none.</summary>
/// <param name="Id">Id of the time that is over.</param>
/// <param name="CashId">The balance.</param>
/// <param name="At">UTC instant of the report that said so.</param>
internal readonly record struct EndedCash(Guid Id, Guid CashId, DateTimeOffset At);

/// <summary>A run that begins.</summary>
internal sealed record RunStart(Guid RunId, Guid ConnectionId, SyncTrigger Trigger, DateTimeOffset At, Guid LeaseToken);

/// <summary>A run that ends, and what becomes of its connection.</summary>
internal sealed record RunEnd(ConnectionReading Reading, Verdict Verdict, DateTimeOffset? FinishedAt, SyncCounts Counts)
{
    public Guid RunId => Reading.Connection.RunId;

    public string? ErrorKind { get; init; }

    public string? ErrorMessage { get; init; }

    public string? ErrorDetail { get; init; }

    /// <summary>
    /// Route and field of an answer that has another form than the adapter knows, so that nothing of the run could be applied; null
    /// when the broker answers as ever.
    /// </summary>
    public string? ProviderChanged { get; init; }
}
