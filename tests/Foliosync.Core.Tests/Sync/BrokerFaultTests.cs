using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Foliosync.Simulator;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync;

/// <summary>Every way in which a broker fails, over real sockets: the earlier data stays, and the next sync brings everything in step.</summary>
public sealed class BrokerFaultTests
{
    private const string Holdings = "/portfolio/holdings";

    [Fact]
    public async Task A_429_with_Retry_After_is_waited_out_and_counts_as_no_failure()
    {
        await using var world = await KiteWorld.CreateAsync();

        var run = await world.MeetAsync(new Fault(FaultKind.RateLimited) { Path = Holdings, RetryAfter = 300 });

        (run.State, run.ErrorKind).ShouldBe((SyncRunState.Failed, "rateLimited"));
        var state = await world.Sync.StateAsync("Kite 1");
        (state.State, state.ConsecutiveFailures).ShouldBe((ConnectionState.Active, 0));
        state.NextSyncAt.ShouldBe(world.Sync.Clock.GetUtcNow().AddSeconds(300));
        await world.ShouldRecoverAsync();
    }

    [Fact]
    public async Task During_the_wait_of_a_429_nobody_calls_the_broker()
    {
        await using var world = await KiteWorld.CreateAsync();
        await world.MeetAsync(new Fault(FaultKind.RateLimited) { Path = Holdings, RetryAfter = 300 });
        world.Advance(TimeSpan.FromSeconds(150));
        var calls = world.Kite.Statistics().Calls;

        var run = await world.FailAsync(() => world.Sync.SyncAsync());

        run.ErrorKind.ShouldBe("rateLimited");
        world.Kite.Statistics().Calls.ShouldBe(calls);
        await world.ShouldRecoverAsync();
    }

    [Fact]
    public async Task A_429_that_does_not_say_how_long_is_waited_out_for_ten_seconds()
    {
        await using var world = await KiteWorld.CreateAsync();

        var run = await world.MeetAsync(new Fault(FaultKind.RateLimitedSilently) { Path = Holdings });

        (run.State, run.ErrorKind).ShouldBe((SyncRunState.Failed, "rateLimited"));
        (await world.Sync.StateAsync("Kite 1")).NextSyncAt.ShouldBe(world.Sync.Clock.GetUtcNow().AddSeconds(10));
        await world.ShouldRecoverAsync();
    }

    [Fact]
    public Task A_500_is_tried_again_later() => TransientAsync(FaultKind.ServerError);

    [Fact]
    public async Task A_503_that_says_when_to_come_back_is_taken_at_its_word()
    {
        await using var world = await KiteWorld.CreateAsync();

        var run = await world.MeetAsync(new Fault(FaultKind.Unavailable) { Path = Holdings });

        (run.State, run.ErrorKind).ShouldBe((SyncRunState.Failed, "transient"));
        (await world.Sync.StateAsync("Kite 1")).NextSyncAt.ShouldBe(world.Sync.Clock.GetUtcNow().AddSeconds(2));
        await world.ShouldRecoverAsync();
    }

    [Fact]
    public Task A_connection_that_is_reset_is_tried_again_later() => TransientAsync(FaultKind.Reset);

    [Fact]
    public Task Half_a_body_is_tried_again_later_and_none_of_it_is_taken_over() => TransientAsync(FaultKind.HalfBody);

    [Fact]
    public Task Ten_megabytes_of_junk_are_tried_again_later() => TransientAsync(FaultKind.Junk);

    [Fact]
    public Task A_web_page_in_place_of_an_answer_is_tried_again_later() => TransientAsync(FaultKind.HtmlPage);

    [Fact]
    public async Task A_call_that_hangs_is_a_time_out_and_tried_again_later()
    {
        await using var world = await KiteWorld.CreateWithManualClockAsync();
        world.Kite.Add(new Fault(FaultKind.Hang) { Path = Holdings });

        var run = await world.FailAsync(async () =>
        {
            var sync = world.Sync.SyncAsync();
            while (!world.Kite.Statistics().FaultsMet.ContainsKey(FaultKind.Hang))
            {
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            world.Advance(TimeSpan.FromSeconds(31));
            await sync.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        });

        (run.State, run.ErrorKind, run.ErrorDetail).ShouldBe((SyncRunState.Failed, "transient", "time-out"));
        await world.ShouldRecoverAsync();
    }

    [Theory]
    [InlineData(Holdings)]
    [InlineData("/portfolio/positions")]
    [InlineData("/mf/holdings")]
    [InlineData("/user/margins")]
    public async Task A_field_of_the_wrong_type_is_not_guessed_at(string path)
    {
        await using var world = await KiteWorld.CreateAsync();

        var run = await world.MeetAsync(new Fault(FaultKind.WrongTypes) { Path = path });

        (run.State, run.ErrorKind).ShouldBe((SyncRunState.NeedsReview, "invalidData"));
        await world.ShouldRecoverAsync();
    }

    [Theory]
    [InlineData(Holdings)]
    [InlineData("/portfolio/positions")]
    [InlineData("/mf/holdings")]
    [InlineData("/user/margins")]
    public async Task A_field_that_is_missing_is_not_taken_for_nothing(string path)
    {
        await using var world = await KiteWorld.CreateAsync();

        var run = await world.MeetAsync(new Fault(FaultKind.MissingField) { Path = path });

        (run.State, run.ErrorKind).ShouldBe((SyncRunState.NeedsReview, "invalidData"));
        await world.ShouldRecoverAsync();
    }

    [Fact]
    public async Task A_list_that_is_suddenly_empty_is_not_believed()
    {
        await using var world = await KiteWorld.CreateAsync();

        var run = await world.MeetAsync(new Fault(FaultKind.EmptyHoldings));

        (run.State, run.ErrorKind).ShouldBe((SyncRunState.NeedsReview, "suspiciousReport"));
        await world.ShouldRecoverAsync();
    }

    [Fact]
    public async Task A_session_that_dies_in_the_middle_of_a_run_waits_for_a_login_and_nothing_of_the_run_is_kept()
    {
        await using var world = await KiteWorld.CreateAsync();

        var run = await world.MeetAsync(new Fault(FaultKind.SessionDies) { Path = "/user/margins", Times = 1 });

        (run.State, run.ErrorKind).ShouldBe((SyncRunState.NeedsLogin, "authExpired"));
        run.Steps.ShouldContain(s => s.Name == "read holdings" && s.Result == "ok");
        var state = await world.Sync.StateAsync("Kite 1");
        (state.State, state.NextSyncAt, state.ConsecutiveFailures).ShouldBe((ConnectionState.NeedsLogin, null, 0));

        (await world.FailAsync(() => world.Sync.SyncAsync())).State.ShouldBe(SyncRunState.NeedsLogin);
        await world.LogInAsync();
        await world.ShouldBeInStepAsync();
    }

    private static async Task TransientAsync(FaultKind fault)
    {
        await using var world = await KiteWorld.CreateAsync();

        var run = await world.MeetAsync(new Fault(fault) { Path = Holdings });

        (run.State, run.ErrorKind).ShouldBe((SyncRunState.Failed, "transient"));
        var state = await world.Sync.StateAsync("Kite 1");
        (state.State, state.ConsecutiveFailures).ShouldBe((ConnectionState.Active, 1));

        // A minute, give or take a fifth.
        state.NextSyncAt.ShouldNotBeNull().ShouldBeInRange(world.Sync.Clock.GetUtcNow().AddSeconds(48), world.Sync.Clock.GetUtcNow().AddSeconds(72));
        await world.ShouldRecoverAsync();
    }
}
