using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Foliosync.Core.Sync;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Tests.Sync;

/// <summary>The metrics of syncs, from now on.</summary>
internal sealed class HeardMetrics : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Name, string Text)> _heard = [];

    public HeardMetrics()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == SyncMetrics.Name)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>What an instrument told, as <c>value tag=value ...</c>.</summary>
    public List<string> Of(string name) => [.. _heard.Where(h => h.Name == name).Select(h => h.Text)];

    public void Collect() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, IConvertible value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => _heard.Enqueue((
        instrument.Name,
        string.Join(' ', [value.ToString(CultureInfo.InvariantCulture), .. tags.ToArray().OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => $"{t.Key}={t.Value}")])));
}

/// <summary>The spans of a source that end from now on.</summary>
internal sealed class HeardSpans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public HeardSpans(string source = SyncMetrics.Name)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name == source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyList<Activity> Spans => [.. _ended];

    public void Dispose() => _listener.Dispose();
}

/// <summary>What was logged, with the scopes it was logged in.</summary>
internal sealed class HeardLogs : ILoggerFactory
{
    private readonly LoggerExternalScopeProvider _scopes = new();
    private readonly ConcurrentQueue<LoggedLine> _lines = [];

    public IReadOnlyList<LoggedLine> Lines => [.. _lines];

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Logger(HeardLogs heard) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => heard._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var fields = new Dictionary<string, object?>();
            heard._scopes.ForEachScope(Collect, fields);
            Collect(state, fields);
            heard._lines.Enqueue(new LoggedLine(logLevel, formatter(state, exception), fields));
        }

        private static void Collect(object? state, Dictionary<string, object?> fields)
        {
            foreach (var (name, value) in state as IEnumerable<KeyValuePair<string, object?>> ?? [])
            {
                fields[name] = value;
            }
        }
    }
}

/// <summary>A line of the log.</summary>
internal sealed record LoggedLine(LogLevel Level, string Text, IReadOnlyDictionary<string, object?> Fields);

/// <summary>A server that remembers the names of the headers it was sent.</summary>
internal sealed class HeaderWatch : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _headers = [];

    private HeaderWatch()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(http =>
        {
            foreach (var name in http.Request.Headers.Keys)
            {
                _headers.Enqueue(name);
            }

            return Task.CompletedTask;
        });
    }

    public Uri Address => new(_app.Urls.Single());

    public IReadOnlyCollection<string> Headers => _headers;

    public static async Task<HeaderWatch> StartAsync()
    {
        var watch = new HeaderWatch();
        await watch._app.StartAsync();
        return watch;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
