using System.Data.Common;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Quartz;

namespace Foliosync.Hosting.Jobs;

/// <summary>
/// Keeps the engine going while this process works on jobs: tells others that it lives, puts the planner and the recurring jobs before
/// the engine, and does so anew when the machine's clock was put back, for the engine would wait until the old time comes again.
/// </summary>
internal sealed partial class JobWatch(
    ISchedulerFactory schedulers, IEnumerable<IRecurringJob> jobs, Workers workers, JobHost host, TimeProvider clock, ILogger<JobWatch> log) : BackgroundService
{
    /// <summary>Group of the recurring jobs and the planner.</summary>
    public const string Group = "recurring";

    private static readonly TimeSpan PlanEvery = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LargestDrift = TimeSpan.FromSeconds(30);

    /// <summary>True once the planner and the recurring jobs are before the engine.</summary>
    public bool IsAtWork { get; private set; }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await workers.LeaveAsync(cancellationToken);
        }
        catch (DbException e)
        {
            // Without the database nobody can be told; the others notice the silence.
            LogFailed(log, e);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        workers.Role = host.Role;
        var (wall, ticks) = (clock.GetUtcNow(), clock.GetTimestamp());
        using var timer = new PeriodicTimer(Workers.Beat, clock);
        do
        {
            try
            {
                await workers.BeatAsync(stoppingToken);
                var leapt = clock.GetUtcNow() - wall - clock.GetElapsedTime(ticks);
                (wall, ticks) = (clock.GetUtcNow(), clock.GetTimestamp());
                var hasLeapt = leapt.Duration() > LargestDrift;
                if (hasLeapt)
                {
                    LogLeapt(log, leapt);
                }

                if (!IsAtWork || hasLeapt)
                {
                    await SetUpAsync(replace: IsAtWork, stoppingToken);
                    IsAtWork = true;
                }
            }
            catch (Exception e) when (e is DbException or SchedulerException || StorageFailure.IsAway(e))
            {
                // The database is away for a while; what is stored in it is not lost.
                LogFailed(log, e);
            }
        }
        while (await NextAsync(timer, stoppingToken));
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task SetUpAsync(bool replace, CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        await SetUpAsync<PlannerJob>(scheduler, "plan", PlanEvery, replace, cancellationToken);
        foreach (var job in jobs)
        {
            await SetUpAsync<RecurringJob>(scheduler, job.Name, job.Every, replace, cancellationToken);
        }
    }

    private static async Task SetUpAsync<TJob>(IScheduler scheduler, string name, TimeSpan every, bool replace, CancellationToken cancellationToken)
        where TJob : IJob
    {
        var job = JobBuilder.Create<TJob>().WithIdentity(name, Group).StoreDurably().Build();
        await scheduler.AddJob(job, AddJobOptions.Replacing, cancellationToken);
        var key = new TriggerKey(name, Group);
        var present = await scheduler.GetTrigger(key, cancellationToken) as ISimpleTrigger;
        if (!replace && present?.RepeatInterval == every)
        {
            return;
        }

        // Turns that were missed are not made up for: the next one finds everything.
        var trigger = TriggerBuilder.Create<TJob>()
            .WithIdentity(key)
            .ForJob(job.Key)
            .StartAt(scheduler.TimeProvider.GetUtcNow())
            .WithSchedule(SimpleScheduleBuilder.Create()
                .WithInterval(every)
                .RepeatForever()
                .WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithRemainingCount))
            .Build();
        await scheduler.ScheduleTrigger(trigger, TriggerConflict.Replace, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The clock of this machine leapt by {Leap}; the schedule is set up anew")]
    private static partial void LogLeapt(ILogger log, TimeSpan leap);

    [LoggerMessage(Level = LogLevel.Error, Message = "The jobs could not be watched; it is tried again in a few seconds")]
    private static partial void LogFailed(ILogger log, Exception e);
}
