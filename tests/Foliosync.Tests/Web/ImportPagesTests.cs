using System.Net;
using System.Text;
using AngleSharp.Dom;
using Foliosync.Core.Statements;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

/// <summary>The page of imports, as a browser without script gets it.</summary>
public sealed class ImportPagesTests
{
    private const string Asha = "asha@example.org";
    private const string Header = "date,kind,symbol,isin,exchange,name,assetClass,quantity,price,amount,fees,taxes,currency,settledOn,id,note\n";

    private static readonly byte[] Trades = Encoding.UTF8.GetBytes(
        Header + "2025-02-03,buy,INFY,,NSE,,,10,1500,,12.5,,INR,,,\n2025-02-04,buy,INFY,,NSE,,,5,1510,,,,INR,,,\n");

    private static readonly byte[] OtherTrades = Encoding.UTF8.GetBytes(Header + "2025-03-03,buy,TCS,,NSE,,,1,3500,,,,INR,,,\n");

    [Theory, EachStore]
    public async Task A_file_is_looked_at_imported_and_undone(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        using var person = await PageClient.SignedInAsync(host, Asha);
        var page = await AddAccountAsync(person, "My bank");
        page.QuerySelector(".toast")!.TextContent.ShouldBe("The account is made. Now choose a file for it.");

        var preview = await PageClient.DocumentAsync(await person.UploadAsync(page, "preview", Trades));
        Told(preview).ShouldBe(["2", "2", "0", "0"]);
        preview.QuerySelector("[data-preview] .badge")!.TextContent.ShouldNotBeNullOrWhiteSpace();
        preview.QuerySelector("[data-choose-again]")!.TextContent.ShouldContain("has not kept the file");
        (await CountAsync(host)).ShouldBe((0, 0));

        using var imported = await person.UploadAsync(preview, "import", Trades);
        var done = await FollowAsync(person, imported);
        done.QuerySelector(".toast")!.TextContent.ShouldBe("Imported. New rows: 2, known already: 0.");
        done.QuerySelector("#f-account option[selected]")!.TextContent.ShouldContain("My bank");
        (await CountAsync(host)).ShouldBe((1, 2));

        var again = await PageClient.DocumentAsync(await person.UploadAsync(done, "preview", Trades));
        Told(again).ShouldBe(["2", "0", "2", "0"]);
        again.QuerySelector(".banner")!.TextContent.ShouldContain("known already");

        var id = done.QuerySelector("button[name=id]")!.GetAttribute("value")!;
        using var undone = await person.SubmitAsync(done, "undo", ("id", id));
        var after = await FollowAsync(person, undone);
        after.QuerySelector(".toast")!.TextContent.ShouldStartWith("Undone. Transactions removed: 2");
        after.QuerySelectorAll("button[name=id]").ShouldBeEmpty();
        after.QuerySelector(".list .badge")!.TextContent.ShouldStartWith("undone on");
        (await CountAsync(host)).ShouldBe((1, 0));

        using var twice = await person.SubmitAsync(done, "undo", ("id", id));
        (await PageClient.DocumentAsync(twice)).QuerySelector(".banner.bad")!.TextContent.ShouldContain("was undone on");
    }

    [Theory, EachStore]
    public async Task Another_file_than_the_one_that_was_looked_at_is_looked_at_first(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        using var person = await PageClient.SignedInAsync(host, Asha);
        var preview = await PageClient.DocumentAsync(await person.UploadAsync(await AddAccountAsync(person, "My bank"), "preview", Trades));

        var other = await PageClient.DocumentAsync(await person.UploadAsync(preview, "import", OtherTrades));

        other.QuerySelector(".banner.warn")!.TextContent.ShouldContain("another file");
        Told(other).ShouldBe(["1", "1", "0", "0"]);
        (await CountAsync(host)).ShouldBe((0, 0));
        using var imported = await person.UploadAsync(other, "import", OtherTrades);
        await FollowAsync(person, imported);
        (await CountAsync(host)).ShouldBe((1, 1));
    }

