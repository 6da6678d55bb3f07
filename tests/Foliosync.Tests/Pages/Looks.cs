using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Shouldly;

namespace Foliosync.Tests.Pages;

/// <summary>What every page must be, as a browser measures it.</summary>
internal static class Looks
{
    // All else that axe looks at is the same in every colour.
    private static readonly AxeRunOptions Contrast = new() { RunOnly = new RunOnlyOptions { Type = "rule", Values = ["color-contrast"] } };

    /// <summary>The page has no barriers in light and dark, and needs no scrolling to the side.</summary>
    public static async Task ShouldLookRightAsync(this IPage page)
    {
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
        await page.ShouldHaveNoBarriersAsync();
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await page.ShouldHaveNoBarriersAsync(Contrast);
        await page.ShouldFitAsync();
    }

    /// <summary>The page needs no scrolling to the side.</summary>
    public static async Task ShouldFitAsync(this IPage page) =>
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(page.ViewportSize!.Width, page.Url);

    /// <summary>The page has no barriers as it is now.</summary>
    public static async Task ShouldHaveNoBarriersAsync(this IPage page, AxeRunOptions? options = null) =>
        (await page.RunAxe(options)).Violations
            .Select(v => $"{page.Url} {v.Id}: {v.Help} {string.Join(" ", v.Nodes.Take(2).Select(n => n.Html))}")
            .ShouldBeEmpty();
}
