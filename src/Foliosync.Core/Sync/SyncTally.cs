namespace Foliosync.Core.Sync;

/// <summary>Counts what became of the connections of one sync.</summary>
internal sealed class SyncTally(IProgress<SyncProgress>? progress, TimeProvider clock)
{
    private const int MaxProblems = 100;

    private readonly Lock _gate = new();
    private readonly long _started = clock.GetTimestamp();
    private readonly List<SyncProblem> _problems = [];
    private readonly int[] _byState = new int[Enum.GetValues<SyncRunState>().Length];
    private TaskCompletionSource _finished = Finished();
    private SyncCounts _counts;
    private int _total;
    private int _done;

    /// <summary>Is done when none is under way.</summary>
    public Task NoneOpen
    {
        get
        {
            lock (_gate)
            {
                return _finished.Task;
            }
        }
    }

    public void Expect(int count)
    {
        lock (_gate)
        {
            _total += count;
            if (_total > _done && _finished.Task.IsCompleted)
            {
                _finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    public void Add(int finished, IReadOnlyList<RunEnd> ends)
    {
        lock (_gate)
        {
            _done += finished;
            foreach (var end in ends)
            {
                _counts += end.Counts;
                _byState[(int)end.Verdict.RunState]++;
                if (end.Verdict.RunState != SyncRunState.Succeeded && _problems.Count < MaxProblems)
                {
                    var connection = end.Reading.Connection;
                    _problems.Add(new SyncProblem(
                        connection.Id,
                        connection.Label,
                        connection.RunId,
                        end.Verdict.RunState,
                        end.ErrorKind ?? "cancelled",
                        end.ErrorMessage ?? "Stopped before anything was stored."));
                }
            }

            if (_done == _total)
            {
                _finished.TrySetResult();
            }

            progress?.Report(new SyncProgress(_total, _done, _done - Count(SyncRunState.Succeeded)));
        }
    }

    public SyncSummary ToSummary()
    {
        lock (_gate)
        {
            var succeeded = Count(SyncRunState.Succeeded);
            var needsLogin = Count(SyncRunState.NeedsLogin);
            var needsReview = Count(SyncRunState.NeedsReview);
            var failed = Count(SyncRunState.Failed);
            return new SyncSummary(
                _total,
                succeeded,
                needsLogin,
                needsReview,
                failed,
                _total - succeeded - needsLogin - needsReview - failed,
                _counts,
                [.. _problems],
                clock.GetElapsedTime(_started));
        }
    }

    private static TaskCompletionSource Finished()
    {
        var finished = new TaskCompletionSource();
        finished.SetResult();
        return finished;
    }

    private int Count(SyncRunState state) => _byState[(int)state];
}
