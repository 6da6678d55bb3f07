using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Foliosync.Tests.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Pages;

/// <summary>An admin finds and mends things in a real browser.</summary>
public sealed class AdminWalkTests
{
    private const string Asha = "asha@example.org";

    [Fact]
    public async Task A_list_is_filtered_a_cell_changed_several_rows_changed_and_taken_back_and_two_instruments_merged()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, Asha, UserRole.Admin);
        var (aaa, bbb) = await SeedAsync(host);
        var complaints = new List<string>();
        var page = await browser.SignInAsync(host, Asha, 1280, complaints);

        await page.Locator("nav a[href='/admin']").First.ClickAsync();
        await page.Locator("a[href='/admin/instruments']").ClickAsync();
        await page.SelectOptionAsync("#admin-add", "symbol");
        await page.SelectOptionAsync("#admin-op", "contains");
        await page.FillAsync("#admin-value", "A");
        await page.ClickAsync("#admin-apply");
        await page.Locator(".chip").WaitForAsync();
        new Uri(page.Url).Query.ShouldBe("?symbol.contains=A");
        (await page.Locator("tbody tr").CountAsync()).ShouldBe(2);

        await page.Locator("tbody tr", new PageLocatorOptions { HasText = "AAA" }).Locator("a[href*='name']").ClickAsync();
        await page.FillAsync("#f-cell-value", "Alpha");
        await page.Locator("button[form=cell-form]").ClickAsync();
        await page.Locator("#undo").WaitForAsync();
        (await NamesAsync(host)).ShouldBe(["Alpha", null, null]);
        await page.ShouldLookRightAsync();
        await page.ShouldLookRightOnPhoneAsync();

        await page.CheckAsync("input[name=all]");
        await page.SelectOptionAsync("select[name=action]", "set:name");
        await page.ClickAsync("#bulk-go");
        await page.FillAsync("#f-value", "Same");
        await page.ClickAsync("#bulk-confirm");
        await page.Locator("#undo").WaitForAsync();
        (await NamesAsync(host)).ShouldBe(["Same", "Same", null]);
        await page.ClickAsync("#undo");
        await page.Locator("[data-toast]").WaitForAsync();
        (await NamesAsync(host)).ShouldBe(["Alpha", null, null]);

        await page.GotoAsync(new Uri(host.Address, $"/admin/instruments/row/{aaa}").AbsoluteUri);
        await page.ShouldLookRightAsync();
        await page.ShouldLookRightOnPhoneAsync();
        await page.Locator($"a[href='/admin/instruments/row/{aaa}/merge']").ClickAsync();
        await page.Locator("#f-into").PressSequentiallyAsync("BBB");
        await page.Locator($"#f-into-list option[value='{bbb}']").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        await page.FillAsync("#f-into", bbb.ToString());
        await page.ClickAsync("main button.primary");
        await page.WaitForURLAsync($"**/row/{bbb}");
        (await NamesAsync(host)).Count.ShouldBe(2);

        foreach (var path in new[] { "/admin", "/admin/prices/new", "/admin/audit" })
        {
            await page.GotoAsync(new Uri(host.Address, path).AbsoluteUri);
            await page.ShouldLookRightAsync();
            await page.ShouldLookRightOnPhoneAsync();
        }

        complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Rows_that_belong_to_another_are_added_changed_deleted_and_put_back_on_its_page()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, Asha, UserRole.Admin);
        var (aaa, _) = await SeedAsync(host);
        var complaints = new List<string>();
        var page = await browser.SignInAsync(host, Asha, 1280, complaints);
        var prices = page.Locator("#in-prices");

        await page.GotoAsync(new Uri(host.Address, $"/admin/instruments/row/{aaa}").AbsoluteUri);
        await page.FillAsync("#f-in-prices-day", "2026-01-02");
        await page.FillAsync("#f-in-prices-source", "hand");
        await page.FillAsync("#f-in-prices-currency", "INR");
        await page.FillAsync("#f-in-prices-value", "-1");
        await prices.Locator(".inline-new button").ClickAsync();
        (await page.Locator("#f-in-prices-value-error").TextContentAsync()).ShouldBe("A price is not negative.");
        await page.FillAsync("#f-in-prices-value", "10.5");
        await page.ShouldLookRightAsync();
        await prices.Locator(".inline-new button").ClickAsync();
        await page.Locator("#undo").WaitForAsync();
        (await PricesAsync(host)).ShouldBe([10.5m]);

        await prices.Locator("a[href*='inline']").ClickAsync();
        await page.FillAsync("#f-in-prices-value", "11");
        await page.ShouldLookRightOnPhoneAsync();
        await prices.Locator("button.primary").ClickAsync();
        await page.Locator("#undo").ClickAsync();
        await page.Locator("[data-toast]").WaitForAsync();
        (await PricesAsync(host)).ShouldBe([10.5m]);

        await prices.Locator("button[form='in-prices-delete']").ClickAsync();
        await page.Locator("#undo").WaitForAsync();
        (await PricesAsync(host)).ShouldBeEmpty();
        await page.ClickAsync("#undo");
        await prices.Locator("button[form='in-prices-delete']").WaitForAsync();
        (await PricesAsync(host)).ShouldBe([10.5m]);

        await page.GotoAsync(new Uri(host.Address, "/admin/audit?action=price.changed").AbsoluteUri);
        await page.Locator("tbody .row-open").ClickAsync();
        (await page.Locator(".changes del").First.TextContentAsync()).ShouldBe("10.5");
        (await page.Locator(".changes ins").First.TextContentAsync()).ShouldBe("11");
        await page.ShouldLookRightAsync();
        await page.ShouldLookRightOnPhoneAsync();
        complaints.ShouldBeEmpty();
    }

    private static async Task<List<decimal>> PricesAsync(ApiHost host)
    {
        await using FoliosyncDb db = host.Open();
        return await db.Prices.Select(p => p.Value).ToListAsync();
    }

    private static async Task<List<string?>> NamesAsync(ApiHost host)
    {
        await using FoliosyncDb db = host.Open();
        return await db.Instruments.OrderBy(i => i.Symbol).Select(i => i.Name).ToListAsync();
    }

    private static async Task<(Guid Aaa, Guid Bbb)> SeedAsync(ApiHost host)
    {
        await using var db = host.Open();
        var made = new[] { "AAA", "AAB", "BBB" }.Select(symbol => new Core.Instruments.Instrument { Id = Guid.NewGuid(), Symbol = symbol, Currency = "INR" }).ToList();
        db.Instruments.AddRange(made);
        await db.SaveChangesAsync();
        return (made[0].Id, made[2].Id);
    }
}
