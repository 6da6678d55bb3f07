using System.Data.Common;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Sync;

/// <summary>
/// Leases: the right to sync a connection, held by one process at a time. A lease runs out if its holder does not renew it; the lease
/// of a process that died on this machine is taken at once.
/// </summary>
internal sealed class SyncClaims(Database database, TimeProvider clock)
{
    public static readonly TimeSpan LeaseTime = TimeSpan.FromMinutes(5);

    /// <summary>Claims what is free among <paramref name="wanted"/>, starts a run for each and loads what a sync needs.</summary>
    /// <param name="wanted">Connections, with the run that waits for them or null for a new one.</param>
    /// <param name="trigger">What started the new runs.</param>
    /// <param name="leaseToken">Proves the claim when the result is stored.</param>
    /// <param name="cancellationToken">Stops before anything is claimed.</param>
    public async Task<IReadOnlyCollection<ClaimedConnection>> ClaimAsync(
        IReadOnlyDictionary<Guid, Guid?> wanted, SyncTrigger trigger, Guid leaseToken, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var starts = wanted
            .Select(w => new RunStart(w.Value ?? Guid.CreateVersion7(now), w.Key, trigger, now, leaseToken))
            .ToDictionary(s => s.ConnectionId);
        Guid[] ids = [.. wanted.Keys.Order()];
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
                c.session_expires_at, s.state, s.consecutive_failures, s.session_since, s.session_checked_at
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
                transactions_cursor
            from accounts where connection_id {ids}
            """,
            ids,
            row => claimed.GetValueOrDefault(row.Id(0))?.Accounts.Add(ToAccount(row)));
        await RunAsync(script, cancellationToken).ConfigureAwait(false);
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
        await RunAsync(script, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Frees what dead processes of this machine held, and ends every run that nobody is working on any more. Run before a sync, so
    /// that nothing stays stuck after a crash.
    /// </summary>
    /// <returns>The connections of the runs that were ended, with what had started them.</returns>
    public async Task<IReadOnlyList<(Guid ConnectionId, SyncTrigger Trigger)>> RecoverAsync(CancellationToken cancellationToken)
    {
        var holders = new List<string>();
        var find = SqlScript.For(database);
        find.Query("select distinct lease_holder from sync_states where lease_holder is not null", ids: null, row => holders.Add(row.GetString(0)));
        await RunAsync(find, cancellationToken).ConfigureAwait(false);

        var now = clock.GetUtcNow();
        var script = SqlScript.For(database);
        foreach (var holder in holders.Where(Worker.IsDead))
        {
            script.Change(
                "update sync_states set lease_token = null, lease_holder = null, lease_until = null where lease_holder = @holder",
                ids: null,
                ("holder", holder));
        }

        var ended = new List<(Guid, SyncTrigger)>();
        script.Query(
            """
            update sync_runs set state = 'failed', finished_at = @now, error_kind = 'interrupted',
                error_message = 'The process that ran this sync ended before it was done. Nothing of it was stored; the next sync reads everything again.'
            where state = 'running' and not exists (
                select 1 from sync_states s where s.connection_id = sync_runs.connection_id and s.lease_until >= @now)
            returning connection_id, "trigger"
            """,
            ids: null,
            row => ended.Add((row.Id(0), SqlValues.Parse<SyncTrigger>(row.GetString(1)))),
            ("now", now));
        await RunAsync(script, cancellationToken).ConfigureAwait(false);
        return ended;
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
        State = SqlValues.Parse<ConnectionState>(row.GetString(9)),
        ConsecutiveFailures = row.GetInt32(10),
        SessionSince = row.InstantOrNull(11),
        SessionCheckedAt = row.InstantOrNull(12),
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
    };

    private async Task RunAsync(SqlScript script, CancellationToken cancellationToken)
    {
        await using var write = await database.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
    }
}
