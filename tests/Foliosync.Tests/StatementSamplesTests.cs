using System.Text;
using System.Text.Json;
using Foliosync.Brokers.Tests;
using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Transactions;
using Foliosync.Tests.Api;
using Foliosync.Tests.Cli;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Tests;

/// <summary>
/// All samples of Vested through the API, the command line and the watched folder: each twice, in both orders, and parts of them beside the
/// whole. What they say was worked out by hand.
/// </summary>
public sealed class StatementSamplesTests
{
    private static readonly string[] Workbooks =
    [
        "holding AAPL 2.2 437.1 205", "holding VOO 0.8 401.2 514.25", "cash USD 163.62",
        "Buy AAPL 2.5 -495.67 1 -", "Buy VOO 0.8 -400.4 0.8 -", "Deposit - - 1000 - -", "Dividend AAPL - 1 - 0.25", "Interest - - 0.59 - -", "Sell AAPL 0.3 60.27 0.12 -",
    ];

    private static readonly string[] Sheets =
    [
        "holding AAPL 2.7 581.02 195.27",
        "Buy VGK 60 -4210.8", "Buy VTWO 70 -5418.7", "Dividend BIL - 142.07", "Dividend IEF - 158.17", "Dividend TLT - 3.51", "Interest - - 0.59", "Interest - - 1.18", "Sell BIL 1 91.58",
    ];

    [Theory, EachStore]
    public async Task Through_the_API(Store store)
    {
        await using var host = await ApiHost.StartAsync(store, jobs: false);
        var number = 0;
        await EachOrderAsync(async files =>
        {
            var client = await host.ClientAsync($"person{++number}@example.org");
            var portfolioId = (await client.AddPortfolioAsync("Main")).Id();
            using var added = await client.PostAsync(
                "/api/v1/connections", new StringContent(JsonSerializer.Serialize(new { portfolioId, broker = "vested", credentials = new { } }), Encoding.UTF8, "application/json"));
            var account = (await added.JsonAsync()).GetProperty("accounts")[0].Id();
            foreach (var file in files)
            {
                using var form = new MultipartFormDataContent { { new ByteArrayContent(file), "file", "statement" } };
                using var response = await client.PostAsync($"/api/v1/accounts/{account}/statements", form);
                await response.JsonAsync();
            }

            return
            [
                .. (await client.GetJsonAsync("/api/v1/holdings")).Items().Select(h => $"holding {h.Text("symbol")} {h.Text("quantity")} {h.Text("costBasis")} {h.Text("lastPrice")}"),
                .. (await client.GetJsonAsync("/api/v1/cash-balances")).Items().Select(c => $"cash {c.Text("currency")} {c.Text("amount")}"),
                .. (await client.GetJsonAsync("/api/v1/transactions")).Items().Where(t => t.Text("source") == "statement").Select(t => Line(
                    char.ToUpperInvariant(t.Text("kind")[0]) + t.Text("kind")[1..], Maybe(t, "symbol"), Maybe(t, "quantity"), Maybe(t, "amount"), Maybe(t, "fees"), Maybe(t, "taxes"))),
            ];
        });
    }

