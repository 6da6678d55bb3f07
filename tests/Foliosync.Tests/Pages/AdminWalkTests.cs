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
