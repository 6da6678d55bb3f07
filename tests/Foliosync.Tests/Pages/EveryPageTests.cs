using System.Net.Http.Json;
using Foliosync.Core.Alerts;
using Foliosync.Core.Alerts.Email;
using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Foliosync.Tests.Web;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Pages;

/// <summary>No page has barriers or writes errors, and each fits a wide window and a phone: those too that will be added.</summary>
public sealed class EveryPageTests
{
    private const string Owner = "owner@example.org";
    private const string LongAddress = "ravi.with.a.very.long.address@example.org";
    private const int Wide = 1280;

    [Fact]
    public async Task A_page_of_a_person_has_no_barriers_writes_no_errors_and_fits_wide_windows_and_phones()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync();
        await DemoRates.AddAsync(host);
        var places = await PlacesAsync(host);
        // The admin area and its monitor are looked at in walks of their own.
        host.Pages.Where(p => p.Metadata.GetMetadata<IAllowAnonymous>() is null)
            .Select(p => "/" + p.RoutePattern.RawText!.Trim('/')).Where(p => !p.StartsWith("/admin", StringComparison.Ordinal))
            .Except(places.Select(p => p.Pattern)).ShouldBeEmpty();
        var complaints = new List<string>();
        var page = await browser.SignInAsync(host, Owner, Wide, complaints);

        // All pages before anything is said: who has broken several sees them at once.
        var wrong = new List<string>();
        foreach (var (_, address) in places)
        {
            await page.GotoAsync(new Uri(host.Address, address).AbsoluteUri);
            await page.EvaluateAsync("document.querySelectorAll('main details').forEach(d => { d.open = true; })");
            try
            {
                await page.ShouldLookRightAsync();
                await page.ShouldLookRightOnPhoneAsync();
            }
            catch (ShouldAssertException e)
            {
                wrong.Add(e.Message);
                await page.SetViewportSizeAsync(Wide, page.ViewportSize!.Height);
            }
        }

        wrong.ShouldBeEmpty();
        complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/sign-in", true)]
    [InlineData("/sign-in/forgotten", true)]
    [InlineData("/sign-in/forgotten", false)]
    [InlineData("/sign-in/reset?user=0&token=x", true)]
    public async Task So_does_a_page_before_anybody_has_signed_in(string path, bool sendsMail)
    {
        await using var browser = await Browser.StartAsync();
        var alerts = sendsMail ? new AlertSettings { Smtp = new SmtpSettings("127.0.0.1", 1, "foliosync@example.org") } : new AlertSettings();
        await using var host = await ApiHost.StartAsync(alerts: alerts, jobs: false);
        await host.Services.GetRequiredService<UserAccounts>().AddAsync(Owner, PageClient.Password, UserRole.Admin, Actor.CommandLine, default);
        var complaints = new List<string>();

        var page = await browser.OpenAsync(new Uri(host.Address, path), ColorScheme.Light, Wide, complaints);

        await page.ShouldLookRightAsync();
        await page.ShouldLookRightOnPhoneAsync();
        complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task So_does_the_page_of_an_address_that_is_not_there()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync(jobs: false);
        using var person = await PageClient.SignedInAsync(host, Owner);
        var complaints = new List<string>();
        var page = await browser.SignInAsync(host, Owner, Wide, complaints);

        await page.GotoAsync(new Uri(host.Address, "/nothing/here").AbsoluteUri);

        await page.ShouldLookRightAsync();
        await page.ShouldLookRightOnPhoneAsync();
        Browser.WithoutRefusals(complaints).ShouldBeEmpty();
    }

    /// <summary>A person of whom each page has something to show.</summary>
    /// <returns>Patterns of pages and an address of each; of some pages several.</returns>
    private static async Task<IReadOnlyList<(string Pattern, string Address)>> PlacesAsync(ApiHost host)
    {
        var owner = await host.ClientAsync(Owner, role: UserRole.Admin);
        var seen = await SharedPagesTests.SeedAsync(host, owner);
        await host.ClientAsync(LongAddress);
        using (var shared = await owner.PostAsJsonAsync($"/api/v1/portfolios/{seen.Portfolio}/shares", new { email = LongAddress, role = "viewer" }))
        {
            await shared.JsonAsync();
        }

        var (connection, ownerId) = await host.OwnerOfAsync(seen.Connection);
        foreach (var kind in new[] { AlertKinds.NeedsLogin, AlertKinds.Failing })
        {
            await host.Services.GetRequiredService<Incidents>().RaiseAsync(ownerId, connection, connection, kind, $"Demo: {kind}.", default);
        }

        await host.Services.GetRequiredService<UserAccounts>().ResetPasswordAsync(Owner, PageClient.Password, Actor.CommandLine, default);
        using var person = await PageClient.SignedInAsync(host, Owner);
        using var channel = await owner.PostAsJsonAsync(
            "/api/v1/alert-channels", new { kind = "ntfy", address = "https://ntfy.invalid/a-topic-with-a-very-long-name-that-nobody-guesses" });
        using var added = await person.SubmitAsync(
            await person.GetAsync("/transactions/new"), "add", ("kind", "deposit"), ("day", "2026-01-05"), ("amount", "1000"), ("currency", "INR"));
        using var removed = await person.SubmitAsync(await person.GetAsync(PathOf(added)), "remove");
        using var begun = await person.SubmitAsync(await person.GetAsync("/settings/security"), "app-begin");
        await owner.WaitForValuesAsync(seen.Portfolio);
        return
        [
            ("/", "/"),
            ("/start", "/start"),
            ("/holdings", "/holdings"),
            ("/holdings", "/holdings?group=class&only=costUnknown"),
            ("/instruments/{Id:guid}", $"/instruments/{seen.Instrument}"),
            ("/transactions", "/transactions"),
            ("/transactions", "/transactions?kind=dividend"),
            ("/transactions/new", "/transactions/new"),
            ("/transactions/{Id:guid}", $"/transactions/{seen.Transaction}"),
            ("/transactions/undo/{ChangeId:guid}", PathOf(removed)),
            ("/performance", "/performance?period=max&parts=yes"),
            ("/reconciliation", "/reconciliation"),
            ("/reviews/{Run:guid}", $"/reviews/{seen.Review}"),
            ("/connections", "/connections"),
            ("/connections/new", "/connections/new"),
            ("/connections/new", "/connections/new?broker=zerodha"),
            ("/connections/{Id:guid}", $"/connections/{seen.Connection}"),
            ("/connections/{Id:guid}/login", $"/connections/{seen.Connection}/login"),
            ("/runs/{Id:guid}", $"/runs/{seen.Run}"),
            ("/import", "/import"),
            ("/alerts", "/alerts"),
            ("/settings", "/settings"),
            ("/settings/notifications", "/settings/notifications"),
            ("/settings/notifications/{Id:guid}", $"/settings/notifications/{(await channel.JsonAsync()).Id()}"),
            ("/settings/security", "/settings/security"),
            ("/settings/security/app", "/settings/security/app"),
            ("/settings/tokens", "/settings/tokens"),
            ("/settings/sharing", "/settings/sharing"),
            ("/settings/data", "/settings/data"),
        ];
    }

    private static string PathOf(HttpResponseMessage redirect) =>
        redirect.Headers.Location!.IsAbsoluteUri ? redirect.Headers.Location.PathAndQuery : redirect.Headers.Location.ToString();
}
