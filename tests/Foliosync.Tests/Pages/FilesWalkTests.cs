using System.Text;
using Foliosync.Tests.Api;
using Foliosync.Tests.Web;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Pages;

/// <summary>Imports in a real browser: barriers, width, and the file that the script holds.</summary>
public sealed class FilesWalkTests
{
    private const string Asha = "asha@example.org";
    private const int Phone = 360;

    private const string Trades =
        "date,kind,symbol,exchange,quantity,price,currency\n2025-02-03,buy,INFY,NSE,10,1500,INR\n2025-02-04,buy,INFY,NSE,5,1510,INR\n";

    [Fact]
    public async Task A_file_is_dropped_and_imported_and_its_preview_has_no_barriers()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync(jobs: false);
        using (var person = await PageClient.SignedInAsync(host, Asha))
        {
            await ImportPagesTests.AddAccountAsync(person, "My bank");
        }

        var complaints = new List<string>();
        var page = await browser.SignInAsync(host, Asha, Phone, complaints);
        await page.GotoAsync(new Uri(host.Address, "/import").AbsoluteUri);

        // Dropped, previewed, and imported without choosing it again.
        await page.EvaluateAsync(
            """
            text => {
              const data = new DataTransfer();
              data.items.add(new File([text], "trades.csv", { type: "text/csv" }));
              document.querySelector("[data-drop] input").dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data }));
            }
            """,
            Trades);
        await page.SelectOptionAsync("#f-account", new SelectOptionValue { Label = "My bank" });
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "See what would come of it" }).ClickAsync();
        await page.Locator("[data-preview]").WaitForAsync();
        (await page.EvaluateAsync<string>("document.querySelector('#f-file').files[0].name")).ShouldBe("trades.csv");
        (await page.Locator("[data-choose-again]").CountAsync()).ShouldBe(0);
        await page.ShouldLookRightAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Import", Exact = true }).ClickAsync();
        await page.Locator(".toast").WaitForAsync();
        (await page.Locator(".toast").TextContentAsync())!.ShouldContain("New rows: 2");
        page.Url.ShouldContain("/import?account=");
        complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_script_the_file_is_chosen_twice()
    {
        await using var browser = await Browser.StartAsync();
        await using var host = await ApiHost.StartAsync(jobs: false);
        using (var person = await PageClient.SignedInAsync(host, Asha))
        {
            await ImportPagesTests.AddAccountAsync(person, "My bank");
        }

        var complaints = new List<string>();
        var page = await browser.SignInAsync(host, Asha, Phone, complaints, script: false);
        var file = new FilePayload { Name = "trades.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(Trades) };
        await page.GotoAsync(new Uri(host.Address, "/import").AbsoluteUri);
        await page.SetInputFilesAsync("#f-file", file);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "See what would come of it" }).ClickAsync();
        (await page.Locator("[data-choose-again]").TextContentAsync())!.ShouldContain("Choose it once more.");
        await page.SetInputFilesAsync("#f-file", file);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Import", Exact = true }).ClickAsync();
        (await page.Locator(".toast").TextContentAsync())!.ShouldContain("New rows: 2");
        complaints.ShouldBeEmpty();
    }
}
