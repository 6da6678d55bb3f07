using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Alerts;

/// <summary>
/// The last line: a connection that should sync by itself and has not succeeded for long is told, whatever the reason, even if no run
/// ever ended.
/// </summary>
public sealed class FreshnessWatch(Database database, Incidents incidents, SyncSettings settings, TimeProvider clock) : IRecurringJob
{
    /// <inheritdoc/>
    public string Name => "watch-freshness";

    /// <inheritdoc/>
    public TimeSpan Every => TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var limit = now - AlertRules.Stale;

        // Without a next sync it waits for a person, who has been told.
        var late = new List<Late>();
        var look = SqlScript.For(database);
        look.Query(
            """
            select c.id, c.owner_id, c.broker_id, c.sync_interval_seconds, c.label, c.created_at, s.last_success_at
            from connections c join sync_states s on s.connection_id = c.id
            where c.created_at <= @limit and s.next_sync_at is not null and (s.last_success_at is null or s.last_success_at <= @limit)
                and s.state <> 'paused' and not exists (select 1 from alerts a where a.connection_id = c.id and a.resolved_at is null)
            """,
            ids: null,
            row => late.Add(new Late(
                row.Id(0),
                row.Id(1),
                row.GetString(2),
                row.IsDBNull(3) ? null : TimeSpan.FromSeconds(row.GetInt64(3)),
                row.GetString(4),
                row.Instant(5),
                row.InstantOrNull(6))),
            ("limit", limit));
        await look.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        foreach (var c in late.Where(c => AlertRules.IsStale(c.LastSuccessAt ?? c.CreatedAt, settings.LongestGap(c.BrokerId, c.Interval), now)))
        {
            var stale = AlertRules.StaleIncident(c.Label, c.LastSuccessAt, now);
            await incidents.RaiseAsync(c.OwnerId, c.Id, c.Id, stale.Kind, stale.Message, cancellationToken).ConfigureAwait(false);
        }
    }

    private sealed record Late(
        Guid Id, Guid OwnerId, string BrokerId, TimeSpan? Interval, string Label, DateTimeOffset CreatedAt, DateTimeOffset? LastSuccessAt);
}
