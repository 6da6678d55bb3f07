using System.Data.Common;
using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Sync;

/// <summary>
/// Leases: the right to sync a connection, held by one process at a time. A lease runs out if its holder does not renew it; the leases
/// of a process that died are taken at once.
/// </summary>
internal sealed class SyncClaims(Database database, Workers workers, TimeProvider clock)
{
    public static readonly TimeSpan LeaseTime = TimeSpan.FromMinutes(1);

    /// <summary>Finds connections of a shard that are due and free, the longest due first.</summary>
    public async Task<IReadOnlyList<WantedSync>> FindDueAsync(string brokerId, int shard, int most, CancellationToken cancellationToken)
    {
        var due = new List<WantedSync>();
        var find = SqlScript.For(database);
        find.Query(
            """
            select connection_id, next_trigger from sync_states
            where broker_id = @broker and shard = @shard and next_sync_at <= @now and (lease_until is null or lease_until < @now)
            order by next_sync_at limit @most
            """,
            ids: null,
            row => due.Add(new WantedSync(row.Id(0), SqlValues.Parse<SyncTrigger>(row.GetString(1)), WantedFor.Schedule)),
            ("broker", brokerId),
            ("shard", shard),
            ("now", clock.GetUtcNow()),
            ("most", most));
        await find.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return due;
    }

    /// <summary>Finds a connection with a queued run, unless its broker is paused; none when there is none.</summary>
    public async Task<IReadOnlyList<WantedSync>> FindQueuedAsync(Guid connectionId, CancellationToken cancellationToken)
    {
        var queued = new List<WantedSync>();
        var find = SqlScript.For(database);
        find.Query(
            """
            select r.connection_id, r.trigger from sync_runs r join sync_states s on s.connection_id = r.connection_id
            where r.state = 'queued' and r.connection_id = @id
                and not exists (select 1 from broker_settings b where b.broker_id = s.broker_id and b.paused_at is not null)
            order by r.id limit 1
            """,
            ids: null,
            row => queued.Add(new WantedSync(row.Id(0), SqlValues.Parse<SyncTrigger>(row.GetString(1)), WantedFor.Request)),
            ("id", connectionId));
        await find.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return queued;
    }

    /// <summary>
    /// Claims what is free among <paramref name="wanted"/> and still wanted, starts a run for each and loads what a sync needs. Whoever
    /// waits for a queued run of a connection is served by the run that begins, whatever it begins for.
    /// </summary>
    /// <param name="wanted">Connections, each once.</param>
    /// <param name="leaseToken">Proves the claim when the result is stored.</param>
    /// <param name="cancellationToken">Stops before anything is claimed.</param>
    public async Task<IReadOnlyCollection<ClaimedConnection>> ClaimAsync(
        IReadOnlyCollection<WantedSync> wanted, Guid leaseToken, CancellationToken cancellationToken)
    {
        await workers.BeatAsync(cancellationToken).ConfigureAwait(false);
        var now = clock.GetUtcNow();
        await using var write = await database.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
        var queued = await LeaseAsync(write, wanted, leaseToken, now, cancellationToken).ConfigureAwait(false);
        var starts = wanted
            .Select(w => w.For != WantedFor.Itself && queued.TryGetValue(w.ConnectionId, out var run)
                ? new RunStart(run.RunId, w.ConnectionId, run.Trigger, now, leaseToken)
                : new RunStart(Guid.CreateVersion7(now), w.ConnectionId, w.Trigger, now, leaseToken))
            .ToDictionary(s => s.ConnectionId);
        Guid[] ids = [.. starts.Keys.Order()];
        var claimed = new Dictionary<Guid, ClaimedConnection>(ids.Length);

        var script = SqlScript.For(database);
        script.Rows(SyncStatements.StartRuns, [.. starts.Values]);
        script.Query(
            """
            select c.id, c.owner_id, c.portfolio_id, c.broker_id, c.label, c.reads, c.unsupported_reads, c.external_user_id,
                c.session_expires_at, c.sync_interval_seconds, s.state, s.consecutive_failures,
                s.next_sync_at, s.last_success_at, c.created_at, s.session_since, s.session_checked_at
            from connections c join sync_states s on s.connection_id = c.id where c.id {ids} and s.lease_token = @token
            """,
            ids,
            row => claimed.Add(row.Id(0), ToConnection(row, starts[row.Id(0)])),
            ("token", leaseToken));
        script.Query(
            "select connection_id, field, sealed from broker_credentials where connection_id {ids}",
            ids,
            row => claimed.GetValueOrDefault(row.Id(0))?.Credentials.Add((row.GetString(1), row.BytesOrNull(2)!)));
        script.Query(
            """
            select connection_id, id, external_id, name, currency, reported_at, report_fingerprint, review_fingerprint, review_since,
                transactions_cursor, report_run_id, first_reported_at
            from accounts where connection_id {ids}
            """,
            ids,
            row => claimed.GetValueOrDefault(row.Id(0))?.Accounts.Add(ToAccount(row)));
        script.Query(
            "select connection_id, kind from alerts where connection_id {ids} and resolved_at is null",
            ids,
            row => claimed.GetValueOrDefault(row.Id(0))?.OpenAlerts.Add(row.GetString(1)));
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return claimed.Values;
    }

