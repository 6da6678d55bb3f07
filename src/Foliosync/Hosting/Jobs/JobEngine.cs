using System.Globalization;
using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Valuations;
using Foliosync.Diagnosis;
using Quartz;

namespace Foliosync.Hosting.Jobs;

/// <summary>
/// The engine that starts jobs: Quartz, on a SQLite file of its own, or on PostgreSQL where any number of processes share the work.
/// Only this folder knows it. What a job does is in the core and knows no engine.
/// </summary>
internal static class JobEngine
{
    /// <summary>
    /// Shards of one broker that are synced at the same time, in the whole cluster: all there are. One that had to wait for a place would be
    /// late by as long as another shard has anything to do, minutes when its broker hangs.
    /// </summary>
    private const int ShardsAtOnce = SyncState.Shards;

    /// <summary>Threads that are left for what people wait for.</summary>
    private const int ReservedThreads = 8;

    private static readonly TimeSpan CheckIn = TimeSpan.FromSeconds(3);

    /// <summary>Lets this process work on jobs.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services, InstanceSettings settings, WorkerRole role)
    {
        services.AddSingleton(new JobHost(role));
        services.AddSingleton<JobStore>();
        services.AddHostedService(s => s.GetRequiredService<JobStore>());
        services.AddSingleton<JobWatch>();
        services.AddHostedService(s => s.GetRequiredService<JobWatch>());
        services.AddHostedService<InboxWatch>();
        services.AddSingleton(s => new ReadinessCheck("jobs", _ => Task.FromResult(FindFault(s.GetRequiredService<JobWatch>()))));
        AddScheduler(services, settings);
        services.AddQuartzHostedService(options =>
        {
            options.WaitForJobsToComplete = true;
            options.AwaitApplicationStarted = true;
        });
        return services;
    }

    /// <summary>Lets this process ask the workers for something and do nothing itself.</summary>
    public static IServiceCollection AddJobClient(this IServiceCollection services, InstanceSettings settings)
    {
        services.AddHostedService<WorkerWatch>();
        // On SQLite the file of the jobs belongs to one process; its planner finds what is queued.
        if (settings.DatabaseUrl is not null)
        {
            services.AddSingleton<JobStore>();
            services.AddHostedService(s => s.GetRequiredService<JobStore>());
            AddScheduler(services, settings);
        }

        return services;
    }

    private static string? FindFault(JobWatch watch) =>
        watch.IsAtWork ? null : "The jobs have not begun yet, or could not. If this lasts, see the log of the server.";

    private static void AddScheduler(IServiceCollection services, InstanceSettings settings)
    {
        services.AddSingleton<SyncTriggers>();
        services.AddSingleton<SyncNudge>(s => s.GetRequiredService<SyncTriggers>().SyncNowAsync);
        services.AddSingleton<ValuationNudge>(s => s.GetRequiredService<SyncTriggers>().ValueAsync);
        services.AddQuartzExecutionHistory(options =>
        {
            // A completion that waited for its own row of history would halve the rate.
            options.WriteBehindInterval = TimeSpan.FromMilliseconds(500);
            options.MaxEntriesPerScheduler = 50_000;
            options.Retention = TimeSpan.FromDays(1);
            options.RetentionByResult[JobRunResult.Failed] = TimeSpan.FromDays(30);
        });
        services.AddQuartz(quartz =>
        {
            quartz.ConfigureScheduler(options =>
            {
                options.InstanceName = "foliosync";
                options.GenerateInstanceId = settings.DatabaseUrl is not null;
                // How long it takes at most until work is seen that another process has stored. On SQLite there is no other process.
                options.IdleWaitTime = settings.DatabaseUrl is not null ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(30);
                options.ShutdownJobInterruption = ShutdownJobInterruption.Always;
            });
            quartz.UseDefaultThreadPool((ShardsAtOnce * Foliosync.Brokers.BuiltInBrokers.All.Count) + ReservedThreads);
            quartz.UseExecutionLimits(limits => limits.ForGroupsWithPrefix(SyncTriggers.BrokerGroup, ShardsAtOnce, ExecutionLimitScope.Cluster));
            quartz.AddJobTimeout(TimeSpan.FromMinutes(15));
            quartz.UsePersistentStore(store =>
            {
                store.ProvisionSchema();
                store.UseExecutionHistory();
                if (settings.DatabaseUrl is { } address)
                {
                    store.UsePostgres(JobStore.ConnectionString(Database.PostgresSettings(address.Reveal())));
                    store.UseClustering(cluster =>
                    {
                        cluster.CheckinInterval = CheckIn;
                        cluster.CheckinMisfireThreshold = CheckIn * 2;
                    });
                }
                else
                {
                    store.UseSqlite(string.Create(CultureInfo.InvariantCulture, $"Data Source={JobStore.FileIn(settings)};Foreign Keys=True;Pooling=True"));
                }
            });
        });
    }
}

/// <summary>What this process was started for.</summary>
internal sealed record JobHost(WorkerRole Role);
