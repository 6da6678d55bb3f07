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
        var due = new Dictionary<Guid, WantedSync>();
        var find = SqlScript.For(database);
        find.Query(
            """
            select connection_id, next_trigger from sync_states
            where broker_id = @broker and shard = @shard and next_sync_at <= @now and (lease_until is null or lease_until < @now)
            order by next_sync_at limit @most
            """,
            ids: null,
            row => due.Add(row.Id(0), new WantedSync(row.Id(0), null, SqlValues.Parse<SyncTrigger>(row.GetString(1)))),
            ("broker", brokerId),
            ("shard", shard),
            ("now", clock.GetUtcNow()),
            ("most", most));
        await find.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return await AdoptAsync(due, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds connections whose run begins because a person is at it.</summary>
    public Task<IReadOnlyList<WantedSync>> WantAsync(IEnumerable<Guid> connectionIds, SyncTrigger trigger, CancellationToken cancellationToken) =>
        AdoptAsync(connectionIds.ToDictionary(id => id, id => new WantedSync(id, null, trigger)), cancellationToken);

    // Whoever waits for a sync of a connection is served by the run that begins for another reason.
    private async Task<IReadOnlyList<WantedSync>> AdoptAsync(Dictionary<Guid, WantedSync> wanted, CancellationToken cancellationToken)
    {
        if (wanted.Count == 0)
        {
            return [];
        }

        var adopt = SqlScript.For(database);
        adopt.Query(
            "select id, connection_id, trigger from sync_runs where state = 'queued' and connection_id {ids} order by id desc",
            wanted.Keys,
            row => wanted[row.Id(1)] = new WantedSync(row.Id(1), row.Id(0), SqlValues.Parse<SyncTrigger>(row.GetString(2))));
        await adopt.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return [.. wanted.Values];
    }

    /// <summary>Finds the queued run of a connection; none when there is none.</summary>
    public async Task<IReadOnlyList<WantedSync>> FindQueuedAsync(Guid connectionId, CancellationToken cancellationToken)
    {
        var queued = new List<WantedSync>();
        var find = SqlScript.For(database);
        find.Query(
            """
            select r.id, r.connection_id, r.trigger from sync_runs r join sync_states s on s.connection_id = r.connection_id
            where r.state = 'queued' and r.connection_id = @id
                and not exists (select 1 from broker_settings b where b.broker_id = s.broker_id and b.paused_at is not null)
            order by r.id limit 1
            """,
            ids: null,
            row => queued.Add(new WantedSync(row.Id(1), row.Id(0), SqlValues.Parse<SyncTrigger>(row.GetString(2)))),
            ("id", connectionId));
        await find.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return queued;
    }

    /// <summary>Claims what is free among <paramref name="wanted"/>, starts a run for each and loads what a sync needs.</summary>
    /// <param name="wanted">Connections, each once.</param>
    /// <param name="leaseToken">Proves the claim when the result is stored.</param>
    /// <param name="cancellationToken">Stops before anything is claimed.</param>
    public async Task<IReadOnlyCollection<ClaimedConnection>> ClaimAsync(
        IReadOnlyCollection<WantedSync> wanted, Guid leaseToken, CancellationToken cancellationToken)
    {
        await workers.BeatAsync(cancellationToken).ConfigureAwait(false);
        var now = clock.GetUtcNow();
        var starts = wanted
            .Select(w => new RunStart(w.RunId ?? Guid.CreateVersion7(now), w.ConnectionId, w.Trigger, now, leaseToken))
            .ToDictionary(s => s.ConnectionId);
        Guid[] ids = [.. starts.Keys.Order()];
        var claimed = new Dictionary<Guid, ClaimedConnection>(ids.Length);

        var script = SqlScript.For(database);
        script.Change(
            """
            update sync_states set lease_token = @token, lease_holder = @holder, lease_until = @until
            where connection_id {ids} and (lease_until is null or lease_until < @now)
            """,
            ids,
            ("token", leaseToken),
            ("holder", Worker.Name),
            ("until", now + LeaseTime),
            ("now", now));
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
        await script.WriteAsync(database, cancellationToken).ConfigureAwait(false);
        return claimed.Values;
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
            returning connection_id, "trigger"
            """,
            ids: null,
            row => ended.Add(new InterruptedRun(row.Id(0), SqlValues.Parse<SyncTrigger>(row.GetString(1)))),
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
/// <param name="RunId">The queued run that waits for it; null to begin a new one.</param>
/// <param name="Trigger">What started it.</param>
internal sealed record WantedSync(Guid ConnectionId, Guid? RunId, SyncTrigger Trigger);

/// <summary>A run whose process died.</summary>
internal sealed record InterruptedRun(Guid ConnectionId, SyncTrigger Trigger);
