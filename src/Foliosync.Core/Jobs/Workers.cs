using System.Globalization;
using System.Reflection;
using Foliosync.Core.Monitoring;
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

    /// <summary>For how long a worker that was lost is told of.</summary>
    public static readonly TimeSpan LostAreTold = TimeSpan.FromDays(1);

    private static readonly string Version =
        typeof(Workers).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private readonly DateTimeOffset _startedAt = clock.GetUtcNow();
    private long _beatAt = long.MinValue;

    /// <summary>What this process was started for.</summary>
    public WorkerRole Role { get; set; } = WorkerRole.Foreground;

    /// <summary>What this process is at.</summary>
    internal RunsAtWork AtWork { get; } = new(clock);

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
            insert into workers (name, role, version, started_at, last_seen_at, busy, succeeded, failed, load_percent, memory_bytes, at_work)
            values (@name, @role, @version, @started, {Now}, @busy, @succeeded, @failed, @load, @memory, @work)
            on conflict (name) do update set last_seen_at = excluded.last_seen_at, busy = excluded.busy, succeeded = excluded.succeeded,
                failed = excluded.failed, load_percent = excluded.load_percent, memory_bytes = excluded.memory_bytes, at_work = excluded.at_work, lost_at = null
            """,
            ids: null,
            [
                ("name", Worker.Name), ("role", SqlValues.ToText(Role)), ("version", Version), ("started", _startedAt),
                ("busy", AtWork.Count()), ("succeeded", AtWork.Succeeded), ("failed", AtWork.Failed), ("load", LoadOfMachine()),
                ("memory", Environment.WorkingSet), ("work", SqlValues.ToJson(AtWork.Told())), .. NowValue(),
            ]);
        var asked = new List<Guid>();
        script.Query(
            "select id from sync_runs where state = 'running' and cancel_asked_at is not null and worker = @me", ids: null, row => asked.Add(row.Id(0)), ("me", Worker.Name));
        await StoreHoursAsync(script, cancellationToken).ConfigureAwait(false);
        AtWork.End(asked);
    }

    private async Task StoreHoursAsync(SqlScript script, CancellationToken cancellationToken)
    {
        var hours = AtWork.TakeHours();
        script.Rows(PutHours, hours);
        try
        {
            await script.WriteAsync(database, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            AtWork.PutBack(hours);
            throw;
        }
    }

    /// <summary>Takes this process off the list: it holds nothing any more.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        var script = SqlScript.For(database);
        script.Change("delete from workers where name = @name", ids: null, ("name", Worker.Name));
        await StoreHoursAsync(script, cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _beatAt, long.MinValue);
    }

    /// <summary>The workers that are on the list, and whether each is alive.</summary>
    public Task<IReadOnlyList<(WorkerPresence Worker, bool IsAlive)>> ListAsync(CancellationToken cancellationToken) => ListAsync(withLost: false, cancellationToken);

    /// <summary>The workers that are on the list, and whether each is alive.</summary>
    /// <param name="withLost">True to list those too that the others have found dead within the last day.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<(WorkerPresence Worker, bool IsAlive)>> ListAsync(bool withLost, CancellationToken cancellationToken)
    {
        var workers = new List<(WorkerPresence, bool)>();
        var script = SqlScript.For(database);
        script.Query(
            $"""
            select name, role, version, started_at, last_seen_at, {Now}, busy, succeeded, failed, load_percent, memory_bytes, at_work, lost_at
            from workers {(withLost ? string.Empty : "where lost_at is null")} order by started_at
            """,
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
                    Busy = row.GetInt32(6),
                    Succeeded = row.GetInt64(7),
                    Failed = row.GetInt64(8),
                    LoadPercent = row.GetInt32(9),
                    MemoryBytes = row.GetInt64(10),
                    AtWork = SqlValues.RunsAtWorkFrom(row.GetString(11)),
                    LostAt = row.InstantOrNull(12),
                };
                // A clock that was put back makes a dead worker look fresh for as long as the leap; seen from afar, it is dead too.
                var silent = (row.Instant(5) - worker.LastSeenAt).Duration();
                workers.Add((worker, worker.LostAt is null && silent < Patience && !Worker.IsDead(worker.Name)));
            },
            [.. NowValue()]);
        await script.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return workers;
    }

    // What Linux tells; elsewhere nobody asks.
    private static int LoadOfMachine()
    {
        try
        {
            return (int)(decimal.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture) * 100);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return 0;
        }
    }

    // The whole of an hour as this process knows it; another process has a row of its own.
    private static readonly RowStatement<RunHour> PutHours = new(
        """
        insert into run_hours (hour, broker_id, worker, succeeded, failed, other, requests, durations, lags)
        select r.hour, r.broker_id, r.worker, r.succeeded, r.failed, r.other, r.requests, r.durations, r.lags from {rows}
        where true on conflict (hour, broker_id, worker) do update set succeeded = excluded.succeeded, failed = excluded.failed,
            other = excluded.other, requests = excluded.requests, durations = excluded.durations, lags = excluded.lags
        """,
        Column.Of<RunHour>("hour", h => h.Hour),
        Column.Of<RunHour>("broker_id", h => h.BrokerId),
        Column.Of<RunHour>("worker", h => h.Worker),
        Column.Of<RunHour>("succeeded", h => (int)h.Succeeded),
        Column.Of<RunHour>("failed", h => (int)h.Failed),
        Column.Of<RunHour>("other", h => (int)h.Other),
        Column.Of<RunHour>("requests", h => (int)h.Requests),
        Column.Of<RunHour>("durations", h => SqlValues.ToJson(h.Durations)),
        Column.Of<RunHour>("lags", h => SqlValues.ToJson(h.Lags)));

    private IEnumerable<(string Name, object Value)> NowValue() => database.IsPostgres ? [] : [("now", clock.GetUtcNow())];
}
