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
            _ = CallAsync(limiter, () => starts.Add((call, clock.GetUtcNow())));
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
            CallAsync(limiter, () => { }).IsCompleted.ShouldBe(call < arrivals.Permits);
        }

        // one window for each further full set of permits.
        clock.Advance(arrivals.Gaps.Count / arrivals.Permits * TimeSpan.FromSeconds(1.06));
        clock.Waiting.ShouldBe(0);
    });

    [Fact]
    public async Task A_call_that_is_cancelled_while_it_waits_does_not_start()
    {
        var limiter = new SlidingWindowLimiter(1, Second, _clock);
        await limiter.EnterAsync(default);
        using var stop = new CancellationTokenSource();
        var waiting = limiter.EnterAsync(stop.Token).AsTask();

        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(waiting);
    }

    [Fact]
    public async Task It_is_idle_before_the_first_call_and_a_window_after_the_last()
    {
        var limiter = new SlidingWindowLimiter(2, Second, _clock);
        limiter.IsIdle.ShouldBeTrue();

        var permit = await limiter.EnterAsync(default);
        limiter.IsIdle.ShouldBeFalse();
        limiter.Exit(permit);
        limiter.IsIdle.ShouldBeFalse();

        _clock.Advance(2 * Second);
        limiter.IsIdle.ShouldBeTrue();
    }

    [Fact]
    public async Task A_slow_call_counts_until_a_window_after_its_answer()
    {
        var limiter = new SlidingWindowLimiter(1, Second, _clock);
        var slow = await limiter.EnterAsync(default);
        var next = limiter.EnterAsync(default).AsTask();

        _clock.Advance(10 * Second);
        next.IsCompleted.ShouldBeFalse("the slow call may arrive this very moment");
        limiter.Exit(slow);
        await Task.Delay(50, TestContext.Current.CancellationToken);
        _clock.Advance(0.9 * Second);
        next.IsCompleted.ShouldBeFalse("it may have arrived just before its answer");
        _clock.Advance(0.2 * Second);

        await next.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    private static async Task CallAsync(SlidingWindowLimiter limiter, Action start)
    {
        var permit = await limiter.EnterAsync(default);
        start();
        limiter.Exit(permit);
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
