using System.Data.Common;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Bench.Soak;

/// <summary>Looks into the database every second: is anybody due for whom nobody works?</summary>
internal sealed class ScheduleWatch(Database database)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>The longest time that a connection was due without a process at it.</summary>
    public TimeSpan MaxLag { get; private set; }

    /// <summary>Looks, one a second, at which a broker was left alone: it had asked for that, or most syncs had failed.</summary>
    public int Held { get; private set; }

    /// <summary>Of these, the ones at which most syncs had failed.</summary>
    public int Troubled { get; private set; }

    /// <summary>Looks at which the database did not answer.</summary>
    public int DatabaseAway { get; private set; }

    /// <summary>Looks until it is cancelled.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var now = TimeProvider.System.GetUtcNow();
                await using var db = database.Open(OwnerScope.Everyone);
                var oldest = await db.SyncStates
                    .Where(s => s.NextSyncAt < now && s.LeaseToken == null)
                    .MinAsync(s => s.NextSyncAt, cancellationToken);
                var lag = now - oldest ?? TimeSpan.Zero;
                MaxLag = lag > MaxLag ? lag : MaxLag;
                var held = await db.BrokerHealth.AsNoTracking().Where(h => h.HeldUntil > now).ToListAsync(cancellationToken);
                Held += held.Count > 0 ? 1 : 0;
                Troubled += held.Exists(h => h.CircuitOpenedAt is not null) ? 1 : 0;
            }
            catch (Exception e) when (e is DbException or InvalidOperationException { InnerException: DbException })
            {
                DatabaseAway++;
            }

            await Task.Delay(Look, cancellationToken);
        }
    }
}
