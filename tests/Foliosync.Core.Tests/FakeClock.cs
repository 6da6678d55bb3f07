namespace Foliosync.Core.Tests;

/// <summary>A clock that stands still until it is moved. Timers are the real ones.</summary>
public sealed class FakeClock(DateTimeOffset now) : TimeProvider
{
    private long _ticks = now.UtcTicks;

    /// <summary>A Monday morning in India.</summary>
    public static FakeClock OnAWorkday() => new(new DateTimeOffset(2026, 8, 3, 5, 0, 0, TimeSpan.Zero));

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}

/// <summary>Goes as the real time does, but begins on a Monday morning in India: what brokers do at night is not met by chance.</summary>
public sealed class WorkdayClock : TimeProvider
{
    private readonly DateTimeOffset _start = FakeClock.OnAWorkday().GetUtcNow();
    private readonly long _startedAt = System.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => _start + System.GetElapsedTime(_startedAt);
}
