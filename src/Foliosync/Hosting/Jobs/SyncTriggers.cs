using System.Collections.Concurrent;
using Foliosync.Core.Jobs;
using Quartz;

namespace Foliosync.Hosting.Jobs;

/// <summary>Puts syncs before the engine. What is there already is not put there twice.</summary>
internal sealed class SyncTriggers(ISchedulerFactory schedulers)
{
    /// <summary>Before the id of a broker: the group whose members are limited in number.</summary>
    public const string BrokerGroup = "broker:";

    private const string ManualGroup = "manual";
    private const string ShardGroup = "shard";
    private const string ValuationGroup = "valuation";

    private static readonly JobKey SyncNow = new("sync-now", ManualGroup);

    // The engine sorts by time first: what people wait for is stored as if it had waited for a day.
    private static readonly TimeSpan Overtake = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<JobKey, bool> _stored = new();

    /// <summary>Syncs one connection before everything that is only due.</summary>
    public async Task SyncNowAsync(Guid connectionId, CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        await StoreAsync<SyncNowJob>(scheduler, SyncNow, cancellationToken);
        var trigger = TriggerBuilder.Create<SyncNowJob>()
            .WithIdentity(connectionId.ToString("N"), ManualGroup)
            .ForJob(SyncNow)
            .WithExecutionGroup(ManualGroup)
            .WithPriority(10)
            .StartAt(scheduler.TimeProvider.GetUtcNow() - Overtake)
            .WithSchedule(Once())
            .Build();
        await scheduler.ScheduleTrigger(trigger, TriggerConflict.Keep, cancellationToken);
    }

    /// <summary>Syncs what is due in a shard; one job at a time for each.</summary>
    public async Task SyncShardAsync(DueShard due, CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        var name = $"{due.BrokerId}:{due.Shard}";
        await StoreAsync<ShardJob>(scheduler, new JobKey(name, ShardGroup), cancellationToken);
        var trigger = TriggerBuilder.Create<ShardJob>()
            .WithIdentity(name, ShardGroup)
            .ForJob(name, ShardGroup)
            .WithExecutionGroup(BrokerGroup + due.BrokerId)
            .StartAt(scheduler.TimeProvider.GetUtcNow())
            .WithSchedule(Once())
            .Build();
        await scheduler.ScheduleTrigger(trigger, TriggerConflict.Keep, cancellationToken);
    }

    /// <summary>Computes the values that were touched. While it is at that, one more turn waits: something may be touched behind its back.</summary>
    public async Task ValueAsync(CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        var key = new JobKey("value", ValuationGroup);
        await StoreAsync<ValuationJob>(scheduler, key, cancellationToken);
        var trigger = TriggerBuilder.Create<ValuationJob>()
            .WithIdentity("value", ValuationGroup)
            .ForJob(key)
            .WithExecutionGroup(ValuationGroup)
            .StartAt(scheduler.TimeProvider.GetUtcNow())
            .WithSchedule(Once())
            .Build();
        await scheduler.ScheduleTrigger(trigger, TriggerConflict.Keep, cancellationToken);
    }

    /// <summary>Gives a recurring job a turn at once, if this engine knows it.</summary>
    public async Task RunRecurringAsync(string name, CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        var key = new JobKey(name, JobWatch.Group);
        if (await scheduler.Exists(key, cancellationToken))
        {
            await scheduler.TriggerJob(key, cancellationToken);
        }
    }

    /// <summary>The shard that a job stands for.</summary>
    public static DueShard ShardOf(JobKey key)
    {
        var parts = key.Name.Split(':');
        return new DueShard(parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
    }

    private async Task StoreAsync<TJob>(IScheduler scheduler, JobKey key, CancellationToken cancellationToken)
        where TJob : IJob
    {
        if (!_stored.ContainsKey(key))
        {
            var job = JobBuilder.Create<TJob>().WithIdentity(key).StoreDurably().Build();
            await scheduler.AddJob(job, AddJobOptions.Replacing, cancellationToken);
            _stored[key] = true;
        }
    }

    private static SimpleScheduleBuilder Once() =>
        SimpleScheduleBuilder.Create().WithMisfireInstruction(SimpleTriggerMisfireInstruction.IgnoreMisfires);
}
