using System.Net;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

public sealed class SettingsTests
{
    private const string Email = "asha@example.org";

    [Fact]
    public async Task What_a_person_likes_is_kept_and_what_cannot_be_is_told_beside_its_field()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, Email);
        var page = await person.GetAsync("/settings");

        using var wrong = await person.SubmitAsync(page, "profile", ("timeZone", "Mars/Olympus"), ("language", "hi"));
        var kept = await PageClient.DocumentAsync(wrong);
        kept.QuerySelector("#f-timeZone-error")!.TextContent.ShouldContain("Asia/Kolkata");
        kept.QuerySelector("#f-timeZone")!.GetAttribute("value").ShouldBe("Mars/Olympus");
        kept.QuerySelector("#f-language option[selected]")!.GetAttribute("value").ShouldBe("hi");

        using var saved = await person.SubmitAsync(
            page, "profile", ("timeZone", "Europe/Berlin"), ("language", "hi"), ("theme", "Dark"), ("grouping", "Western"), ("currency", "usd"), ("density", "Compact"));
        saved.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var after = await person.GetAsync("/settings");
        after.QuerySelector("h1")!.TextContent.ShouldBe("सेटिंग");
        (after.DocumentElement.GetAttribute("lang"), after.DocumentElement.GetAttribute("data-theme"), after.DocumentElement.GetAttribute("data-density"))
            .ShouldBe(("hi", "dark", "compact"));
        after.QuerySelector("#f-currency")!.GetAttribute("value").ShouldBe("USD");
        after.QuerySelector("[data-toast]")!.TextContent.ShouldContain("सहेज");
        (await person.GetAsync("/settings")).QuerySelector("[data-toast]").ShouldBeNull();
    }

    [Fact]
    public async Task How_somebody_signs_in_is_changed_only_shortly_after_they_proved_who_they_are()
    {
        await using var host = await ApiHost.StartAsync(jobs: false);
        using var person = await PageClient.SignedInAsync(host, Email);
        var open = await person.GetAsync("/settings/security");
        await using var db = host.Open();
        await db.UserSessions.ExecuteUpdateAsync(set => set.SetProperty(s => s.ConfirmedAt, TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(11)));

        (string, string)[] change = [("present", PageClient.Password), ("password", "another long password")];
        using (var late = await person.SubmitAsync(open, "password", change))
        {
            // Beside the one that no worker has been alive for so long.
            (await PageClient.DocumentAsync(late)).QuerySelectorAll(".banner").ShouldContain(b => b.TextContent.Contains("Nothing was changed", StringComparison.Ordinal));
        }

        using (var app = await person.Http.GetAsync("/settings/security/app"))
        {
            app.Headers.Location!.OriginalString.ShouldEndWith("/settings/security");
        }

        var asks = await person.GetAsync("/settings/security");
        asks.QuerySelector("input[name=_handler][value=password]").ShouldBeNull();
        using (var wrong = await person.SubmitAsync(asks, "confirm", ("confirm-password", "a wrong password")))
        {
            (await PageClient.DocumentAsync(wrong)).QuerySelector("#f-confirm-password-error")!.TextContent.ShouldContain("not your present password");
        }

        using (var confirmed = await person.SubmitAsync(asks, "confirm", ("confirm-password", PageClient.Password)))
        {
            confirmed.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        }

        using var changed = await person.SubmitAsync(await person.GetAsync("/settings/security"), "password", change);
        changed.StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task Who_has_not_chosen_a_language_gets_the_browsers()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = new PageClient(host);
        person.Http.DefaultRequestHeaders.AcceptLanguage.ParseAdd("ta, hi-IN;q=0.8, en;q=0.5");

        (await person.GetAsync("/welcome")).QuerySelector("h1")!.TextContent.ShouldBe("Foliosync में आपका स्वागत है");
    }

    [Fact]
    public async Task A_token_is_shown_once_works_and_is_revoked()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, Email);
        var page = await person.GetAsync("/settings/tokens");
        page.QuerySelectorAll("#f-scope option").Select(o => o.GetAttribute("value")).ShouldBe(["Read", "Write"]);

        using var made = await person.SubmitAsync(page, "token", ("name", "laptop"), ("scope", "Write"));
        made.Headers.CacheControl!.NoStore.ShouldBeTrue();
        var token = (await PageClient.DocumentAsync(made)).QuerySelector("#new-token")!.TextContent;
        using var program = host.Client();
        program.DefaultRequestHeaders.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", token);
        await program.AddPortfolioAsync();
        var list = await person.GetAsync("/settings/tokens");
        list.Body!.TextContent.ShouldNotContain(token);

        using var revoked = await person.SubmitAsync(list, "token-revoke", ("token-id", list.QuerySelector("button[name=token-id]")!.GetAttribute("value")!));
        using var refused = await program.GetAsync("/api/v1/portfolios");
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var stranger = await PageClient.SignedInAsync(host, "ravi@example.org");
        using var foreign = await stranger.SubmitAsync(
            await stranger.GetAsync("/settings/tokens"), page.Forms.First(f => f.QuerySelector("[value=token]") is not null), ("_handler", "token"), ("name", "x"), ("scope", "Admin"));
        foreign.StatusCode.ShouldBe(HttpStatusCode.BadRequest, "the token of a form belongs to its person");
    }

    [Fact]
    public async Task Another_e_mail_needs_the_password_and_must_be_free()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, Email);
        using var other = await PageClient.SignedInAsync(host, "ravi@example.org");
        var page = await person.GetAsync("/settings/security");

        using var unproven = await person.SubmitAsync(page, "email", ("email", "new@example.org"), ("email-password", "wrong"));
        (await PageClient.DocumentAsync(unproven)).QuerySelector("#f-email-password-error").ShouldNotBeNull();
        using var taken = await person.SubmitAsync(page, "email", ("email", "RAVI@example.org"), ("email-password", PageClient.Password));
        (await PageClient.DocumentAsync(taken)).QuerySelector("#f-email-error").ShouldNotBeNull();
        using var changed = await person.SubmitAsync(page, "email", ("email", "new@example.org"), ("email-password", PageClient.Password));

        (await person.GetAsync("/settings")).QuerySelector(".who-name")!.TextContent.ShouldBe("new@example.org");
    }

    [Theory, EachStore]
    public async Task Who_types_the_e_mail_and_the_password_is_gone_with_everything(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        using var person = await PageClient.SignedInAsync(host, Email);
        using (await person.SubmitAsync(await person.GetAsync("/start"), "demo"))
        {
        }

        await person.Http.WaitForAsync((await person.Http.GetJsonAsync("/api/v1/sync-runs")).Items().ShouldHaveSingleItem().Id());

        var page = await person.GetAsync("/settings/data");
        var export = page.Links.First(l => l.HasAttribute("download")).GetAttribute("href");
        (await person.Http.GetStringAsync(export)).ShouldContain("INF");

        using var half = await person.SubmitAsync(page, "leave", ("confirm", "somebody@example.org"), ("password", PageClient.Password));
        (await PageClient.DocumentAsync(half)).QuerySelector("#f-confirm-error").ShouldNotBeNull();
        using var unproven = await person.SubmitAsync(page, "leave", ("confirm", Email), ("password", "wrong"));
        (await PageClient.DocumentAsync(unproven)).QuerySelector("#f-password-error").ShouldNotBeNull();
        using var left = await person.SubmitAsync(page, "leave", ("confirm", Email), ("password", PageClient.Password));

        left.Headers.Location!.AbsolutePath.ShouldBe("/sign-in");
        await using var db = host.Open();
        (await db.Users.AnyAsync(u => u.Email == Email)).ShouldBeFalse();
        (await db.Holdings.CountAsync() + await db.Connections.CountAsync() + await db.Portfolios.CountAsync() + await db.UserSessions.CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task The_only_admin_cannot_leave_the_instance_alone()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, Email, UserRole.Admin);

        using var refused = await person.SubmitAsync(await person.GetAsync("/settings/data"), "leave", ("confirm", Email), ("password", PageClient.Password));

        (await PageClient.DocumentAsync(refused)).QuerySelector(".banner")!.TextContent.ShouldContain("the only admin");
        (await host.Services.GetRequiredService<UserAccounts>().ListAsync(default)).Count.ShouldBe(1);
    }
}
