using Foliosync.Core.Storage;
using Foliosync.Core.Sync;

namespace Foliosync.Api;

/// <summary>Queues a sync of one connection and answers with the id of its run.</summary>
internal delegate Task<Guid> QueueSync(Guid connectionId, SyncTrigger trigger, CancellationToken cancellationToken);

/// <summary>Queues by a row that workers look for.</summary>
internal static class QueuedRuns
{
    public static async Task<Guid> AddAsync(
        Database database, TimeProvider clock, Guid connectionId, SyncTrigger trigger, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(OwnerScope.Everyone);
        var run = new SyncRun { Id = Guid.CreateVersion7(now), ConnectionId = connectionId, Trigger = trigger, State = SyncRunState.Queued, QueuedAt = now };
        db.SyncRuns.Add(run);
        await db.SaveChangesAsync(cancellationToken);
        return run.Id;
    }
}