    // Between finding and claiming another worker may have done it all: what is not wanted any more is not leased.
    private async Task<Dictionary<Guid, (Guid RunId, SyncTrigger Trigger)>> LeaseAsync(
        WriteTransaction write, IReadOnlyCollection<WantedSync> wanted, Guid leaseToken, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var queued = new Dictionary<Guid, (Guid, SyncTrigger)>();
        var script = SqlScript.For(database);
        foreach (var group in wanted.GroupBy(w => w.For))
        {
            var stillWanted = group.Key switch
            {
                WantedFor.Schedule => "and next_sync_at <= @now",
                WantedFor.Request => "and exists (select 1 from sync_runs r where r.connection_id = sync_states.connection_id and r.state = 'queued')",
                _ => string.Empty,
            };
            script.Change(
                $$"""
                update sync_states set lease_token = @token, lease_holder = @holder, lease_until = @until
                where connection_id {ids} and (lease_until is null or lease_until < @now) {{stillWanted}}
                """,
                [.. group.Select(w => w.ConnectionId).Order()],
                ("token", leaseToken),
                ("holder", Worker.Name),
                ("until", now + LeaseTime),
                ("now", now));
        }

        script.Query(
            "select connection_id, id, trigger from sync_runs where state = 'queued' and connection_id {ids} order by id",
            [.. wanted.Select(w => w.ConnectionId)],
            row => queued.TryAdd(row.Id(0), (row.Id(1), SqlValues.Parse<SyncTrigger>(row.GetString(2)))));
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        return queued;
    }

