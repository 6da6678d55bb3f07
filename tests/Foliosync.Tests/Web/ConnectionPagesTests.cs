using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Foliosync.Simulator;
using Foliosync.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

/// <summary>The pages of connections and their syncs, as a browser without script gets them.</summary>
public sealed class ConnectionPagesTests
{
    private const string Asha = "asha@example.org";

    [Fact]
    public async Task Only_what_is_tried_again_by_itself_is_said_to_be()
    {
        await using var host = await ApiHost.StartAsync();
        var owner = await host.ClientAsync(Asha);
        var portfolio = (await owner.AddPortfolioAsync()).Id();
        var waiting = (await owner.ConnectDemoAsync(portfolio)).Id();
        (await owner.SyncAsync(waiting)).Text("state").ShouldBe("succeeded");
        await owner.SurpriseAsync(waiting);
        await host.Services.GetRequiredService<UserAccounts>().ResetPasswordAsync(Asha, PageClient.Password, Actor.CommandLine, default);
        using var asha = await PageClient.SignedInAsync(host, Asha);

        var row = (await asha.GetAsync("/connections")).QuerySelector(".list li")!;

        row.QuerySelector(".badge")!.TextContent.ShouldBe("Works");
        row.TextContent.ShouldContain("have a look and decide");
    }

    [Theory, EachStore]
    public async Task A_broker_is_connected_by_its_form_and_its_sync_watched_until_it_is_done(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        using var person = await PageClient.SignedInAsync(host, Asha);
        (await person.GetAsync("/connections")).QuerySelector(".empty a")!.GetAttribute("href").ShouldBe("/connections/new");
        var choice = await person.GetAsync("/connections/new");
        choice.QuerySelectorAll(".start a").Select(a => a.GetAttribute("href")).ShouldContain("/connections/new?broker=zerodha");
        var form = await person.GetAsync(choice.QuerySelector(".start a[href$=demo]")!.GetAttribute("href")!);

        // What was typed is kept, what is wrong is said beside it, and nothing is left behind.
        using var wrong = await person.SubmitAsync(form, "connect", ("credentials.seed", "no seed!"), ("label", "Trial"));
        var again = await PageClient.DocumentAsync(wrong);
        again.QuerySelector("[id='f-credentials.seed-error']")!.TextContent.ShouldBe("This has not the right form. Copy it again, without spaces.");
        again.QuerySelector("[id='f-credentials.seed']")!.GetAttribute("value").ShouldBe("no seed!");
        again.QuerySelector("#f-label")!.GetAttribute("value").ShouldBe("Trial");
        (await person.Http.GetJsonAsync("/api/v1/portfolios")).Items().ShouldBeEmpty();

        var page = await FollowAsync(person, await person.SubmitAsync(again, "connect", ("credentials.seed", "7")));
        page.QuerySelector("h1")!.TextContent.ShouldBe("Trial");
        await LastRunAsync(person, "succeeded");

        page = await person.GetAsync(new Uri(page.Url).AbsolutePath);
        page.QuerySelector(".card .badge")!.TextContent.ShouldBe("Works");
        page.QuerySelector("meta[http-equiv=refresh]").ShouldBeNull();
        page.QuerySelectorAll(".facts a[href^='/holdings?account=']").Length.ShouldBeGreaterThan(0);
        var run = await person.GetAsync(page.QuerySelector("tbody a[href^='/runs/']")!.GetAttribute("href")!);
        run.QuerySelectorAll("tbody td.cell-a").Select(e => e.TextContent).ShouldContain(t => t.StartsWith("Read holdings"));
        run.QuerySelector(".card .badge")!.TextContent.ShouldBe("succeeded");
        var list = await person.GetAsync("/connections");
        list.QuerySelector(".card h2")!.TextContent.ShouldBe("Main");
        list.QuerySelector(".list a.cell-main")!.TextContent.ShouldBe("Trial");
        (await person.GetAsync("/")).QuerySelector(".list a.cell-main")!.GetAttribute("href").ShouldBe(new Uri(page.Url).AbsolutePath);
    }

