using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Sync;

/// <summary>How long the oldest of what waits has been waiting.</summary>
/// <param name="Queue">The oldest queued run; zero when none is queued.</param>
/// <param name="Overdue">The most overdue connection of each broker that is switched on; zero when none is late.</param>
public sealed record SyncBacklogAge(TimeSpan Queue, IReadOnlyDictionary<string, TimeSpan> Overdue);

/// <summary>
/// Looks how long work has been waiting. It asks the database and not the workers, so it also tells when no worker is alive; each
/// question takes the first entry of an index, however many connections there are.
/// </summary>
public sealed class SyncBacklog(Database database, BrokerCatalog catalog, TimeProvider clock)
{
    /// <summary>Looks now.</summary>
    public async Task<SyncBacklogAge> LookAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var queue = TimeSpan.Zero;
        var overdue = new Dictionary<string, TimeSpan>();
        var look = SqlScript.For(database);
        look.Query(
            """
            select r.queued_at from sync_runs r join sync_states s on s.connection_id = r.connection_id
            where r.state = 'queued' and not exists (select 1 from broker_settings b where b.broker_id = s.broker_id and b.paused_at is not null)
            order by r.id limit 1
            """,
            ids: null,
            row => queue = Since(row.InstantOrNull(0)));
        foreach (var broker in catalog.All.Select(b => b.Manifest.Id).Where(id => catalog.SettingsOf(id).Enabled))
        {
            overdue[broker] = TimeSpan.Zero;
            look.Query(
                """
                select next_sync_at from sync_states where broker_id = @broker and next_sync_at <= @now
                    and not exists (select 1 from broker_settings b where b.broker_id = @broker and b.paused_at is not null)
                order by next_sync_at limit 1
                """,
                ids: null,
                row => overdue[broker] = Since(row.InstantOrNull(0)),
                ("broker", broker),
                ("now", now));
        }

        await look.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return new SyncBacklogAge(queue, overdue);

        TimeSpan Since(DateTimeOffset? at) => at < now ? now - at.Value : TimeSpan.Zero;
    }
}
