using System.Reflection;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Jobs;

/// <summary>
/// Who is at work on this database. Every process that syncs tells that it lives, a few times a minute; one that has stopped telling
/// is dead, and what it held is given to others.
/// </summary>
public sealed class Workers(Database database, TimeProvider clock)
{
    /// <summary>Time between two signs of life.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(3);

    /// <summary>A worker that has been silent for this long is dead.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly string Version =
        typeof(Workers).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private readonly DateTimeOffset _startedAt = clock.GetUtcNow();
    private long _beatAt = long.MinValue;

    /// <summary>What this process was started for.</summary>
    public WorkerRole Role { get; set; } = WorkerRole.Foreground;

    // Workers on several machines compare with the server's clock; on SQLite all of them share that of one machine.
    private string Now => database.IsPostgres ? "clock_timestamp()" : "@now";

    /// <summary>Tells that this process lives, unless it has just done so.</summary>
    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        var last = Interlocked.Read(ref _beatAt);
        if (last != long.MinValue && clock.GetElapsedTime(last) < Beat * 0.9)
        {
            return;
        }

        Interlocked.Exchange(ref _beatAt, clock.GetTimestamp());
        var script = SqlScript.For(database);
        script.Change(
            $"""
            insert into workers (name, role, version, started_at, last_seen_at) values (@name, @role, @version, @started, {Now})
            on conflict (name) do update set last_seen_at = excluded.last_seen_at
            """,
            ids: null,
            [
                ("name", Worker.Name), ("role", SqlValues.ToText(Role)), ("version", Version), ("started", _startedAt), .. NowValue(),
            ]);
        await script.WriteAsync(database, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes this process off the list: it holds nothing any more.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        var script = SqlScript.For(database);
        script.Change("delete from workers where name = @name", ids: null, ("name", Worker.Name));
        await script.WriteAsync(database, cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _beatAt, long.MinValue);
    }

    /// <summary>The workers that are on the list, and whether each is alive.</summary>
    public async Task<IReadOnlyList<(WorkerPresence Worker, bool IsAlive)>> ListAsync(CancellationToken cancellationToken)
    {
        var workers = new List<(WorkerPresence, bool)>();
        var script = SqlScript.For(database);
        script.Query(
            $"select name, role, version, started_at, last_seen_at, {Now} from workers order by started_at",
            ids: null,
            row =>
            {
                var worker = new WorkerPresence
                {
                    Name = row.GetString(0),
                    Role = SqlValues.Parse<WorkerRole>(row.GetString(1)),
                    Version = row.GetString(2),
                    StartedAt = row.Instant(3),
                    LastSeenAt = row.Instant(4),
                };
                // A clock that was put back makes a dead worker look fresh for as long as the leap; seen from afar, it is dead too.
                var silent = (row.Instant(5) - worker.LastSeenAt).Duration();
                workers.Add((worker, silent < Patience && !Worker.IsDead(worker.Name)));
            },
            [.. NowValue()]);
        await script.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return workers;
    }

    private IEnumerable<(string Name, object Value)> NowValue() => database.IsPostgres ? [] : [("now", clock.GetUtcNow())];
}
