using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Foliosync.Tests.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Pages;

/// <summary>The pages of every morning in a real browser: what the script adds, and what goes without it.</summary>
public sealed class MorningWalkTests
{
    private const string Asha = "asha@example.org";

    [Fact]
    public async Task With_script_a_search_swaps_the_rows_and_the_chart_tells_each_day()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await HostAsync();
        var complaints = new List<string>();
        var page = await browser.SignInAsync(host, Asha, 1280, complaints);

        await page.GotoAsync(new Uri(host.Address, "/holdings").AbsoluteUri);
        var symbol = (await page.Locator("tbody .cell-sub").First.TextContentAsync())!.Split(" · ")[0];
        await page.EvaluateAsync("window.stayed = true");
        await page.FillAsync("input[name=q]", symbol);
        await page.WaitForURLAsync(url => url.Contains("q=", StringComparison.Ordinal));
        await page.Locator("tbody tr").Nth(4).WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
        (await page.EvaluateAsync<bool>("window.stayed === true")).ShouldBeTrue();
        (await page.InputValueAsync("input[name=q]")).ShouldBe(symbol);

        await page.GotoAsync(new Uri(host.Address, "/?range=max").AbsoluteUri);
        var chart = page.Locator(".chart-plot[role=slider]");
        await chart.FocusAsync();
        await page.Keyboard.PressAsync("Home");
        var first = await chart.GetAttributeAsync("aria-valuetext");
        await page.Keyboard.PressAsync("ArrowRight");
        (await chart.GetAttributeAsync("aria-valuetext")).ShouldNotBe(first);
        (await page.Locator(".chart-told").TextContentAsync())!.ShouldContain("₹");
        complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_takes_longer_than_a_second_says_so_in_words_until_it_is_there()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await HostAsync();
        var complaints = new List<string>();
        var page = await browser.SignInAsync(host, Asha, 390, complaints);
        await page.GotoAsync(new Uri(host.Address, "/holdings").AbsoluteUri);
        var answer = new TaskCompletionSource();
        await page.RouteAsync("**/holdings?*", async route =>
        {
            await answer.Task;
            await route.ContinueAsync();
        });

        await page.SelectOptionAsync("select[name=group]", "class");
        await page.GetByText("One moment…").WaitForAsync();
        answer.SetResult();

        await page.Locator("tr.group").First.WaitForAsync();
        (await page.Locator(".waiting").TextContentAsync()).ShouldBe(string.Empty);
        complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_script_the_same_is_done_by_buttons_and_links()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await HostAsync();
        var complaints = new List<string>();
        var page = await browser.SignInAsync(host, Asha, 360, complaints, script: false);

        await page.GotoAsync(new Uri(host.Address, "/holdings").AbsoluteUri);
        await page.SelectOptionAsync("select[name=group]", "class");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Show", Exact = true }).ClickAsync();
        (await page.Locator("tr.group").CountAsync()).ShouldBeGreaterThan(0);
        await page.GotoAsync(new Uri(host.Address, "/").AbsoluteUri);
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "6M" }).ClickAsync();
        page.Url.ShouldContain("range=6m");
        await page.Locator("details.chart-data summary").ClickAsync();
        (await page.Locator(".chart-table td").First.IsVisibleAsync()).ShouldBeTrue();
        complaints.ShouldBeEmpty();
    }

    private static async Task<ApiHost> HostAsync()
    {
        var host = await ApiHost.StartAsync();
        await DemoRates.AddAsync(host);
        var client = await host.ClientAsync(Asha, role: UserRole.Admin);
        await host.Services.GetRequiredService<UserAccounts>().ResetPasswordAsync(Asha, PageClient.Password, Actor.CommandLine, default);
        var connection = (await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id();
        (await client.SyncAsync(connection)).Text("state").ShouldBe("succeeded");
        var portfolio = (await client.GetJsonAsync("/api/v1/portfolios")).Items()[0].Id();
        await client.WaitForValuesAsync(portfolio);

        return host;
    }
}
