using System.IO.Compression;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Foliosync.Core.Statements;
using Foliosync.Core.Tests.Storage;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Api;

public sealed class StatementsTests
{
    private const string Header = "date,kind,symbol,isin,exchange,name,assetClass,quantity,price,amount,fees,taxes,currency,settledOn,id,note\n";
    private const string Trades = Header + "2025-02-03,buy,INFY,,NSE,,,10,1500,,12.5,,INR,,,\n2025-02-04,buy,INFY,,NSE,,,5,1510,,,,INR,,,\n";

    [Theory, EachStore]
    public async Task A_file_is_previewed_imported_known_and_undone(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var client = await host.ClientAsync("asha@example.org");
        var account = await ConnectFilesAsync(client);

        var preview = await ImportAsync(client, account, Trades, "?dryRun=true");
        (preview.GetProperty("runId").ValueKind, preview.GetProperty("dryRun").GetBoolean(), preview.GetProperty("new").GetInt32())
            .ShouldBe((JsonValueKind.Null, true, 2));
        (await client.GetJsonAsync("/api/v1/transactions")).Items().ShouldBeEmpty();

        var result = await ImportAsync(client, account, Trades);
        (result.Text("format"), result.GetProperty("rows").GetInt32(), result.GetProperty("new").GetInt32()).ShouldBe(("foliosync-csv", 2, 2));
        var run = await client.GetJsonAsync($"/api/v1/sync-runs/{result.Text("runId")}");
        (run.Text("trigger"), run.Text("state")).ShouldBe(("statement", "succeeded"));
        run.GetProperty("counts").ToString().ShouldBe(result.GetProperty("counts").ToString());
        (await client.GetJsonAsync("/api/v1/transactions")).Items().ShouldAllBe(t => t.Text("source") == "statement");

        var again = await ImportAsync(client, account, Trades);
        (again.GetProperty("new").GetInt32(), again.GetProperty("known").GetInt32()).ShouldBe((0, 2));

        using var early = await client.PostAsync($"/api/v1/sync-runs/{result.Text("runId")}/undo", null);
        (await early.ProblemAsync(409)).Text("detail").ShouldContain(again.Text("runId"));
        using var second = await client.PostAsync($"/api/v1/sync-runs/{again.Text("runId")}/undo", null);
        (await second.JsonAsync()).GetProperty("removed").GetInt32().ShouldBe(0);
        using var first = await client.PostAsync($"/api/v1/sync-runs/{result.Text("runId")}/undo", null);
        (await first.JsonAsync()).GetProperty("removed").GetInt32().ShouldBe(2);
        (await client.GetJsonAsync("/api/v1/transactions")).Items().ShouldBeEmpty();
    }

