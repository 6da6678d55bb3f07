using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync;

/// <summary>The table of the error policy, row by row.</summary>
public sealed class SyncPolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 3, 5, 0, 0, TimeSpan.Zero);

    private static readonly BrokerException AuthExpired = BrokerException.AuthExpired("Log in.");
    private static readonly BrokerException Transient = BrokerException.Transient("Later.");
    private static readonly BrokerException InvalidData = BrokerException.InvalidData("Unreadable.");

    private static readonly RunContext Active = new(ConnectionState.Active, 0, SyncTrigger.Schedule, CanLogIn: true, ScheduledAt: Now.AddHours(1), Now);

    public static TheoryData<ConnectionState> States => [.. Enum.GetValues<ConnectionState>()];

    public static TheoryData<ConnectionState> StatesThatAreOn => [.. Enum.GetValues<ConnectionState>().Where(s => !s.IsOff())];

    [Theory, MemberData(nameof(StatesThatAreOn))]
    public void Success_heals_every_state_and_forgets_the_failures(ConnectionState state)
    {
        var verdict = SyncPolicy.Succeeded(Active with { State = state, ConsecutiveFailures = 7 });

        verdict.ShouldBe(new Verdict(SyncRunState.Succeeded, ConnectionState.Active, 0, Now.AddHours(1)));
    }

    [Theory]
    [InlineData(SyncTrigger.Schedule)]
    [InlineData(SyncTrigger.Manual)]
    [InlineData(SyncTrigger.Retry)]
    public void An_expired_session_waits_for_the_person_and_is_no_failure(SyncTrigger trigger)
    {
        var verdict = SyncPolicy.Failed(Active with { Trigger = trigger, ConsecutiveFailures = 2 }, AuthExpired, 0.5);

        verdict.ShouldBe(new Verdict(SyncRunState.NeedsLogin, ConnectionState.NeedsLogin, 2, NextSyncAt: null));
    }

    [Fact]
    public void A_session_refused_right_after_a_login_means_that_key_or_secret_is_wrong()
    {
        var verdict = SyncPolicy.Failed(Active with { Trigger = SyncTrigger.LoginCompleted }, AuthExpired, 0.5);

        verdict.ShouldBe(new Verdict(SyncRunState.Failed, ConnectionState.CredentialsRejected, 1, NextSyncAt: null));
    }

    [Fact]
    public void Credentials_refused_without_a_login_flow_are_wrong()
    {
        var verdict = SyncPolicy.Failed(Active with { CanLogIn = false }, AuthExpired, 0.5);

        verdict.ShouldBe(new Verdict(SyncRunState.Failed, ConnectionState.CredentialsRejected, 1, NextSyncAt: null));
    }

    [Theory, MemberData(nameof(StatesThatAreOn))]
    public void A_rate_limit_waits_as_long_as_the_broker_asks_and_is_no_failure(ConnectionState state)
    {
        var error = BrokerException.RateLimited("Slower.", TimeSpan.FromSeconds(90));

        var verdict = SyncPolicy.Failed(Active with { State = state, ConsecutiveFailures = 2 }, error, 0.5);

        verdict.ShouldBe(new Verdict(SyncRunState.Failed, state, 2, Now.AddSeconds(90)));
    }

    [Fact]
    public void A_rate_limit_without_a_time_waits_ten_seconds()
    {
        SyncPolicy.Failed(Active, BrokerException.RateLimited("Slower.", retryAfter: null), 0.5).NextSyncAt.ShouldBe(Now.AddSeconds(10));
    }

    [Theory]
    [InlineData(0, ConnectionState.Active)]
    [InlineData(1, ConnectionState.Active)]
    [InlineData(2, ConnectionState.Failing)]
    [InlineData(3, ConnectionState.Failing)]
    public void The_third_transient_fault_in_a_row_makes_a_connection_failing(int failuresBefore, ConnectionState expected)
    {
        var verdict = SyncPolicy.Failed(Active with { ConsecutiveFailures = failuresBefore }, Transient, 0.5);

        (verdict.RunState, verdict.ConnectionState, verdict.ConsecutiveFailures)
            .ShouldBe((SyncRunState.Failed, expected, failuresBefore + 1));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(5, 32)]
    [InlineData(8, 256)]
    [InlineData(9, 360)]
    [InlineData(1_000_000, 360)]
    public void The_wait_after_transient_faults_doubles_up_to_six_hours(int failuresBefore, int minutes)
    {
        SyncPolicy.Failed(Active with { ConsecutiveFailures = failuresBefore, ScheduledAt = Now.AddDays(1) }, Transient, 0.5).NextSyncAt
            .ShouldBe(Now.AddMinutes(minutes));
    }

    [Fact]
    public void The_wait_after_transient_faults_never_goes_beyond_the_schedule()
    {
        SyncPolicy.Failed(Active with { ConsecutiveFailures = 9 }, Transient, 0.5).NextSyncAt.ShouldBe(Active.ScheduledAt);
    }

    [Fact]
    public void A_broker_in_trouble_that_says_when_to_come_back_is_taken_at_its_word()
    {
        var error = BrokerException.Transient("Maintenance.", retryAfter: TimeSpan.FromSeconds(7_201));

        SyncPolicy.Failed(Active, error, 0.5).NextSyncAt.ShouldBe(Now.AddSeconds(7_201));
    }

    [Theory]
    [InlineData(SyncRunState.Failed, SyncTrigger.Manual, SyncTrigger.Retry)]
    [InlineData(SyncRunState.Cancelled, SyncTrigger.Manual, SyncTrigger.Manual)]
    [InlineData(SyncRunState.Succeeded, SyncTrigger.Retry, SyncTrigger.Schedule)]
    [InlineData(SyncRunState.NeedsReview, SyncTrigger.Manual, SyncTrigger.Schedule)]
    public void A_run_knows_what_its_successor_is_started_by(SyncRunState state, SyncTrigger trigger, SyncTrigger expected)
    {
        new Verdict(state, ConnectionState.Active, 0, Now).NextTrigger(trigger).ShouldBe(expected);
    }

    [Theory]
    [InlineData(0.0, 48)]
    [InlineData(0.5, 60)]
    [InlineData(1.0, 72)]
    public void Jitter_moves_the_wait_by_a_fifth_at_most(double jitter, int seconds)
    {
        SyncPolicy.Failed(Active, Transient, jitter).NextSyncAt!.Value.ShouldBe(Now.AddSeconds(seconds), TimeSpan.FromMilliseconds(1));
    }

    [Theory, MemberData(nameof(StatesThatAreOn))]
    public void Unreadable_data_waits_for_a_review_and_leaves_the_connection_as_it_is(ConnectionState state)
    {
        var verdict = SyncPolicy.Failed(Active with { State = state, ConsecutiveFailures = 2 }, InvalidData, 0.5);

        verdict.ShouldBe(new Verdict(SyncRunState.NeedsReview, state, 2, Now.AddHours(1)));
    }

    [Theory, MemberData(nameof(StatesThatAreOn))]
    public void A_suspicious_report_waits_for_a_review_and_leaves_the_connection_as_it_is(ConnectionState state)
    {
        var verdict = SyncPolicy.Suspicious(Active with { State = state, ConsecutiveFailures = 2 });

        verdict.ShouldBe(new Verdict(SyncRunState.NeedsReview, state, 2, Now.AddHours(1)));
    }

    [Theory, MemberData(nameof(StatesThatAreOn))]
    public void Our_own_fault_leaves_the_state_and_backs_off(ConnectionState state)
    {
        var verdict = SyncPolicy.Internal(Active with { State = state, ConsecutiveFailures = 2 }, 0.5);

        verdict.ShouldBe(new Verdict(SyncRunState.Failed, state, 3, Now.AddMinutes(4)));
    }

    [Theory, MemberData(nameof(StatesThatAreOn))]
    public void A_cancelled_run_is_due_again_at_once_as_if_it_had_not_been(ConnectionState state)
    {
        var verdict = SyncPolicy.Cancelled(Active with { State = state, ConsecutiveFailures = 2 });

        verdict.ShouldBe(new Verdict(SyncRunState.Cancelled, state, 2, Now));
    }

    [Theory]
    [InlineData(ConnectionState.Paused)]
    [InlineData(ConnectionState.Closed)]
    public void Only_a_person_ends_a_pause_or_opens_what_is_closed(ConnectionState state)
    {
        var paused = Active with { State = state, ConsecutiveFailures = 9, Trigger = SyncTrigger.Manual };
        Verdict[] verdicts =
        [
            SyncPolicy.Succeeded(paused),
            SyncPolicy.Suspicious(paused),
            SyncPolicy.Cancelled(paused),
            SyncPolicy.Internal(paused, 0.5),
            SyncPolicy.Failed(paused, AuthExpired, 0.5),
            SyncPolicy.Failed(paused with { CanLogIn = false }, AuthExpired, 0.5),
            SyncPolicy.Failed(paused, BrokerException.RateLimited("Slower.", TimeSpan.FromSeconds(90)), 0.5),
            SyncPolicy.Failed(paused, Transient, 0.5),
            SyncPolicy.Failed(paused, InvalidData, 0.5),
        ];

        verdicts.ShouldAllBe(v => v.ConnectionState == state && v.NextSyncAt == null);
    }

    [Theory, MemberData(nameof(States))]
    public void Every_kind_of_error_has_a_verdict_that_never_lies_in_the_past(ConnectionState state)
    {
        var context = Active with { State = state };
        BrokerException[] errors =
        [
            AuthExpired, BrokerException.RateLimited("Slower.", TimeSpan.Zero), Transient, InvalidData, BrokerException.Unsupported("No."),
        ];
        errors.Select(e => e.Kind).ShouldBe(Enum.GetValues<BrokerErrorKind>());

        errors.Select(e => SyncPolicy.Failed(context, e, 0)).ShouldAllBe(v => v.RunState != SyncRunState.Succeeded && !(v.NextSyncAt < Now));
    }
}