    /// <summary>Makes the leases of <paramref name="leaseToken"/> last longer.</summary>
    public async Task RenewAsync(Guid leaseToken, CancellationToken cancellationToken)
    {
        var script = SqlScript.For(database);
        script.Change(
            "update sync_states set lease_until = @until where lease_token = @token",
            ids: null,
            ("until", clock.GetUtcNow() + LeaseTime),
            ("token", leaseToken));
        await script.WriteAsync(database, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Frees what dead workers held, and ends every run that nobody is working on any more, so that nothing stays stuck after a crash.
    /// </summary>
    /// <returns>The runs that were ended.</returns>
    public async Task<IReadOnlyList<InterruptedRun>> RecoverAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var ended = new List<InterruptedRun>();
        var script = SqlScript.For(database);
        foreach (var (worker, isAlive) in await workers.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (isAlive)
            {
                continue;
            }

            script.Change(
                "update sync_states set lease_token = null, lease_holder = null, lease_until = null where lease_holder = @holder",
                ids: null,
                ("holder", worker.Name));
            // Unless it has come back to life this very moment.
            script.Change(
                "update workers set lost_at = @now where name = @name and last_seen_at = @seen",
                ids: null,
                ("name", worker.Name),
                ("seen", worker.LastSeenAt),
                ("now", now));
        }

        // Who was lost is told for a day.
        script.Change("delete from workers where lost_at < @before", ids: null, ("before", now - Workers.LostAreTold));

        script.Query(
            """
            update sync_runs set state = 'failed', finished_at = @now, error_kind = 'interrupted',
                error_message = 'The process that ran this sync ended before it was done. Nothing of it was stored; the next sync reads everything again.'
            where state = 'running' and not exists (
                select 1 from sync_states s where s.connection_id = sync_runs.connection_id and s.lease_until >= @now)
            returning connection_id, "trigger",
                case when exists (select 1 from sync_states s where s.connection_id = sync_runs.connection_id and s.state = 'closed') then 1 else 0 end
            """,
            ids: null,
            row => ended.Add(new InterruptedRun(row.Id(0), SqlValues.Parse<SyncTrigger>(row.GetString(1)), row.GetInt32(2) == 1)),
            ("now", now));
        await script.WriteAsync(database, cancellationToken).ConfigureAwait(false);
        await BackOffAsync([.. ended.Where(r => r.Trigger == SyncTrigger.Retry).Select(r => r.ConnectionId)], now, cancellationToken).ConfigureAwait(false);
        return ended;
    }

    // A sync that was cut off twice may be what the process died of. It is tried again, but not at once.
    private async Task BackOffAsync(IReadOnlyList<Guid> connectionIds, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (connectionIds.Count == 0)
        {
            return;
        }

        var script = SqlScript.For(database);
        script.Change(
            """
            update sync_states set consecutive_failures = consecutive_failures + 1, next_trigger = 'retry', next_sync_at = @later
            where connection_id {ids} and next_sync_at < @later
            """,
            connectionIds,
            ("later", now + SyncPolicy.WaitAfterInterruption));
        await script.WriteAsync(database, cancellationToken).ConfigureAwait(false);
    }

    private static ClaimedConnection ToConnection(DbDataReader row, RunStart start) => new()
    {
        Id = row.Id(0),
        OwnerId = row.Id(1),
        PortfolioId = row.Id(2),
        BrokerId = row.GetString(3),
        Label = row.GetString(4),
        Reads = (ReadKinds)row.GetInt32(5),
        UnsupportedReads = (ReadKinds)row.GetInt32(6),
        ExternalUserId = row.TextOrNull(7),
        SessionExpiresAt = row.InstantOrNull(8),
        SyncInterval = row.IsDBNull(9) ? null : TimeSpan.FromSeconds(row.GetInt64(9)),
        State = SqlValues.Parse<ConnectionState>(row.GetString(10)),
        ConsecutiveFailures = row.GetInt32(11),
        DueAt = row.InstantOrNull(12),
        StartedAt = start.At,
        LastSuccessAt = row.InstantOrNull(13),
        CreatedAt = row.Instant(14),
        SessionSince = row.InstantOrNull(15),
        SessionCheckedAt = row.InstantOrNull(16),
        RunId = start.RunId,
        LeaseToken = start.LeaseToken,
        Trigger = start.Trigger,
    };

    private static ClaimedAccount ToAccount(DbDataReader row) => new()
    {
        Id = row.Id(1),
        ExternalId = row.GetString(2),
        Name = row.GetString(3),
        Currency = row.GetString(4),
        ReportedAt = row.InstantOrNull(5),
        Fingerprint = row.BytesOrNull(6),
        ReviewFingerprint = row.BytesOrNull(7),
        ReviewSince = row.InstantOrNull(8),
        TransactionsCursor = row.TextOrNull(9),
        ReportRunId = row.IsDBNull(10) ? null : row.Id(10),
        FirstReportedAt = row.InstantOrNull(11),
    };
}

/// <summary>A sync that somebody wants.</summary>
/// <param name="ConnectionId">The connection.</param>
/// <param name="Trigger">What starts it, unless a queued run waits for it.</param>
/// <param name="For">Why it is wanted.</param>
internal sealed record WantedSync(Guid ConnectionId, SyncTrigger Trigger, WantedFor For);

/// <summary>Why a sync is wanted, and so for how long.</summary>
internal enum WantedFor
{
    /// <summary>It is due; wanted until another run has made it due later.</summary>
    Schedule,

    /// <summary>A queued run waits for it; wanted until that has begun.</summary>
    Request,

    /// <summary>A person is at it now.</summary>
    Person,

    /// <summary>For what it alone reads: a file or a recording. A queued run goes on waiting.</summary>
    Itself,
}

/// <summary>A run whose process died.</summary>
/// <param name="ConnectionId">Its connection.</param>
/// <param name="Trigger">What started it.</param>
/// <param name="IsClosed">True when the connection was closed meanwhile: there is nothing to try again.</param>
internal sealed record InterruptedRun(Guid ConnectionId, SyncTrigger Trigger, bool IsClosed);
