using Foliosync.Tests.Api;
using Foliosync.Tests.Web;
using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(Foliosync.Tests.Pages.Chromium))]

namespace Foliosync.Tests.Pages;

/// <summary>The Chromium of this machine, without a window: one process for all tests, started by the first that needs it.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private static readonly Lazy<Task<(IPlaywright Playwright, IBrowser Browser)>> Started = new(StartAsync);

    /// <summary>The browser; a test without one is skipped.</summary>
    internal static async Task<IBrowser> GetAsync()
    {
        Assert.SkipWhen(Find() is null, "Chromium is not installed. Run './dev setup'.");
        return (await Started.Value).Browser;
    }

    public async ValueTask DisposeAsync()
    {
        if (Started.IsValueCreated)
        {
            var (playwright, browser) = await Started.Value;
            await browser.DisposeAsync();
            playwright.Dispose();
        }
    }

    private static async Task<(IPlaywright Playwright, IBrowser Browser)> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Find(),
            Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        });
        return (playwright, browser);
    }

    private static string? Find() =>
        (from folder in (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
         from name in new[] { "chromium", "chromium-browser", "google-chrome", "google-chrome-stable" }
         let file = Path.Combine(folder, name)
         where File.Exists(file)
         select file).FirstOrDefault();
}

/// <summary>A browser as one test sees it: windows that share no cookies with those of other tests.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly IBrowser _chromium;
    private readonly List<IBrowserContext> _windows = [];

    private Browser(IBrowser chromium) => _chromium = chromium;

    public static async Task<Browser> StartAsync() => new(await Chromium.GetAsync());

    /// <summary>Opens an address in a window of its own and waits until it is still.</summary>
    /// <param name="address">What to open.</param>
    /// <param name="scheme">Light or dark.</param>
    /// <param name="width">Width of the window in pixels; 390 is a phone.</param>
    /// <param name="complaints">
    /// Gets what the page writes to the console as errors, refusals of its security policy among them, and errors that no script caught.
    /// </param>
    /// <param name="script">False for a browser that runs no script.</param>
    public async Task<IPage> OpenAsync(Uri address, ColorScheme scheme, int width, List<string> complaints, bool script = true)
    {
        var window = await _chromium.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = scheme,
            // Colours that are on their way from light to dark are no colours of the page.
            ReducedMotion = ReducedMotion.Reduce,
            JavaScriptEnabled = script,
            ViewportSize = new ViewportSize { Width = width, Height = 800 },
        });
        _windows.Add(window);
        var page = await window.NewPageAsync();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                complaints.Add(message.Text);
            }
        };
        page.PageError += (_, error) => complaints.Add(error);
        await page.GotoAsync(address.AbsoluteUri, new PageGotoOptions { WaitUntil = WaitUntilState.NetworkIdle });
        return page;
    }

    /// <summary>Opens a window in which somebody with <see cref="PageClient.Password"/> has signed in.</summary>
    public async Task<IPage> SignInAsync(ApiHost host, string email, int width, List<string> complaints, bool script = true)
    {
        var page = await OpenAsync(new Uri(host.Address, "/sign-in"), ColorScheme.Light, width, complaints, script);
        await page.FillAsync("#f-email", email);
        await page.FillAsync("#f-password", PageClient.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));
        return page;
    }

    /// <summary>What is left when a browser's notes on the status of refused pages are taken away: those are no faults of a page.</summary>
    public static IEnumerable<string> WithoutRefusals(IEnumerable<string> complaints) =>
        complaints.Where(c => !c.StartsWith("Failed to load resource: the server responded with a status of 4", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        foreach (var window in _windows)
        {
            await window.DisposeAsync();
        }
    }
}
