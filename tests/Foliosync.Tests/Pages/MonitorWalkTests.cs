using System.Net.Http.Json;
using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Foliosync.Tests.Web;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Pages;

/// <summary>An operator mends something in a real browser.</summary>
public sealed class MonitorWalkTests
{
    private const string Root = "root@example.org";

    [Fact]
    public async Task A_failed_run_is_found_read_retried_and_seen_to_succeed_and_a_broker_is_paused()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync();
        await host.WaitUntilReadyAsync();
        using var asha = await PageClient.SignedInAsync(host, "asha@example.org");
        var owner = await host.ClientAsync("asha@example.org");
        var connection = (await owner.ConnectDemoAsync((await owner.AddPortfolioAsync()).Id())).Id();
        await owner.SyncAsync(connection);
        await SetAsync(owner, connection, "transient");
        (await owner.SyncAsync(connection)).Text("state").ShouldBe("failed");
        await SetAsync(owner, connection, "normal");
        using var person = await PageClient.SignedInAsync(host, Root, UserRole.Admin);
        var complaints = new List<string>();
        var page = await browser.SignInAsync(host, Root, 1280, complaints);

        await page.GotoAsync(new Uri(host.Address, "/admin/monitor/runs").AbsoluteUri);
        await page.FillAsync("#q", "state:failed user:asha kind:transient");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(url => url.Contains("q=state", StringComparison.Ordinal));
        await page.Locator("tbody a.cell-main").First.ClickAsync();
        (await page.Locator("#error").TextContentAsync())!.ShouldContain("transient");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Retry" }).ClickAsync();
        await page.Locator("#result-title + .badge.good").WaitForAsync();

        await page.GotoAsync(new Uri(host.Address, "/admin/monitor/brokers").AbsoluteUri);
        await page.Locator("summary", new PageLocatorOptions { HasText = "Pause this broker" }).ClickAsync();
        await page.FillAsync("#f-reason-demo", "It moves house.");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Pause", Exact = true }).ClickAsync();
        await page.Locator(".banner.warn", new PageLocatorOptions { HasText = "It moves house." }).WaitForAsync();
        using var queued = await owner.PostAsync($"/api/v1/connections/{connection}/sync", null);
        var waiting = (await queued.JsonAsync()).Text("runId");
        (await owner.GetJsonAsync($"/api/v1/sync-runs/{waiting}")).Text("state").ShouldBe("queued");
        var owners = await browser.SignInAsync(host, "asha@example.org", 1280, complaints);
        await owners.GotoAsync(new Uri(host.Address, "/connections").AbsoluteUri, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
        (await owners.Locator("main .list .badge").TextContentAsync()).ShouldBe("Waits");
        (await owners.Locator("main .list").TextContentAsync())!.ShouldContain("It moves house.");

        foreach (var path in new[] { "/admin/monitor/runs", $"/admin/monitor/runs/{waiting}", "/admin/monitor/brokers", "/admin/monitor/schedules", $"/admin/monitor/connections/{connection}", "/admin/monitor" })
        {
            // A page that is live is never still.
            await page.GotoAsync(new Uri(host.Address, path).AbsoluteUri, new PageGotoOptions { WaitUntil = WaitUntilState.Load });
            await page.EvaluateAsync("document.querySelectorAll('main details').forEach(d => { d.open = true; })");
            await page.ShouldLookRightAsync();
            await page.ShouldLookRightOnPhoneAsync();
        }

        complaints.ShouldBeEmpty();
    }

    private static async Task SetAsync(HttpClient owner, string connection, string scenario)
    {
        using var set = await owner.PutAsJsonAsync($"/api/v1/connections/{connection}/credentials", new { scenario, seed = "1" });
        await set.JsonAsync();
    }
}
