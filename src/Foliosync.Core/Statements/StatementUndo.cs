using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;
using Foliosync.Core.Valuations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Statements;

/// <summary>What an undo took back.</summary>
/// <param name="RunId">The import.</param>
/// <param name="Removed">Transactions that are gone.</param>
/// <param name="Restored">Holdings and balances that are as they were before.</param>
public sealed record UndoneStatement(Guid RunId, int Removed, int Restored);

/// <summary>Undoes imports: removes the transactions that a file brought, and puts back the holdings and cash that it replaced.</summary>
public sealed class StatementUndo(Database database, BrokerCatalog catalog, TimeProvider clock, ILoggerFactory logs)
{
    private readonly InferredLedger _ledger = new(database, clock, logs.CreateLogger<InferredLedger>());

    /// <summary>Undoes the import of a run.</summary>
    /// <exception cref="NotFoundException">There is no such run within reach.</exception>
    /// <exception cref="RefusedException">
    /// The run is no import, was undone before, something newer was built on it, or a sync is at work. Nothing was changed.
    /// </exception>
    public async Task<UndoneStatement> UndoAsync(Guid runId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        var (connectionId, manifest) = await FindAsync(runId, by, cancellationToken).ConfigureAwait(false);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(manifest.TimeZone);
        var now = clock.GetUtcNow();
        await using var write = await database.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
        var import = await LoadAsync(write, runId, connectionId, now, cancellationToken).ConfigureAwait(false);
        RefuseIfBuiltUpon(import);

        var removed = 0;
        var touched = new HashSet<Guid>();
        var script = SqlScript.For(database);
        script.Query(
            "delete from transactions where run_id = @run and source = 'statement' and account_id = @account returning instrument_id",
            ids: null,
            row =>
            {
                removed++;
                Touch(row.IdOrNull(0));
            },
            ("run", runId),
            ("account", import.AccountId));
        script.Query(
            "delete from transactions where run_id = @run and source = 'inferred' and account_id = @account returning instrument_id",
            ids: null,
            row => Touch(row.IdOrNull(0)),
            ("run", runId),
            ("account", import.AccountId));
        var replaced = import.Replaced;
        if (replaced is not null)
        {
            Restore(script, import.AccountId, replaced);
            touched.UnionWith(replaced.Holdings.Select(h => h.InstrumentId));
            if (replaced.FirstReportedAt is null)
            {
                // It had the first report of holdings: what was concluded from it goes with it.
                script.Change("delete from transactions where account_id = @account and source = 'inferred'", ids: null, ("account", import.AccountId));
            }
        }

        // All that the file told may be far in the past, and what it hid may come to light again.
        script.Rows(ValuationStatements.Touch, [new ValuationTouch(import.AccountId, DateOnly.MinValue)]);
        script.Change("update imported_statements set undone_at = @now where id = @run", ids: null, ("now", now), ("run", runId));
        script.Rows(SyncStatements.InsertAuditEvents, [by.Did("statement.undone", runId, now, $$"""{"accountId":"{{import.AccountId}}"}""")]);
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        if (import is { FirstDay: { } first, LastDay: { } last })
        {
            await SupersededRows.MarkAsync(
                database, write.Connection, write.Transaction, import.AccountId, first, last, zone, cancellationToken).ConfigureAwait(false);
        }

        if (TouchOf(import, touched, zone, manifest.AverageIsFifo) is { } touch)
        {
            await _ledger.RefreshAsync(write.Connection, write.Transaction, [touch], cancellationToken).ConfigureAwait(false);
        }

        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return new UndoneStatement(
            runId,
            removed,
            replaced is null ? 0 : replaced.Opened.Count + replaced.Holdings.Count + replaced.CashOpened.Count + replaced.Cash.Count);

        void Touch(Guid? instrument)
        {
            if (instrument is { } id)
            {
                touched.Add(id);
            }
        }
    }

    // What was inferred before the file came is inferred again. Where the file had the first report, there is nothing to infer from.
    private static LedgerTouch? TouchOf(Import import, HashSet<Guid> touched, TimeZoneInfo zone, bool averageIsFifo)
    {
        var replaced = import.Replaced;
        var firstReportedAt = replaced is null ? import.FirstReportedAt : replaced.FirstReportedAt;
        var days = new[] { import.FirstDay, replaced is null ? null : LedgerRows.DayOf(replaced.ReportedAtAfter, zone) };
        return touched.Count == 0 || firstReportedAt is not { } firstReported || days.Min() is not { } first ? null : new LedgerTouch
        {
            AccountId = import.AccountId,
            Zone = zone,
            AverageIsFifo = averageIsFifo,
            FirstReportedAt = firstReported,
            Instruments = touched,
            FromDay = first,
        };
    }

    private async Task<(Guid ConnectionId, BrokerManifest Manifest)> FindAsync(Guid runId, Actor by, CancellationToken cancellationToken)
    {
        await using var db = database.Open(by.Scope);
        var connection = await db.SyncRuns.Where(r => r.Id == runId).Select(r => new { r.ConnectionId, r.Connection!.BrokerId })
            .SingleOrDefaultAsync(cancellationToken).ConfigureAwait(false) ?? throw new NotFoundException("sync run");
        if (!await db.ImportedStatements.AnyAsync(s => s.Id == runId, cancellationToken).ConfigureAwait(false))
        {
            throw new RefusedException("This run imported no file, so there is nothing to undo. What a sync read stays until the broker says otherwise.");
        }

        return catalog.TryFind(connection.BrokerId, out var broker)
            ? (connection.ConnectionId, broker.Manifest)
            : throw new RefusedException($"This version has no adapter '{connection.BrokerId}'. Install a version that has it.");
    }

