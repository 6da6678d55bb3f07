using System.Collections;
using System.Diagnostics;
using Foliosync.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Sync;

/// <summary>
/// Tells the operator of each run: a span, the metrics, and one line in the log. The line is a warning when the run failed, information
/// when it changed something or needs a person, and otherwise for debugging only: of thousands of runs an hour most say nothing new.
/// </summary>
internal sealed partial class RunJournal(ILogger log, TimeProvider clock)
{
    /// <summary>Begins to tell of a run. Until it is disposed of, every line that is logged in this flow bears the ids of the run.</summary>
    public IDisposable Begin(ClaimedConnection connection)
    {
        RunLog.Current = connection.Told;
        var flow = new Flow(Activity.Current, Scope(log, connection));
        connection.Span = SyncTrace.Begin(connection);
        return flow;
    }

    /// <summary>Puts the ids of a run on every line that is logged until it is disposed of.</summary>
    public static IDisposable? Scope(ILogger log, ClaimedConnection connection) => log.BeginScope(new RunScope(connection));

    /// <summary>Tells how a run ended.</summary>
    public void End(RunEnd end)
    {
        var finishedAt = end.FinishedAt ?? clock.GetUtcNow();
        SyncMetrics.Ended(end, finishedAt);
        SyncTrace.End(end);

        var level = LevelOf(end);
        if (!log.IsEnabled(level))
        {
            return;
        }

        var connection = end.Reading.Connection;
        var result = SqlValues.ToText(end.Verdict.RunState);
        var milliseconds = (long)(finishedAt - connection.StartedAt).TotalMilliseconds;
        if (end.ErrorKind is { } kind)
        {
            LogFailed(log, level, connection.RunId, connection.Id, connection.BrokerId, result, milliseconds, kind, end.ErrorMessage);
        }
        else
        {
            var counts = end.Counts;
            LogEnded(
                log, level, connection.RunId, connection.Id, connection.BrokerId, result, milliseconds,
                counts.Received, counts.Inserted, counts.Updated, counts.Closed, counts.Skipped);
        }
    }

    private static LogLevel LevelOf(RunEnd end) => end.Verdict.RunState switch
    {
        // The pause itself is logged once, with the broker; everyone who has to wait for its end is not news.
        SyncRunState.Failed when end.ErrorKind == "rateLimited" => LogLevel.Debug,
        SyncRunState.Failed or SyncRunState.NeedsReview => LogLevel.Warning,
        SyncRunState.NeedsLogin => LogLevel.Information,
        // Whoever asked for a sync looks for its end, even if nothing was new.
        _ when BrokerGate.IsForAPerson(end.Reading.Connection.Trigger) => LogLevel.Information,
        _ => end.Counts.Inserted + end.Counts.Updated + end.Counts.Closed + end.Counts.Skipped > 0 ? LogLevel.Information : LogLevel.Debug,
    };

    [LoggerMessage(Message = "Run {RunId} of connection {ConnectionId} at {Broker}: {Result} in {Milliseconds} ms, {Received} rows received, {Inserted} new, {Updated} changed, {Closed} closed, {Skipped} skipped")]
    private static partial void LogEnded(
        ILogger log, LogLevel level, Guid runId, Guid connectionId, string broker, string result, long milliseconds,
        int received, int inserted, int updated, int closed, int skipped);

    [LoggerMessage(Message = "Run {RunId} of connection {ConnectionId} at {Broker}: {Result} in {Milliseconds} ms, {ErrorKind}: {ErrorMessage}")]
    private static partial void LogFailed(
        ILogger log, LogLevel level, Guid runId, Guid connectionId, string broker, string result, long milliseconds, string errorKind, string? errorMessage);

    /// <summary>The ids of a run, as fields of a structured log.</summary>
    private sealed class RunScope(ClaimedConnection connection) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => 3;

        public KeyValuePair<string, object?> this[int index] => index switch
        {
            0 => new("RunId", connection.RunId),
            1 => new("ConnectionId", connection.Id),
            2 => new("Broker", connection.BrokerId),
            _ => throw new ArgumentOutOfRangeException(nameof(index)),
        };

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            for (var i = 0; i < Count; i++)
            {
                yield return this[i];
            }
        }

        public override string ToString() => $"RunId:{connection.RunId} ConnectionId:{connection.Id} Broker:{connection.BrokerId}";

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    /// <summary>Sets the flow back to what it was. The span goes on: it ends when the result is stored.</summary>
    private sealed class Flow(Activity? before, IDisposable? scope) : IDisposable
    {
        public void Dispose()
        {
            scope?.Dispose();
            RunLog.Current = null;
            Activity.Current = before;
        }
    }
}
