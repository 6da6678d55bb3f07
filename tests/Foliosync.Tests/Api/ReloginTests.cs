using System.Net;
using System.Text.RegularExpressions;
using Foliosync.Core.Connections;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Api;

/// <summary>The link of the morning's message, as browsers, mail programs and strangers call it.</summary>
public sealed class ReloginTests
{
    /// <summary>What the page after a login says: that it worked, or already that the sync after it is done, when that was quicker.</summary>
    private const string LoggedIn = "Logged in|All done";

    [Theory, EachStore]
    public async Task One_link_leads_through_every_login_and_shows_that_everything_is_synced(Store store)
    {
        await using var morning = await KiteMorning.StartAsync(store, 3, 4);
        (await morning.AlertsAsync()).Select(a => a.Kind).ShouldBe(["needsLogin", "needsLogin"]);
        var link = await morning.LinkAsync();
        var browser = morning.Host.Client();

        var (answer, page) = await FollowAsync(browser, await browser.PostAsync(link, null));

        answer.RequestMessage!.RequestUri!.AbsolutePath.ShouldBe(link.AbsolutePath + "/done");
        page = await WaitUntilSyncedAsync(browser, answer.RequestMessage.RequestUri);
        page.ShouldContain("All done");
        Regex.Count(page, "Synced at").ShouldBe(2);
        (await morning.AlertsAsync()).ShouldBeEmpty();
        foreach (var connection in (await morning.Owner.GetJsonAsync("/api/v1/connections")).Items())
        {
            connection.Text("state").ShouldBe("active");
            connection.GetProperty("lastRun").Text("trigger").ShouldBe("loginCompleted");
            var session = connection.GetProperty("session");
            session.Text("checkedAt").ShouldBe(session.Text("since"));
            page.ShouldNotContain(connection.Id());
        }
    }

    [Fact]
    public async Task A_link_speaks_the_language_of_the_browser()
    {
        await using var morning = await KiteMorning.StartAsync(Store.Sqlite, 3);
        var browser = morning.Host.Client();
        browser.DefaultRequestHeaders.AcceptLanguage.ParseAdd("hi-IN,en;q=0.5");

        var page = WebUtility.HtmlDecode(await browser.GetStringAsync(await morning.LinkAsync()));
        var refused = WebUtility.HtmlDecode(await (await browser.GetAsync("/relogin/guess")).Content.ReadAsStringAsync());

        page.ShouldContain("<html lang=\"hi\">");
        page.ShouldContain("पर आगे बढ़ें");
        refused.ShouldContain("यह लिंक Foliosync का बनाया हुआ नहीं है");
    }

