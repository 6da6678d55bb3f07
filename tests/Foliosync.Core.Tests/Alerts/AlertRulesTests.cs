using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Alerts;

public sealed class AlertRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 3, 5, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_needed_login_is_told_at_once()
    {
        var incident = Raised(NeedsLogin());

        (incident.Kind, incident.TellAt).ShouldBe((AlertKinds.NeedsLogin, Now));
        incident.Message.ShouldBe("Kite: The session is over.");
    }

    [Fact]
    public void A_login_that_is_still_needed_is_not_told_again() =>
        AlertRules.Decide(NeedsLogin() with { Open = [AlertKinds.NeedsLogin] }).Raised.ShouldBeNull();

    [Fact]
    public void A_login_needed_again_after_it_had_healed_is_told_again() =>
        Raised(NeedsLogin() with { Before = ConnectionState.Active, Open = [] }).Kind.ShouldBe(AlertKinds.NeedsLogin);

    [Fact]
    public void A_connection_that_needed_a_login_from_the_start_is_told_by_its_first_run() =>
        Raised(NeedsLogin() with { Before = ConnectionState.NeedsLogin, LastSuccessAt = null }).Kind.ShouldBe(AlertKinds.NeedsLogin);

    [Fact]
    public void Rejected_credentials_are_told_as_a_wrong_key_or_secret()
    {
        var incident = Raised(Failed("authExpired") with { After = ConnectionState.CredentialsRejected });

        (incident.Kind, incident.TellAt).ShouldBe((AlertKinds.CredentialsRejected, Now));
        incident.Message.ShouldStartWith("Kite: key or secret is wrong.");
    }

    [Fact]
    public void A_rate_limit_is_told_to_nobody_in_whatever_state()
    {
        foreach (var state in Enum.GetValues<ConnectionState>())
        {
            AlertRules.Decide(Failed("rateLimited") with { Before = state, After = state }).ShouldSatisfyAllConditions(
                d => d.Raised.ShouldBeNull(), d => d.Ended.ShouldBeEmpty());
        }
    }

    [Fact]
    public void The_first_faults_are_told_to_nobody() => AlertRules.Decide(Failed("transient")).Raised.ShouldBeNull();

    [Fact]
    public void A_failing_connection_is_told_when_its_last_success_is_a_day_ago()
    {
        var incident = Raised(Failing() with { LastSuccessAt = Now.AddHours(-2) });

        (incident.Kind, incident.TellAt).ShouldBe((AlertKinds.Failing, Now.AddHours(22)));
        incident.Message.ShouldContain("Your data is from 2026-08-03 03:00 UTC.");
    }

    [Fact]
    public void A_connection_that_never_worked_is_told_a_day_after_it_was_made() =>
        Raised(Failing() with { LastSuccessAt = null, ConnectedAt = Now.AddHours(-1) }).TellAt.ShouldBe(Now.AddHours(23));

    [Fact]
    public void A_failing_connection_without_a_success_for_days_is_told_at_once() =>
        Raised(Failing() with { LastSuccessAt = Now.AddDays(-3) }).TellAt.ShouldBe(Now);

    [Theory]
    [InlineData("suspiciousReport")]
    [InlineData("invalidData")]
    public void A_report_that_needs_review_is_told_with_the_date_of_the_data(string error)
    {
        var incident = Raised(Failed(error) with { Run = SyncRunState.NeedsReview });

        (incident.Kind, incident.TellAt).ShouldBe((AlertKinds.NeedsReview, Now));
        incident.Message.ShouldEndWith("Your data is from 2026-08-03 04:00 UTC.");
    }

    [Fact]
    public void Unreadable_reports_one_after_the_other_are_one_incident() =>
        AlertRules.Decide(Failed("invalidData") with { Run = SyncRunState.NeedsReview, Open = [AlertKinds.NeedsReview] })
            .ShouldSatisfyAllConditions(d => d.Raised.ShouldBeNull(), d => d.Ended.ShouldBeEmpty());

    [Fact]
    public void A_broker_that_changed_its_answers_takes_the_place_of_the_review()
    {
        var decision = AlertRules.Decide(Failed("providerChanged") with { Run = SyncRunState.NeedsReview, Open = [AlertKinds.NeedsReview] });

        decision.Raised!.Kind.ShouldBe(AlertKinds.ProviderChanged);
        decision.Ended.ShouldBe([AlertKinds.NeedsReview]);
    }

    [Fact]
    public void A_success_ends_everything()
    {
        var decision = AlertRules.Decide(Run(SyncRunState.Succeeded) with { Open = [AlertKinds.DataStale, AlertKinds.NeedsReview] });

        decision.Raised.ShouldBeNull();
        decision.Ended.ShouldBe([AlertKinds.DataStale, AlertKinds.NeedsReview]);
    }

    [Fact]
    public void A_broker_that_asks_for_a_login_is_not_failing_any_more()
    {
        var decision = AlertRules.Decide(NeedsLogin() with { Before = ConnectionState.Failing, Open = [AlertKinds.Failing] });

        decision.Raised!.Kind.ShouldBe(AlertKinds.NeedsLogin);
        decision.Ended.ShouldBe([AlertKinds.Failing]);
    }

    [Fact]
    public void Trouble_at_the_broker_does_not_end_the_need_of_a_login() =>
        AlertRules.Decide(Failing() with { Open = [AlertKinds.NeedsLogin] }).Ended.ShouldBeEmpty();

    [Fact]
    public void A_run_of_a_paused_connection_tells_only_who_asked_for_it() => AlertRules.Decide(
        NeedsLogin() with { Before = ConnectionState.Paused, After = ConnectionState.Paused }).Raised.ShouldBeNull();

    [Fact]
    public void A_run_that_was_stopped_tells_nothing() => AlertRules.Decide(Run(SyncRunState.Cancelled)).Raised.ShouldBeNull();

    [Fact]
    public void The_same_kind_is_told_once_an_hour()
    {
        AlertRules.NotBefore(lastTold: null, Now).ShouldBe(Now);
        AlertRules.NotBefore(Now.AddMinutes(-61), Now).ShouldBe(Now);
        AlertRules.NotBefore(Now.AddMinutes(-10), Now).ShouldBe(Now.AddMinutes(50));
    }

    [Fact]
    public void Data_is_stale_after_a_day_and_a_half_or_two_intervals()
    {
        var hour = TimeSpan.FromHours(1);
        AlertRules.IsStale(Now.AddHours(-35), hour, Now).ShouldBeFalse();
        AlertRules.IsStale(Now.AddHours(-36), hour, Now).ShouldBeTrue();
        AlertRules.IsStale(Now.AddDays(-10), TimeSpan.FromDays(7), Now).ShouldBeFalse();
        AlertRules.IsStale(Now.AddDays(-14), TimeSpan.FromDays(7), Now).ShouldBeTrue();
    }

    private static Incident Raised(EndedRun run) => AlertRules.Decide(run).Raised.ShouldNotBeNull();

    private static EndedRun Run(SyncRunState state) => new(
        "Kite", ConnectionState.Active, ConnectionState.Active, state, null, null, [], Now.AddHours(-1), Now.AddDays(-30), Now);

    private static EndedRun Failed(string error) => Run(SyncRunState.Failed) with { ErrorKind = error, ErrorMessage = "It broke." };

    private static EndedRun Failing() => Failed("transient") with { After = ConnectionState.Failing };

    private static EndedRun NeedsLogin() => Failed("authExpired") with
    {
        Run = SyncRunState.NeedsLogin,
        After = ConnectionState.NeedsLogin,
        ErrorMessage = "The session is over.",
    };
}
