using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Sync;

/// <summary>Removes snapshots whose time is over. Looks once an hour at most, after a sync.</summary>
internal sealed class SnapshotRetention(Database database, SyncSettings settings, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    private long _nextTicks;

    public async Task PruneAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (now.UtcTicks < Interlocked.Read(ref _nextTicks))
        {
            return;
        }

        Interlocked.Exchange(ref _nextTicks, (now + Pause).UtcTicks);
        var oldest = now - settings.SnapshotsKept;
        await using var db = database.Open(OwnerScope.Everyone);
        await db.Snapshots.Where(s => s.TakenAt < oldest).ExecuteDeleteAsync(cancellationToken).ConfigureAwait(false);
    }
}
