using System.Diagnostics;
using System.Diagnostics.Metrics;
using Foliosync.Core.Storage;

namespace Foliosync.Core.Sync;

/// <summary>
/// Numbers about syncs, for whoever listens to the meter <see cref="Name"/>; docs/monitoring.md lists them. Their tags have few values:
/// never an id, a label or an address. Nothing is computed while nobody listens.
/// </summary>
public static class SyncMetrics
{
    /// <summary>Name of the meter and of the source of traces.</summary>
    public const string Name = "Foliosync.Sync";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Runs = Meter.CreateCounter<long>(
        "foliosync.sync.runs", "{run}", "Runs that ended.");

    private static readonly Histogram<double> Duration = Seconds(
        "foliosync.sync.run.duration", "Time from the claim of a connection until its result is stored.");

    private static readonly Histogram<double> Lag = Seconds(
        "foliosync.sync.lag", "How much later than it was due a scheduled run began.");

    private static readonly Counter<long> Rows = Meter.CreateCounter<long>(
        "foliosync.sync.rows", "{row}", "Rows that brokers reported, by what became of them.");

    private static readonly Histogram<double> RateLimitWait = Seconds(
        "foliosync.broker.rate_limit.wait", "How long a call waited for its turn under the broker's rate limit.");

    private static readonly Counter<long> Holds = Meter.CreateCounter<long>(
        "foliosync.broker.holds", "{hold}", "Times a broker asked to be left alone.");

    private static Func<SyncBacklogAge?> _backlog = () => null;

    static SyncMetrics()
    {
        Meter.CreateObservableGauge(
            "foliosync.sync.queue.age", QueueAge, "s", "How long the oldest queued run has been waiting; 0 when none is queued.");
        Meter.CreateObservableGauge(
            "foliosync.sync.overdue", Overdue, "s", "By how much the most overdue connection of a broker is late; 0 when none is.");
    }

    /// <summary>Says where the ages of what waits come from. They are asked for at each collection, so the answer must be at hand.</summary>
    /// <param name="backlog">The ages; null when they are not known at the moment, which is told as no value.</param>
    public static void Observe(Func<SyncBacklogAge?> backlog) => _backlog = backlog;

    /// <summary>Counts a run that ended.</summary>
    internal static void Ended(RunEnd end, DateTimeOffset finishedAt)
    {
        if (!Runs.Enabled && !Duration.Enabled && !Lag.Enabled && !Rows.Enabled)
        {
            return;
        }

        var connection = end.Reading.Connection;
        var broker = new KeyValuePair<string, object?>("foliosync.broker", connection.BrokerId);
        var result = new KeyValuePair<string, object?>("foliosync.result", SqlValues.ToText(end.Verdict.RunState));
        var tags = new TagList { broker, result, new("foliosync.trigger", SqlValues.ToText(connection.Trigger)) };
        if (end.ErrorKind is { } kind)
        {
            tags.Add("error.type", kind);
        }

        Runs.Add(1, tags);
        Duration.Record(Math.Max(0, (finishedAt - connection.StartedAt).TotalSeconds), broker, result);
        if (connection.Trigger == SyncTrigger.Schedule && connection.DueAt is { } due)
        {
            Lag.Record(Math.Max(0, (connection.StartedAt - due).TotalSeconds), broker);
        }

        Add("inserted", end.Counts.Inserted);
        Add("updated", end.Counts.Updated);
        Add("closed", end.Counts.Closed);
        Add("unchanged", end.Counts.Unchanged);
        Add("skipped", end.Counts.Skipped);

        void Add(string change, int rows)
        {
            if (rows > 0)
            {
                Rows.Add(rows, broker, new("foliosync.change", change));
            }
        }
    }

    /// <summary>Counts a broker that asked for a pause.</summary>
    internal static void Held(string brokerId) => Holds.Add(1, new KeyValuePair<string, object?>("foliosync.broker", brokerId));

    /// <summary>Notes how long a call waited for its turn.</summary>
    internal static void WaitedForTurn(string brokerId, TimeSpan wait) =>
        RateLimitWait.Record(wait.TotalSeconds, new KeyValuePair<string, object?>("foliosync.broker", brokerId));

    private static IEnumerable<Measurement<double>> QueueAge() =>
        _backlog() is { } backlog ? [new Measurement<double>(backlog.Queue.TotalSeconds)] : [];

    private static IEnumerable<Measurement<double>> Overdue() =>
        _backlog() is { } backlog
            ? backlog.Overdue.Select(o => new Measurement<double>(o.Value.TotalSeconds, new KeyValuePair<string, object?>("foliosync.broker", o.Key)))
            : [];

    // From an unchanged run of milliseconds to a broker that has kept everyone waiting for hours.
    private static Histogram<double> Seconds(string name, string description) => Meter.CreateHistogram(
        name,
        "s",
        description,
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21600] });
}
