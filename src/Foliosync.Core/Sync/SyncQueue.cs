using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
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

    private async Task<bool> RunSomeAsync(CancellationToken cancellationToken)
    {
        var (queued, isAnyRunning) = await LookAsync(cancellationToken).ConfigureAwait(false);
        if (isAnyRunning)
        {
            await RecoverAsync(cancellationToken).ConfigureAwait(false);
        }

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

    // Bare SQL: an idle server looks every few seconds, and needs no model of the whole database in memory for that.
    private async Task<(List<(Guid Id, Guid ConnectionId, SyncTrigger Trigger)> Queued, bool IsAnyRunning)> LookAsync(CancellationToken cancellationToken)
    {
        var queued = new List<(Guid Id, Guid ConnectionId, SyncTrigger Trigger)>();
        var isAnyRunning = false;
        var look = SqlScript.For(database);
        look.Query(
            """
            select r.id, r.connection_id, r.trigger from sync_runs r join sync_states s on s.connection_id = r.connection_id
            where r.state = 'queued' and (s.lease_until is null or s.lease_until < @now) order by r.id limit @most
            """,
            ids: null,
            row => queued.Add((row.Id(0), row.Id(1), SqlValues.Parse<SyncTrigger>(row.GetString(2)))),
            ("now", clock.GetUtcNow()),
            ("most", AtOnce));
        look.Query("select 1 from sync_runs where state = 'running' limit 1", ids: null, _ => isAnyRunning = true);
        await look.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return (queued, isAnyRunning);
    }

    // A run that a crash cut off gets one successor. Not a second one: it may be what the process died of.
    private async Task RecoverAsync(CancellationToken cancellationToken)
    {
        foreach (var (connectionId, trigger) in await engine.RecoverAsync(cancellationToken).ConfigureAwait(false))
        {
            if (trigger != SyncTrigger.Retry)
            {
                await EnqueueAsync(connectionId, SyncTrigger.Retry, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Queued syncs could not be run; they are tried again")]
    private static partial void LogFailed(ILogger log, Exception e);
}