    public static TheoryData<string, byte[]> Broken => new()
    {
        { "empty", [] },
        { "junk", [0, 159, 146, 150, 1, 2, 3, 255] },
        { "page", "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><x>&a;</x>"u8.ToArray() },
        { "pdf", "%PDF-1.7 nothing"u8.ToArray() },
        { "cut archive", "PK\u0003\u0004 cut"u8.ToArray() },
        { "password", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. Encoding.Unicode.GetBytes("EncryptedPackage")] },
        { "macros", Zip(("xl/workbook.xml", "<workbook/>"), ("xl/vbaProject.bin", "macro")) },
        { "entities", Zip(("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<!DOCTYPE x [<!ENTITY a \"b\">]><workbook>&a;</workbook>")) },
        { "bomb", Zip(("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", new string(' ', 300_000_000))) },
        { "encoding", Encoding.UTF8.GetBytes(Header).Concat(new byte[] { 0xC3, 0x28, 0xA0, 0xA1, 0x0A }).ToArray() },
        { "other table", "a,b,c\n1,2,3\n"u8.ToArray() },
        { "other json", "{\"a\":1}"u8.ToArray() },
        { "cut json", "{\"format\":\"foliosync\",\"version\":1,\"transactions\":[{"u8.ToArray() },
    };

    [Fact]
    public async Task A_broken_file_gets_one_clear_sentence_and_changes_nothing()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("asha@example.org");
        var account = await ConnectFilesAsync(client);
        foreach (var row in Broken)
        {
            var (name, bytes) = row.Data;
            using var response = await SendAsync(client, account, bytes);

            ((int)response.StatusCode).ShouldBe(422, name);
            var detail = (await response.ProblemAsync(422)).Text("detail");
            detail.ShouldEndWith(".", Case.Sensitive, name);
            detail.ShouldNotContain("Exception", Case.Sensitive, name);
        }

        (await client.GetJsonAsync("/api/v1/sync-runs")).Items().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_over_the_limit_is_413_and_no_file_says_where_to_put_it()
    {
        await using var host = await ApiHost.StartAsync(statements: new StatementSettings { MaxBytes = 1024 * 1024 });
        var client = await host.ClientAsync("asha@example.org");
        var account = await ConnectFilesAsync(client);

        using var large = await SendAsync(client, account, new byte[2 * 1024 * 1024]);
        (await large.ProblemAsync(413)).Text("detail").ShouldContain("FOLIOSYNC_IMPORT__MAXSIZE");
        using var bare = new MultipartFormDataContent { { new StringContent("x"), "other" } };
        using var none = await client.PostAsync($"/api/v1/accounts/{account}/statements", bare);
        (await none.ProblemAsync(422)).Text("detail").ShouldContain("'file'");
        using var json = await client.PostAsJsonAsync($"/api/v1/accounts/{account}/statements", new { file = "x" });
        (await json.ProblemAsync(415)).Text("detail").ShouldContain("multipart/form-data");
        using var format = await SendAsync(client, account, Encoding.UTF8.GetBytes(Trades), "nonsense");
        (await format.ProblemAsync(422)).Text("detail").ShouldContain("foliosync-csv");
    }

    [Fact]
    public async Task Personal_data_of_a_file_is_nowhere_afterwards()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("asha@example.org");
        var account = await ConnectFilesAsync(client);
        var planted = Header + "2025-02-03,buy,INFY,,NSE,,,10,1500,,12.5,,INR,,,mail asha.planted@example.com PAN ABCPL1234F\n";

        var result = await ImportAsync(client, account, planted);

        foreach (var path in new[] { "transactions", "sync-runs", $"sync-runs/{result.Text("runId")}", "accounts" })
        {
            var text = (await client.GetJsonAsync($"/api/v1/{path}")).ToString();
            text.ShouldNotContain("planted");
            text.ShouldNotContain("ABCPL1234F");
        }
    }

    [Fact]
    public async Task The_reminder_of_an_account_can_be_set()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("asha@example.org");
        var account = await ConnectFilesAsync(client);

        using var changed = await client.PatchAsJsonAsync($"/api/v1/accounts/{account}", new { remindAfterDays = 10 });

        (await changed.JsonAsync()).GetProperty("remindAfterDays").GetInt32().ShouldBe(10);
        using var wrong = await client.PatchAsJsonAsync($"/api/v1/accounts/{account}", new { remindAfterDays = -1 });
        await wrong.ProblemAsync(422);
    }

    /// <summary>An account for files from anywhere.</summary>
    internal static async Task<string> ConnectFilesAsync(HttpClient client)
    {
        var portfolioId = (await client.AddPortfolioAsync("Files")).Id();
        using var response = await client.PostAsJsonAsync("/api/v1/connections", new { portfolioId, broker = "files", credentials = new { source = "My bank" } });
        var connection = await response.JsonAsync();
        var account = connection.GetProperty("accounts").EnumerateArray().ShouldHaveSingleItem();
        account.Text("name").ShouldBe("My bank");
        return account.Id();
    }

    private static async Task<JsonElement> ImportAsync(HttpClient client, string account, string text, string query = "")
    {
        using var response = await SendAsync(client, account, Encoding.UTF8.GetBytes(text), query: query);
        return await response.JsonAsync();
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string account, byte[] bytes, string? format = null, string query = "")
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(bytes), "file", "statement" } };
        if (format is not null)
        {
            form.Add(new StringContent(format), "format");
        }

        return await client.PostAsync($"/api/v1/accounts/{account}/statements{query}", form);
    }

    private static byte[] Zip(params (string Name, string Text)[] parts)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in parts)
            {
                using var writer = new StreamWriter(zip.CreateEntry(name).Open());
                writer.Write(text);
            }
        }

        return stream.ToArray();
    }
}
