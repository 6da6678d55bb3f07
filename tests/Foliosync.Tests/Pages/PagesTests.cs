using Foliosync.Tests.Api;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Pages;

/// <summary>Pages that need nobody to be signed in.</summary>
public sealed class PagesTests
{
    [Fact]
    public async Task They_have_no_barriers_no_errors_and_fit_wide_windows_and_phones()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync();
        var complaints = new List<string>();

        foreach (var (path, width) in new[] { ("/status", 1280), ("/status", 390), ("/connect/zerodha/callback?state=unknown", 390) })
        {
            var page = await browser.OpenAsync(new Uri(host.Address, path), ColorScheme.Light, width, complaints);

            await page.ShouldLookRightAsync();
        }

        Browser.WithoutRefusals(complaints).ShouldBeEmpty();
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
