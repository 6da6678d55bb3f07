using Foliosync.Core.Tests.Storage;
using Foliosync.Tests.Api;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Pages;

/// <summary>The morning on a phone: one message, one tap, logged in at the broker, synced.</summary>
public sealed class MorningTests
{
    private const int Phone = 390;

    [Fact]
    public async Task A_tap_on_the_link_ends_on_a_page_that_says_everything_is_synced()
    {
        await using var browser = await Browser.StartAsync();
        await using var morning = await KiteMorning.StartAsync(Store.Sqlite, 3);
        var alert = (await morning.AlertsAsync()).ShouldHaveSingleItem();
        alert.Message.ShouldBe("Zerodha 3: The Zerodha session has ended. Log in at Zerodha to go on.");
        var complaints = new List<string>();

        var page = await TapAsync(browser, await morning.LinkAsync(), complaints);

        await page.GetByText("All done").WaitForAsync();
        (await page.GetByText("Synced at").CountAsync()).ShouldBe(1);
        await page.ShouldLookRightAsync();
        complaints.ShouldBeEmpty();
        var connection = (await morning.Owner.GetJsonAsync("/api/v1/connections")).Items().ShouldHaveSingleItem();
        connection.Text("state").ShouldBe("active");
        (await morning.Owner.GetJsonAsync("/api/v1/holdings?limit=100")).Items().ShouldNotBeEmpty();
        (await morning.AlertsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task One_tap_walks_through_two_connections()
    {
        await using var browser = await Browser.StartAsync();
        await using var morning = await KiteMorning.StartAsync(Store.Sqlite, 3, 4);
        var complaints = new List<string>();

        var page = await TapAsync(browser, await morning.LinkAsync(), complaints);

        await page.GetByText("All done").WaitForAsync();
        (await page.GetByText("Synced at").CountAsync()).ShouldBe(2);
        complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_script_a_button_does_the_same()
    {
        await using var browser = await Browser.StartAsync();
        await using var morning = await KiteMorning.StartAsync(Store.Sqlite, 3);
        var complaints = new List<string>();
        var page = await browser.OpenAsync(await morning.LinkAsync(), ColorScheme.Light, Phone, complaints, script: false);

        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Go on to Zerodha" }).ClickAsync();

        await page.GetByText("All done").WaitForAsync();
        complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_comes_back_to_the_page_of_the_link_finds_it_at_rest()
    {
        await using var browser = await Browser.StartAsync();
        await using var morning = await KiteMorning.StartAsync(Store.Sqlite, 3);
        var page = await browser.OpenAsync(new Uri("about:blank"), ColorScheme.Light, Phone, []);

        // A broker's page that waits for the person: nothing comes back.
        morning.Kite.RedirectUrl = new Uri(morning.Host.Address, "/healthz");
        await page.SetContentAsync($"<a href=\"{await morning.LinkAsync()}\">Log in</a>");
        await page.GetByText("Log in").ClickAsync();
        for (var tries = 0; tries < 300 && !page.Url.Contains("healthz", StringComparison.Ordinal); tries++)
        {
            await Task.Delay(100);
        }

        page.Url.ShouldContain("healthz", customMessage: await page.ContentAsync());
        await page.GoBackAsync();

        // Either the page of the link, at rest, or what was before it: never the broker again.
        page.Url.ShouldNotContain("healthz");
    }

    [Theory]
    [InlineData("wrong state", "Open the link of your message again")]
    [InlineData("wrong user", "belongs to another person")]
    [InlineData("used link", "This link has been used")]
    [InlineData("old link", "too old")]
    [InlineData("tampered link", "not one that Foliosync made")]
    [InlineData("waiting", "2 logins are due")]
    public async Task Each_page_says_in_plain_words_what_is_the_matter(string what, string words)
    {
        await using var browser = await Browser.StartAsync();
        await using var morning = await KiteMorning.StartAsync(Store.Sqlite, 3, 4);
        var complaints = new List<string>();
        var page = await browser.OpenAsync(new Uri("about:blank"), ColorScheme.Light, Phone, complaints);
        var link = await morning.LinkAsync();
        switch (what)
        {
            case "wrong state":
                await page.GotoAsync(new Uri(morning.Host.Address, "/connect/zerodha/callback?status=success&request_token=x&state=guess").AbsoluteUri);
                break;
            case "wrong user":
                morning.Kite.SetUser(3, "ZZ9999");
                await TapAsync(page, link);
                break;
            case "used link":
                await TapAsync(page, link);
                await page.GetByText("All done").WaitForAsync();
                await TapAsync(page, link);
                break;
            case "old link":
                await TapAsync(page, await morning.LinkAsync(new PastClock(TimeSpan.FromDays(2))));
                break;
            case "tampered link":
                await TapAsync(page, new Uri(link.AbsoluteUri[..^3] + "AAA"));
                break;
            default:
                // As it looks before its script has come.
                await page.RouteAsync("**/relogin.js", route => route.FulfillAsync(new RouteFulfillOptions { Body = string.Empty, ContentType = "text/javascript" }));
                await TapAsync(page, link);
                break;
        }

        await page.GetByText(words).WaitForAsync();
        await page.ShouldLookRightAsync();

        Browser.WithoutRefusals(complaints).ShouldBeEmpty();
    }

    private static async Task<IPage> TapAsync(Browser browser, Uri link, List<string> complaints)
    {
        var page = await browser.OpenAsync(new Uri("about:blank"), ColorScheme.Light, Phone, complaints);
        await TapAsync(page, link);
        return page;
    }

    /// <summary>Taps the link in a message.</summary>
    private static async Task TapAsync(IPage page, Uri link)
    {
        await page.GotoAsync("about:blank");
        await page.SetContentAsync($"<a href=\"{link}\">Log in to your brokers</a>");
        await page.GetByText("Log in to your brokers").ClickAsync();
    }
}
