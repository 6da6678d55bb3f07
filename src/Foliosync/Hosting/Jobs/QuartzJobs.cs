using Foliosync.Brokers.Contract;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Valuations;
using Quartz;

namespace Foliosync.Hosting.Jobs;

/// <summary>Finds what is due and puts it before the engine.</summary>
[DisallowConcurrentExecution]
internal sealed class PlannerJob(SyncPlanner planner, SyncTriggers triggers, RecurringControl recurring) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var plan = await planner.PlanAsync(cancellationToken);
        foreach (var connectionId in plan.Queued)
        {
            await triggers.SyncNowAsync(connectionId, cancellationToken);
        }

        foreach (var shard in plan.Shards)
        {
            await triggers.SyncShardAsync(shard, cancellationToken);
        }

        foreach (var name in await recurring.AskedAsync(cancellationToken))
        {
            await triggers.RunRecurringAsync(name, cancellationToken);
        }

        if (plan.HasStaleValues)
        {
            await triggers.ValueAsync(cancellationToken);
        }
    }
}

/// <summary>Syncs what is due in one shard of one broker.</summary>
[DisallowConcurrentExecution]
internal sealed class ShardJob(SyncEngine engine, SyncTriggers triggers) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var (brokerId, shard) = SyncTriggers.ShardOf(context.JobDetail.Key);
        var progress = new Relay<SyncProgress>(p => context.ReportProgress(p.Total == 0 ? 0 : p.Done * 100 / p.Total, $"{p.Done} of {p.Total} connections"));
        await engine.RunDueAsync(brokerId, shard, progress, cancellationToken);
        await triggers.ValueAsync(cancellationToken);
    }
}

/// <summary>Syncs the one connection that somebody is waiting for.</summary>
internal sealed class SyncNowJob(SyncEngine engine, SyncTriggers triggers) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        await engine.RunQueuedAsync(Guid.Parse(context.Trigger.Key.Name), cancellationToken);
        await triggers.ValueAsync(cancellationToken);
    }
}

/// <summary>Computes the values that no longer fit what is known; one job at a time in the whole cluster.</summary>
[DisallowConcurrentExecution]
internal sealed class ValuationJob(ValuationUpdates updates) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await updates.RunAsync(new Relay<ValuationProgress>(p => context.ReportProgress(p.Done * 100 / p.Total, $"{p.Done} of {p.Total} accounts")), cancellationToken);
}

/// <summary>Does one of the recurring jobs, named by its key.</summary>
[DisallowConcurrentExecution]
internal sealed partial class RecurringJob(IEnumerable<IRecurringJob> jobs, RecurringControl control, TimeProvider clock, ILogger<RecurringJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        // A newer process may have stored a job that this one does not know.
        if (jobs.FirstOrDefault(j => j.Name == context.JobDetail.Key.Name) is not { } job || !await control.TakeTurnAsync(job.Name, cancellationToken))
        {
            return;
        }

        var (at, began) = (clock.GetUtcNow(), clock.GetTimestamp());
        string? error = null;
        try
        {
            await job.RunAsync(cancellationToken);
        }
        catch (BrokerException e)
        {
            // Somebody else's trouble, noted where the job keeps its state; the next turn tries again.
            error = e.Message;
            LogNotNow(log, job.Name, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException && !StorageFailure.IsAway(e))
        {
            // Texts of exceptions may repeat what they choked on.
            error = e.GetType().Name;
            await NoteAsync();
            throw;
        }

        await NoteAsync();

        Task NoteAsync() => control.NoteAsync(job.Name, new RecurringTurn(at, (long)clock.GetElapsedTime(began).TotalMilliseconds, error), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Job} could not be done now: {Reason}")]
    private static partial void LogNotNow(ILogger log, string job, string reason);
}