    [Theory, EachStore]
    public async Task A_connection_in_trouble_says_so_and_is_healed_in_place(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        using var person = await PageClient.SignedInAsync(host, Asha);
        var path = await ConnectDemoAsync(person, "transient");
        await LastRunAsync(person, "failed");

        var page = await person.GetAsync(path);
        page.QuerySelector(".banner.warn")!.TextContent.ShouldContain("pretends to be down");
        var run = await person.GetAsync(page.QuerySelector("tbody a[href^='/runs/']")!.GetAttribute("href")!);
        run.QuerySelector(".banner.bad")!.TextContent.ShouldContain("pretends to be down");
        run.QuerySelector(".card p")!.TextContent.ShouldContain("it is tried again by itself");

        await FollowAsync(person, await person.SubmitAsync(page, "reconnect", ("credentials.scenario", "normal")));
        await LastRunAsync(person, "succeeded");
        var healed = await person.GetAsync(path);
        healed.QuerySelector(".banner").ShouldBeNull();
        healed.QuerySelector("[role=status]")!.TextContent.ShouldBe("All is well, nothing to do.");
        healed.QuerySelectorAll("tbody tr").Length.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task It_is_paused_resumed_renamed_and_removed_with_everything()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, Asha);
        var path = await ConnectDemoAsync(person, "normal");
        await LastRunAsync(person, "succeeded");

        var paused = await FollowAsync(person, await person.SubmitAsync(await person.GetAsync(path), "act", ("act", "pause")));
        paused.QuerySelector(".card .badge")!.TextContent.ShouldBe("Paused");
        var resumed = await FollowAsync(person, await person.SubmitAsync(paused, "act", ("act", "resume")));
        resumed.QuerySelector(".card .badge")!.TextContent.ShouldBe("Works");

        var renamed = await FollowAsync(person, await person.SubmitAsync(resumed, "settings", ("label", "Old hat"), ("interval", "06:00:00")));
        renamed.QuerySelector("h1")!.TextContent.ShouldBe("Old hat");
        renamed.QuerySelector(".facts")!.TextContent.ShouldContain("Every 6 hours");

