using System.Net;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

public sealed class FirstRunTests
{
    [Theory, EachStore]
    public async Task The_first_to_come_becomes_the_admin_and_the_page_is_gone_for_ever(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        using var person = new PageClient(host);
        using var start = await person.Http.GetAsync("/sign-in");
        start.Headers.Location!.AbsolutePath.ShouldBe("/welcome");
        var page = await person.GetAsync("/welcome");
        using var slow = new PageClient(host);
        var late = await slow.GetAsync("/welcome");

        using (var weak = await person.SubmitAsync(page, "welcome", ("email", "asha@example.org"), ("password", "short")))
        {
            page = await PageClient.DocumentAsync(weak);
            page.QuerySelector("#f-password-error")!.TextContent.ShouldContain("at least 12");
            page.QuerySelector("#f-email")!.GetAttribute("value").ShouldBe("asha@example.org");
        }

        using var made = await person.SubmitAsync(page, "welcome", ("email", "asha@example.org"), ("password", PageClient.Password));
        using var tooLate = await slow.SubmitAsync(late, "welcome", ("email", "mallory@example.org"), ("password", PageClient.Password));
        using var again = await new PageClient(host).Http.GetAsync("/welcome");

        made.Headers.Location!.AbsolutePath.ShouldBe("/start");
        (await person.GetAsync("/settings")).QuerySelector(".who-name")!.TextContent.ShouldBe("asha@example.org");
        tooLate.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        again.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var user = (await host.Services.GetRequiredService<UserAccounts>().ListAsync(default)).ShouldHaveSingleItem();
        user.Role.ShouldBe(UserRole.Admin);
    }

    [Theory, EachStore]
    public async Task Of_two_who_try_at_once_one_comes_through(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var accounts = host.Services.GetRequiredService<UserAccounts>();

        var tries = await Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
        {
            try
            {
                await accounts.AddFirstAdminAsync($"person{i}@example.org", PageClient.Password, null, default);
                return true;
            }
            catch (Core.RefusedException)
            {
                return false;
            }
        }));

        tries.Count(t => t).ShouldBe(1);
        (await accounts.ListAsync(default)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_page_does_not_block_the_api_and_gives_way_to_an_admin_of_the_command_line()
    {
        await using var host = await ApiHost.StartAsync();
        var member = await host.ClientAsync("ravi@example.org");
        (await member.GetJsonAsync("/api/v1/portfolios")).Items().ShouldBeEmpty();
        (await new PageClient(host).GetAsync("/welcome")).Title.ShouldBe("Welcome · Foliosync");

        await host.Services.GetRequiredService<UserAccounts>().AddAsync("asha@example.org", null, UserRole.Admin, Actor.CommandLine, default);

        using var gone = await new PageClient(host).Http.GetAsync("/welcome");
        gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_demo_portfolio_is_one_button_away()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, "asha@example.org", UserRole.Admin);

        using var tried = await person.SubmitAsync(await person.GetAsync("/start"), "demo");

        tried.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var run = (await person.Http.GetJsonAsync("/api/v1/sync-runs")).Items().ShouldHaveSingleItem();
        (await person.Http.WaitForAsync(run.Id())).Text("state").ShouldBe("succeeded");
        await using var db = host.Open();
        (await db.Holdings.CountAsync()).ShouldBeGreaterThan(0);
    }
}