    [Fact]
    public async Task Through_the_command_line()
    {
        using var instance = await TestInstance.WithUserAsync();
        var person = 0;
        await EachOrderAsync(async files =>
        {
            var account = await ConnectAsync(instance, ++person);
            foreach (var (file, number) in files.Select((f, i) => (f, i)))
            {
                var path = Path.Combine(instance.Folder, $"file{number}");
                await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);
                await instance.JsonAsync("import", path, "--account", account);
            }

            return await StoredAsync(instance, account);
        });
    }

    [Fact]
    public async Task Through_the_watched_folder()
    {
        using var instance = await TestInstance.WithUserAsync();
        var inboxes = new List<(Order Order, string Account, string Folder)>();
        foreach (var order in Orders())
        {
            var account = await ConnectAsync(instance, inboxes.Count);
            var folder = Directory.CreateDirectory(Path.Combine(instance.DataDirectory, "inbox", account)).FullName;
            inboxes.Add((order, account, folder));
            var start = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-1);
            foreach (var (file, number) in order.Files.Select((f, i) => (f, i)))
            {
                var path = Path.Combine(folder, $"file{number}");
                await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);
                File.SetLastWriteTimeUtc(path, start.AddMinutes(number));
            }
        }

        await using var server = instance.With("FOLIOSYNC_URLS", "http://127.0.0.1:0").StartRunning("serve");
        for (var tries = 0; tries < 600 && !inboxes.TrueForAll(i => Done(i.Folder) == i.Order.Files.Count); tries++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        (await server.StopAsync()).ShouldBe(0);
        foreach (var (order, account, folder) in inboxes)
        {
            Done(folder).ShouldBe(order.Files.Count);
            order.Check(await StoredAsync(instance, account));
        }

        static int Done(string folder) => Path.Combine(folder, "done") is var done && Directory.Exists(done) ? Directory.GetFiles(done, "*.txt").Length : 0;
    }

    /// <summary>Hands the files in, in each order, and compares what is there then with what they say.</summary>
    private static async Task EachOrderAsync(Func<IReadOnlyList<byte[]>, Task<List<string>>> handInAsync)
    {
        foreach (var order in Orders())
        {
            order.Check(await handInAsync(order.Files));
        }
    }

    /// <summary>The files in both orders, all of them twice.</summary>
    private static IEnumerable<Order> Orders()
    {
        byte[][] workbooks = [Sample("synthetic-Vested_Transactions.xlsx"), Sample("synthetic-Vested_Holdings.xlsx")];
        var trades = Sample("community-trades-sheet.csv");
        byte[][] sheets = [trades, Sample("community-income-sheet.csv"), Sample("community-holdings-sheet.csv")];

        // A shorter time of the same: the header and the last two rows.
        var lines = Encoding.UTF8.GetString(trades).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var part = Encoding.UTF8.GetBytes(string.Join('\n', [lines[0], .. lines[^2..]]) + "\n");
        return
        [
            new([.. workbooks, .. workbooks], AreWorkbooks), new([.. workbooks.Reverse(), .. workbooks.Reverse()], AreWorkbooks),
            new([part, .. sheets, .. sheets], AreSheets), new([.. sheets.Reverse(), part, .. sheets.Reverse()], AreSheets),
        ];

        static void AreWorkbooks(List<string> stored) => stored.ShouldBe(Workbooks, ignoreOrder: true);

        static void AreSheets(List<string> stored) => stored
            .Select(l => l.StartsWith("holding", StringComparison.Ordinal) ? l : string.Join(' ', l.Split(' ')[..4])).ShouldBe(Sheets, ignoreOrder: true);
    }

    private sealed record Order(IReadOnlyList<byte[]> Files, Action<List<string>> Check);

    private static async Task<string> ConnectAsync(TestInstance instance, int person)
    {
        var email = $"person{person}@example.org";
        (await instance.RunAsync("user", "add", email)).ExitCode.ShouldBe(0);
        var added = await instance.JsonAsync("connect", "add", "--broker", "vested", "--user", email);
        return added.GetProperty("accounts")[0].GetProperty("id").GetString()!;
    }

    /// <summary>What the database has of an account, whoever put it there.</summary>
    private static async Task<List<string>> StoredAsync(TestInstance instance, string account)
    {
        await using var database = Database.Sqlite(instance.DataDirectory);
        await using var db = database.Open(OwnerScope.Everyone);
        var id = Guid.Parse(account);
        var holdings = await db.Holdings.AsNoTracking().Where(h => h.AccountId == id).ToListAsync();
        var cash = await db.CashBalances.AsNoTracking().Where(c => c.AccountId == id).ToListAsync();
        var transactions = await db.Transactions.AsNoTracking().Where(t => t.AccountId == id && t.Source == TransactionSource.Statement).ToListAsync();
        return
        [
            .. holdings.Select(h => FormattableString.Invariant($"holding {h.Symbol} {h.Quantity:0.#########} {h.CostBasis:0.#########} {h.LastPrice:0.#########}")),
            .. cash.Select(c => FormattableString.Invariant($"cash {c.Currency} {c.Amount:0.#########}")),
            .. transactions.Select(t => Line(t.Kind.ToString(), t.Symbol, Text(t.Quantity), Text(t.Amount), Text(t.Fees), Text(t.Taxes))),
        ];
    }

    private static string Line(params string?[] cells) => string.Join(' ', cells.Select(c => c ?? "-"));

    private static string? Text(decimal? value) => value is { } number ? FormattableString.Invariant($"{number:0.#########}") : null;

    private static string? Maybe(JsonElement row, string name) => row.GetProperty(name).ValueKind == JsonValueKind.Null ? null : row.Text(name);

    private static byte[] Sample(string file) => RepositoryRoot.Sample("vested", file);
}
