using System.Globalization;
using System.Net;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Zerodha;
using Shouldly;
using Xunit;

namespace Foliosync.Brokers.Tests.Zerodha;

public sealed class ZerodhaLoginTests
{
    private const string Path = "/session/token";

    private static readonly LoginRequest Request = new("a b&c", new Uri("https://kite.zerodha.com/connect/login"));

    private static Task<LoginStep> ContinueAsync(Kite kite, params (string Name, string Value)[] answer) => Kite.Broker.ContinueLoginAsync(
        kite.Session, Request, new LoginAnswer(answer.ToDictionary(pair => pair.Name, pair => pair.Value)), CancellationToken.None);

    private static Task<LoginStep> FinishAsync(Kite kite) =>
        ContinueAsync(kite, ("state", "a b&c"), ("status", "success"), ("request_token", "testreqtoken"));

    private static Kite Answering(string? loginTime) => new Kite().With(
        Path,
        $$"""{"user_id":"ZZ0001","user_name":"","access_token":"new"{{(loginTime is null ? "" : $",\"login_time\":\"{loginTime}\"")}}}""");

    [Fact]
    public void The_checksum_is_the_documented_one() =>
        ZerodhaLogin.Checksum("testkey", "testreqtoken", "testsecret")
            .ShouldBe("ca1d2b4c99d9f82fbbd6baba96798d40f4626e3f80e42230afbfc46eb6368646");

    [Theory]
    [InlineData("https://kite.zerodha.com/connect/login")]
    [InlineData("http://127.0.0.1:5555/connect/login")]
    public async Task The_login_page_gets_key_and_state(string page)
    {
        var step = await Kite.Broker.BeginLoginAsync(new Kite().Session, Request with { LoginPage = new Uri(page) }, CancellationToken.None);

        step.ShouldBeOfType<LoginStep.Redirect>().Url.AbsoluteUri
            .ShouldBe($"{page}?v=3&api_key=testkey&redirect_params=state%3Da%2520b%2526c");
    }

    [Fact]
    public async Task The_request_token_is_traded_with_its_checksum_and_without_a_session()
    {
        var kite = Answering("2026-01-15 15:30:00");

        var done = (await FinishAsync(kite)).ShouldBeOfType<LoginStep.Done>();

        done.Token.Value.Reveal().ShouldBe("new");
        done.Token.RefreshValue.ShouldBeNull();
        done.Identity.ShouldBe(new BrokerIdentity("ZZ0001", "ZZ0001"));
        kite.Sent.ShouldHaveSingleItem().Body.ShouldBe(
            "api_key=testkey&request_token=testreqtoken&checksum=ca1d2b4c99d9f82fbbd6baba96798d40f4626e3f80e42230afbfc46eb6368646");
        kite.Sent[0].Headers.ShouldNotContain("Authorization");
    }

    [Theory]
    [InlineData("2026-01-15 05:59:59", "2026-01-15T06:00:00")]
    [InlineData("2026-01-15 06:00:00", "2026-01-16T06:00:00")]
    [InlineData("2026-01-15 15:30:00", "2026-01-16T06:00:00")]
    [InlineData("2026-01-15 23:59:59", "2026-01-16T06:00:00")]
    [InlineData("2026-01-15 00:00:00", "2026-01-15T06:00:00")]
    [InlineData(null, "2026-01-16T06:00:00")] // by the clock: 15:30
    [InlineData("", "2026-01-16T06:00:00")]
    [InlineData("1970-01-01 00:00:00", "2026-01-16T06:00:00")]
    [InlineData("9999-12-31 23:59:59", "2026-01-16T06:00:00")]
    public async Task A_session_ends_at_the_next_six_in_the_morning_in_india(string? loginTime, string end)
    {
        var done = (await FinishAsync(Answering(loginTime))).ShouldBeOfType<LoginStep.Done>();

        done.Token.ExpiresAt.ShouldBe(DateTimeOffset.Parse($"{end}+05:30", CultureInfo.InvariantCulture));
        done.Token.ExpiresAt!.Value.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData("state=a b&c")]
    [InlineData("state=a b&c;status=success")]
    [InlineData("state=a b&c;status=success;request_token= ")]
    [InlineData("state=a b&c;status=cancelled;request_token=x")]
    [InlineData("state=other;status=success;request_token=x")]
    [InlineData("status=success;request_token=x")]
    public async Task An_answer_that_is_not_a_finished_login_is_refused_without_a_call(string answer)
    {
        var kite = Answering(loginTime: null);
        var values = answer.Split(';').Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], pair[1])).ToArray();

        (await Should.ThrowAsync<BrokerException>(() => ContinueAsync(kite, values))).Kind.ShouldBe(BrokerErrorKind.AuthExpired);

        kite.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("TokenException", 403)] // used or too old
    [InlineData("InputException", 400)] // wrong secret or token
    public async Task A_login_that_kite_refuses_needs_the_user(string type, int status)
    {
        var kite = new Kite().WithBody(Path, $$"""{"status":"error","message":"x","error_type":"{{type}}"}""", (HttpStatusCode)status);

        var failure = await Should.ThrowAsync<BrokerException>(() => FinishAsync(kite));

        failure.Kind.ShouldBe(BrokerErrorKind.AuthExpired);
        failure.Message.ShouldContain("secret");
    }

    [Fact]
    public async Task A_night_without_kite_does_not_spoil_a_login_for_good()
    {
        var kite = new Kite().WithBody(Path, "<html>", HttpStatusCode.BadGateway);

        (await Should.ThrowAsync<BrokerException>(() => FinishAsync(kite))).Kind.ShouldBe(BrokerErrorKind.Transient);
    }

    [Theory]
    [InlineData("""{"user_id":"ZZ0001"}""", "access_token")]
    [InlineData("""{"user_id":"","access_token":"new"}""", "user_id")]
    [InlineData("""{"user_id":"ZZ0001","access_token":""}""", "access_token")]
    public async Task A_login_without_session_or_person_is_invalid(string data, string field)
    {
        var failure = await Should.ThrowAsync<BrokerException>(() => FinishAsync(new Kite().With(Path, data)));

        failure.Kind.ShouldBe(BrokerErrorKind.InvalidData);
        failure.Detail.ShouldNotBeNull().ShouldContain(field);
    }
}
