using Deque.AxeCore.Playwright;
using Foliosync.Tests.Api;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Pages;

public sealed class PagesTests
{
    [Theory]
    [InlineData("/status", ColorScheme.Light, 1280)]
    [InlineData("/status", ColorScheme.Dark, 1280)]
    [InlineData("/status", ColorScheme.Light, 390)]
    [InlineData("/connect/zerodha/callback?state=unknown", ColorScheme.Light, 390)]
    public async Task A_page_has_no_barriers_no_errors_and_fits_its_window(string path, ColorScheme scheme, int width)
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync();
        var complaints = new List<string>();

        var page = await browser.OpenAsync(new Uri(host.Address, path), scheme, width, complaints);

        var barriers = (await page.RunAxe()).Violations;
        barriers.Select(b => $"{b.Id}: {b.Help}").ShouldBeEmpty();
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width);
        // The browser reports the status of a page that refuses a login; that is no fault of the page.
        complaints.Where(c => !c.StartsWith("Failed to load resource: the server responded with a status of 4", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_page_of_the_api_lists_its_calls_under_the_security_policy()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync();
        var complaints = new List<string>();

        var page = await browser.OpenAsync(new Uri(host.Address, "/api"), ColorScheme.Light, 1280, complaints);
        await page.GetByText("/api/v1/holdings").First.WaitForAsync();

        complaints.ShouldBeEmpty();
    }
}
