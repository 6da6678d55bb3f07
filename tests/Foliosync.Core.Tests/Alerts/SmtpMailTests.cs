using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Alerts;
using Foliosync.Core.Alerts.Channels;
using Foliosync.Core.Alerts.Email;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Alerts;

public sealed class SmtpMailTests
{
    private const string Password = "planted-password-1";

    private static readonly string[] Envelope = ["MAIL FROM:<fs@example.org>", "RCPT TO:<asha@example.org>", "DATA"];

    [Theory]
    [InlineData(SmtpTls.Implicit)]
    [InlineData(SmtpTls.StartTls)]
    public async Task A_mail_goes_out_under_tls_with_a_login(SmtpTls tls)
    {
        await using var server = new TestMailServer(implicitTls: tls == SmtpTls.Implicit);
        server.Abilities.Add("STARTTLS");

        await SendAsync(server, tls);

        string[] login = ["EHLO example.org", "AUTH PLAIN " + Base64("\0fs\0" + Password), .. Envelope];
        server.Said.TakeWhile(l => !l.StartsWith("From:", StringComparison.Ordinal)).ShouldBe(
            tls == SmtpTls.Implicit ? ["(TLS)", .. login] : ["EHLO example.org", "STARTTLS", "(TLS)", .. login]);
        server.Mail.ShouldContain("Subject: Kite needs a login\r\n");
        server.Mail.ShouldEndWith(Base64("Log in: https://example.org/x"));
        await Eventually.TrueAsync(() => server.Said.Contains("QUIT"));
    }

    [Fact]
    public async Task A_server_that_knows_no_auth_plain_gets_auth_login()
    {
        await using var server = new TestMailServer(implicitTls: true);
        server.Abilities[1] = "AUTH LOGIN";

        await SendAsync(server, SmtpTls.Implicit);

        server.Said.SkipWhile(l => l != "AUTH LOGIN").Take(4).ShouldBe(["AUTH LOGIN", Base64("fs"), Base64(Password), Envelope[0]]);
    }

    [Theory]
    [InlineData(SmtpTls.Implicit)]
    [InlineData(SmtpTls.StartTls)]
    public async Task A_certificate_that_nobody_trusts_is_refused_before_anything_is_said(SmtpTls tls)
    {
        await using var server = new TestMailServer(implicitTls: tls == SmtpTls.Implicit);
        server.Abilities.Add("STARTTLS");
        var mail = new SmtpMail(Settings(server, tls), TimeProvider.System);

        var refused = await Should.ThrowAsync<DeliveryException>(() => SendAsync(mail));

        refused.Message.ShouldContain("no certificate that this machine trusts");
        server.Said.ShouldNotContain(l => l.StartsWith("AUTH", StringComparison.Ordinal) || l.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_starttls_neither_password_nor_mail_is_sent()
    {
        await using var server = new TestMailServer();

        var refused = await Should.ThrowAsync<DeliveryException>(() => SendAsync(server, SmtpTls.StartTls));

        refused.Message.ShouldContain("offers no STARTTLS");
        server.Said.ShouldBe(["EHLO example.org"]);
    }

    [Fact]
    public async Task What_was_said_before_tls_began_is_not_believed()
    {
        await using var server = new TestMailServer { AfterStartTls = "250 AUTH PLAIN\r\n" };
        server.Abilities.Add("STARTTLS");

        (await Should.ThrowAsync<DeliveryException>(() => SendAsync(server, SmtpTls.StartTls))).Message.ShouldContain("spoke before TLS");
    }

    [Fact]
    public async Task Without_tls_a_mail_goes_to_this_machine()
    {
        await using var server = new TestMailServer();

        await SendAsync(server, SmtpTls.None);

        server.Mail.ShouldContain("To: asha@example.org");
    }

    [Fact]
    public async Task A_refused_password_is_not_repeated()
    {
        await using var server = new TestMailServer(implicitTls: true);
        server.Answers["AUTH"] = $"535 wrong: {Password}\r\n";

        var refused = await Should.ThrowAsync<DeliveryException>(() => SendAsync(server, SmtpTls.Implicit));

        refused.ToString().ShouldNotContain(Password);
        refused.Message.ShouldContain("refused user name or password (535)");
    }

    [Theory]
    [InlineData("RCPT", "550 no such user\r\n", "550 no such user")]
    [InlineData(".", "554 spam\r\n", "554 spam")]
    [InlineData("EHLO", "nonsense\r\n", "no mail server")]
    public async Task What_the_server_refuses_is_told(string command, string answer, string told)
    {
        await using var server = new TestMailServer(implicitTls: true);
        server.Answers[command] = answer;

        (await Should.ThrowAsync<DeliveryException>(() => SendAsync(server, SmtpTls.Implicit))).Message.ShouldContain(told);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up()
    {
        var clock = new ManualClock();
        await using var server = new TestMailServer();
        var settings = Settings(server, SmtpTls.None);
        server.Answers["EHLO"] = string.Empty;
        var sending = SendAsync(new SmtpMail(settings, clock, TestCertificate.Trusted));
        await Eventually.TrueAsync(() => server.Said.Contains("EHLO example.org"));

        clock.Advance(TimeSpan.FromSeconds(31));

        (await Should.ThrowAsync<DeliveryException>(() => sending)).Message.ShouldContain("did not answer within 30 seconds");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told()
    {
        var server = new TestMailServer();
        var settings = Settings(server, SmtpTls.Implicit);
        await server.DisposeAsync();

        (await Should.ThrowAsync<DeliveryException>(() => SendAsync(new SmtpMail(settings, TimeProvider.System)))).Message.ShouldContain("cannot be reached");
    }

    private static Task SendAsync(TestMailServer server, SmtpTls tls) =>
        SendAsync(new SmtpMail(Settings(server, tls), TimeProvider.System, TestCertificate.Trusted));

    private static Task SendAsync(SmtpMail mail) =>
        mail.SendAsync("asha@example.org", "Kite needs a login", "Log in: https://example.org/x", Guid.NewGuid(), default);

    private static AlertSettings Settings(TestMailServer server, SmtpTls tls) => new()
    {
        Smtp = new SmtpSettings("127.0.0.1", server.Port, "Foliosync <fs@example.org>")
        {
            Tls = tls,
            User = "fs",
            Password = new Secret(Password),
        },
    };

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
