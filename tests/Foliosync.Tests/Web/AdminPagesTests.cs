using System.Net;
using System.Net.Http.Json;
using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

/// <summary>The admin area as a browser without script sees it.</summary>
public sealed class AdminPagesTests
{
    private const string Root = "root@example.org";

    [Fact]
    public async Task A_form_begins_with_what_its_address_gives_and_is_there_anew_for_another()
    {
        await using var host = await ApiHost.StartAsync();
        using var root = await PageClient.SignedInAsync(host, Root, UserRole.Admin);

        var form = await root.GetAsync("/admin/fx-rates/new?currency=USD");
        form.QuerySelector("#f-currency")!.GetAttribute("value").ShouldBe("USD");
        using var another = await root.SubmitAsync(form, "row", ("day", "2026-01-02"), ("source", "hand"), ("perEuro", "1.1"), ("another", "yes"));
        another.Headers.Location!.OriginalString.ShouldEndWith("/admin/fx-rates/new");
        using var last = await root.SubmitAsync(form, "row", ("day", "2026-01-03"), ("source", "hand"), ("perEuro", "1.2"));

        last.Headers.Location!.OriginalString.ShouldContain("/admin/fx-rates/row/USD,2026-01-03,hand?done=");
        (await root.GetAsync("/admin/fx-rates")).QuerySelectorAll("tbody tr").Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_secret_is_replaced_and_a_portfolio_shared_on_the_page_of_what_it_belongs_to()
    {
        await using var host = await ApiHost.StartAsync();
        var owner = await host.ClientAsync("owner@example.org");
        var portfolio = (await owner.AddPortfolioAsync()).Id();
        var connection = (await owner.ConnectDemoAsync(portfolio)).Id();
        using var root = await PageClient.SignedInAsync(host, Root, UserRole.Admin);
        var admin = await host.ClientAsync("another@example.org", TokenScope.Admin, UserRole.Admin);
        var rootId = (await admin.GetJsonAsync($"/api/v1/admin/users?email={Root}")).Items()[0].Text("key");

        var page = await root.GetAsync($"/admin/connections/row/{connection}?inline=credentials|{connection},seed");
        page.QuerySelectorAll("#in-accounts tbody tr").Length.ShouldBeGreaterThan(0);
        using var replaced = await root.SubmitAsync(page, "in-credentials-save", ("secret", "7"));
        replaced.Headers.Location!.OriginalString.ShouldEndWith($"/admin/connections/row/{connection}#in-credentials");
        using var shared = await root.SubmitAsync(
            await root.GetAsync($"/admin/portfolios/row/{portfolio}"), "in-shares-add", ("in-shares-userId", rootId), ("in-shares-role", "viewer"));
        shared.StatusCode.ShouldBe(HttpStatusCode.Redirect);

        (await admin.GetJsonAsync("/api/v1/admin/audit?action=connection.credentialsReplaced")).Items().Count.ShouldBe(1);
        (await admin.GetJsonAsync("/api/v1/admin/shares")).Items().Single().Text("key").ShouldBe($"{portfolio},{rootId}");
        var after = await root.GetAsync($"/admin/portfolios/row/{portfolio}");
        after.QuerySelector("#in-shares tbody tr .ref")!.TextContent.ShouldBe(Root);
    }

    [Fact]
    public async Task What_is_done_to_several_rows_names_the_one_that_refuses()
    {
        await using var host = await ApiHost.StartAsync();
        using var root = await PageClient.SignedInAsync(host, Root, UserRole.Admin);
        var admin = await host.ClientAsync("another@example.org", TokenScope.Admin, UserRole.Admin);
        var keys = new List<string>();
        foreach (var symbol in new[] { "AAA", "BBB" })
        {
            using var made = await admin.PostAsJsonAsync("/api/v1/admin/instruments", new { symbol, assetClass = "equity", currency = "INR" });
            keys.Add((await made.JsonAsync()).Text("key"));
        }

        using var asked = await root.SubmitAsync(await root.GetAsync("/admin/instruments?sort=symbol"), "bulk", ("all", "on"), ("action", "set:isin"));
        using var refused = await root.SubmitAsync(
            await PageClient.DocumentAsync(asked), "bulk", ("value", "INE009A01021"), ("confirm", "yes"));

        var banner = (await PageClient.DocumentAsync(refused)).QuerySelector(".banner.bad")!;
        banner.TextContent.ShouldContain("There is a row with these values already.");
        banner.QuerySelector("a")!.GetAttribute("href").ShouldBe($"/admin/instruments/row/{keys[1]}");
        (await admin.GetJsonAsync("/api/v1/admin/instruments?isin.empty=no")).Items().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_last_changes_are_told_in_the_language_of_whoever_looks()
    {
        await using var host = await ApiHost.StartAsync();
        var admin = await host.ClientAsync("another@example.org", TokenScope.Admin, UserRole.Admin);
        using var made = await admin.PostAsJsonAsync("/api/v1/admin/fx-rates", new { currency = "USD", day = "2026-01-02", source = "hand", perEuro = "1.1" });
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        using var root = await PageClient.SignedInAsync(host, Root, UserRole.Admin);

        (await root.GetAsync("/admin")).Body!.TextContent.ShouldContain("Exchange rate: made");
        root.Http.DefaultRequestHeaders.AcceptLanguage.ParseAdd("hi");
        var text = (await root.GetAsync("/admin")).Body!.TextContent;
        text.ShouldContain("विनिमय दर: बनाया गया");
        text.ShouldContain("API से");
    }
}