    [Theory, EachStore]
    public async Task A_file_that_cannot_be_read_keeps_the_choice_and_gets_the_sentence_of_the_api(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        using var person = await PageClient.SignedInAsync(host, Asha);
        await AddAccountAsync(person, "First bank");
        var page = await AddAccountAsync(person, "Second bank");
        var account = page.QuerySelector("#f-account option[selected]")!.GetAttribute("value")!;
        var program = await host.ClientAsync(Asha);

        foreach (var bytes in new[] { "%PDF-1.7\n1 0 obj"u8.ToArray(), "a,b,c\n1,2,3\n"u8.ToArray(), [] })
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent(bytes), "file", "statement" }, { new StringContent("foliosync-csv"), "format" } };
            using var told = await program.PostAsync($"/api/v1/accounts/{account}/statements", form);
            var shown = await PageClient.DocumentAsync(await person.UploadAsync(page, "preview", bytes, ("format", "foliosync-csv")));

            shown.QuerySelector("#f-file-error")!.TextContent.ShouldBe((await told.ProblemAsync(422)).Text("detail"));
            shown.QuerySelector("#f-account option[selected]")!.GetAttribute("value").ShouldBe(account);
            shown.QuerySelector("#f-format option[selected]")!.GetAttribute("value").ShouldBe("foliosync-csv");
        }

        var none = await PageClient.DocumentAsync(await person.UploadAsync(page, "preview", file: null));
        none.QuerySelector("#f-file-error")!.TextContent.ShouldBe("Choose a file.");
        (await CountAsync(host)).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_told_so_beside_its_field()
    {
        await using var host = await ApiHost.StartAsync(statements: new StatementSettings { MaxBytes = 1024 * 1024 });
        using var person = await PageClient.SignedInAsync(host, Asha);
        var page = await AddAccountAsync(person, "My bank");

        using var refused = await person.UploadAsync(page, "preview", new byte[2 * 1024 * 1024]);
        var shown = await FollowAsync(person, refused);
        var barely = await PageClient.DocumentAsync(await person.UploadAsync(page, "preview", new byte[(1024 * 1024) + 1]));

        shown.QuerySelector("#f-file-error")!.TextContent.ShouldBe("The file is larger than 1 MB. Download a shorter time at once.");
        shown.QuerySelector("#f-account option[selected]")!.TextContent.ShouldContain("My bank");
        barely.QuerySelector("#f-file-error")!.TextContent.ShouldBe("The file is larger than 1 MB. Download a shorter time at once.");
    }

    [Fact]
    public async Task What_is_wrong_with_a_new_account_is_told_beside_its_field()
    {
        await using var host = await ApiHost.StartAsync();
        using var person = await PageClient.SignedInAsync(host, Asha);

        var shown = await PageClient.DocumentAsync(await person.SubmitAsync(
            await person.GetAsync("/import"), "account", ("broker", "files"), ("name", "My bank"), ("currency", "U1")));
        var vested = await FollowAsync(person, await person.SubmitAsync(shown, "account", ("broker", "vested"), ("currency", "")));

        shown.QuerySelector("#f-currency-error").ShouldNotBeNull();
        shown.QuerySelector("#f-name")!.GetAttribute("value").ShouldBe("My bank");
        vested.QuerySelector("#f-account option[selected]")!.TextContent.ShouldStartWith("My bank");
    }

    [Theory, EachStore]
    public async Task Another_persons_account_and_import_are_not_there(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        using var owner = await PageClient.SignedInAsync(host, Asha);
        var preview = await PageClient.DocumentAsync(await owner.UploadAsync(await AddAccountAsync(owner, "My bank"), "preview", Trades));
        using var imported = await owner.UploadAsync(preview, "import", Trades);
        var mine = await FollowAsync(owner, imported);
        var account = mine.QuerySelector("#f-account option[selected]")!.GetAttribute("value")!;
        var run = mine.QuerySelector("button[name=id]")!.GetAttribute("value")!;
        using var other = await PageClient.SignedInAsync(host, "ravi@example.org");
        using var reader = await PageClient.SignedInAsync(host, "reader@example.org", UserRole.ReadOnly);
        var page = await AddAccountAsync(other, "Ravi's bank");

        using var seen = await other.Http.GetAsync($"/import?account={account}");
        using var looked = await other.UploadAsync(page, "preview", Trades, ("account", account));
        using var undone = await other.SubmitAsync(page, "undo", ("id", run));

        foreach (var answer in new[] { seen, looked, undone })
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        }

        page.QuerySelectorAll("button[name=id]").ShouldBeEmpty();
        (await reader.GetAsync("/import")).QuerySelector("input[type=file]").ShouldBeNull();
        (await CountAsync(host)).ShouldBe((1, 2));
    }

    /// <summary>Makes an account for files; the page on which its file is chosen.</summary>
    internal static async Task<IDocument> AddAccountAsync(PageClient person, string name)
    {
        using var made = await person.SubmitAsync(await person.GetAsync("/import"), "account", ("broker", "files"), ("name", name));
        return await FollowAsync(person, made);
    }

    private static IEnumerable<string> Told(IDocument page) => page.QuerySelectorAll("[data-preview] .strip dd").Select(e => e.TextContent).Take(4);

    private static async Task<(int Imports, int Transactions)> CountAsync(ApiHost host)
    {
        await using var db = host.Open();
        return (await db.ImportedStatements.CountAsync(), await db.Transactions.CountAsync());
    }

    private static async Task<IDocument> FollowAsync(PageClient person, HttpResponseMessage response)
    {
        response.StatusCode.ShouldBe(HttpStatusCode.Redirect, await response.Content.ReadAsStringAsync());
        return await person.GetAsync(response.Headers.Location!.IsAbsoluteUri ? response.Headers.Location.PathAndQuery : response.Headers.Location.ToString());
    }
}