    private async Task<Import> LoadAsync(
        WriteTransaction write, Guid runId, Guid connectionId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Import? import = null;
        var isBusy = false;
        var laterOnes = new List<Later>();
        var script = SqlScript.For(database);

        // Holds the lease's row: no sync begins until this is done.
        script.Query(
            "select lease_until from sync_states where connection_id = @id for update",
            ids: null,
            row => isBusy = row.InstantOrNull(0) >= now,
            ("id", connectionId));
        script.Query(
            """
            select s.account_id, s.first_day, s.last_day, s.replaced, s.undone_at, a.reported_at, a.report_fingerprint, a.first_reported_at
            from imported_statements s join accounts a on a.id = s.account_id where s.id = @run
            """,
            ids: null,
            row => import = new Import(
                row.Id(0), row.DayOrNull(1), row.DayOrNull(2), row.TextOrNull(3) is { } replaced ? Replaced.FromJson(replaced) : null, row.InstantOrNull(4), row.InstantOrNull(5), row.BytesOrNull(6), row.InstantOrNull(7),
                laterOnes),
            ("run", runId));
        script.Query(
            """
            select l.id, l.imported_at, l.built_on, l.replaced from imported_statements l join imported_statements s on s.account_id = l.account_id
            where s.id = @run and l.id <> s.id and l.imported_at >= s.imported_at and l.undone_at is null order by l.id desc
            """,
            ids: null,
            row => laterOnes.Add(new Later(row.Id(0), row.Instant(1), SqlValues.IdsFrom(row.GetString(2)).Contains(runId), !row.IsDBNull(3))),
            ("run", runId));
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        return isBusy
            ? throw new RefusedException("A sync of this connection is at work. Nothing was undone; try again when it is done.")
            : import ?? throw new NotFoundException("sync run");
    }

    private static void RefuseIfBuiltUpon(Import import)
    {
        if (import.UndoneAt is { } at)
        {
            throw new RefusedException($"This import was undone on {at.UtcDateTime:yyyy-MM-dd}.");
        }

        if (import.LaterOnes.FirstOrDefault(l => l.TellsTheSame || (l.ChangedHoldings && import.Replaced is not null)) is { } later)
        {
            throw new RefusedException(
                $"A file that was imported later, by run {later.RunId}, is built on this one. Undo that one first.");
        }

        if (import.Replaced is { } replaced
            && (import.ReportedAt != replaced.ReportedAtAfter || !replaced.FingerprintAfter.AsSpan().SequenceEqual(import.ReportFingerprint)))
        {
            throw new RefusedException(
                $"A newer report, of {import.ReportedAt?.UtcDateTime:yyyy-MM-dd HH:mm}Z, has been applied on the holdings of this file, so they cannot be put back.");
        }
    }

    private static void Restore(SqlScript script, Guid accountId, Replaced replaced)
    {
        Delete("holdings", [.. replaced.Opened, .. replaced.Holdings.Select(h => h.Id)]);
        Delete("holding_periods", [.. replaced.Periods]);
        Delete("cash_balances", [.. replaced.CashOpened, .. replaced.Cash.Select(c => c.Id)]);
        script.Rows(SyncStatements.InsertHoldings, replaced.Holdings);
        script.Rows(SyncStatements.InsertCash, replaced.Cash);
        // What was over is running again.
        script.Change(
            """
            delete from cash_balance_periods where account_id = @account and exists (select 1 from cash_balances c
                where c.account_id = cash_balance_periods.account_id and c.segment = cash_balance_periods.segment
                    and c.currency = cash_balance_periods.currency and c.as_of = cash_balance_periods."from")
            """,
            ids: null,
            ("account", accountId));
        script.Rows(PutAccountBack, [(accountId, replaced)]);

        void Delete(string table, Guid[] ids)
        {
            if (ids.Length > 0)
            {
                script.Change($"delete from {table} where id {{ids}}", ids);
            }
        }
    }

    private static readonly RowStatement<(Guid Id, Replaced To)> PutAccountBack = new(
        """
        update accounts set reported_at = r.reported_at, report_fingerprint = r.report_fingerprint, report_run_id = r.report_run_id,
            first_reported_at = r.first_reported_at
        from {rows} where accounts.id = r.id
        """,
        Column.Of<(Guid Id, Replaced To)>("id", a => a.Id),
        Column.Of<(Guid Id, Replaced To)>("reported_at", a => a.To.ReportedAt),
        Column.Of<(Guid Id, Replaced To)>("report_fingerprint", a => a.To.Fingerprint),
        Column.Of<(Guid Id, Replaced To)>("report_run_id", a => a.To.ReportRunId),
        Column.Of<(Guid Id, Replaced To)>("first_reported_at", a => a.To.FirstReportedAt));

    private sealed record Import(
        Guid AccountId,
        DateOnly? FirstDay,
        DateOnly? LastDay,
        Replaced? Replaced,
        DateTimeOffset? UndoneAt,
        DateTimeOffset? ReportedAt,
        byte[]? ReportFingerprint,
        DateTimeOffset? FirstReportedAt,
        List<Later> LaterOnes);

    private sealed record Later(Guid RunId, DateTimeOffset ImportedAt, bool TellsTheSame, bool ChangedHoldings);
}
