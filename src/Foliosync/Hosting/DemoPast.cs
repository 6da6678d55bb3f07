using Foliosync.Core.Monitoring;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Hosting;

/// <summary>Gives a new demo a past: syncs of the last two days, and a month of sums for the charts of the monitor. Invented, and always the same.</summary>
internal sealed class DemoPast(Database database, TimeProvider clock)
{
    private const int Hours = 48;
    private const int ChartHours = 24 * 30;
    private const string Broker = "demo";

    // One in so many syncs of what works failed.
    private const int OneFailedIn = 17;

    /// <summary>Adds it. The connections have been synced once.</summary>
    public async Task AddAsync(CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var runs = await db.SyncRuns.AsNoTracking().OrderBy(r => r.Id).ToListAsync(cancellationToken);
        var failed = runs.Find(r => r.State == SyncRunState.Failed);
        var number = 0;
        foreach (var run in runs)
        {
            for (var hour = 1; hour <= Hours; hour++)
            {
                var like = run.State == SyncRunState.Succeeded && failed is not null && ++number % OneFailedIn == 0 ? failed : run;
                db.SyncRuns.Add(Earlier(run, like, TimeSpan.FromHours(hour) + TimeSpan.FromSeconds(number * 37 % 600)));
            }
        }

        var now = clock.GetUtcNow();
        var thisHour = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
        for (var hour = 1; hour <= ChartHours; hour++)
        {
            db.RunHours.Add(Sums(thisHour.AddHours(-hour)));
        }

        await db.SaveChangesAsync(cancellationToken);
    }

    // A run like another one, some time before.
    private static SyncRun Earlier(SyncRun run, SyncRun like, TimeSpan by)
    {
        var begin = run.StartedAt!.Value - by;
        var shift = like.StartedAt!.Value - begin;
        return new SyncRun
        {
            Id = Guid.CreateVersion7(begin),
            ConnectionId = run.ConnectionId,
            Trigger = SyncTrigger.Schedule,
            State = like.State,
            QueuedAt = begin,
            StartedAt = begin,
            FinishedAt = like.FinishedAt - shift,
            Worker = like.Worker,
            Received = like.Received,
            Unchanged = like.Received - like.Skipped,
            Skipped = like.Skipped,
            Warnings = like.Warnings,
            Steps = [.. like.Steps.Select(s => s with { StartedAt = s.StartedAt - shift })],
            Requests = [.. like.Requests.Select(r => r with { At = r.At - shift })],
            ErrorKind = like.ErrorKind,
            ErrorMessage = like.ErrorMessage,
        };
    }

    // More by day than by night, and one bad evening in nine days.
    private static RunHour Sums(DateTimeOffset hour)
    {
        var day = Math.Sin((hour.Hour - 4) / 24d * Math.Tau);
        var runs = (long)(30 + (18 * day) + (hour.DayOfYear * 7 % 5));
        var isBad = hour.DayOfYear % 9 == 4 && hour.Hour is >= 17 and < 21;
        var failed = isBad ? runs / 2 : (hour.DayOfYear + hour.Hour) % 4 == 0 ? 1 : 0;
        return new RunHour
        {
            Hour = hour,
            BrokerId = Broker,
            Worker = Broker,
            Succeeded = runs - failed,
            Failed = failed,
            Other = hour.Hour % 6 == 0 ? 1 : 0,
            Requests = runs * 4,
            Durations = Spread(runs, isBad ? 6 : 2),
            Lags = Spread(runs, isBad ? 7 : day > 0.6 ? 4 : 3),
        };
    }

    // Most in one class, some in the next, few in the one after it.
    private static long[] Spread(long runs, int middle)
    {
        var counts = new long[RunHour.Bounds.Count + 1];
        (counts[middle], counts[middle + 1], counts[middle + 2]) = (runs - (runs / 4) - (runs / 20), runs / 4, runs / 20);
        return counts;
    }
}
