using System.Net;
using AngleSharp.Dom;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

/// <summary>The pages that people look at every morning, as a browser without script gets them.</summary>
public sealed class MorningPagesTests
{
    private const string Asha = "asha@example.org";

    [Fact]
    public async Task Somebody_without_anything_is_told_what_to_do()
    {
        await using var host = await ApiHost.StartAsync(jobs: false);
        using var person = await PageClient.SignedInAsync(host, Asha, UserRole.Admin);

        foreach (var path in new[] { "/", "/holdings", "/transactions", "/performance", "/reconciliation" })
        {
            (await person.GetAsync(path)).QuerySelector(".empty h2").ShouldNotBeNull(path);
        }
    }

    [Fact]
    public async Task Until_the_first_sync_has_ended_nothing_is_drawn_as_zero()
    {
        await using var host = await ApiHost.StartAsync(jobs: false);
        using var person = await PageClient.SignedInAsync(host, Asha, UserRole.Admin);
        var client = await host.ClientAsync(Asha, role: UserRole.Admin);
        var connection = (await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id();
        using var queued = await client.PostAsync($"/api/v1/connections/{connection}/sync", null);
        queued.StatusCode.ShouldBe(HttpStatusCode.Accepted);

        var overview = await person.GetAsync("/");

        overview.QuerySelector(".empty h2")!.TextContent.ShouldBe("Your holdings are being read");
        overview.QuerySelector(".kpis").ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task What_is_held_is_shown_the_same_everywhere(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var held = await ConnectAsync(host);
        using var person = await PageClient.SignedInAsync(host, Asha);

        var overview = await person.GetAsync("/");
        overview.QuerySelectorAll(".kpi dt").Select(e => e.TextContent).Take(2).ShouldContain("Value");
        overview.QuerySelectorAll(".donut").Length.ShouldBeGreaterThan(2);
        overview.QuerySelector(".list .cell-main")!.TextContent.ShouldBe("Demo");
        overview.QuerySelector(".list .badge")!.TextContent.ShouldBe("Works");

        var holdings = await person.GetAsync("/holdings");
        holdings.QuerySelectorAll("tbody tr").Length.ShouldBe(held.Count);
        holdings.QuerySelector("tfoot tr:last-child td.cell-b")!.TextContent.Trim().ShouldStartWith("₹");
        var csv = await person.Http.GetStringAsync("/holdings.csv");
        csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(held.Count + 1);
        csv.ShouldStartWith("symbol,name,class,account,broker,quantity,");

        var link = holdings.QuerySelector("tbody a.cell-main")!;
        var instrument = await person.GetAsync(link.GetAttribute("href")!);
        instrument.QuerySelector("h1")!.TextContent.ShouldBe(link.TextContent);
        instrument.QuerySelectorAll("section table").Length.ShouldBeGreaterThan(0);

        (await person.GetAsync("/reconciliation")).QuerySelector(".card .badge").ShouldNotBeNull();
        (await person.GetAsync("/performance")).QuerySelectorAll(".kpi dt").Select(e => e.TextContent)
            .ShouldBe(["Time-weighted return", "Money-weighted return (XIRR)", "Gain", "Value at the end"]);
        (await person.GetAsync("/performance?benchmark=NOBODY")).QuerySelector(".banner.bad")!.TextContent.ShouldContain("There is no instrument 'NOBODY'");
    }

    [Fact]
    public async Task Columns_are_chosen_and_remembered()
    {
        await using var host = await ApiHost.StartAsync();
        await ConnectAsync(host);
        using var person = await PageClient.SignedInAsync(host, Asha);
        var page = await person.GetAsync("/holdings?group=class");

        using var saved = await person.SubmitAsync(page, "columns", ("shown", "source"));

        saved.Headers.Location!.ToString().ShouldEndWith("/holdings?group=class");
        (await person.GetAsync("/holdings")).QuerySelectorAll("thead th").Select(e => e.TextContent.Trim()).ShouldBe(["Name", "Value", "Source"]);
    }

    [Fact]
    public async Task One_switch_makes_the_rows_compact_and_wide_again_and_is_remembered()
    {
        await using var host = await ApiHost.StartAsync();
        await ConnectAsync(host);
        using var person = await PageClient.SignedInAsync(host, Asha);
        var wide = await person.GetAsync("/holdings?group=class");
        Density(wide).ShouldBe((null, "false"));

        using var switched = await person.SubmitAsync(wide, "density");
        switched.Headers.Location!.ToString().ShouldEndWith("/holdings?group=class");
        var compact = await person.GetAsync("/holdings");
        Density(compact).ShouldBe(("compact", "true"));
        Density(await person.GetAsync("/holdings?group=class")).ShouldBe(("compact", "true"));

        using var back = await person.SubmitAsync(compact, "density");
        Density(await person.GetAsync("/holdings")).ShouldBe((null, "false"));

        static (string?, string?) Density(AngleSharp.Dom.IDocument page) =>
            (page.DocumentElement.GetAttribute("data-density"), page.QuerySelector(".density button")!.GetAttribute("aria-pressed"));
    }

    [Theory, EachStore]
    public async Task A_transaction_is_typed_changed_removed_and_each_step_undone(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        await ConnectAsync(host);
        using var person = await PageClient.SignedInAsync(host, Asha);
        var form = await person.GetAsync("/transactions/new");

        // What was typed is kept, and what is wrong is said beside it.
        using var wrong = await person.SubmitAsync(form, "add", ("kind", "buy"), ("instrument", "INFY"), ("quantity", "ten"), ("price", "1,500.50"), ("note", "by phone"));
        var again = await PageClient.DocumentAsync(wrong);
        again.QuerySelector("#f-quantity-error")!.TextContent.ShouldBe("That is not a number. Write it like 1234.56.");
        again.QuerySelector("#f-price")!.GetAttribute("value").ShouldBe("1,500.50");
        again.QuerySelector("#f-note")!.GetAttribute("value").ShouldBe("by phone");

        using var added = await person.SubmitAsync(again, "add", ("quantity", "10"), ("newAs", "equity"), ("day", "2026-01-05"));
        added.StatusCode.ShouldBe(HttpStatusCode.Redirect, await added.Content.ReadAsStringAsync());
        var shown = await FollowAsync(person, added);
        shown.QuerySelector("h1")!.TextContent.ShouldBe("Purchase INFY");
        shown.QuerySelector(".toast")!.TextContent.ShouldBe("Added.");

        using var noted = await person.SubmitAsync(shown, "note", ("tags", "gift, long term"), ("ownNote", "from Dad"));
        await FollowAsync(person, noted);
        (await person.GetAsync("/transactions?tag=gift")).QuerySelectorAll("tbody tr").Length.ShouldBe(1);
        (await person.GetAsync("/transactions?q=dad&source=manual&kind=buy&from=2026-01-05&to=2026-01-05")).QuerySelectorAll("tbody tr").Length.ShouldBe(1);
        (await person.GetAsync("/transactions?from=2026-01-06&source=manual")).QuerySelectorAll("tbody tr").ShouldBeEmpty();

        using var changed = await person.SubmitAsync(shown, "change", ("quantity", "12"));
        var after = await FollowAsync(person, changed);
        after.QuerySelector(".strip")!.TextContent.ShouldContain("12");
        using var undone = await person.SubmitAsync(after, "undo");
        (await FollowAsync(person, undone)).QuerySelector("#f-quantity")!.GetAttribute("value").ShouldBe("10");

        using var removed = await person.SubmitAsync(shown, "remove");
        var gone = await FollowAsync(person, removed);
        (await person.GetAsync("/transactions?source=manual")).QuerySelectorAll("tbody tr").ShouldBeEmpty();
        using var back = await person.SubmitAsync(gone, "undo");
        (await FollowAsync(person, back)).QuerySelector("h1")!.TextContent.ShouldBe("Purchase INFY");
        await using var db = host.Open();
        (await db.AuditEvents.CountAsync(a => a.Action.StartsWith("transaction.") && a.Source == "web")).ShouldBe(6);
    }

    [Fact]
    public async Task A_report_that_looks_wrong_is_seen_on_the_overview_and_decided()
    {
        await using var host = await ApiHost.StartAsync();
        await ConnectAsync(host);
        var client = await host.ClientAsync(Asha);
        var connection = (await client.GetJsonAsync("/api/v1/connections")).Items()[0].Id();
        await client.SurpriseAsync(connection);
        using var person = await PageClient.SignedInAsync(host, Asha);

        var link = (await person.GetAsync("/")).QuerySelector(".banner a[href^='/reviews/']")!.GetAttribute("href")!;
        var review = await person.GetAsync(link);
        review.QuerySelectorAll("tbody .badge.bad").ShouldAllBe(b => b.TextContent == "would vanish");
        using var rejected = await person.SubmitAsync(review, "reject");
        (await FollowAsync(person, rejected)).QuerySelector(".banner a[href^='/reviews/']").ShouldBeNull();
        (await person.GetAsync("/holdings")).QuerySelectorAll("tbody tr").Length.ShouldBeGreaterThan(1);

        // The broker still says so; the person changes their mind.
        using var accepted = await person.SubmitAsync(await person.GetAsync(link), "accept");
        await FollowAsync(person, accepted);
        (await person.GetAsync("/holdings")).QuerySelectorAll("tbody tr").ShouldBeEmpty();
        (await PageClient.DocumentAsync(await person.SubmitAsync(review, "reject"))).QuerySelector(".banner.bad")!.TextContent.Trim().ShouldBe("This report has been applied already.");
    }

    [Fact]
    public async Task Another_persons_things_are_not_there()
    {
        await using var host = await ApiHost.StartAsync();
        await ConnectAsync(host);
        var owner = await host.ClientAsync(Asha);
        await owner.SurpriseAsync((await owner.GetJsonAsync("/api/v1/connections")).Items()[0].Id());
        await using var db = host.Open();
        var (portfolio, account) = (await db.Portfolios.Select(p => p.Id).SingleAsync(), await db.Accounts.Select(a => a.Id).FirstAsync());
        var (instrument, transaction) = (await db.Holdings.Select(h => h.InstrumentId).FirstAsync(), await db.Transactions.Select(t => t.Id).FirstAsync());
        var review = await db.Reviews.Select(r => r.LastRunId).FirstAsync();
        using var other = await PageClient.SignedInAsync(host, "ravi@example.org");
        using var reader = await PageClient.SignedInAsync(host, "reader@example.org", UserRole.ReadOnly);

        foreach (var path in new[]
        {
            $"/?portfolio={portfolio}", $"/holdings?portfolio={portfolio}", $"/holdings?account={account}", $"/instruments/{instrument}", $"/transactions/{transaction}",
            $"/transactions?account={account}", $"/transactions?portfolio={portfolio}", $"/performance?portfolio={portfolio}", $"/performance?instrument={instrument}", $"/reviews/{review}",
        })
        {
            using var answer = await other.Http.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        }

        (await other.Http.GetStringAsync("/holdings.csv")).Split("\r\n").Length.ShouldBe(2);
        using var typed = await reader.Http.GetAsync("/transactions/new");
        typed.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Pages_speak_Hindi()
    {
        await using var host = await ApiHost.StartAsync();
        await ConnectAsync(host);
        using var person = await PageClient.SignedInAsync(host, Asha);
        person.Http.DefaultRequestHeaders.AcceptLanguage.ParseAdd("hi");

        (await person.GetAsync("/holdings")).QuerySelector("h1")!.TextContent.ShouldBe("होल्डिंग");
        (await person.GetAsync("/")).QuerySelectorAll(".kpi dt")[0].TextContent.ShouldBe("मूल्य");
    }

    private static async Task<List<System.Text.Json.JsonElement>> ConnectAsync(ApiHost host)
    {
        var client = await host.ClientAsync(Asha, role: UserRole.Admin);
        await host.Services.GetService(typeof(UserAccounts)).ShouldBeOfType<UserAccounts>().ResetPasswordAsync(Asha, PageClient.Password, Actor.CommandLine, default);
        var connection = (await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id();
        (await client.SyncAsync(connection)).Text("state").ShouldBe("succeeded");
        return (await client.GetJsonAsync("/api/v1/holdings?limit=1000")).Items();
    }

    private static async Task<IDocument> FollowAsync(PageClient person, HttpResponseMessage response)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return await person.GetAsync(response.Headers.Location!.IsAbsoluteUri ? response.Headers.Location.PathAndQuery : response.Headers.Location.ToString());
    }
}
