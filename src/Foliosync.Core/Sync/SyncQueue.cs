using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Sync;

/// <summary>
/// Runs that people asked for, kept in the database until they are done, so that a restart forgets none.
/// </summary>
/// <param name="database">Where they are kept.</param>
/// <param name="nudge">Tells the job engine of this process, so that the run begins at once; the planner would find it a little later.</param>
/// <param name="clock">The clock.</param>
public sealed class SyncQueue(Database database, SyncNudge nudge, TimeProvider clock)
{
    /// <summary>Asks for a sync of a connection.</summary>
    /// <returns>The run that will do it; the one that is queued or running already when there is one.</returns>
    public async Task<Guid> EnqueueAsync(Guid connectionId, SyncTrigger trigger, CancellationToken cancellationToken)
    {
        var (runId, isNew) = await PutAsync(connectionId, trigger, cancellationToken).ConfigureAwait(false);
        if (isNew)
        {
            await nudge(connectionId, cancellationToken).ConfigureAwait(false);
        }

        return runId;
    }

    /// <summary>Asks for a sync of anybody's connection, for an operator; that is in the audit log.</summary>
    /// <returns>The run that will do it; the one that is queued or running already when there is one.</returns>
    /// <exception cref="NotFoundException">There is no such connection within reach.</exception>
    public async Task<Guid> AskAsync(Guid connectionId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope);
        if (!await db.Connections.AnyAsync(c => c.Id == connectionId, cancellationToken).ConfigureAwait(false))
        {
            throw new NotFoundException("connection");
        }

        var runId = await EnqueueAsync(connectionId, SyncTrigger.Manual, cancellationToken).ConfigureAwait(false);
        db.AuditEvents.Add(by.Did("connection.syncAsked", connectionId, clock.GetUtcNow(), AuditDetail.Of("run", runId.ToString())));
        await db.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        return runId;
    }

    private async Task<(Guid RunId, bool IsNew)> PutAsync(Guid connectionId, SyncTrigger trigger, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(OwnerScope.Everyone);

        // A run that is under way began with the session from before the login.
        var runningCounts = trigger != SyncTrigger.LoginCompleted;
        var present = await db.SyncRuns
            .Where(r => r.ConnectionId == connectionId && (r.State == SyncRunState.Queued || (r.State == SyncRunState.Running && runningCounts)))
            .OrderByDescending(r => r.Id)
            .Select(r => (Guid?)r.Id)
            .FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        if (present is { } id)
        {
            return (id, false);
        }

        var run = new SyncRun { Id = Guid.CreateVersion7(now), ConnectionId = connectionId, Trigger = trigger, State = SyncRunState.Queued, QueuedAt = now };
        db.SyncRuns.Add(run);
        await db.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        return (run.Id, true);
    }
}

/// <summary>Tells the job engine that a run of a connection is queued.</summary>
public delegate Task SyncNudge(Guid connectionId, CancellationToken cancellationToken);
