using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Foliosync.Tests.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Pages;

/// <summary>Signing in as people do it, in a browser.</summary>
public sealed class SignInWalkTests
{
    private const int Phone = 360;

    [Fact]
    public async Task The_first_admin_comes_by_passkey_and_comes_back_by_it()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync();
        var complaints = new List<string>();
        var page = await browser.OpenAsync(Named(host, "/sign-in"), ColorScheme.Light, Phone, complaints);
        await AddAuthenticatorAsync(page);
        page.Url.ShouldEndWith("/welcome");
        await page.ShouldLookRightAsync();

        await page.GetByLabel("E-mail").FillAsync("asha@example.org");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Use a passkey, no password" }).ClickAsync();
        await page.WaitForURLAsync("**/start");
        await page.ShouldLookRightAsync();
        await page.GotoAsync(Named(host, "/settings/security").AbsoluteUri);
        (await page.GetByText("Chrome on Linux").CountAsync()).ShouldBe(2);
        await page.ShouldLookRightAsync();

        await page.GetByText("More", new PageGetByTextOptions { Exact = true }).ClickAsync();
        await page.Locator(".more-menu").GetByText("Sign out").ClickAsync();
        await page.WaitForURLAsync("**/sign-in");
        await page.ShouldLookRightAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign in with a passkey" }).ClickAsync();

        await page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));
        complaints.ShouldBeEmpty();
        (await host.Services.GetRequiredService<UserAccounts>().ListAsync(default)).ShouldHaveSingleItem().PasswordHash.ShouldBeNull();
    }

    [Fact]
    public async Task A_passkey_that_is_not_known_here_lets_nobody_in()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync();
        var page = await browser.OpenAsync(Named(host, "/welcome"), ColorScheme.Light, Phone, []);
        await AddAuthenticatorAsync(page);
        await page.GetByLabel("E-mail").FillAsync("asha@example.org");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Use a passkey, no password" }).ClickAsync();
        await page.WaitForURLAsync("**/start");
        await using (var db = host.Open())
        {
            db.UserPasskeys.RemoveRange(db.UserPasskeys);
            await db.SaveChangesAsync();
        }

        await page.Context.ClearCookiesAsync();
        await page.GotoAsync(Named(host, "/sign-in").AbsoluteUri);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign in with a passkey" }).ClickAsync();

        await page.GetByText("This passkey is not known here").WaitForAsync();
        page.Url.ShouldEndWith("/sign-in");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_an_app_the_code_is_asked_for_on_a_page_of_its_own(bool script)
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync(jobs: false);
        var complaints = new List<string>();
        await host.Services.GetRequiredService<UserAccounts>().AddAsync("asha@example.org", PageClient.Password, UserRole.Admin, Actor.CommandLine, default);
        var page = await browser.SignInAsync(host, "asha@example.org", Phone, complaints, script);
        await page.GotoAsync(new Uri(host.Address, "/settings/security").AbsoluteUri);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Set up" }).ClickAsync();
        var key = (await page.Locator(".secret code").First.TextContentAsync())!;
        await page.FillAsync("#f-code", SignInTests.Totp(key));
        await page.Locator("main form button.primary").First.ClickAsync();
        await page.Locator(".codes li").Nth(9).WaitForAsync();
        await page.GotoAsync(new Uri(host.Address, "/").AbsoluteUri);
        await page.Locator(".more summary").ClickAsync();
        await page.Locator(".more-menu").GetByText("Sign out").ClickAsync();

        await page.FillAsync("#f-email", "asha@example.org");
        await page.FillAsync("#f-password", PageClient.Password);
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/sign-in/code**");
        if (script)
        {
            await page.ShouldLookRightAsync();
        }

        await page.FillAsync("#f-code", SignInTests.Totp(key));
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync(url => !url.Contains("/sign-in", StringComparison.Ordinal));
        complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_pages_of_the_settings_have_no_barriers_in_both_languages_and_themes()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync();
        var complaints = new List<string>();
        await host.Services.GetRequiredService<UserAccounts>().AddAsync("asha@example.org", PageClient.Password, UserRole.Admin, Actor.CommandLine, default);
        var page = await browser.OpenAsync(Named(host, "/settings"), ColorScheme.Light, Phone, complaints);
        await page.GetByLabel("E-mail").FillAsync("asha@example.org");
        await page.GetByLabel("Password", new PageGetByLabelOptions { Exact = true }).FillAsync(PageClient.Password);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Sign in", Exact = true }).ClickAsync();
        await page.WaitForURLAsync("**/settings");
        await page.ShouldLookRightAsync();

        await page.GotoAsync(Named(host, "/settings/tokens").AbsoluteUri);
        await page.GetByLabel("Name").FillAsync("laptop");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Make the token" }).ClickAsync();
        (await page.Locator("#new-token").TextContentAsync())!.ShouldStartWith("fsy_");
        await page.ShouldLookRightAsync();
        await page.GotoAsync(Named(host, "/settings/security").AbsoluteUri);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Set up" }).ClickAsync();
        await page.WaitForURLAsync("**/app");
        await page.ShouldLookRightAsync();

        await page.GotoAsync(Named(host, "/settings").AbsoluteUri);
        await page.GetByLabel("Language").SelectOptionAsync("hi");
        await page.GetByLabel("Appearance").SelectOptionAsync("Dark");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Save" }).ClickAsync();
        await page.GetByText("सहेज लिया गया।").WaitForAsync();
        (await page.Locator("html").GetAttributeAsync("lang")).ShouldBe("hi");
        await page.ShouldLookRightAsync();
        await page.GotoAsync(Named(host, "/settings/data").AbsoluteUri);
        await page.ShouldLookRightAsync();

        await using (var db = host.Open())
        {
            await db.UserSessions.ExecuteUpdateAsync(set => set.SetProperty(s => s.ConfirmedAt, DateTimeOffset.UnixEpoch));
        }

        await page.GotoAsync(Named(host, "/settings/security").AbsoluteUri);
        (await page.Locator("#f-confirm-password").CountAsync()).ShouldBe(1);
        await page.ShouldLookRightAsync();
        complaints.ShouldBeEmpty();
    }

    // Passkeys belong to names, not to numbers.
    private static Uri Named(ApiHost host, string path) => new($"http://localhost:{host.Address.Port}{path}");

    private static async Task AddAuthenticatorAsync(IPage page)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("WebAuthn.enable");
        await session.SendAsync("WebAuthn.addVirtualAuthenticator", new Dictionary<string, object>
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
    }
}
