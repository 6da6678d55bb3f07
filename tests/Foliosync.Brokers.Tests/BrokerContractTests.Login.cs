using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests.Contract;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests;

public abstract partial class BrokerContractTests
{
    private const string LoginState = "state-0123456789";

    [Fact]
    public async Task A_login_begins_with_a_redirect_that_carries_the_state_or_with_questions()
    {
        if (Broker is not IInteractiveLogin login)
        {
            NotApplicableWithoutLogin();
            return;
        }

        switch (await login.BeginLoginAsync(RecordedSession(), Request(), CancellationToken.None))
        {
            case LoginStep.Redirect redirect:
                redirect.Url.GetLeftPart(UriPartial.Path).ShouldBe(Request().LoginPage.GetLeftPart(UriPartial.Path));
                Uri.UnescapeDataString(Uri.UnescapeDataString(redirect.Url.Query)).ShouldContain(LoginState);
                redirect.Url.OriginalString.ShouldNotContain(Planted);
                break;
            case LoginStep.Ask ask:
                ask.Fields.ShouldNotBeEmpty();
                ask.Fields.Select(field => field.Key).ShouldBeUnique();
                break;
            case var step:
                step.ShouldBeNull("A login cannot be complete before the person was asked.");
                break;
        }
    }

    [Fact]
    public async Task An_answer_with_another_state_is_refused_without_a_call()
    {
        if (Broker is not IInteractiveLogin login)
        {
            NotApplicableWithoutLogin();
            return;
        }

        if (await login.BeginLoginAsync(RecordedSession(), Request(), CancellationToken.None) is not LoginStep.Redirect)
        {
            // Typed answers come over our own page and carry no state.
            return;
        }

        foreach (var state in new[] { "state-of-another-login", "", LoginState + " " })
        {
            var border = new RecordedBorder(OrdinaryDay());

            var refused = await Should.ThrowAsync<BrokerException>(
                () => login.ContinueLoginAsync(Session(border), Request(), Answer("login.answer.txt", state), CancellationToken.None));

            refused.Kind.ShouldBe(BrokerErrorKind.AuthExpired);
            border.Sent.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_cancelled_login_is_refused()
    {
        if (Broker is not IInteractiveLogin login)
        {
            NotApplicableWithoutLogin();
            return;
        }

        var refused = await Should.ThrowAsync<BrokerException>(
            () => login.ContinueLoginAsync(RecordedSession(), Request(), Answer("login.cancelled.txt"), CancellationToken.None));

        refused.Kind.ShouldBe(BrokerErrorKind.AuthExpired);
        Print(refused).ShouldNotContain(Planted);
    }

    [Fact]
    public async Task A_recorded_login_gives_exactly_the_approved_session()
    {
        if (Broker is not IInteractiveLogin login)
        {
            NotApplicableWithoutLogin();
            return;
        }

        var border = new RecordedBorder(OrdinaryDay());
        var step = await login.ContinueLoginAsync(Session(border), Request(), Answer("login.answer.txt"), CancellationToken.None);

        var done = step.ShouldBeOfType<LoginStep.Done>();
        done.ToString().ShouldNotContain(Planted);
        if (UsesNetwork)
        {
            done.Token.Value.Reveal().ShouldStartWith(Planted, Case.Sensitive, "Record a planted secret as the session.");
        }

        border.Sent.ShouldAllBe(request => Broker.Manifest.Hosts.Contains(request.Address.Host));
        border.Sent.ShouldAllBe(request => !request.Address.OriginalString.Contains(Planted));
        ShouldBeApproved(ReportText.Of(done.Token, done.Identity), "login");
    }

    [Fact]
    public async Task The_end_of_a_session_is_computed_from_the_injected_clock()
    {
        if (Broker is not IInteractiveLogin login)
        {
            NotApplicableWithoutLogin();
            return;
        }

        foreach (var now in new[] { Now, Now.AddDays(3), Now.AddYears(1) })
        {
            var session = Session(new RecordedBorder(OrdinaryDay()), now);

            var step = await login.ContinueLoginAsync(session, Request(), Answer("login.answer.txt"), CancellationToken.None);

            (step.ShouldBeOfType<LoginStep.Done>().Token.ExpiresAt ?? DateTimeOffset.MaxValue).ShouldBeGreaterThan(now);
        }
    }

    private LoginRequest Request() =>
        new(LoginState, Broker.Manifest.LoginUrl ?? Broker.Manifest.Homepage);

    private LoginAnswer Answer(string file, string state = LoginState) => new(
        File.ReadAllLines(Path.Combine(RecordedFolder, file))
            .Where(line => line.Length > 0)
            .Select(line => line.Split('=', 2))
            .ToDictionary(parts => parts[0], parts => parts[1].Replace("{state}", state, StringComparison.Ordinal)));

    private void NotApplicableWithoutLogin()
    {
        Broker.Manifest.LoginUrl.ShouldBeNull("There is a login page, but the broker does not implement a login.");
        NotApplicable("login");
    }
}
