namespace Foliosync.Core.Connections.Http;

/// <summary>
/// Lets at most <c>permits</c> calls reach a broker in any sliding window, as the broker counts them. A call counts from its start
/// until a whole window after its answer: it arrived somewhere in between, and however late that was, the next one arrives later.
/// </summary>
/// <remarks>A token bucket would let twice as many pass around its refill, and counting from the start alone lets a slow start overtake.</remarks>
internal sealed class SlidingWindowLimiter(int permits, TimeSpan window, TimeProvider clock)
{
    private const long InFlight = long.MaxValue;

    private readonly Lock _gate = new();
    private readonly long[] _busyUntil = new long[permits];
    private readonly Queue<TaskCompletionSource<int>> _waiting = new();
    private readonly long _span = (long)(window.TotalSeconds * clock.TimestampFrequency) + 1;

    /// <summary>True when no call counts any more.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return Array.TrueForAll(_busyUntil, until => until <= clock.GetTimestamp());
            }
        }
    }

    /// <summary>Waits for this call's turn, first come first served.</summary>
    /// <returns>The permit, to be given back with <see cref="Exit"/> when the answer is there or the call has failed.</returns>
    public async ValueTask<int> EnterAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetTimestamp();
        int permit;
        long from;
        TaskCompletionSource<int>? turn = null;
        lock (_gate)
        {
            permit = Array.IndexOf(_busyUntil, _busyUntil.Min());
            from = _busyUntil[permit];
            if (from == InFlight)
            {
                turn = new TaskCompletionSource<int>();
                _waiting.Enqueue(turn);
            }
            else
            {
                _busyUntil[permit] = InFlight;
            }
        }

        if (turn is not null)
        {
            await using (cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken)).ConfigureAwait(false))
            {
                permit = await turn.Task.ConfigureAwait(false);
            }

            now = clock.GetTimestamp();
            from = now + _span;
        }

        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (from > now)
            {
                // A timer may fire a little early; a call may not.
                while (clock.GetTimestamp() is var at && at < from)
                {
                    await Task.Delay(clock.GetElapsedTime(at, from) + TimeSpan.FromMilliseconds(1), clock, cancellationToken).ConfigureAwait(false);
                }
            }

            return permit;
        }
        catch (OperationCanceledException)
        {
            Free(permit, from);
            throw;
        }
    }

    /// <summary>Gives a permit back. From now on it counts for one window more.</summary>
    public void Exit(int permit) => Free(permit, clock.GetTimestamp() + _span);

    private void Free(int permit, long until)
    {
        while (true)
        {
            TaskCompletionSource<int>? next;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out next))
                {
                    _busyUntil[permit] = until;
                    return;
                }
            }

            // Outside the lock: whoever gets the permit goes on right here, to the wait for its window. Who has given up takes no turn.
            if (next.TrySetResult(permit))
            {
                return;
            }
        }
    }
}
