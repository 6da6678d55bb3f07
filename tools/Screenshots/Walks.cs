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
    public const string Email = "asha@example.org";
    public const string Password = "a long enough password";

    public async Task ThereAsync(IPage page)
    {
        await page.FillAsync("#f-email", Email);
        await page.FillAsync("#f-password", Password);
        await page.ClickAsync("main button.primary");
        await page.WaitForURLAsync(url => !url.Contains("/welcome", StringComparison.Ordinal));
    }
}

/// <summary>The key that an authenticator app scans.</summary>
internal sealed class AppSetUp : IWalk
{
    public async Task ThereAsync(IPage page)
    {
        await page.Locator("form:has(input[value=app-begin]) button").First.ClickAsync();
        await page.WaitForURLAsync(url => url.EndsWith("/app", StringComparison.Ordinal));
    }
}

/// <summary>The recovery codes, once the app has shown its first code.</summary>
internal sealed class AppTurnedOn : IWalk
{
    public async Task ThereAsync(IPage page)
    {
        await page.FillAsync("#f-code", OneTimeCode.Now((await page.Locator(".secret code").First.TextContentAsync())!));
        await page.Locator("main form button.primary").First.ClickAsync();
        await page.Locator(".codes").WaitForAsync();
    }
}

/// <summary>The second step of signing in.</summary>
internal sealed class AskedForCode : IWalk
{
    public async Task ThereAsync(IPage page)
    {
        await page.Context.ClearCookiesAsync();
        await page.ReloadAsync();
        await page.FillAsync("#f-email", FirstAdmin.Email);
        await page.FillAsync("#f-password", FirstAdmin.Password);
        await page.ClickAsync("main button.primary");
        await page.WaitForURLAsync(url => url.Contains("/sign-in/code", StringComparison.Ordinal));
    }

    public Task BackAsync(IPage page) => page.Context.ClearCookiesAsync();
}

/// <summary>The login at a broker whose session is over.</summary>
internal sealed class BrokerLogin : IWalk
{
    public async Task ThereAsync(IPage page)
    {
        var login = await page.Locator("button.primary[formaction$='/login']").First.GetAttributeAsync("formaction");
        await page.GotoAsync(new Uri(new Uri(page.Url), login).AbsoluteUri);
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

/// <summary>What can be done to the first row of a list.</summary>
/// <param name="part">The end of the page's address.</param>
internal sealed class AdminRow(string part) : IWalk
{
    public async Task ThereAsync(IPage page)
    {
        await page.Locator("a.row-open").First.ClickAsync();
        await page.Locator($"main a[href$='/{part}']").ClickAsync();
        await page.WaitForURLAsync(url => url.EndsWith(part, StringComparison.Ordinal));
    }
}

/// <summary>Several rows that are to be deleted.</summary>
internal sealed class BulkDeletion : IWalk
{
    public async Task ThereAsync(IPage page)
    {
        await page.Locator("input[name=key]").First.CheckAsync();
        await page.Locator("input[name=key]").Nth(1).CheckAsync();
        await page.SelectOptionAsync("select[name=action]", "delete");
        await page.ClickAsync("#bulk-go");
        await page.Locator("#bulk-confirm").WaitForAsync();
    }
}

/// <summary>A change as the audit log tells it.</summary>
internal sealed class AuditedChange : IWalk
{
    public async Task ThereAsync(IPage page)
    {
        await new AdminRow("edit").ThereAsync(page);
        await page.FillAsync("#f-name", "Another name");
        await page.Locator("main form button.primary").ClickAsync();
        await page.Locator("#undo").WaitForAsync();
        await page.Locator("main a[href^='/admin/audit/row/']").First.ClickAsync();
        await page.Locator("button[name=change]").WaitForAsync();
    }

    public async Task BackAsync(IPage page)
    {
        await page.Locator("button[name=change]").ClickAsync();
        await page.Locator("button[name=change]").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Detached });
    }
}
