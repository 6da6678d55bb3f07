using System.Net.Http.Json;
using Foliosync.Brokers.Tests.Contract;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Foliosync.Tests.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Pages;

/// <summary>What people do most, in a real browser on a phone: with script, and without any.</summary>
public sealed class CoreWalkTests
{
    private const string Asha = "asha@example.org";
    private const int Phone = 360;
    private const string AllIsWell = "All is well, nothing to do.";

    private readonly List<string> _complaints = [];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_fails_is_seen_understood_and_healed(bool script)
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync();
        var owner = await host.ClientAsync(Asha);
        var connection = (await owner.ConnectDemoAsync((await owner.AddPortfolioAsync()).Id())).Id();
        (await owner.SyncAsync(connection)).Text("state").ShouldBe("succeeded");
        using (var broken = await owner.PutAsJsonAsync($"/api/v1/connections/{connection}/credentials", new { scenario = "transient", seed = "1" }))
        {
            await broken.JsonAsync();
        }

        for (var failures = 0; failures < 3; failures++)
        {
            (await owner.SyncAsync(connection)).Text("state").ShouldBe("failed");
        }

        var page = await SignInAsync(browser, host, script);
        await page.Locator(".badge", new PageLocatorOptions { HasText = "In trouble" }).WaitForAsync();
        await page.ClickAsync($"main a[href='/connections/{connection}']");
        (await page.GetByRole(AriaRole.Status).First.TextContentAsync())!.ShouldContain("in trouble several times in a row");
        (await page.Locator(".banner").First.TextContentAsync())!.ShouldContain("pretends to be down");
        await page.ClickAsync("tbody a[href^='/runs/']");
        (await page.Locator(".banner.bad").TextContentAsync())!.ShouldContain("pretends to be down");

        await page.GotoAsync(new Uri(host.Address, $"/connections/{connection}").AbsoluteUri);
        await page.Locator("summary", new PageLocatorOptions { HasText = "Reconnect" }).ClickAsync();
        await page.SelectOptionAsync("select[name='credentials.scenario']", "normal");
        // The same invented person as before: another one's holdings would look wrong.
        await page.FillAsync("[name='credentials.seed']", "1");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Reconnect", Exact = true }).ClickAsync();
        await WaitForAsync(page, AllIsWell, script);
        _complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_workbook_of_Vested_is_looked_at_imported_and_taken_back(bool script)
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync(jobs: false);
        using (var person = await PageClient.SignedInAsync(host, Asha))
        {
            using var made = await person.SubmitAsync(await person.GetAsync("/import"), "account", ("broker", "vested"), ("name", "Vested"), ("currency", ""));
        }

        var page = await SignInAsync(browser, host, script);
        var workbook = new FilePayload
        {
            Name = "Vested_Transactions.xlsx",
            MimeType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Buffer = Xlsx.Parse(
                """
                [Trades]
                Date | Time (in UTC) | Name | Ticker | Activity | Order Type | Quantity | Price Per Share (in USD) | Cash Amount (in USD) | Commission Charges (in USD)
                #2026-08-21 | 02:00:00 PM | Apple Inc | AAPL | Buy | Market | 2 | 100 | 200 | 0
                [All Transactions]
                Date | Time (in UTC) | Type | Amount | Account Balance | Comment
                #2026-08-21 | 02:00:00 PM | SPUR | 200 | 300 | Apple Inc Market Buy
                #2026-08-20 | 02:00:00 PM | CSR | 500 | 500 | Deposit
                """).ToBytes(),
        };
        await page.GotoAsync(new Uri(host.Address, "/import").AbsoluteUri);
        await page.SetInputFilesAsync("#f-file", workbook);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "See what would come of it" }).ClickAsync();
        (await page.Locator("[data-preview]").TextContentAsync())!.ShouldContain("Vested");
        if (!script)
        {
            await page.SetInputFilesAsync("#f-file", workbook);
        }

        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Import", Exact = true }).ClickAsync();
        await page.Locator(".toast", new PageLocatorOptions { HasText = "New rows" }).WaitForAsync();
        await page.GotoAsync(new Uri(host.Address, "/transactions").AbsoluteUri);
        (await page.Locator("main").TextContentAsync())!.ShouldContain("AAPL");

        await page.GotoAsync(new Uri(host.Address, "/import").AbsoluteUri);
        await page.Locator("button[name=id]").ClickAsync();
        await page.Locator(".badge", new PageLocatorOptions { HasText = "undone on" }).WaitForAsync();
        await page.GotoAsync(new Uri(host.Address, "/transactions").AbsoluteUri);
        (await page.Locator("main").TextContentAsync())!.ShouldNotContain("AAPL");
        _complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_that_ended_overnight_is_renewed_from_the_page_of_connections(bool script)
    {
        await using var browser = await Browser.StartAsync();
        await using var morning = await KiteMorning.StartAsync(Store.Sqlite, 3);
        var page = await SignInAsync(browser, morning.Host, script);

        await page.GotoAsync(new Uri(morning.Host.Address, "/connections").AbsoluteUri);
        (await page.Locator("main").TextContentAsync())!.ShouldContain("Log in there once");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Log in", Exact = true }).ClickAsync();
        await page.WaitForURLAsync(url => new Uri(url).AbsolutePath.StartsWith("/connections/", StringComparison.Ordinal) && !url.EndsWith("/login", StringComparison.Ordinal));
        await WaitForAsync(page, AllIsWell, script);
        _complaints.ShouldBeEmpty();
    }

    private async Task<IPage> SignInAsync(Browser browser, ApiHost host, bool script)
    {
        await host.Services.GetRequiredService<UserAccounts>().ResetPasswordAsync(Asha, PageClient.Password, Actor.CommandLine, default);
        return await browser.SignInAsync(host, Asha, Phone, _complaints, script);
    }

    // The script tells by itself; without it the person looks again.
    private static async Task WaitForAsync(IPage page, string text, bool script)
    {
        var found = page.GetByText(text);
        for (var tries = 0; !script && tries < 300 && await found.CountAsync() == 0; tries++)
        {
            await Task.Delay(100);
            await page.ReloadAsync();
        }

        await found.First.WaitForAsync();
    }
}
