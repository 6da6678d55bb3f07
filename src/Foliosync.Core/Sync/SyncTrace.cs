using System.Diagnostics;
using Foliosync.Core.Storage;

namespace Foliosync.Core.Sync;

/// <summary>
/// Traces of syncs: one span a run, with a child for each step. Everything here does nothing, and gives null, while nobody listens.
/// </summary>
internal static class SyncTrace
{
    private static readonly ActivitySource Source = new(SyncMetrics.Name);

    /// <summary>Begins the span of a run. What runs in this flow until the caller sets the current activity back belongs to it.</summary>
    public static Activity? Begin(ClaimedConnection connection)
    {
        // A run is no part of the request that asked for it: it may be done much later, and by another process.
        Activity.Current = null;
        var span = Source.StartActivity("sync connection");
        span?.SetTag("foliosync.run.id", connection.RunId)
            .SetTag("foliosync.connection.id", connection.Id)
            .SetTag("foliosync.broker", connection.BrokerId)
            .SetTag("foliosync.trigger", SqlValues.ToText(connection.Trigger));
        return span;
    }

    /// <summary>Ends the span of a run.</summary>
    public static void End(RunEnd end)
    {
        if (end.Reading.Connection.Span is not { } span)
        {
            return;
        }

        span.SetTag("foliosync.result", SqlValues.ToText(end.Verdict.RunState));
        span.SetTag("foliosync.rows.received", end.Counts.Received);
        if (end.ErrorKind is { } kind)
        {
            // The kind only: messages are for people and may name them.
            span.SetTag("error.type", kind);
            span.SetStatus(ActivityStatusCode.Error, kind);
        }

        var current = Activity.Current;
        span.Stop();
        Activity.Current = current;
    }

    /// <summary>Begins a step of the run that is current. Disposing of it ends it.</summary>
    public static Activity? Step(string name) => Activity.Current?.Source == Source ? Source.StartActivity(name) : null;

    /// <summary>Begins a step of a run that is not current, or not alone.</summary>
    public static Activity? Step(string name, ConnectionReading reading) =>
        reading.Connection.Span is { } run ? Source.StartActivity(name, ActivityKind.Internal, run.Context) : null;

    /// <summary>Begins the storing of several runs at once: a step of each of them. What the database is asked belongs to the first.</summary>
    public static IDisposable? Store(IReadOnlyList<ConnectionReading> group) =>
        group.Any(r => r.Connection.Span is not null) ? new Storing(group) : null;

    private sealed class Storing : IDisposable
    {
        private readonly Activity? _before = Activity.Current;
        private readonly List<Activity> _steps;

        public Storing(IReadOnlyList<ConnectionReading> group)
        {
            _steps = [.. group.Select(r => Step("store", r)).OfType<Activity>()];
            Activity.Current = _steps.FirstOrDefault();
        }

        public void Dispose()
        {
            foreach (var step in _steps)
            {
                step.Dispose();
            }

            Activity.Current = _before;
        }
    }
}
