using Microsoft.Playwright;

namespace Foliosync.Screenshots;

/// <summary>What a person does to come to a page that has no address of its own.</summary>
internal interface IWalk
{
    /// <summary>From the shot's address to the page.</summary>
    Task ThereAsync(IPage page);

    /// <summary>Takes back what was done, so that the next pictures show what they would have shown.</summary>
    Task BackAsync(IPage page) => Task.CompletedTask;
}

/// <summary>What the first admin sees next.</summary>
internal sealed class FirstAdmin : IWalk
{
    public async Task ThereAsync(IPage page)
    {
        await page.FillAsync("#f-email", "asha@example.org");
        await page.FillAsync("#f-password", "a long enough password");
        await page.ClickAsync("main button.primary");
        await page.WaitForURLAsync(url => !url.Contains("/welcome", StringComparison.Ordinal));
    }
}

/// <summary>The newest sync of a connection.</summary>
internal sealed class NewestRun : IWalk
{
    public async Task ThereAsync(IPage page)
    {
        await page.Locator("main a[href^='/connections/']:not([href$='/new'])").First.ClickAsync();
        await page.Locator("tbody a[href^='/runs/']").First.ClickAsync();
    }
}

/// <summary>A transaction that was added by hand and removed again.</summary>
internal sealed class RemovedTransaction : IWalk
{
    public async Task ThereAsync(IPage page)
    {
        await page.SelectOptionAsync("[name=kind]", "deposit");
        await page.FillAsync("[name=amount]", "1000");
        await page.Locator("main form button.primary").ClickAsync();
        await page.Locator("main button.danger").ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("/transactions/undo/", StringComparison.Ordinal));
    }
}

/// <summary>A way out for alerts, and its page.</summary>
internal sealed class NewChannel : IWalk
{
    public async Task ThereAsync(IPage page)
    {
        await page.SelectOptionAsync("[name=kind]", "Ntfy");
        await page.FillAsync("[name=address]", "https://ntfy.example.org/my-portfolio");
        await page.Locator("main form button.primary").Last.ClickAsync();
        await page.Locator("a.cell-main[href^='/settings/notifications/']").First.ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("/settings/notifications/", StringComparison.Ordinal));
    }

    public async Task BackAsync(IPage page)
    {
        await page.Locator("main a[href='/settings/notifications']").Last.ClickAsync();
        await page.Locator("main button[name=remove]").First.ClickAsync();
    }
}

/// <summary>A broker that an operator has paused.</summary>
internal sealed class PausedBroker : IWalk
{
    public async Task ThereAsync(IPage page)
    {
        await page.Locator("main summary").First.ClickAsync();
        await page.FillAsync("main input[name^=reason]", "It moves house until Monday.");
        await page.Locator("main button[value=pause]").ClickAsync();
        await page.Locator("main .banner.warn").WaitForAsync();
    }

    public async Task BackAsync(IPage page) => await page.Locator("main button[value=resume]").ClickAsync();
}

/// <summary>A report in which everything is gone, which waits for a person.</summary>
internal sealed class SurprisingReport : IWalk
{
    private string _connection = string.Empty;

    public async Task ThereAsync(IPage page)
    {
        await page.Locator("main a[href^='/connections/']:not([href$='/new'])").First.ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("/connections/", StringComparison.Ordinal));
        _connection = page.Url;
        await ReconnectAsync(page, "vanish");
        await page.Locator("main a[href^='/reviews/']").First.ClickAsync();
        await page.WaitForURLAsync(url => url.Contains("/reviews/", StringComparison.Ordinal));
    }

    public async Task BackAsync(IPage page)
    {
        await page.Locator("main form button:not(.primary)").Last.ClickAsync();
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await page.GotoAsync(_connection);
        await ReconnectAsync(page, "normal");
        await page.Locator("[data-poll]").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
    }

    private static async Task ReconnectAsync(IPage page, string scenario)
    {
        await page.Locator("summary", new PageLocatorOptions { HasText = "Reconnect" }).ClickAsync();
        await page.SelectOptionAsync("select[name='credentials.scenario']", scenario);
        await page.Locator("#reconnect button").ClickAsync();
    }
}
