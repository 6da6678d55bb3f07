using System.Globalization;
using System.Text;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Tests.Cli;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Tests;

/// <summary>The program is killed in the middle of an import.</summary>
public sealed class ImportCrashTests
{
    private const int Rows = 60_000;
    private const string Header = "date,kind,symbol,isin,exchange,name,assetClass,quantity,price,amount,fees,taxes,currency,settledOn,id,note\n";

    [Theory, EachStore]
    public async Task Nothing_of_it_is_left_and_the_next_one_completes_it(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        using var program = new TestInstance();
        program.With(store == Store.Sqlite ? "FOLIOSYNC_DATA_DIR" : "DATABASE_URL", database.Location);
        (await program.RunAsync("user", "add", "me@example.org")).ExitCode.ShouldBe(0);
        var account = (await program.JsonAsync("connect", "add", "--broker", "files")).GetProperty("accounts")[0].GetProperty("id").GetString()!;
        var file = Path.Combine(program.Folder, "many.csv");
        await File.WriteAllTextAsync(file, Text(), TestContext.Current.CancellationToken);
        await using (var import = program.StartRunning("import", file, "--account", account))
        {
            // The run is begun in a transaction of its own, just before the rows are written.
            await WaitAsync(async () => await RunsAsync(database, SyncRunState.Running) == 1);
            await import.KillAsync();
        }

        (await RunsAsync(database, SyncRunState.Running)).ShouldBe(1);
        (await TransactionsAsync(database)).ShouldBe(0);

        (await program.JsonAsync("import", file, "--account", account)).GetProperty("new").GetInt32().ShouldBe(Rows);
        (await TransactionsAsync(database)).ShouldBe(Rows);
        (await RunsAsync(database, SyncRunState.Running)).ShouldBe(0);
        (await RunsAsync(database, SyncRunState.Failed)).ShouldBe(1);
        (await RunsAsync(database, SyncRunState.Succeeded)).ShouldBe(1);
    }

    private static string Text()
    {
        var text = new StringBuilder(Header);
        for (var i = 1; i <= Rows; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"2025-02-03,buy,INFY,,NSE,,,{i},1500,,12.5,,INR,,,\n");
        }

        return text.ToString();
    }

    private static async Task WaitAsync(Func<Task<bool>> isSo)
    {
        for (var tries = 0; tries < 2_000 && !await isSo(); tries++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<int> RunsAsync(TestDatabase database, SyncRunState state)
    {
        await using var db = database.Open();
        return await db.SyncRuns.CountAsync(r => r.State == state);
    }

    private static async Task<int> TransactionsAsync(TestDatabase database)
    {
        await using var db = database.Open();
        return await db.Transactions.CountAsync();
    }
}