    [Fact]
    public async Task Whoever_only_looks_at_a_link_begins_nothing_and_uses_nothing_up()
    {
        await using var morning = await KiteMorning.StartAsync(Store.Sqlite, 3);
        var link = await morning.LinkAsync();
        var scanner = morning.Host.Client();

        foreach (var path in new[] { "", "", "/done" })
        {
            using var look = await scanner.GetAsync(link.AbsolutePath + path);
            look.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        await using (var db = morning.Host.Open())
        {
            (await db.PendingLogins.CountAsync()).ShouldBe(0);
        }

        morning.Kite.Statistics().CallsByPath.Keys.ShouldNotContain("/session/token");
        var (_, page) = await FollowAsync(scanner, await scanner.PostAsync(link, null));
        page.ShouldMatch(LoggedIn);
    }

    [Fact]
    public async Task A_used_link_says_so_to_whoever_opens_or_posts_it()
    {
        await using var morning = await KiteMorning.StartAsync(Store.Sqlite, 3);
        var link = await morning.LinkAsync();
        var browser = morning.Host.Client();
        await FollowAsync(browser, await browser.PostAsync(link, null));

        foreach (var again in new[] { await browser.GetAsync(link), await browser.PostAsync(link, null) })
        {
            again.StatusCode.ShouldBe(HttpStatusCode.Gone);
            (await again.Content.ReadAsStringAsync()).ShouldContain("This link has been used");
        }

        morning.Kite.Statistics().CallsByPath["/session/token"].ShouldBe(1);
    }

    [Fact]
    public async Task A_login_cancelled_at_the_broker_leaves_the_link_good_for_another_try()
    {
        await using var morning = await KiteMorning.StartAsync(Store.Sqlite, 3);
        var link = await morning.LinkAsync();
        var browser = morning.Host.Client();
        using var begun = await browser.PostAsync(link, null);
        begun.StatusCode.ShouldBe(HttpStatusCode.SeeOther);

        var (answer, page) = await FollowAsync(browser, await browser.GetAsync(begun.Headers.Location + "&cancel=1"));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        page.ShouldContain("The Zerodha login was not completed");
        page.ShouldContain("Try again");
        (await FollowAsync(browser, await browser.PostAsync(link, FormOf(page)))).Page.ShouldMatch(LoggedIn);
    }

    [Fact]
    public async Task Another_kite_user_is_refused_and_the_link_stays_good()
    {
        await using var morning = await KiteMorning.StartAsync(Store.Sqlite, 3);
        var link = await morning.LinkAsync();
        var browser = morning.Host.Client();
        morning.Kite.SetUser(3, "ZZ9999");

        var (answer, page) = await FollowAsync(browser, await browser.PostAsync(link, null));

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        page.ShouldContain("belongs to another person");
        page.ShouldContain("Try again");
        page.ShouldNotContain("9999");
        (await morning.Owner.GetJsonAsync("/api/v1/connections")).Items()[0].Text("state").ShouldBe("needsLogin");
    }

    [Fact]
    public async Task Old_and_forged_links_are_refused_each_in_its_own_words()
    {
        await using var morning = await KiteMorning.StartAsync(Store.Sqlite, 3);
        var old = await morning.LinkAsync(new PastClock(TimeSpan.FromDays(2)));
        var good = await morning.LinkAsync();
        var forged = new Uri(good.AbsoluteUri[..^1] + (good.AbsoluteUri[^1] == 'A' ? 'B' : 'A'));
        var browser = morning.Host.Client();

        foreach (var (link, status, words) in new[]
        {
            (old, HttpStatusCode.Gone, "too old"),
            (forged, HttpStatusCode.NotFound, "not one that Foliosync made"),
        })
        {
            foreach (var answer in new[] { await browser.GetAsync(link), await browser.PostAsync(link, null), await browser.GetAsync(link + "/done") })
            {
                answer.StatusCode.ShouldBe(status);
                (await answer.Content.ReadAsStringAsync()).ShouldContain(words);
            }
        }
    }

    [Fact]
    public async Task A_broker_that_asks_here_is_answered_on_the_page_of_the_link()
    {
        await using var morning = await KiteMorning.StartAsync(Store.Sqlite);
        var portfolioId = (await morning.Owner.GetJsonAsync("/api/v1/portfolios")).Items()[0].Id();
        var id = Guid.Parse((await morning.Owner.ConnectDemoAsync(portfolioId)).Id());
        await using (var db = morning.Host.Open())
        {
            await db.SyncStates.ExecuteUpdateAsync(set => set.SetProperty(s => s.State, ConnectionState.NeedsLogin));
        }

        var link = await morning.LinkAsync([id]);
        var browser = morning.Host.Client();

        var (_, asked) = await FollowAsync(browser, await browser.PostAsync(link, null));
        asked.ShouldContain("One-time code");
        var (wrong, again) = await FollowAsync(browser, await browser.PostAsync(link, FormOf(asked, ("answer.code", "12"))));
        wrong.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        again.ShouldContain("The code is wrong");
        var (done, page) = await FollowAsync(browser, await browser.PostAsync(link, FormOf(again, ("answer.code", "123456"))));

        done.StatusCode.ShouldBe(HttpStatusCode.OK, page);
        done.RequestMessage!.RequestUri!.AbsolutePath.ShouldEndWith("/done");
        (await WaitUntilSyncedAsync(browser, done.RequestMessage.RequestUri)).ShouldContain("All done");
    }

    [Fact]
    public async Task The_pages_keep_their_secrets_and_run_only_their_own_script()
    {
        await using var morning = await KiteMorning.StartAsync(Store.Sqlite, 3);
        var link = await morning.LinkAsync();

        using var answer = await morning.Host.Client().GetAsync(link);

        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'");
        policy.ShouldContain("script-src 'self'");
        policy.ShouldNotContain("unsafe");
        answer.Headers.GetValues("Referrer-Policy").Single().ShouldBe("no-referrer");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
    }

    [Fact]
    public async Task Whoever_calls_without_end_is_asked_to_wait()
    {
        await using var host = await ApiHost.StartAsync();
        var client = host.Client();
        var statuses = new List<HttpStatusCode>();

        // More than the bucket holds, and faster than it fills.
        for (var i = 0; i < 300 && !statuses.Contains(HttpStatusCode.TooManyRequests); i++)
        {
            using var answer = await client.GetAsync(i % 2 == 0 ? "/relogin/guess" : "/connect/zerodha/callback?state=guess");
            statuses.Add(answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                answer.Headers.RetryAfter.ShouldNotBeNull();
                (await answer.Content.ReadAsStringAsync()).ShouldContain("Wait a minute");
            }
        }

        statuses.ShouldContain(HttpStatusCode.TooManyRequests);
        (await client.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    /// <summary>Plays a browser: goes wherever it is sent. Kite's page asks nothing, so it sends straight back.</summary>
    private static async Task<(HttpResponseMessage Answer, string Page)> FollowAsync(HttpClient browser, HttpResponseMessage answer)
    {
        while (answer.Headers.Location is { } next)
        {
            answer = await browser.GetAsync(next);
        }

        return (answer, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The form of a page, with its hidden fields and what a person types.</summary>
    private static FormUrlEncodedContent FormOf(string page, params (string Name, string Value)[] typed) => new(
        Regex.Matches(page, "type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]+)\"")
            .Select(m => KeyValuePair.Create(m.Groups[1].Value, m.Groups[2].Value))
            .Concat(typed.Select(t => KeyValuePair.Create(t.Name, t.Value))));

    private static async Task<string> WaitUntilSyncedAsync(HttpClient browser, Uri done)
    {
        for (var tries = 0; tries < 300; tries++)
        {
            using var answer = await browser.GetAsync(done);
            var page = await answer.Content.ReadAsStringAsync();
            if (!answer.Headers.Contains("Refresh"))
            {
                return page;
            }

            await Task.Delay(1000);
        }

        throw new TimeoutException("The page goes on refreshing.");
    }
}

/// <summary>A clock that is late.</summary>
internal sealed class PastClock(TimeSpan by) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - by;
}
