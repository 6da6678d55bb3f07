using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Foliosync.Brokers.Tests.Files;
using Foliosync.Core.Statements;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;
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

    /// <summary>Every kind of file that readers are tried with, and files whose only row is wrong in one way.</summary>
    private static IEnumerable<(string Name, string Says, byte[] Bytes)> Malformed =>
    [
        .. MalformedFiles.Refused.Select(f => (f.Name, f.Says, f.Bytes())),
        .. MalformedFiles.UnreadableRows.Select(r => ("row: " + r.Name, "Not one row", MalformedFiles.Tradebook(r.Row))),
        ("CSV with half a character", "Windows-1252", [.. Encoding.UTF8.GetBytes(Header), 0xC3, 0x28, 0x81, 0x0A]),
        ("JSON that is cut", "damaged", "{\"format\":\"foliosync\",\"version\":1,\"transactions\":[{"u8.ToArray()),
        ("JSON of a later version", "version", "{\"format\":\"foliosync\",\"version\":99,\"transactions\":[]}"u8.ToArray()),
        ("Ghostfolio without activities", "none that is read", "{\"meta\":{},\"activities\":5}"u8.ToArray()),
    ];

    [Theory, EachStore]
    public async Task Every_malformed_file_gets_its_sentence_and_changes_nothing(Store store)
    {
        await using var host = await ApiHost.StartAsync(store, jobs: false);
        var client = await host.ClientAsync("asha@example.org");
        var account = await ConnectFilesAsync(client);
        var before = await RowsAsync(host);
        Malformed.Count().ShouldBeGreaterThan(60);
        foreach (var (name, says, bytes) in Malformed)
        {
            using var response = await SendAsync(client, account, bytes);

            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            ((int)response.StatusCode).ShouldBe(422, $"{name}: {text}");
            var detail = JsonDocument.Parse(text).RootElement.Text("detail");
            // What no reader takes for its own is told with what would be read.
            (detail.Contains(says, StringComparison.OrdinalIgnoreCase) || detail.StartsWith("The file is none that is read", StringComparison.Ordinal)).ShouldBeTrue($"{name}: {detail}");
            detail.ShouldEndWith(".", Case.Sensitive, name);
            detail.ShouldNotContain("Exception", Case.Sensitive, name);
            detail.ShouldNotContain("\n", Case.Sensitive, name);
        }

        (await RowsAsync(host)).ShouldBe(before);
    }

    private static async Task<string> RowsAsync(ApiHost host)
    {
        await using var db = host.Open();
        int[] counts =
        [
            await db.SyncRuns.CountAsync(), await db.ImportedStatements.CountAsync(), await db.Transactions.CountAsync(), await db.Holdings.CountAsync(),
            await db.CashBalances.CountAsync(), await db.Instruments.CountAsync(), await db.InstrumentAliases.CountAsync(), await db.AuditEvents.CountAsync(),
        ];
        return string.Join(' ', counts);
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

    [Theory, EachStore]
    public async Task Lots_and_gains_follow_the_method_of_the_account(Store store)
    {
        await using var host = await ApiHost.StartAsync(store, jobs: false);
        var client = await host.ClientAsync("asha@example.org");
        var account = await ConnectFilesAsync(client);
        await ImportAsync(
            client,
            account,
            Header + """
                2025-02-03,buy,INFY,,NSE,,,10,100,,,,INR,,,
                2025-02-13,buy,INFY,,NSE,,,10,120,,,,INR,,,
                2025-03-05,sell,INFY,,NSE,,,15,150,,,,INR,,,
                """);

        var fifo = (await client.GetJsonAsync($"/api/v1/accounts/{account}/lots")).Items().ShouldHaveSingleItem();
        (fifo.Text("realisedGain"), fifo.Text("costBasis"), fifo.Text("quantity")).ShouldBe(("650", "600", "5"));
        fifo.GetProperty("lots").EnumerateArray().ShouldHaveSingleItem().Text("acquiredOn").ShouldBe("2025-02-13");
        var sold = fifo.GetProperty("disposals").EnumerateArray().ShouldHaveSingleItem();
        sold.GetProperty("lots").EnumerateArray().Select(l => (l.Text("quantity"), l.Text("cost"), l.GetProperty("holdingDays").GetInt32()))
            .ShouldBe([("10", "1000", 30), ("5", "600", 20)]);

        using var changed = await client.PatchAsJsonAsync($"/api/v1/accounts/{account}", new { costMethod = "averageCost" });
        (await changed.JsonAsync()).Text("costMethod").ShouldBe("averageCost");
        var average = await client.GetJsonAsync($"/api/v1/accounts/{account}/lots");
        (average.Text("method"), average.Items().Single().Text("realisedGain")).ShouldBe(("averageCost", "600"));
        using var wrong = await client.GetAsync($"/api/v1/accounts/{account}/lots?method=lifo");
        await wrong.ProblemAsync(400);
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
}
