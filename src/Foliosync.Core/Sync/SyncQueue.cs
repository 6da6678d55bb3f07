using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Sync;

/// <summary>
/// Runs that people asked for, kept in the database until they are done, so that a restart forgets none. Each server process works
/// on them; the lease of a connection sees to it that only one does.
/// </summary>
public sealed partial class SyncQueue(Database database, SyncEngine engine, TimeProvider clock, ILogger<SyncQueue> log) : BackgroundService
{
    private const int AtOnce = 256;

    // Work of another process is noticed after this time; work of this process at once.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _added = new(0);

    /// <summary>Asks for a sync of a connection.</summary>
    /// <returns>The run that will do it; the one that is queued or running already when there is one.</returns>
    public async Task<Guid> EnqueueAsync(Guid connectionId, SyncTrigger trigger, CancellationToken cancellationToken)
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
            return id;
        }

        var run = new SyncRun { Id = Guid.CreateVersion7(now), ConnectionId = connectionId, Trigger = trigger, State = SyncRunState.Queued, QueuedAt = now };
        db.SyncRuns.Add(run);
        await db.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        _added.Release();
        return run.Id;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _added.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RecoverAsync(stoppingToken).ConfigureAwait(false);
                while (await RunSomeAsync(stoppingToken).ConfigureAwait(false))
                {
                    // There may be more.
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The database may be away for a while. What is queued stays queued.
                LogFailed(log, e);
            }

            try
            {
                await _added.WaitAsync(Look, stoppingToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // A run that a crash cut off gets one successor. Not a second one: it may be what the process died of.
    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        await using (var db = database.Open(OwnerScope.Everyone))
        {
            if (!await db.SyncRuns.AnyAsync(r => r.State == SyncRunState.Running, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }

        foreach (var (connectionId, trigger) in await engine.RecoverAsync(cancellationToken).ConfigureAwait(false))
        {
            if (trigger != SyncTrigger.Retry)
            {
                await EnqueueAsync(connectionId, SyncTrigger.Retry, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> RunSomeAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(OwnerScope.Everyone);
        var queued = await db.SyncRuns.AsNoTracking()
            .Where(r => r.State == SyncRunState.Queued)
            .Where(r => db.SyncStates.Any(s => s.ConnectionId == r.ConnectionId && (s.LeaseUntil == null || s.LeaseUntil < now)))
            .OrderBy(r => r.Id)
            .Select(r => new { r.Id, r.ConnectionId, r.Trigger })
            .Take(AtOnce)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        if (queued.Count == 0)
        {
            return false;
        }

        var done = 0;
        foreach (var some in queued.GroupBy(r => r.Trigger))
        {
            var runs = some.GroupBy(r => r.ConnectionId).ToDictionary(g => g.Key, g => (Guid?)g.First().Id);
            var summary = await engine.RunQueuedAsync(runs, some.Key, cancellationToken).ConfigureAwait(false);
            done += summary.Connections - summary.Skipped;
        }

        return done > 0;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Queued syncs could not be run; they are tried again")]
    private static partial void LogFailed(ILogger log, Exception e);
}
