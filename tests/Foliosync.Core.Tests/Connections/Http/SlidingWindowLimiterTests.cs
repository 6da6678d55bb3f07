using Foliosync.Core.Connections.Http;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Connections.Http;

public sealed class SlidingWindowLimiterTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();

    [Fact]
    public void Never_more_than_the_permitted_calls_start_in_any_sliding_window() => Cases.ForAll(Arrivals(), arrivals =>
    {
        var clock = new ManualClock();
        var limiter = new SlidingWindowLimiter(arrivals.Permits, Second, clock);
        var starts = new List<(int Call, DateTimeOffset At)>();
        foreach (var (gap, call) in arrivals.Gaps.Select((g, i) => (g, i)))
        {
            clock.Advance(gap);
            _ = limiter.WaitAsync(default).AsTask().ContinueWith(
                _ => starts.Add((call, clock.GetUtcNow())), default, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        clock.Advance(arrivals.Gaps.Count * 2 * Second);

        starts.Count.ShouldBe(arrivals.Gaps.Count);
        starts.Select(s => s.Call).ShouldBe(Enumerable.Range(0, starts.Count), "first come, first served");
        starts.Zip(starts.Skip(arrivals.Permits)).ShouldAllBe(pair => pair.Second.At - pair.First.At > Second);
    });

    [Fact]
    public void No_call_waits_longer_than_it_must() => Cases.ForAll(Arrivals(), arrivals =>
    {
        var clock = new ManualClock();
        var limiter = new SlidingWindowLimiter(arrivals.Permits, Second, clock);
        for (var call = 0; call < arrivals.Gaps.Count; call++)
        {
            limiter.WaitAsync(default).AsTask().IsCompleted.ShouldBe(call < arrivals.Permits);
        }

        // One window and its margin for each further full set of permits.
        clock.Advance(arrivals.Gaps.Count / arrivals.Permits * TimeSpan.FromSeconds(1.06));
        clock.Waiting.ShouldBe(0);
    });

    [Fact]
    public async Task A_call_that_is_cancelled_while_it_waits_does_not_start()
    {
        var limiter = new SlidingWindowLimiter(1, Second, _clock);
        await limiter.WaitAsync(default);
        using var stop = new CancellationTokenSource();
        var waiting = limiter.WaitAsync(stop.Token).AsTask();

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(waiting);
    }

    [Fact]
    public async Task It_is_idle_before_the_first_call_and_a_window_after_the_last()
    {
        var limiter = new SlidingWindowLimiter(2, Second, _clock);
        limiter.IsIdle.ShouldBeTrue();

        await limiter.WaitAsync(default);
        limiter.IsIdle.ShouldBeFalse();

        _clock.Advance(2 * Second);
        limiter.IsIdle.ShouldBeTrue();
    }

    private static Gen<Burst> Arrivals() =>
        from permits in Gen.Choose(1, 12)
        from count in Gen.Choose(1, 60)
        from longest in Gen.Elements(0, 20, 300, 2_000)
        from gaps in Gen.Choose(0, longest).ArrayOf(count)
        select new Burst(permits, [.. gaps.Select(g => TimeSpan.FromMilliseconds(g))]);

    private sealed record Burst(int Permits, IReadOnlyList<TimeSpan> Gaps)
    {
        public override string ToString() => $"{Permits} permits: {string.Join(" ", Gaps.Select(g => g.TotalMilliseconds))}";
    }
}
