using System.Data.Common;
using Foliosync.Core.Alerts;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Hosting.Jobs;

/// <summary>
/// For a server that leaves the jobs to others: notices when nobody does them, and tells the people who run the instance itself, for
/// messages are sent by workers.
/// </summary>
internal sealed partial class WorkerWatch(
    Database database, Workers workers, SyncBacklog backlog, Incidents incidents, AlertDeliveries deliveries, TimeProvider clock, ILogger<WorkerWatch> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(15);

    // A restart is no incident.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var missingSince = clock.GetTimestamp();
        // Perhaps by this server before it was started anew.
        var isTold = true;
        using var timer = new PeriodicTimer(Look, clock);
        while (await NextAsync(timer, stoppingToken))
        {
            try
            {
                var status = await UpdateStatus.LookAsync(database, workers, backlog, stoppingToken);
                if (status.IsUpdating)
                {
                    missingSince = clock.GetTimestamp();
                    if (isTold)
                    {
                        await ForEachOperatorAsync((id, stop) => incidents.EndAsync(id, AlertKinds.WorkersDown, stop), stoppingToken);
                        isTold = false;
                    }
                }
                else if (clock.GetElapsedTime(missingSince) >= Patience)
                {
                    await ForEachOperatorAsync(
                        (id, stop) => incidents.RaiseAsync(id, id, null, AlertKinds.WorkersDown, status.Notice!, stop), stoppingToken);
                    isTold = true;
                    await deliveries.RunAsync(stoppingToken);
                }
            }
            catch (Exception e) when (e is DbException || StorageFailure.IsAway(e))
            {
                // The database is away, which readiness tells; nobody can be told through it.
                LogFailed(log, e);
            }
        }
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

    private async Task ForEachOperatorAsync(Func<Guid, CancellationToken, Task> act, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        foreach (var id in await db.Users.Where(u => u.Role == UserRole.Admin && !u.Disabled).Select(u => u.Id).ToListAsync(cancellationToken))
        {
            await act(id, cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Workers could not be looked for; it is tried again in a moment")]
    private static partial void LogFailed(ILogger log, Exception e);
}
