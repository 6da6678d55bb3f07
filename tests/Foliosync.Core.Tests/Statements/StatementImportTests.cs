using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Tests;
using Foliosync.Core.Connections;
using Foliosync.Core.Statements;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Statements;

public sealed class StatementImportTests
{
    private const string BuyTen = "2025-02-03,buy,INFY,,NSE,,,10,1500,,12.5,,INR,,,";
    private const string BuyFive = "2025-02-04,buy,INFY,,NSE,,,5,1510,,,,INR,,,";
    private const string SellFour = "2025-03-04,sell,INFY,,NSE,,,4,1600,,,,INR,,,";

    [Theory, EachStore]
    public async Task The_samples_of_Vested_give_what_they_say_in_either_order(Store store)
    {
        var holdings = RepositoryRoot.Sample("vested", "synthetic-Vested_Holdings.xlsx");
        var transactions = RepositoryRoot.Sample("vested", "synthetic-Vested_Transactions.xlsx");
        List<string> ends = [];
        foreach (var order in new[] { new[] { holdings, transactions }, [transactions, holdings] })
        {
            await using var world = await StatementWorld.OfVestedAsync(store);
            foreach (var file in order.Concat(order))
            {
                await world.ImportBytesAsync(file);
            }

            var held = await world.Sync.HoldingsAsync();
            held.Select(h => (h.Symbol, h.Quantity, h.CostBasis, h.LastPrice)).ShouldBe([("AAPL", 2.2m, 437.1m, 205m), ("VOO", 0.8m, 401.2m, 514.25m)]);
            (await world.CountingAsync()).Count.ShouldBe(6);
            var cash = await world.Sync.ReadAsync(db => db.CashBalances.SingleAsync());
            (cash.Amount, cash.Currency, cash.AsOf).ShouldBe((163.62m, "USD", new DateTimeOffset(2026, 3, 20, 14, 5, 10, TimeSpan.Zero)));
            (await world.Sync.ReadAsync(db => db.Accounts.Select(a => a.ReportedAt).SingleAsync())).ShouldBe(new DateTimeOffset(2026, 3, 31, 0, 0, 0, TimeSpan.Zero));
            ends.Add(await world.EverythingAsync());
        }

        ends[1].ShouldBe(ends[0]);
    }

    [Theory, EachStore]
    public async Task An_import_is_a_run_that_tells_what_came_of_the_file(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);

        var result = await world.ImportAsync(BuyTen, BuyFive, SellFour);

