using Foliosync.Brokers.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Demo;

public sealed class DemoScenarioTests
{
    private static readonly LoginRequest Request = new("state", new Uri("https://demo.example/login"));

    [Theory]
    [InlineData("expire", BrokerErrorKind.AuthExpired)]
    [InlineData("rate-limit", BrokerErrorKind.RateLimited)]
    [InlineData("transient", BrokerErrorKind.Transient)]
    [InlineData("invalid-data", BrokerErrorKind.InvalidData)]
    public async Task A_failing_scenario_fails_every_read_with_its_kind(string scenario, BrokerErrorKind kind)
    {
        var session = DemoSession.Open(scenario);
        var account = await DemoSession.AccountAsync(session, "INR");
        var cancellationToken = TestContext.Current.CancellationToken;

        Func<Task>[] reads =
        [
            () => DemoSession.Broker.ReadHoldingsAsync(session, account, cancellationToken),
            () => DemoSession.Broker.ReadFundsAsync(session, account, cancellationToken),
            () => DemoSession.Broker.ReadCashAsync(session, account, cancellationToken),
            () => DemoSession.TransactionsAsync(session, account),
        ];
        foreach (var read in reads)
            (await read.ShouldThrowAsync<BrokerException>()).Kind.ShouldBe(kind);
    }

    [Fact]
    public async Task A_rate_limit_says_how_long_to_wait()
    {
        var session = DemoSession.Open("rate-limit");
        var account = await DemoSession.AccountAsync(session, "INR");

        var error = await Should.ThrowAsync<BrokerException>(() => DemoSession.HoldingsAsync(session, account));

        error.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task An_unsupported_login_still_reads_securities()
    {
        var session = DemoSession.Open("unsupported");
        var account = await DemoSession.AccountAsync(session, "INR");
        var cancellationToken = TestContext.Current.CancellationToken;

        var report = await DemoSession.Broker.ReadHoldingsAsync(session, account, cancellationToken);
        var error = await Should.ThrowAsync<BrokerException>(() => DemoSession.Broker.ReadCashAsync(session, account, cancellationToken));

        report.Holdings.ShouldNotBeEmpty();
        error.Kind.ShouldBe(BrokerErrorKind.Unsupported);
    }

    [Theory]
    [InlineData("vanish", 0)]
    [InlineData("shrink", 1)]
    public async Task A_vanishing_account_says_that_its_report_is_complete(string scenario, int rows)
    {
        var session = DemoSession.Open(scenario);
        var account = await DemoSession.AccountAsync(session, "INR");

        var report = await DemoSession.Broker.ReadHoldingsAsync(session, account, TestContext.Current.CancellationToken);

        report.IsComplete.ShouldBeTrue();
        report.Holdings.Count.ShouldBe(rows);
    }

    [Fact]
    public async Task An_incomplete_report_names_each_row_that_it_leaves_out()
    {
        var session = DemoSession.Open("incomplete");
        var account = await DemoSession.AccountAsync(session, "INR");
        var cancellationToken = TestContext.Current.CancellationToken;
        var whole = await DemoSession.Broker.ReadHoldingsAsync(DemoSession.Open(), account, cancellationToken);

        var report = await DemoSession.Broker.ReadHoldingsAsync(session, account, cancellationToken);

        report.IsComplete.ShouldBeFalse();
        report.SkippedRows.ShouldBe(whole.Holdings.Count - report.Holdings.Count);
        report.SkippedRows.ShouldBeGreaterThan(0);
        report.Warnings.Count.ShouldBe(report.SkippedRows);
    }

    [Fact]
    public async Task A_slow_read_can_be_cancelled()
    {
        var session = DemoSession.Open("slow");
        var account = await DemoSession.AccountAsync(session, "INR");
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        var read = DemoSession.Broker.ReadHoldingsAsync(session, account, cancellation.Token);
        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => read);
    }

    [Fact]
    public async Task A_login_with_six_digits_opens_the_expired_account_for_an_hour()
    {
        var session = DemoSession.Open("expire");
        var account = await DemoSession.AccountAsync(session, "INR");

        var begun = await DemoSession.Broker.BeginLoginAsync(session, Request, TestContext.Current.CancellationToken);
        var done = await LogInAsync(session, "123456");

        begun.ShouldBeOfType<LoginStep.Ask>().Fields.Single().Kind.ShouldBe(CredentialKind.OneTimeCode);
        done.Identity.UserId.ShouldBe("DEMO");
        done.Token.ExpiresAt.ShouldBe(DemoSession.Now.AddHours(1));
        (await DemoSession.HoldingsAsync(DemoSession.Open("expire", token: done.Token), account)).ShouldNotBeEmpty();
        var tooLate = DemoSession.Open("expire", token: done.Token, now: DemoSession.Now.AddHours(1));
        (await Should.ThrowAsync<BrokerException>(() => DemoSession.HoldingsAsync(tooLate, account)))
            .Kind.ShouldBe(BrokerErrorKind.AuthExpired);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("12345x")]
    public async Task A_login_with_anything_but_six_digits_is_refused(string code)
    {
        var error = await Should.ThrowAsync<BrokerException>(() => LogInAsync(DemoSession.Open("expire"), code));

        error.Kind.ShouldBe(BrokerErrorKind.AuthExpired);
    }

    [Theory]
    [InlineData("no-such-scenario", null)]
    [InlineData(null, "no good seed")]
    public async Task Credentials_that_mean_nothing_are_refused_without_being_repeated(string? scenario, string? seed)
    {
        var session = DemoSession.Open(scenario, seed);

        var error = await Should.ThrowAsync<BrokerException>(
            () => DemoSession.Broker.CheckAsync(session, TestContext.Current.CancellationToken));

        error.Kind.ShouldBe(BrokerErrorKind.AuthExpired);
        error.Message.ShouldNotContain(scenario ?? seed!);
    }

    private static async Task<LoginStep.Done> LogInAsync(BrokerSession session, string code)
    {
        var answer = new LoginAnswer(new Dictionary<string, string> { ["code"] = code });
        var step = await DemoSession.Broker.ContinueLoginAsync(session, Request, answer, TestContext.Current.CancellationToken);
        return step.ShouldBeOfType<LoginStep.Done>();
    }
}
