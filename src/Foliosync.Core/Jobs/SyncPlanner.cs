using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Jobs;

/// <summary>A shard of a broker with connections that are due.</summary>
public sealed record DueShard(string BrokerId, int Shard);

/// <summary>What there is to do.</summary>
/// <param name="Shards">Shards with due connections, of brokers that may be called now.</param>
/// <param name="Queued">Connections whose sync somebody waits for and nobody is at, the oldest request first.</param>
/// <param name="HasStaleValues">True when values of some account no longer fit what is known of it.</param>
public sealed record SyncPlan(IReadOnlyList<DueShard> Shards, IReadOnlyList<Guid> Queued, bool HasStaleValues);

/// <summary>
/// Finds what is to be synced now, and gives what dead workers left behind to the living. One of the cluster does it, every few seconds;
/// that it missed a turn changes nothing, because all it knows is in the database.
/// </summary>
public sealed class SyncPlanner(Database database, SyncEngine engine, BrokerCatalog catalog, TimeProvider clock)
{
    private const int MostQueued = 500;

    /// <summary>Looks at everything.</summary>
    public async Task<SyncPlan> PlanAsync(CancellationToken cancellationToken)
    {
        await RecoverAsync(cancellationToken).ConfigureAwait(false);

        // Bare SQL by key: an idle server looks every few seconds.
        var now = clock.GetUtcNow();
        var held = new HashSet<string>(StringComparer.Ordinal);
        var shards = new List<DueShard>();
        var queued = new List<Guid>();
        var look = SqlScript.For(database);
        look.Query(
            "select broker_id from broker_health where held_until > @now union select broker_id from broker_settings where paused_at is not null",
            ids: null,
            row => held.Add(row.GetString(0)),
            ("now", now));
        foreach (var brokerId in catalog.All.Select(b => b.Manifest.Id).Where(id => catalog.SettingsOf(id).Enabled))
        {
            look.Query(
                """
                with recursive shards(n) as (select 0 union all select n + 1 from shards where n < @last)
                select n from shards where exists (
                    select 1 from sync_states s where s.broker_id = @broker and s.shard = shards.n and s.next_sync_at <= @now
                        and (s.lease_until is null or s.lease_until < @now))
                """,
                ids: null,
                row => shards.Add(new DueShard(brokerId, row.GetInt32(0))),
                ("last", SyncState.Shards - 1),
                ("broker", brokerId),
                ("now", now));
        }

        look.Query(
            """
            select distinct r.connection_id from sync_runs r join sync_states s on s.connection_id = r.connection_id
            where r.state = 'queued' and (s.lease_until is null or s.lease_until < @now)
                and not exists (select 1 from broker_settings b where b.broker_id = s.broker_id and b.paused_at is not null)
            limit @most
            """,
            ids: null,
            row => queued.Add(row.Id(0)),
            ("now", now),
            ("most", MostQueued));
        var hasStaleValues = false;
        look.Query("select 1 from valuation_states where stale_from is not null limit 1", ids: null, _ => hasStaleValues = true);
        await look.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return new SyncPlan([.. shards.Where(s => !held.Contains(s.BrokerId))], queued, hasStaleValues);
    }

    // A run that a crash cut off gets one successor at once. Not a second one: it may be what the process died of.
    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        var queue = new SyncQueue(database, (_, _) => Task.CompletedTask, clock);
        foreach (var run in await engine.RecoverAsync(cancellationToken).ConfigureAwait(false))
        {
            if (run is { Trigger: not SyncTrigger.Retry, IsClosed: false })
            {
                await queue.EnqueueAsync(run.ConnectionId, SyncTrigger.Retry, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
