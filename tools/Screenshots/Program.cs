using Foliosync.Screenshots;
using Microsoft.Playwright;

// Screenshots <foliosync.dll> <folder> [<beginning>]: starts the demo and takes a picture of each page, or of those whose names begin so,
// light, dark and on a phone.
if (args is not [var program, var folder, .. { Length: <= 1 } beginning])
{
    Console.Error.WriteLine("Usage: Screenshots <foliosync.dll> <folder> [<beginning>]");
    return 2;
}

var chromium = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
    .SelectMany(directory => new[] { "chromium", "chromium-browser", "google-chrome", "google-chrome-stable" }.Select(name => Path.Combine(directory, name)))
    .FirstOrDefault(File.Exists);
if (chromium is null)
{
    Console.Error.WriteLine("Chromium is not installed. Run './dev setup'.");
    return 1;
}

await using var demo = await Demo.StartAsync(program);
using var playwright = await Playwright.CreateAsync();
await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
{
    ExecutablePath = chromium,
    Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});
foreach (var (look, scheme, width, height) in new[]
{
    ("light", ColorScheme.Light, 1280, 900), ("dark", ColorScheme.Dark, 1280, 900), ("phone", ColorScheme.Light, 390, 844),
})
{
    Directory.CreateDirectory(Path.Combine(folder, look));
    var context = await browser.NewContextAsync(new BrowserNewContextOptions { ColorScheme = scheme, ViewportSize = new ViewportSize { Width = width, Height = height } });
    var page = await context.NewPageAsync();
    var isSignedIn = false;
    await using var fresh = await Fresh.StartAsync(program);
    foreach (var shot in Shot.All.Where(s => beginning.All(b => s.Name.StartsWith(b, StringComparison.Ordinal))).OrderByDescending(s => s.FirstRun).ThenByDescending(s => s.SignedOut))
    {
        var address = shot.FirstRun ? fresh.Address : demo.Address;
        if (!shot.FirstRun && !shot.SignedOut && !isSignedIn)
        {
            await page.GotoAsync(new Uri(demo.Address, "/sign-in").AbsoluteUri);
            await page.FillAsync("#f-email", demo.Email);
            await page.FillAsync("#f-password", demo.Password);
            await page.ClickAsync("button.primary");
            await page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));
            isSignedIn = true;
        }

        await page.GotoAsync(
            new Uri(address, shot.Path).AbsoluteUri,
            new PageGotoOptions { WaitUntil = shot is { Live: not null, Follow: null } ? WaitUntilState.Load : WaitUntilState.NetworkIdle });
        if (shot.Follow is { } link)
        {
            await page.Locator(link).First.ClickAsync();
            await page.WaitForLoadStateAsync(shot.Live is null ? LoadState.NetworkIdle : LoadState.Load);
        }

        if (shot.Live is { } ready)
        {
            await page.Locator(ready).First.WaitForAsync();
        }

        if (shot.Walk is { } walk)
        {
            await walk.ThereAsync(page);
            await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        }

        var file = Path.Combine(folder, look, shot.Name + ".png");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = file, Animations = ScreenshotAnimations.Disabled });
        Console.WriteLine(file);
        if (shot.Walk is { } walked)
        {
            await walked.BackAsync(page);
        }
    }

    await context.CloseAsync();
}

return 0;
