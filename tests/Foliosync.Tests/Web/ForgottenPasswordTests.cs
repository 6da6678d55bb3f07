using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Foliosync.Core.Alerts;
using Foliosync.Core.Alerts.Email;
using Foliosync.Core.Tests.Alerts;
using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

public sealed partial class ForgottenPasswordTests
{
    [Fact]
    public async Task A_link_by_mail_lets_somebody_choose_a_new_password_once()
    {
        await using var mail = new TestMailServer();
        await using var host = await StartAsync(mail);
        using var person = new PageClient(host);
        var page = await person.GetAsync("/sign-in/forgotten");

        using var known = await person.SubmitAsync(page, "forgotten", ("email", "asha@example.org"));
        using var unknown = await person.SubmitAsync(page, "forgotten", ("email", "nobody@example.org"));
        (await BannerAsync(known)).ShouldBe(await BannerAsync(unknown));

        var link = await LinkAsync(mail);
        mail.Said.Count(l => l.StartsWith("RCPT TO", StringComparison.Ordinal)).ShouldBe(1);
        var form = await person.GetAsync(link.PathAndQuery);
        using var changed = await person.SubmitAsync(form, "reset", ("password", "another long password"));
        changed.Headers.Location!.AbsolutePath.ShouldBe("/sign-in");
        using var twice = await person.SubmitAsync(form, "reset", ("password", "yet another password"));
        (await BannerAsync(twice, ".banner.bad")).ShouldContain("too old or has been used");

        (await person.SignInAsync("asha@example.org", "another long password")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_link_leads_to_the_port_that_the_system_chose()
    {
        await using var mail = new TestMailServer();
        await using var host = await StartAsync(mail);
        using var person = new PageClient(host);
        using var asked = await person.SubmitAsync(await person.GetAsync("/sign-in/forgotten"), "forgotten", ("email", "asha@example.org"));

        (await LinkAsync(mail)).Authority.ShouldBe(host.Address.Authority);
    }

    [Fact]
    public async Task A_link_is_for_its_person_only()
    {
        await using var mail = new TestMailServer();
        await using var host = await StartAsync(mail);
        var other = (await host.Services.GetRequiredService<UserAccounts>().AddAsync("ravi@example.org", PageClient.Password, UserRole.Admin, Actor.CommandLine, default)).User;
        using var person = new PageClient(host);
        using (await person.SubmitAsync(await person.GetAsync("/sign-in/forgotten"), "forgotten", ("email", "asha@example.org")))
        {
        }

        var link = UserId().Replace((await LinkAsync(mail)).PathAndQuery, $"user={other.Id}");
        using var refused = await person.SubmitAsync(await person.GetAsync(link), "reset", ("password", "another long password"));

        (await BannerAsync(refused)).ShouldContain("too old or has been used");
    }

    private static async Task<ApiHost> StartAsync(TestMailServer mail)
    {
        var host = await ApiHost.StartAsync(alerts: new AlertSettings { Smtp = new SmtpSettings("127.0.0.1", mail.Port, "foliosync@example.org") { Tls = SmtpTls.None } });
        await host.Services.GetRequiredService<UserAccounts>().AddAsync("asha@example.org", PageClient.Password, UserRole.Admin, Actor.CommandLine, default);
        return host;
    }

    private static async Task<Uri> LinkAsync(TestMailServer mail)
    {
        for (var tries = 0; tries < 200 && !mail.Said.Contains("."); tries++)
        {
            await Task.Delay(50);
        }

        var body = mail.Mail.Split("\r\n\r\n", 2)[1].Replace("\r\n", string.Empty, StringComparison.Ordinal);
        return new Uri(Link().Match(Encoding.UTF8.GetString(Convert.FromBase64String(body))).Value);
    }

    private static async Task<string> BannerAsync(HttpResponseMessage response, string kind = ".banner") =>
        (await PageClient.DocumentAsync(response)).QuerySelector(kind)!.TextContent.Trim();

    [GeneratedRegex(@"http\S+")]
    private static partial Regex Link();

    [GeneratedRegex("user=[^&]*")]
    private static partial Regex UserId();
}
