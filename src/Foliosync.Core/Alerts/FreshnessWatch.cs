using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Microsoft.EntityFrameworkCore;

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
        await using var db = database.Open(OwnerScope.Everyone);

        // Without a next sync it waits for a person, who has been told.
        var late = await db.Connections
            .Where(c => c.CreatedAt <= limit && c.Sync!.NextSyncAt != null && (c.Sync.LastSuccessAt == null || c.Sync.LastSuccessAt <= limit))
            .Where(c => c.Sync!.State != ConnectionState.Paused && !db.Alerts.Any(a => a.ConnectionId == c.Id && a.ResolvedAt == null))
            .Select(c => new { c.Id, c.OwnerId, c.BrokerId, c.SyncInterval, c.Label, c.CreatedAt, c.Sync!.LastSuccessAt })
            .ToListAsync(cancellationToken);
        foreach (var c in late.Where(c => AlertRules.IsStale(c.LastSuccessAt ?? c.CreatedAt, settings.LongestGap(c.BrokerId, c.SyncInterval), now)))
        {
            var stale = AlertRules.StaleIncident(c.Label, c.LastSuccessAt, now);
            await incidents.RaiseAsync(c.OwnerId, c.Id, c.Id, stale.Kind, stale.Message, cancellationToken);
        }
    }
}
