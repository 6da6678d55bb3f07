using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Sync;

/// <summary>What a run tells of itself, beside its steps, until it is stored. Bounded: a run that asks a thousand times tells of the first.</summary>
internal sealed class RunNotes
{
    private const int MostRequests = 60;
    private const int MostLines = 60;
    private const int LongestLine = 500;

    private readonly Lock _gate = new();
    private readonly List<RunRequest> _requests = [];
    private readonly List<RunLogLine> _log = [];

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<RunRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<RunLogLine> Log
    {
        get
        {
            lock (_gate)
            {
                return [.. _log];
            }
        }
    }

    /// <summary>How often the broker was asked.</summary>
    public int Asks { get; private set; }

    /// <summary>Notes a request. Of its address only host and path: single-use values come in queries.</summary>
    public void Asked(string method, Uri address, int status, DateTimeOffset at, DateTimeOffset answered)
    {
        lock (_gate)
        {
            Asks++;
            if (_requests.Count < MostRequests)
            {
                _requests.Add(new RunRequest(method, address.Host, address.AbsolutePath, status, at, (int)(answered - at).TotalMilliseconds));
            }
        }
    }

    /// <summary>Notes a line of the log.</summary>
    public void Logged(DateTimeOffset at, LogLevel level, string text)
    {
        lock (_gate)
        {
            if (_log.Count < MostLines)
            {
                _log.Add(new RunLogLine(at, Storage.SqlValues.ToText(level), text.Length > LongestLine ? text[..LongestLine] + "…" : text));
            }
        }
    }
}

/// <summary>Gives each line that is logged while a run is at work to the run, beside wherever else lines go.</summary>
public sealed class RunLog(TimeProvider clock) : ILoggerProvider
{
    private static readonly AsyncLocal<RunNotes?> Flow = new();

    /// <summary>The run that is at work in this flow; null outside of runs.</summary>
    internal static RunNotes? Current
    {
        get => Flow.Value;
        set => Flow.Value = value;
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Lines(clock);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Holds nothing.
    }

    private sealed class Lines(TimeProvider clock) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information && Current is not null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                // Texts of exceptions may repeat what they choked on.
                var text = formatter(state, null);
                Current!.Logged(clock.GetUtcNow(), logLevel, exception is null ? text : $"{text} ({exception.GetType().Name})");
            }
        }
    }
}
