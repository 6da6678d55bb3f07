using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Foliosync.Tests.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Pages;

/// <summary>The first minutes with a new instance, and what stays closed to others, on a phone: with script, and without any.</summary>
public sealed class FirstRunWalkTests
{
    private const int Phone = 360;

    private readonly List<string> _complaints = [];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task From_an_empty_instance_to_a_synced_demo_portfolio(bool script)
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync();
        await DemoRates.AddAsync(host);
        var page = await browser.OpenAsync(host.Address, ColorScheme.Light, Phone, _complaints, script);

        await page.GetByLabel("E-mail").FillAsync("asha@example.org");
        await page.GetByLabel("Password", new PageGetByLabelOptions { Exact = true }).FillAsync(PageClient.Password);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Make my account" }).ClickAsync();
        await page.WaitForURLAsync("**/start");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Try the demo" }).ClickAsync();

        // The page looks again by itself, with script and without.
        await page.Locator(".kpis").WaitForAsync();
        await page.Locator(".badge", new PageLocatorOptions { HasText = "Works" }).WaitForAsync();
        await page.GotoAsync(new Uri(host.Address, "/holdings").AbsoluteUri);
        (await page.Locator("tbody tr").CountAsync()).ShouldBeGreaterThan(3);
        _complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_of_somebody_else_is_there(bool script)
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync();
        var seen = await SharedPagesTests.SeedAsync(host, await host.ClientAsync("owner@example.org"));
        await host.Services.GetRequiredService<UserAccounts>().AddAsync("other@example.org", PageClient.Password, UserRole.Admin, Actor.CommandLine, default);
        var page = await browser.SignInAsync(host, "other@example.org", Phone, _complaints, script);

        foreach (var path in seen.Paths)
        {
            var answer = await page.GotoAsync(new Uri(host.Address, path).AbsoluteUri);

            answer!.Status.ShouldBe(404, path);
            (await page.Locator("h1").TextContentAsync()).ShouldBe("There is nothing here", path);
        }

        Browser.WithoutRefusals(_complaints).ShouldBeEmpty();
    }
}
