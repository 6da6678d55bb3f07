using Foliosync.Brokers.Tests;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class ImportTests : IAsyncLifetime
{
    private const string Header = "date,kind,symbol,isin,exchange,name,assetClass,quantity,price,amount,fees,taxes,currency,settledOn,id,note\n";

    private TestInstance _instance = null!;

    public async ValueTask InitializeAsync() => _instance = await TestInstance.WithUserAsync();

    public ValueTask DisposeAsync()
    {
        _instance.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_samples_of_Vested_are_previewed_imported_and_taken_back()
    {
        var account = await ConnectAsync("vested");
        var holdings = await WriteAsync("holdings.xlsx", RepositoryRoot.Sample("vested", "synthetic-Vested_Holdings.xlsx"));
        var transactions = await WriteAsync("transactions.xlsx", RepositoryRoot.Sample("vested", "synthetic-Vested_Transactions.xlsx"));

        (await _instance.RunAsync("import", transactions, "--account", account, "--dry-run")).Output.ShouldContain("Nothing was changed.");
        _instance.Scalar("select count(*) from sync_runs").ShouldBe(0);
        var first = await _instance.JsonAsync("import", transactions, "--account", account);
        (first.GetProperty("format").GetString(), first.GetProperty("conflicting").GetInt32()).ShouldBe(("vested-transactions", 0));
        var second = await _instance.JsonAsync("import", holdings, "--account", account);
        second.GetProperty("asOf").GetString().ShouldStartWith("2026-03-31");
        _instance.Texts("select quantity from holdings order by symbol").ShouldBe(["2.2", "0.8"]);
        _instance.Texts("select amount from cash_balances").ShouldBe(["163.62"]);
        _instance.Scalar("select count(*) from transactions").ShouldBe(6);

        // Money and units of both files agree to the cent and to the ninth decimal.
        var check = await _instance.JsonAsync("accounts", "check", account);
        check.GetProperty("badge").GetString().ShouldBe("in balance");
        (await _instance.JsonAsync("accounts", "list"))[0].GetProperty("id").GetString().ShouldBe(account);
        (await _instance.JsonAsync("accounts", "set", account, "--method", "averageCost")).GetProperty("costMethod").GetString().ShouldBe("averageCost");
        var lots = await _instance.JsonAsync("accounts", "lots", account);
        lots.GetProperty("method").GetString().ShouldBe("averageCost");
        lots.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("quantity").GetString()).ShouldBe(["2.2", "0.8"]);
        (await _instance.RunAsync("accounts", "set", account)).ShouldFailWith(2, "--method or --remind-after");

        (await _instance.RunAsync("import", "undo", first.GetProperty("runId").GetString()!)).ShouldFailWith(1, "Undo that one first");
        (await _instance.RunAsync("import", "undo", second.GetProperty("runId").GetString()!)).ExitCode.ShouldBe(0);
        (await _instance.JsonAsync("import", "undo", first.GetProperty("runId").GetString()!)).GetProperty("removed").GetInt32().ShouldBe(6);
        _instance.Scalar("select (select count(*) from holdings) + (select count(*) from cash_balances) + (select count(*) from transactions)").ShouldBe(0);
    }

    [Fact]
    public async Task What_cannot_be_imported_is_one_line()
    {
        var account = await ConnectAsync("files");
        var junk = await WriteAsync("junk.bin", [1, 2, 3]);

        (await _instance.RunAsync("import", "nowhere.csv", "--account", account)).ShouldFailWith(2, "There is no file");
        (await _instance.RunAsync("import", junk, "--account", account)).ShouldFailWith(2, "The file");
        (await _instance.RunAsync("import", junk, "--account", Guid.NewGuid().ToString())).ShouldFailWith(2, "There is no account with this id.");
        (await _instance.RunAsync("import", "undo", Guid.NewGuid().ToString())).ShouldFailWith(2, "There is no sync run with this id.");
        _instance.Scalar("select count(*) from sync_runs").ShouldBe(0);
    }

    [Fact]
    public async Task Several_sources_of_files_are_accounts_of_their_own()
    {
        (await _instance.RunAsync("connect", "add", "--broker", "files", "--credential", "source=Bank A")).Output.ShouldContain("foliosync import FILE --account");
        await _instance.JsonAsync("connect", "add", "--broker", "files", "--credential", "source=Bank B", "--credential", "currency=EUR");

        (await _instance.RunAsync("connect", "add", "--broker", "files", "--credential", "source=bank b")).ExitCode.ShouldBe(2);
        _instance.Texts("select name || ' ' || currency from accounts order by name").ShouldBe(["Bank A INR", "Bank B EUR"]);
    }

    [Fact]
    public async Task A_file_in_the_inbox_of_a_server_is_imported()
    {
        var account = await ConnectAsync("files");
        var inbox = Directory.CreateDirectory(Path.Combine(_instance.DataDirectory, "inbox", account)).FullName;
        await File.WriteAllTextAsync(Path.Combine(inbox, "trades.csv"), Header + "2025-02-03,buy,INFY,,NSE,,,10,1500,,12.5,,INR,,,\n", TestContext.Current.CancellationToken);
        await using var server = _instance.With("FOLIOSYNC_URLS", "http://127.0.0.1:0").StartRunning("serve");

        for (var tries = 0; tries < 600 && !Directory.Exists(Path.Combine(inbox, "done")); tries++)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        (await server.StopAsync()).ShouldBe(0);
        Directory.GetFiles(Path.Combine(inbox, "done")).Length.ShouldBe(2);
        _instance.Scalar("select count(*) from transactions").ShouldBe(1);
    }

    private async Task<string> ConnectAsync(string broker)
    {
        var added = await _instance.JsonAsync("connect", "add", "--broker", broker);
        return added.GetProperty("accounts")[0].GetProperty("id").GetString()!;
    }

    private async Task<string> WriteAsync(string name, byte[] bytes)
    {
        var file = Path.Combine(_instance.Folder, name);
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        return file;
    }
}