        (result.NewTransactions, result.KnownTransactions, result.ConflictingTransactions).ShouldBe((3, 0, 0));
        (result.FirstDay, result.LastDay, result.AsOf).ShouldBe((new DateOnly(2025, 2, 3), new DateOnly(2025, 3, 4), null));
        var run = await world.Sync.LastRunAsync("Vested");
        (run.Id, run.Trigger, run.State, run.Received, run.Inserted).ShouldBe((result.RunId!.Value, SyncTrigger.Statement, SyncRunState.Succeeded, 3, 3));
        var state = await world.Sync.StateAsync("Vested");
        (state.State, state.LeaseToken, state.LastRunId, state.NextSyncAt).ShouldBe((ConnectionState.Active, null, run.Id, null));
        state.LastSuccessAt.ShouldBe(run.FinishedAt);
        (await world.CountingAsync()).ShouldAllBe(t => t.Source == TransactionSource.Statement && t.RunId == run.Id);
        (await world.Sync.ReadAsync(db => db.AuditEvents.AnyAsync(a => a.Action == "statement.imported"))).ShouldBeTrue();
    }

    [Theory, EachStore]
    public async Task The_same_file_and_an_overlapping_one_change_nothing_that_is_there(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);
        await world.ImportAsync(BuyTen, BuyFive);
        var before = await world.EverythingAsync();

        var again = await world.ImportAsync(BuyTen, BuyFive);

        (again.NewTransactions, again.KnownTransactions).ShouldBe((0, 2));
        (await world.EverythingAsync()).ShouldBe(before);
        var longer = await world.ImportAsync(BuyFive, SellFour);
        (longer.NewTransactions, longer.KnownTransactions).ShouldBe((1, 1));
        (await world.CountingAsync()).Count.ShouldBe(3);
    }

    [Theory, EachStore]
    public async Task Two_equal_trades_of_one_file_are_two_trades_however_often_it_comes(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);

        await world.ImportAsync(BuyTen, BuyTen);
        await world.ImportAsync(BuyTen);
        await world.ImportAsync(BuyTen, BuyTen);

        (await world.CountingAsync()).Count.ShouldBe(2);
    }

    [Theory, EachStore]
    public async Task The_same_file_sent_twice_at_once_is_booked_once(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);
        var text = string.Join('\n', [StatementWorld.Header, .. Enumerable.Range(1, 2_500).Select(i => $"2025-02-03,buy,INFY,,NSE,,,{i},1500,,,,INR,,,")]);

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAsync(world.NewImports())));

        results.Sum(r => r.NewTransactions).ShouldBe(2_500);
        results.Sum(r => r.KnownTransactions).ShouldBe(3 * 2_500);
        (await world.CountingAsync()).Count.ShouldBe(2_500);

        async Task<StatementResult> SendAsync(StatementImports imports)
        {
            using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text));
            return await imports.ImportAsync(new StatementFile(world.AccountId, stream), null, Actor.CommandLine, default);
        }
    }

    [Theory, EachStore]
    public async Task A_dry_run_tells_the_same_and_stores_nothing(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);
        await world.ImportAsync(BuyTen);
        var before = await world.EverythingAsync();
        var text = string.Join('\n', StatementWorld.Header, BuyTen, BuyFive, "2025-02-05,sell,NEWCO,,NSE,,,1,10,,,,INR,,,");

        var preview = await world.ImportTextAsync(text, dryRun: true);

        preview.RunId.ShouldBeNull();
        (await world.EverythingAsync()).ShouldBe(before);
        (await world.Sync.ReadAsync(db => db.Instruments.CountAsync())).ShouldBe(1);
        (await world.Sync.ReadAsync(db => db.SyncRuns.CountAsync())).ShouldBe(1);
        var real = await world.ImportTextAsync(text);
        (preview.NewTransactions, preview.KnownTransactions, preview.Counts).ShouldBe((real.NewTransactions, real.KnownTransactions, real.Counts));
        preview.Warnings.ShouldBe(real.Warnings);
        preview.Warnings.ShouldContain(w => w.Code == "oversold");
    }

    [Theory, EachStore]
    public async Task Selling_more_than_is_held_is_booked_with_a_warning_that_names_the_sale(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);

        var result = await world.ImportAsync(BuyTen, "2025-02-05,sell,INFY,,NSE,,,12,1600,,,,INR,,,");

        result.NewTransactions.ShouldBe(2);
        result.Warnings.ShouldHaveSingleItem().ShouldBe(new BrokerWarning(
            "oversold", "INFY: 12 sold on 2025-02-05, 2 more than the ledger has by then. Import the file that has the purchases, too."));
        (await world.Sync.LastRunAsync("Vested")).Warnings.ShouldBe(result.Warnings);
    }

    [Theory, EachStore]
    public async Task What_an_earlier_file_said_otherwise_is_a_conflict_and_stays(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);
        await world.ImportAsync("2025-02-03,buy,INFY,,NSE,,,10,1500,,,,INR,,my-1,");

        var result = await world.ImportAsync("2025-02-03,buy,INFY,,NSE,,,10,1400,,,,INR,,my-1,");

        (result.NewTransactions, result.ConflictingTransactions).ShouldBe((0, 1));
        result.Warnings.ShouldHaveSingleItem().Message.ShouldStartWith("INFY, buy on 2025-02-03 (10): An earlier file says otherwise");
        (await world.CountingAsync()).ShouldHaveSingleItem().Price.ShouldBe(1500m);
    }

    [Theory, EachStore]
    public async Task An_older_file_of_holdings_never_overwrites_newer_ones(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);
        await world.ImportTextAsync(StatementWorld.Holdings("2025-03-31", StatementWorld.Held("INFY", 10)));
        var before = await world.EverythingAsync();

        var older = await world.ImportTextAsync(StatementWorld.Holdings("2025-02-28", StatementWorld.Held("TCS", 3)));

        older.Warnings.ShouldHaveSingleItem().Code.ShouldBe("older-than-stored");
        (await world.EverythingAsync()).ShouldBe(before);
    }

    [Theory, EachStore]
    public async Task A_newer_file_of_holdings_changes_and_closes_and_keeps_the_history(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);
        await world.ImportTextAsync(StatementWorld.Holdings("2025-03-31", StatementWorld.Held("INFY", 10) + "," + StatementWorld.Held("TCS", 1), """{"currency":"INR","amount":"5"}"""));

        var result = await world.ImportTextAsync(StatementWorld.Holdings("2025-04-30", StatementWorld.Held("INFY", 12)));

        (result.Counts.Updated, result.Counts.Closed).ShouldBe((1, 1));
        (await world.Sync.HoldingsAsync()).ShouldHaveSingleItem().Quantity.ShouldBe(12m);
        (await world.Sync.ReadAsync(db => db.HoldingPeriods.Select(p => p.To).Distinct().SingleAsync())).ShouldBe(new DateTimeOffset(2025, 4, 30, 0, 0, 0, TimeSpan.Zero));
        // It says nothing of cash, so the cash stays.
        (await world.Sync.ReadAsync(db => db.CashBalances.SingleAsync())).Amount.ShouldBe(5m);
    }

    [Theory, EachStore]
    public async Task A_file_that_lacks_most_of_what_is_held_waits_for_a_word(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);
        await world.ImportTextAsync(StatementWorld.Holdings("2025-03-31", string.Join(',', Enumerable.Range(1, 6).Select(i => StatementWorld.Held("S" + i, i)))));
        var before = await world.EverythingAsync();
        var lacking = StatementWorld.Holdings("2025-04-30", StatementWorld.Held("S1", 1));

        var refused = await Should.ThrowAsync<RefusedException>(() => world.ImportTextAsync(lacking));

        refused.Message.ShouldStartWith("The file does not have 5 of the 6 holdings");
        (await world.EverythingAsync()).ShouldBe(before);
        (await world.Sync.LastRunAsync("Vested")).ErrorKind.ShouldBe("suspiciousReport");
        (await world.Sync.StateAsync("Vested")).LeaseToken.ShouldBeNull();
        await world.ImportTextAsync(lacking, confirmed: true);
        (await world.Sync.HoldingsAsync()).ShouldHaveSingleItem();
    }

    [Theory, EachStore]
    public async Task A_file_that_is_damaged_anywhere_is_refused_in_one_sentence_and_makes_no_run(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);
        foreach (var bytes in new byte[][] { [], [1, 2, 3, 0, 255, 254], "PK\u0003\u0004 no archive"u8.ToArray(), "<html>"u8.ToArray(), "a,b\n1,2"u8.ToArray() })
        {
            var refused = await Should.ThrowAsync<InputException>(() => world.ImportBytesAsync(bytes));
            refused.Field.ShouldBe("file");
            refused.Message.ShouldEndWith(".");
        }

        (await world.Sync.ReadAsync(db => db.SyncRuns.CountAsync())).ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task A_file_of_another_account_is_refused_without_showing_whose_it_is(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);

        (await Should.ThrowAsync<NotFoundException>(async () =>
        {
            using var stream = new MemoryStream([1]);
            await world.Imports.ImportAsync(new StatementFile(Guid.NewGuid(), stream), null, Actor.CommandLine, default);
        })).Message.ShouldBe("There is no account with this id.");
        (await Should.ThrowAsync<InputException>(async () =>
        {
            using var stream = new MemoryStream([1]);
            await world.Imports.ImportAsync(new StatementFile(world.AccountId, stream) { Format = "nonsense" }, null, Actor.CommandLine, default);
        })).Message.ShouldContain("vested-holdings");
    }
}