        using var refused = await person.SubmitAsync(renamed, "remove", ("data", "delete"), ("confirm", "Demo"));
        (await PageClient.DocumentAsync(refused)).QuerySelector("#f-confirm-error")!.TextContent.ShouldBe("This is not the name of the connection.");
        var gone = await FollowAsync(person, await person.SubmitAsync(renamed, "remove", ("data", "delete"), ("confirm", "old hat")));
        gone.QuerySelector(".empty").ShouldNotBeNull();
        await using var db = host.Open();
        (await db.Holdings.CountAsync() + await db.SyncRuns.CountAsync()).ShouldBe(0);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(3600, false)]
    [InlineData(-600, false)]
    public async Task A_page_looks_again_by_itself_while_a_sync_is_about_to_begin(int dueInSeconds, bool looks)
    {
        await using var host = await ApiHost.StartAsync(jobs: false);
        using var person = await PageClient.SignedInAsync(host, Asha);
        var path = await ConnectDemoAsync(person, "normal");
        await using (var db = host.Open())
        {
            await db.SyncRuns.ExecuteDeleteAsync();
            var due = TimeProvider.System.GetUtcNow().AddSeconds(dueInSeconds);
            await db.SyncStates.ExecuteUpdateAsync(set => set.SetProperty(s => s.NextSyncAt, due));
        }

        foreach (var page in new[] { path, "/connections" })
        {
            (await person.GetAsync(page)).QuerySelectorAll("[data-poll]").Length.ShouldBe(looks ? 1 : 0, page);
        }
    }

    [Fact]
    public async Task Closing_keeps_what_was_read_and_new_keys_open_it_again()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, Asha);
        var path = await ConnectDemoAsync(person, "normal");
        await LastRunAsync(person, "succeeded");

        var closed = await FollowAsync(person, await person.SubmitAsync(await person.GetAsync(path), "remove"));
        closed.QuerySelector(".card .badge")!.TextContent.ShouldBe("Closed");
        closed.QuerySelectorAll("button[name=act]").ShouldBeEmpty();
        (await person.GetAsync("/holdings")).QuerySelectorAll("tbody tr").ShouldNotBeEmpty();
        (await person.GetAsync("/")).QuerySelector("a.cell-main[href^='/connections/']").ShouldBeNull();
        using (var stale = await person.SubmitAsync(closed, "reconnect", ("_handler", "act"), ("act", "sync")))
        {
            (await PageClient.DocumentAsync(stale)).QuerySelector(".banner.bad")!.TextContent.Trim().ShouldStartWith("This connection is closed.");
        }

        var opened = await FollowAsync(person, await person.SubmitAsync(closed, "reconnect", ("credentials.scenario", "normal")));
        opened.QuerySelector(".card .badge")!.TextContent.ShouldBe("Works");
    }

    [Theory, EachStore]
    public async Task A_login_at_the_broker_leads_there_and_back_to_the_sync(Store store)
    {
        await using var morning = await KiteMorning.StartAsync(store, 1);
        await morning.Host.Services.GetRequiredService<UserAccounts>().ResetPasswordAsync(KiteMorning.Email, PageClient.Password, Actor.CommandLine, default);
        using var person = await PageClient.SignedInAsync(morning.Host, KiteMorning.Email);

        using var answer = await person.Http.GetAsync("/connections");
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain(morning.Kite.BaseAddress.GetLeftPart(UriPartial.Authority));
        var list = await PageClient.DocumentAsync(answer);
        list.QuerySelector(".badge")!.TextContent.ShouldBe("Needs a login");
        var path = list.QuerySelector("button[formaction$='/login']")!.GetAttribute("formaction")!;

        using var begun = await person.SubmitAsync(await person.GetAsync(path), "act");
        begun.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        using var kite = await morning.Host.Client().GetAsync(begun.Headers.Location);
        using var back = await person.Http.GetAsync(kite.Headers.Location);

        back.Headers.Location!.ToString().ShouldBe(path[..^"/login".Length]);
        await LastRunAsync(person, "succeeded");
        (await person.GetAsync(back.Headers.Location.ToString())).QuerySelector(".card .badge")!.TextContent.ShouldBe("Works");
    }

    [Fact]
    public async Task A_broker_that_asks_for_a_code_is_answered_on_our_page()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, Asha);
        var path = await ConnectDemoAsync(person, "expire");
        await LastRunAsync(person, "needsLogin");
        (await person.GetAsync(path)).QuerySelector("button.primary")!.GetAttribute("formaction").ShouldBe(path + "/login");

        var asked = await PageClient.DocumentAsync(await person.SubmitAsync(await person.GetAsync(path + "/login"), "act"));
        asked.QuerySelector("[id='f-answer.code']")!.GetAttribute("autocomplete").ShouldBe("one-time-code");
        var wrong = await PageClient.DocumentAsync(await person.SubmitAsync(asked, "act", ("answer.code", "123")));
        wrong.QuerySelector(".banner.bad")!.TextContent.Trim().ShouldBe("The code is wrong. Type any six digits.");
        var right = await FollowAsync(person, await person.SubmitAsync(wrong, "act", ("answer.code", "123456")));

        right.QuerySelector(".toast")!.TextContent.ShouldContain("You are logged in");
        await LastRunAsync(person, "succeeded");
    }

    [Fact]
    public async Task A_secret_never_comes_back_to_the_browser()
    {
        await using var host = await ApiHost.StartAsync(jobs: false);
        using var person = await PageClient.SignedInAsync(host, Asha);
        var form = await person.GetAsync("/connections/new?broker=zerodha");
        form.QuerySelector("#redirect-url")!.TextContent.ShouldEndWith("/connect/zerodha/callback");

        using var wrong = await person.SubmitAsync(form, "connect", ("credentials.apiKey", "a b"), ("credentials.apiSecret", "PLANTED-SECRET"));
        var text = await wrong.Content.ReadAsStringAsync();
        text.ShouldContain("value=\"a b\"");
        text.ShouldNotContain("PLANTED-SECRET");

        using var saved = await person.SubmitAsync(form, "connect", ("credentials.apiKey", KiteSimulator.ApiKeyOf(1)), ("credentials.apiSecret", "PLANTED-SECRET"));
        var login = await FollowAsync(person, saved);
        login.QuerySelector("h1")!.TextContent.ShouldBe("Log in at Zerodha");
        var page = await person.GetAsync(new Uri(login.Url).AbsolutePath[..^"/login".Length]);
        page.DocumentElement.OuterHtml.ShouldNotContain("PLANTED-SECRET");
        host.Log.Lines.ShouldAllBe(l => !l.Contains("PLANTED-SECRET", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_persons_connections_and_runs_are_not_there()
    {
        await using var host = await ApiHost.StartAsync();
        using var owner = await PageClient.SignedInAsync(host, Asha);
        var path = await ConnectDemoAsync(owner, "normal");
        var run = await LastRunAsync(owner, "succeeded");
        using var other = await PageClient.SignedInAsync(host, "ravi@example.org");
        using var reader = await PageClient.SignedInAsync(host, "reader@example.org", UserRole.ReadOnly);
        var token = ((IHtmlInputElement)(await other.GetAsync("/connections/new?broker=demo")).QuerySelector("main input[name=token]")!).Value;

        foreach (var address in new[] { path, path + "/login", $"/runs/{run}" })
        {
            using var answer = await other.Http.GetAsync(address);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, address);
        }

        foreach (var address in new[] { path, path + "/login" })
        {
            using var content = new FormUrlEncodedContent([new("token", token), new("_handler", "act"), new("act", "pause")]);
            using var answer = await other.Http.PostAsync(address, content);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, address);
        }

        (await other.GetAsync("/connections")).QuerySelector(".empty").ShouldNotBeNull();
        using var typed = await reader.Http.GetAsync("/connections/new");
        typed.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await owner.GetAsync(path)).QuerySelector(".card .badge")!.TextContent.ShouldBe("Works");
    }

    /// <summary>Connects the Demo broker by its form.</summary>
    /// <returns>The address of the connection's page.</returns>
    private static async Task<string> ConnectDemoAsync(PageClient person, string scenario)
    {
        var form = await person.GetAsync("/connections/new?broker=demo");
        return new Uri((await FollowAsync(person, await person.SubmitAsync(form, "connect", ("credentials.scenario", scenario), ("label", "Demo")))).Url).AbsolutePath;
    }

    /// <summary>Waits until the newest run is over, which must end so.</summary>
    /// <returns>The run.</returns>
    private static async Task<string> LastRunAsync(PageClient person, string state)
    {
        var run = (await person.Http.GetJsonAsync("/api/v1/sync-runs")).Items()[0].Id();
        (await person.Http.WaitForAsync(run)).Text("state").ShouldBe(state);
        return run;
    }

    private static async Task<IDocument> FollowAsync(PageClient person, HttpResponseMessage response)
    {
        using (response)
        {
            response.StatusCode.ShouldBe(HttpStatusCode.Redirect, await response.Content.ReadAsStringAsync());
            return await person.GetAsync(response.Headers.Location!.IsAbsoluteUri ? response.Headers.Location.PathAndQuery : response.Headers.Location.ToString());
        }
    }
}
