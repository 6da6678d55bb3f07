using System.Collections.Concurrent;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Jobs;

/// <summary>
/// The runs that this process is at, what has become of those that are over, and which an operator wants to end. It is told with each
/// sign of life: nothing is written for each step.
/// </summary>
internal sealed class RunsAtWork(TimeProvider clock)
{
    // A page shows no more, and a row should stay small.
    private const int MostTold = 40;

    private readonly ConcurrentDictionary<Guid, WorkUnderWay> _runs = new();
    private readonly Lock _counting = new();
    private readonly Dictionary<(DateTimeOffset Hour, string Broker), Tally> _hours = [];
    private volatile HashSet<Guid> _asked = [];
    private long _succeeded;
    private long _failed;

    /// <summary>How many there are.</summary>
    public int Count() => _runs.Count;

    /// <summary>Runs that succeeded since the start.</summary>
    public long Succeeded => Interlocked.Read(ref _succeeded);

    /// <summary>Runs that ended in any other way since the start.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>The longest of them.</summary>
    public IReadOnlyList<RunAtWork> Told() => [.. _runs.Values.OrderBy(r => r.Connection.StartedAt).Take(MostTold).Select(r => r.ToView())];

    /// <summary>Begins to tell of a run. Disposing of the result ends that.</summary>
    public WorkUnderWay Begin(ClaimedConnection connection, CancellationToken cancellationToken)
    {
        var work = new WorkUnderWay(connection, clock, w => _runs.TryRemove(w.Connection.RunId, out _), cancellationToken);
        connection.Work = work;
        _runs[connection.RunId] = work;
        if (_asked.Contains(connection.RunId))
        {
            work.AskToEnd();
        }

        return work;
    }

    /// <summary>Ends those that operators want to end.</summary>
    public void End(IReadOnlyCollection<Guid> asked)
    {
        _asked = [.. asked];
        foreach (var id in asked)
        {
            _runs.GetValueOrDefault(id)?.AskToEnd();
        }
    }

    /// <summary>Counts a run that is over.</summary>
    public void Count(RunEnd end)
    {
        var isGood = end.Verdict.RunState == SyncRunState.Succeeded;
        Interlocked.Increment(ref isGood ? ref _succeeded : ref _failed);
        var connection = end.Reading.Connection;
        var finished = end.FinishedAt ?? clock.GetUtcNow();
        var hour = new DateTimeOffset(finished.UtcTicks - (finished.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
        lock (_counting)
        {
            if (!_hours.TryGetValue((hour, connection.BrokerId), out var tally))
            {
                _hours[(hour, connection.BrokerId)] = tally = new Tally(hour, connection.BrokerId);
            }

            tally.Add(end, finished);
        }
    }

    /// <summary>What was counted and is not stored yet, as a whole: it takes the place of what was stored of the same hour.</summary>
    public IReadOnlyList<RunHour> TakeHours()
    {
        lock (_counting)
        {
            var changed = _hours.Values.Where(t => t.HasChanged).ToList();
            changed.ForEach(t => t.HasChanged = false);
            var current = clock.GetUtcNow().AddHours(-2);
            foreach (var old in _hours.Where(h => h.Key.Hour < current).Select(h => h.Key).ToList())
            {
                _hours.Remove(old);
            }

            return [.. changed.Select(t => t.ToRow())];
        }
    }

    /// <summary>What could not be stored is stored the next time.</summary>
    public void PutBack(IReadOnlyList<RunHour> hours)
    {
        lock (_counting)
        {
            foreach (var hour in hours)
            {
                if (_hours.TryGetValue((hour.Hour, hour.BrokerId), out var tally))
                {
                    tally.HasChanged = true;
                }
            }
        }
    }

    private sealed class Tally(DateTimeOffset hour, string broker)
    {
        private readonly long[] _durations = new long[RunHour.Bounds.Count + 1];
        private readonly long[] _lags = new long[RunHour.Bounds.Count + 1];
        private long _succeeded;
        private long _failed;
        private long _other;
        private long _requests;

        public bool HasChanged { get; set; }

        public void Add(RunEnd end, DateTimeOffset finished)
        {
            HasChanged = true;
            var connection = end.Reading.Connection;
            switch (end.Verdict.RunState)
            {
                case SyncRunState.Succeeded:
                    _succeeded++;
                    break;
                case SyncRunState.Failed:
                    _failed++;
                    break;
                default:
                    _other++;
                    break;
            }

            _requests += connection.Told.Asks;
            _durations[RunHour.ClassOf((finished - connection.StartedAt).TotalMilliseconds)]++;
            if (connection is { Trigger: SyncTrigger.Schedule, DueAt: { } due })
            {
                _lags[RunHour.ClassOf((connection.StartedAt - due).TotalMilliseconds)]++;
            }
        }

        public RunHour ToRow() => new()
        {
            Hour = hour,
            BrokerId = broker,
            Worker = Worker.Name,
            Succeeded = _succeeded,
            Failed = _failed,
            Other = _other,
            Requests = _requests,
            Durations = [.. _durations],
            Lags = [.. _lags],
        };
    }
}

/// <summary>A run that this process is at.</summary>
internal sealed class WorkUnderWay : IDisposable
{
    private readonly CancellationTokenSource _end;
    private readonly TimeProvider _clock;
    private readonly Action<WorkUnderWay> _onOver;
    private string _step = "wait";
    private DateTimeOffset _since;
    private int _done = -1;

    public WorkUnderWay(ClaimedConnection connection, TimeProvider clock, Action<WorkUnderWay> onOver, CancellationToken cancellationToken)
    {
        Connection = connection;
        _clock = clock;
        _onOver = onOver;
        _since = clock.GetUtcNow();
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    public ClaimedConnection Connection { get; }

    /// <summary>Ends the run.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>True when an operator asked for its end.</summary>
    public bool IsAskedToEnd { get; private set; }

    /// <summary>A step begins.</summary>
    public void Begin(string step)
    {
        _since = _clock.GetUtcNow();
        _step = step;
        _done++;
    }

    public void AskToEnd()
    {
        IsAskedToEnd = true;
        try
        {
            _end.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It is over already.
        }
    }

    public RunAtWork ToView() => new(
        Connection.RunId, Connection.Id, Connection.Label, Connection.BrokerId, _step, Connection.StartedAt, _since, Math.Max(_done, 0));

    public void Dispose()
    {
        _onOver(this);
        _end.Dispose();
    }
}
