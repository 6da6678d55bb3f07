using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Sync;

namespace Foliosync.Api.Monitor;

/// <summary>
/// The numbers of this process, and those of the whole instance from the database, as Prometheus reads them. Names are those of
/// OpenTelemetry with what its conventions make of them: dots become underscores, units and <c>_total</c> are added. It listens from
/// the start when the endpoint is open to all, else from the first scrape.
/// </summary>
internal sealed class PrometheusText : IDisposable
{
    private const string HistogramSuffix = "_bucket";

    // Of the runtime, only what an operator looks at.
    private static readonly string[] Meters = [SyncMetrics.Name, "Microsoft.AspNetCore.Hosting", "System.Net.Http", "System.Runtime", "Npgsql"];

    private static readonly double[] UsualBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private readonly MonitorReader _monitor;
    private readonly ConcurrentDictionary<Instrument, Series> _series = new();
    private readonly Lock _starting = new();
    private MeterListener? _listener;

    public PrometheusText(MonitorReader monitor, MonitorSettings settings)
    {
        _monitor = monitor;
        if (settings.HasOpenMetrics)
        {
            Listen();
        }
    }

    /// <summary>Everything as it is now.</summary>
    public async Task<string> CollectAsync(CancellationToken cancellationToken)
    {
        Listen().RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var series in _series.Values.OrderBy(s => s.Name, StringComparer.Ordinal))
        {
            series.Write(text);
        }

