using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using Shouldly;

namespace Foliosync.Tests.Pages;

/// <summary>What every page must be, as a browser measures it.</summary>
internal static class Looks
{
    // Each costs seconds on a long page, so each look at a page asks only for what can be another there.
    private const string Everything = "{}";
    private const string Colours = """{ "runOnly": ["color-contrast"] }""";
    private const string AllButColours = """{ "rules": { "color-contrast": { "enabled": false } } }""";

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    /// <summary>The page has no barriers in light and dark, and needs no scrolling to the side.</summary>
    public static async Task ShouldLookRightAsync(this IPage page)
    {
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Light });
        await page.ShouldHaveNoBarriersAsync(Everything);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await page.ShouldHaveNoBarriersAsync(Colours);
        await page.ShouldFitAsync();
    }

    /// <summary>The page that looked right in a wide window does so on a phone, where rows and navigation are others.</summary>
    public static async Task ShouldLookRightOnPhoneAsync(this IPage page)
    {
        var wide = page.ViewportSize!;
        await page.SetViewportSizeAsync(360, wide.Height);
        await page.ShouldHaveNoBarriersAsync(AllButColours);
        await page.ShouldFitAsync();
        await page.SetViewportSizeAsync(wide.Width, wide.Height);
    }

    private static async Task ShouldFitAsync(this IPage page)
    {
        var wide = await page.EvaluateAsync<string[]>(
            """
            [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest("svg, .scroll"))
                .map(e => e.outerHTML.slice(0, 120))
            """);
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth"))
            .ShouldBeLessThanOrEqualTo(page.ViewportSize!.Width, $"{page.Url} {string.Join(Environment.NewLine, wide)}");
    }

    // Straight to axe: its package for browsers opens a second page for each question, which costs more than the answer.
    private static async Task ShouldHaveNoBarriersAsync(this IPage page, string options)
    {
        await page.EvaluateAsync($"(() => {{ if (!window.axe) {{ {Axe} }} }})()");
        (await page.EvaluateAsync<string[]>(
            "async o => (await axe.run(document, JSON.parse(o))).violations.map(v => `${v.id}: ${v.help} ${v.nodes.slice(0, 2).map(n => n.html).join(' ')}`)",
            options)).ShouldBeEmpty(page.Url);
    }
}
