using Foliosync.Tests.Api;
using Foliosync.Tests.Web;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Pages;

/// <summary>A broker is connected in a real browser, on a phone.</summary>
public sealed class ConnectionWalkTests
{
    private const string Asha = "asha@example.org";
    private const int Width = 360;

    [Fact]
    public async Task A_broker_is_connected_and_its_sync_seen_to_its_end_without_loading_the_page_anew()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, Asha);
        var complaints = new List<string>();
        var page = await browser.SignInAsync(host, Asha, Width, complaints);

        await page.GotoAsync(new Uri(host.Address, "/connections").AbsoluteUri);
        await page.Locator(".empty a").ClickAsync();
        await page.Locator(".start a[href$=demo]").ClickAsync();
        await page.FillAsync("#f-label", "Trial");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Connect", Exact = true }).ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains("/new", StringComparison.Ordinal));
        await page.EvaluateAsync("window.stayed = true");
        await page.Locator("tbody .badge.good").First.WaitForAsync();
        await page.Locator("[data-poll]").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
        (await page.EvaluateAsync<bool>("window.stayed === true")).ShouldBeTrue();

        complaints.ShouldBeEmpty();
    }
}
