namespace Foliosync.Core.Connections.Http;

/// <summary>
/// Lets at most <c>permits</c> calls start in any sliding window. A token bucket would let twice as many pass around its refill;
/// brokers count exactly.
/// </summary>
internal sealed class SlidingWindowLimiter(int permits, TimeSpan window, TimeProvider clock)
{
    // Two calls that we start a full window apart may arrive closer together.
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly long[] _starts = new long[permits];
    private readonly long _span = (long)((window + Margin).TotalSeconds * clock.TimestampFrequency);
    private int _next;
    private int _used;

    /// <summary>True when no call started within the last window.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _used == 0 || clock.GetTimestamp() - _starts[(_next + permits - 1) % permits] > _span;
            }
        }
    }

    /// <summary>Waits for this call's turn, first come first served.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamp();
        long start;
        lock (_gate)
        {
            start = _used < permits ? now : Math.Max(now, _starts[_next] + _span);
            _starts[_next] = start;
            _next = (_next + 1) % permits;
            _used = Math.Min(_used + 1, permits);
        }

        return start <= now
            ? ValueTask.CompletedTask
            : new ValueTask(Task.Delay(clock.GetElapsedTime(now, start), clock, cancellationToken));
    }
}
