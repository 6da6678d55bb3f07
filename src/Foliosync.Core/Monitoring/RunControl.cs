using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Sync.Replays;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Monitoring;

/// <summary>What an operator can do to a run.</summary>
public enum RunAct
{
    /// <summary>Sync its connection again.</summary>
    Retry,

    /// <summary>Read again what the broker sent in it, and apply that.</summary>
    Replay,

    /// <summary>End it.</summary>
    Cancel,
}

/// <summary>What came of an act on one run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="NewRunId">The run that was made; null when none was.</param>
/// <param name="Refused">Why it was not done, in one sentence; null when it was.</param>
public sealed record RunActResult(Guid RunId, Guid? NewRunId, string? Refused);

/// <summary>What operators do to runs. Every act is in the audit log.</summary>
public sealed class RunControl(Database database, SyncQueue queue, RunReplay replay, TimeProvider clock)
{
    /// <summary>Does the same to several runs; what is refused for one does not keep the others.</summary>
    public async Task<IReadOnlyList<RunActResult>> ActAsync(IEnumerable<Guid> runIds, RunAct act, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(runIds);
        var results = new List<RunActResult>();
        foreach (var id in runIds)
        {
            try
            {
                results.Add(new RunActResult(id, await ActAsync(id, act, by, cancellationToken).ConfigureAwait(false), null));
            }
            catch (Exception e) when (e is RefusedException or NotFoundException or BrokerException or VaultException)
            {
                results.Add(new RunActResult(id, null, e.Message));
            }
        }

        return results;
    }

    /// <summary>Does something to a run.</summary>
    /// <returns>The run that was made; null when none was.</returns>
    /// <exception cref="NotFoundException">There is no such run.</exception>
    /// <exception cref="RefusedException">It does not go as the run stands; the message says why.</exception>
    public async Task<Guid?> ActAsync(Guid runId, RunAct act, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope);
        var run = await db.SyncRuns.AsNoTracking().Where(r => r.Id == runId).Select(r => new { r.ConnectionId, r.State, r.Trigger })
            .SingleOrDefaultAsync(cancellationToken).ConfigureAwait(false) ?? throw new NotFoundException("sync run");
        Guid? made = null;
        switch (act)
        {
            case RunAct.Retry:
                RequireOver(run.State);
                made = run.Trigger == SyncTrigger.Statement
                    ? throw new RefusedException("This run imported a file, which is not kept. Import the file again.")
                    : await queue.EnqueueAsync(run.ConnectionId, SyncTrigger.Manual, cancellationToken).ConfigureAwait(false);
                break;
            case RunAct.Replay:
                RequireOver(run.State);
                made = await replay.ApplyAsync(runId, by, cancellationToken).ConfigureAwait(false);
                break;
            default:
                await CancelAsync(db, runId, cancellationToken).ConfigureAwait(false);
                break;
        }

        var detail = made is { } id ? AuditDetail.Of("newRun", id.ToString()) : null;
        db.AuditEvents.Add(by.Did(act switch { RunAct.Retry => "run.retried", RunAct.Replay => "run.replayed", _ => "run.cancelled" }, runId, clock.GetUtcNow(), detail));
        await db.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        return made;
    }

    private static void RequireOver(SyncRunState state)
    {
        if (state is SyncRunState.Queued or SyncRunState.Running)
        {
            throw new RefusedException("This run is not over yet. Wait for its end, or cancel it.");
        }
    }

    // One that waits ends here. One that is at work is ended by its worker, which looks for this with each sign of life.
    private async Task CancelAsync(FoliosyncDb db, Guid runId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var queued = await db.SyncRuns.Where(r => r.Id == runId && r.State == SyncRunState.Queued).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.State, SyncRunState.Cancelled)
                .SetProperty(r => r.CancelAskedAt, now)
                .SetProperty(r => r.FinishedAt, now)
                .SetProperty(r => r.ErrorKind, "cancelled")
                .SetProperty(r => r.ErrorMessage, "Whoever runs this instance ended this sync before it began."),
            cancellationToken).ConfigureAwait(false);
        if (queued > 0)
        {
            return;
        }

        var running = await db.SyncRuns.Where(r => r.Id == runId && r.State == SyncRunState.Running)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.CancelAskedAt, now), cancellationToken).ConfigureAwait(false);
        if (running == 0)
        {
            throw new RefusedException("This run is over already.");
        }
    }
}