        WriteInstance(text, await _monitor.LookAsync(cancellationToken));
        return text.ToString();
    }

    public void Dispose() => _listener?.Dispose();

    private MeterListener Listen()
    {
        lock (_starting)
        {
            if (_listener is not null)
            {
                return _listener;
            }

            _listener = new MeterListener
            {
                InstrumentPublished = (instrument, listener) =>
                {
                    if (Meters.Contains(instrument.Meter.Name))
                    {
                        listener.EnableMeasurementEvents(instrument);
                    }
                },
            };
            _listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Record(i, value, tags));
            _listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Record(i, value, tags));
            _listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Record(i, value, tags));
            _listener.Start();
            return _listener;
        }
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _series.GetOrAdd(instrument, static i => new Series(i)).Record(value, Labels(tags));

    private static void WriteInstance(StringBuilder text, MonitorSnapshot seen)
    {
        Gauge("foliosync_workers", "Workers by whether they are alive.", [("state=\"alive\"", seen.Workers.Count(w => w.IsAlive)), ("state=\"lost\"", seen.Workers.Count(w => !w.IsAlive))]);
        Gauge("foliosync_worker_online", "1 while a worker is alive.", seen.Workers.Select(w => ($"worker=\"{Escape(w.Name)}\"", w.IsAlive ? 1d : 0)));
        Gauge("foliosync_worker_busy_runs", "Runs a worker is at.", seen.Workers.Where(w => w.IsAlive).Select(w => ($"worker=\"{Escape(w.Name)}\"", (double)w.Busy)));
        Gauge("foliosync_runs_queued", "Runs that wait for a worker.", [(string.Empty, seen.Queued)]);
        Gauge("foliosync_runs_running", "Runs at work.", [(string.Empty, seen.Running)]);
        Gauge("foliosync_queue_age_seconds", "How long the oldest queued run has been waiting.", [(string.Empty, seen.QueueAge)]);
        Gauge("foliosync_broker_connections", "Connections of a broker.", seen.Brokers.Select(b => (Broker(b), (double)b.Connections)));
        Gauge("foliosync_broker_due_connections", "Connections of a broker that are due.", seen.Brokers.Select(b => (Broker(b), (double)b.Due)));
        Gauge("foliosync_broker_overdue_seconds", "By how much the most overdue connection of a broker is late.", seen.Brokers.Select(b => (Broker(b), (double)b.Overdue)));
        Gauge("foliosync_broker_held", "1 while a broker is left alone because it asked for it or is in trouble.", seen.Brokers.Select(b => (Broker(b), b.HeldUntil is null ? 0d : 1)));
        Gauge("foliosync_broker_paused", "1 while an operator has paused a broker.", seen.Brokers.Select(b => (Broker(b), b.PausedAt is null ? 0d : 1)));
        Gauge("foliosync_broker_succeeded_runs_day", "Runs of the last 24 hours that succeeded.", seen.Brokers.Select(b => (Broker(b), (double)b.Succeeded)));
        Gauge("foliosync_broker_failed_runs_day", "Runs of the last 24 hours that failed.", seen.Brokers.Select(b => (Broker(b), (double)b.Failed)));

        void Gauge(string name, string help, IEnumerable<(string Labels, double Value)> values)
        {
            text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(" gauge\n");
            foreach (var (labels, value) in values)
            {
                Line(text, name, labels, value);
            }
        }

        static string Broker(BrokerStatus broker) => $"foliosync_broker=\"{Escape(broker.Id)}\"";
    }

    private static void Line(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<string>(tags.Length);
        foreach (var (key, value) in tags)
        {
            labels.Add($"{Named(key)}=\"{Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty)}\"");
        }

        labels.Sort(StringComparer.Ordinal);
        return string.Join(',', labels);
    }

    private static string Named(string name) => string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>The values of one instrument, by their labels.</summary>
    private sealed class Series
    {
        private readonly Instrument _instrument;
        private readonly string _type;
        private readonly bool _isAdded;
        private readonly double[] _bounds;
        private readonly Lock _gate = new();
        private readonly SortedDictionary<string, double[]> _values = new(StringComparer.Ordinal);

        public Series(Instrument instrument)
        {
            _instrument = instrument;
            var kind = instrument.GetType().Name;
            _type = kind.StartsWith("Histogram", StringComparison.Ordinal) ? "histogram" : kind.Contains("UpDown", StringComparison.Ordinal) || kind.Contains("Gauge", StringComparison.Ordinal) ? "gauge" : "counter";
            // What is observed is told as a whole each time.
            _isAdded = !kind.StartsWith("Observable", StringComparison.Ordinal) && !kind.StartsWith("Gauge", StringComparison.Ordinal);
            _bounds = instrument is Instrument<double> { Advice.HistogramBucketBoundaries: { } bounds } ? [.. bounds] : UsualBounds;
            var unit = instrument.Unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", _ => string.Empty };
            var name = Named(instrument.Name);
            name = unit.Length > 0 && !name.EndsWith(unit, StringComparison.Ordinal) ? name + unit : name;
            Name = _type == "counter" && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
        }

        public string Name { get; }

        public void Record(double value, string labels)
        {
            lock (_gate)
            {
                if (!_values.TryGetValue(labels, out var values))
                {
                    // Of a histogram: a count for each class, then the sum.
                    _values[labels] = values = new double[_type == "histogram" ? _bounds.Length + 2 : 1];
                }

                if (_type == "histogram")
                {
                    var at = Array.FindIndex(_bounds, b => value <= b);
                    values[at < 0 ? _bounds.Length : at]++;
                    values[^1] += value;
                }
                else
                {
                    values[0] = _isAdded ? values[0] + value : value;
                }
            }
        }

        public void Write(StringBuilder text)
        {
            lock (_gate)
            {
                text.Append("# HELP ").Append(Name).Append(' ').Append(_instrument.Description?.Replace('\n', ' ')).Append("\n# TYPE ").Append(Name).Append(' ').Append(_type).Append('\n');
                foreach (var (labels, values) in _values)
                {
                    if (_type != "histogram")
                    {
                        Line(text, Name, labels, values[0]);
                        continue;
                    }

                    double count = 0;
                    for (var i = 0; i <= _bounds.Length; i++)
                    {
                        count += values[i];
                        var bound = i < _bounds.Length ? _bounds[i].ToString("R", CultureInfo.InvariantCulture) : "+Inf";
                        Line(text, Name + HistogramSuffix, labels.Length == 0 ? $"le=\"{bound}\"" : $"{labels},le=\"{bound}\"", count);
                    }

                    Line(text, Name + "_sum", labels, values[^1]);
                    Line(text, Name + "_count", labels, count);
                }
            }
        }
    }
}
