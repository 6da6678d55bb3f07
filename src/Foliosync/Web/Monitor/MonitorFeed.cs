using System.Data.Common;
using System.Runtime.CompilerServices;
using Foliosync.Core;
using Foliosync.Core.Jobs;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;

namespace Foliosync.Web.Monitor;

/// <summary>
/// What pages that are looked at show, read from the database once for all of them, and only while somebody looks. So the database
/// does not notice how many do.
/// </summary>
internal sealed partial class MonitorFeed(
    MonitorReader reader, RunSearch runs, Database database, Workers workers, SyncBacklog backlog, TimeProvider clock, ILogger<MonitorFeed> log)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    // The banner of every page may be this old.
    private static readonly TimeSpan StatusAge = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, (int Watchers, RunDetail? Last)> _watched = [];
    private TaskCompletionSource _changed = NewSignal();
    private MonitorSnapshot? _last;
    private int _watchers;
    private (UpdateStatus Status, long At)? _status;

    /// <summary>The cluster as it is, again each time that it was read anew.</summary>
    public async IAsyncEnumerable<MonitorSnapshot> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Enter(null);
        try
        {
            MonitorSnapshot? seen = null;
            while (true)
            {
                var (last, changed) = Current();
                if (last is not null && !ReferenceEquals(last, seen))
                {
                    seen = last;
                    yield return last;
                }

                await changed.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            Leave(null);
        }
    }

    /// <summary>A run as it is, again each time that it has changed, until it is over.</summary>
    public async IAsyncEnumerable<RunDetail> WatchAsync(Guid runId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Enter(runId);
        try
        {
            RunDetail? seen = null;
            while (true)
            {
                RunDetail? last;
                Task changed;
                lock (_gate)
                {
                    last = _watched[runId].Last;
                    changed = _changed.Task;
                }

                if (last is not null && !ReferenceEquals(last, seen))
                {
                    seen = last;
                    yield return last;
                    if (!last.IsBusy)
                    {
                        yield break;
                    }
                }

                await changed.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            Leave(runId);
        }
    }

    /// <summary>Whether data is being updated; a few seconds old at most.</summary>
    public async Task<UpdateStatus?> StatusAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_status is { } known && clock.GetElapsedTime(known.At) < StatusAge)
            {
                return known.Status;
            }
        }

        try
        {
            var status = await UpdateStatus.LookAsync(database, workers, backlog, cancellationToken);
            lock (_gate)
            {
                _status = (status, clock.GetTimestamp());
            }

            return status;
        }
        catch (Exception e) when (e is DbException || StorageFailure.IsAway(e))
        {
            // The page itself tells what is wrong.
            return null;
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private (MonitorSnapshot? Last, Task Changed) Current()
    {
        lock (_gate)
        {
            return (_last, _changed.Task);
        }
    }

    private void Enter(Guid? runId)
    {
        lock (_gate)
        {
            if (runId is { } id)
            {
                var (count, last) = _watched.GetValueOrDefault(id);
                _watched[id] = (count + 1, last);
            }

            if (++_watchers == 1)
            {
                _ = ReadAsync();
            }
        }
    }

    private void Leave(Guid? runId)
    {
        lock (_gate)
        {
            _watchers--;
            if (runId is { } id && _watched[id] is var (count, last))
            {
                if (count == 1)
                {
                    _watched.Remove(id);
                }
                else
                {
                    _watched[id] = (count - 1, last);
                }
            }
        }
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            List<Guid> ids;
            lock (_gate)
            {
                if (_watchers == 0)
                {
                    _last = null;
                    return;
                }

                ids = [.. _watched.Keys];
            }

            try
            {
                var snapshot = await reader.LookAsync(CancellationToken.None);
                var details = new List<RunDetail>();
                foreach (var id in ids)
                {
                    details.Add(await runs.DetailAsync(id, CancellationToken.None));
                }

                Publish(snapshot, details);
            }
            catch (Exception e) when (e is DbException or NotFoundException || StorageFailure.IsAway(e))
            {
                // The pages keep what they show until it is back.
                LogFailed(log, e);
            }

            await Task.Delay(Look, clock);
        }
    }

    private void Publish(MonitorSnapshot snapshot, List<RunDetail> details)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _last = snapshot;
            foreach (var detail in details)
            {
                if (_watched.TryGetValue(detail.Row.Id, out var watched) && (watched.Last is null || watched.Last.Row != detail.Row || watched.Last.AtWork != detail.AtWork))
                {
                    _watched[detail.Row.Id] = (watched.Watchers, detail);
                }
            }

            changed = _changed;
            _changed = NewSignal();
        }

        changed.SetResult();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The monitor could not be read; it is tried again in a moment")]
    private static partial void LogFailed(ILogger log, Exception e);
}
