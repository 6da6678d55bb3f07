using Foliosync.Brokers.Contract;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Statements;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Tests.Sync;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Statements.StatementWorld;

namespace Foliosync.Core.Tests.Ledgers;

/// <summary>What is concluded from syncs, as it is stored. The first one is of the morning of 3 August 2026 in India.</summary>
public sealed class InferredLedgerTests
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Theory, EachStore]
    public async Task More_units_at_a_higher_cost_are_a_purchase_that_names_the_two_runs(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m, 100m, 110m)]);
        var first = await world.Sync.LastRunAsync();

        // 10 for 1,000 become 15 for 1,560: five for 560.
        await SyncNextDayAsync(world, SyncWorld.Share("INFY", 15m, 104m, 115m));

        var second = await world.Sync.LastRunAsync();
        var bought = (await world.CountingAsync()).ShouldHaveSingleItem();
        (bought.Kind, bought.Quantity, bought.Price, bought.Amount, bought.Fees, bought.Currency).ShouldBe((TransactionKind.Buy, 5m, 112m, -560m, null, "INR"));
        (bought.Source, bought.Confidence, bought.Symbol).ShouldBe((TransactionSource.Inferred, 0.9m, "INFY"));
        (bought.InferredSinceRunId, bought.RunId).ShouldBe((first.Id, second.Id));
        (bought.InferredSince, bought.TradedAt).ShouldBe((FakeClock.OnAWorkday().GetUtcNow(), FakeClock.OnAWorkday().GetUtcNow() + Day));
        bought.Note.ShouldBe("Price from the change of cost.");
    }

    [Theory, EachStore]
    public async Task Units_that_are_gone_were_sold_at_the_last_price(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m), SyncWorld.Share("TCS", 100m)]);
        await SyncNextDayAsync(world, SyncWorld.Share("INFY", 6m, 100m, 120m), SyncWorld.Share("TCS", 100m));
        await SyncNextDayAsync(world, SyncWorld.Share("TCS", 100m));

        (await world.CountingAsync()).Select(t => (t.Kind, t.Symbol, t.Quantity, t.Price)).ShouldBe(
            [(TransactionKind.Sell, "INFY", 4m, 120m), (TransactionKind.Sell, "INFY", 6m, 120m)]);
    }

    [Theory, EachStore]
    public async Task What_the_API_tells_is_not_inferred_and_of_the_rest_only_the_rest(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m), SyncWorld.Share("TCS", 10m)]);
        world.Sync.Broker["key1"].Transactions =
        [
            Trade("T1", TransactionKind.Buy, "INFY", 5m, 112m, Tomorrow(world)),
            Trade("T2", TransactionKind.Buy, "TCS", 2m, 112m, Tomorrow(world)),
        ];

        await SyncNextDayAsync(world, SyncWorld.Share("INFY", 15m, 104m), SyncWorld.Share("TCS", 15m, 104m));

        (await world.CountingAsync()).Select(t => (t.Symbol, t.Quantity, t.Price, t.Source)).OrderBy(t => t.Symbol).ThenBy(t => t.Source).ShouldBe(
        [
            ("INFY", 5m, 112m, TransactionSource.Api),
            ("TCS", 2m, 112m, TransactionSource.Api),
            ("TCS", 3m, 112m, TransactionSource.Inferred),
        ]);
    }

    [Theory, EachStore]
    public async Task A_trade_that_the_API_told_before_the_holdings_showed_it_is_not_inferred_again(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m)]);
        world.Sync.Broker["key1"].Transactions = [Trade("T1", TransactionKind.Buy, "INFY", 5m, 112m, Tomorrow(world))];

        await SyncNextDayAsync(world, SyncWorld.Share("INFY", 10m));
        await SyncNextDayAsync(world, SyncWorld.Share("INFY", 15m, 104m));

        (await world.CountingAsync()).ShouldHaveSingleItem().Source.ShouldBe(TransactionSource.Api);
    }

    [Theory, EachStore]
    public async Task A_trade_that_the_API_tells_later_takes_the_place_of_the_inference(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m)]);
        var traded = Tomorrow(world);
        await SyncNextDayAsync(world, SyncWorld.Share("INFY", 15m, 104m));
        world.Sync.Broker["key1"].Transactions = [Trade("T1", TransactionKind.Buy, "INFY", 5m, 111m, traded)];

        await SyncNextDayAsync(world, SyncWorld.Share("INFY", 15m, 104m));

        var told = (await world.CountingAsync()).ShouldHaveSingleItem();
        (told.ExternalId, told.Source).ShouldBe(("T1", TransactionSource.Api));
        (await world.Sync.ReadAsync(db => db.Transactions.SingleAsync(t => t.Source == TransactionSource.Inferred))).SupersededBy.ShouldBe(told.Id);
    }

    [Theory, EachStore]
    public async Task A_file_takes_the_place_of_an_inference_and_its_undo_brings_it_back(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m)]);
        await SyncNextDayAsync(world, SyncWorld.Share("INFY", 15m, 104m));
        var before = await world.EverythingAsync();

        // The file tells the day and no time.
        var import = await world.ImportAsync("2026-08-04,buy,INFY,,NSE,,,5,111,,,,INR,,F1,");

        (await world.CountingAsync()).ShouldHaveSingleItem().ExternalId.ShouldBe("file:F1");
        await world.Undo.UndoAsync(import.RunId!.Value, Actor.CommandLine, default);
        (await world.EverythingAsync()).ShouldBe(before);
        (await world.CountingAsync()).ShouldHaveSingleItem().Source.ShouldBe(TransactionSource.Inferred);
    }

    [Theory, EachStore]
    public async Task A_file_that_tells_a_part_leaves_the_rest_inferred(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m)]);
        await SyncNextDayAsync(world, SyncWorld.Share("INFY", 15m, 104m));
        var inferred = (await world.CountingAsync()).Single();
        var before = await world.EverythingAsync();

        var import = await world.ImportAsync("2026-08-04,buy,INFY,,NSE,,,2,112,,,,INR,,F1,");

        (await world.CountingAsync()).Select(t => (t.Source, t.Quantity)).Order().ShouldBe([(TransactionSource.Statement, 2m), (TransactionSource.Inferred, 3m)]);
        var rest = (await world.CountingAsync()).Single(t => t.Source == TransactionSource.Inferred);
        (rest.RunId, rest.InferredSinceRunId).ShouldBe((inferred.RunId, inferred.InferredSinceRunId));
        await world.Undo.UndoAsync(import.RunId!.Value, Actor.CommandLine, default);
        (await world.EverythingAsync()).ShouldBe(before);
    }

    [Theory, EachStore]
    public async Task Several_changes_of_a_day_are_one_and_the_same_report_again_is_none(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m)]);
        var first = await world.Sync.LastRunAsync();
        await SyncNextDayAsync(world, SyncWorld.Share("INFY", 12m, 102m));
        await SyncAfterAsync(world, TimeSpan.FromHours(2), SyncWorld.Share("INFY", 15m, 104m));
        var after = await world.EverythingAsync();

        await SyncAfterAsync(world, TimeSpan.FromHours(1), SyncWorld.Share("INFY", 15m, 104m));

        var bought = (await world.CountingAsync()).ShouldHaveSingleItem();
        (bought.Quantity, bought.Price, bought.InferredSinceRunId).ShouldBe((5m, 112m, first.Id));
        (await world.Sync.ReadAsync(db => db.Transactions.CountAsync())).ShouldBe(1);
        after.ShouldContain("Inferred Buy INFY 5 112");
    }

    [Theory, EachStore]
    public async Task A_change_on_the_day_of_the_first_report_is_one_too(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m)]);

        await SyncAfterAsync(world, TimeSpan.FromHours(1), SyncWorld.Share("INFY", 15m, 104m));

        (await world.CountingAsync()).ShouldHaveSingleItem().Quantity.ShouldBe(5m);
        await world.ImportAsync("2026-08-03,buy,INFY,,NSE,,,5,112,,,,INR,,F1,");
        (await world.CountingAsync()).ShouldHaveSingleItem().Source.ShouldBe(TransactionSource.Statement);
    }

    [Theory, EachStore]
    public async Task A_run_that_fails_or_waits_for_a_look_leaves_nothing(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m)]);
        world.Sync.Broker["key1"].Failures["cash"] = BrokerException.Transient("The broker is away.");
        await SyncNextDayAsync(world, SyncWorld.Share("INFY", 15m, 104m));
        (await world.Sync.LastRunAsync()).State.ShouldBe(SyncRunState.Failed);
        (await world.CountingAsync()).ShouldBeEmpty();

        world.Sync.Broker["key1"].Failures.Clear();
        await SyncNextDayAsync(world);
        (await world.Sync.LastRunAsync()).State.ShouldBe(SyncRunState.NeedsReview);
        (await world.CountingAsync()).ShouldBeEmpty();

        await SyncNextDayAsync(world, SyncWorld.Share("INFY", 15m, 104m));
        (await world.CountingAsync()).ShouldHaveSingleItem().Quantity.ShouldBe(5m);
    }

    [Theory, EachStore]
    public async Task A_new_ISIN_for_the_same_cost_is_one_going_out_and_the_other_coming_in(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("OLD", 10m, 100m), SyncWorld.Share("TCS", 100m)]);

        await SyncNextDayAsync(world, SyncWorld.Share("NEW", 20m, 50m), SyncWorld.Share("TCS", 100m));

        (await world.CountingAsync()).Select(t => (t.Kind, t.Symbol, t.Quantity, t.Confidence)).ShouldBe(
            [(TransactionKind.TransferIn, "NEW", 20m, 0.3m), (TransactionKind.TransferOut, "OLD", 10m, 0.3m)], ignoreOrder: true);
    }

    [Theory, EachStore]
    public async Task What_was_there_at_the_first_report_is_no_change_and_a_file_that_tells_it_brings_balance(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m)]);
        (await world.CountingAsync()).ShouldBeEmpty();
        await SyncNextDayAsync(world, SyncWorld.Share("INFY", 15m, 104m));
        (await VerdictAsync(world)).Lines.ShouldHaveSingleItem().Cause.ShouldBe(DifferenceCause.MissingHistory);

        await world.ImportAsync("2024-02-05,buy,INFY,,NSE,,,10,100,,,,INR,,F1,");

        (await world.CountingAsync()).Select(t => (t.Quantity, t.Source)).ShouldBe([(10m, TransactionSource.Statement), (5m, TransactionSource.Inferred)]);
        (await VerdictAsync(world)).Badge.ShouldBe("in balance");
    }

    [Theory, EachStore]
    public async Task Newer_holdings_from_a_file_are_inferred_from_like_a_sync_and_go_with_its_undo(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m)]);
        var before = await world.EverythingAsync();
        world.Sync.Time.Advance(Day);

        var import = await world.ImportTextAsync(Holdings("2026-08-04T05:00:00Z", Held("INFY", 12)));

        var bought = (await world.CountingAsync()).ShouldHaveSingleItem();
        (bought.Kind, bought.Quantity, bought.RunId).ShouldBe((TransactionKind.Buy, 2m, import.RunId));
        await world.Undo.UndoAsync(import.RunId!.Value, Actor.CommandLine, default);
        (await world.EverythingAsync()).ShouldBe(before);
    }

    private static async Task<AccountVerdict> VerdictAsync(StatementWorld world) =>
        (await new Reconciliation(world.Sync.Database, world.Sync.Catalog).CheckAsync(world.AccountId, OwnerScope.Everyone, default))!;

    private static DateTimeOffset Tomorrow(StatementWorld world) => world.Sync.Clock.GetUtcNow() + Day - TimeSpan.FromMinutes(30);

    private static Task SyncNextDayAsync(StatementWorld world, params ReportedHolding[] holdings) => SyncAfterAsync(world, Day, holdings);

    private static async Task SyncAfterAsync(StatementWorld world, TimeSpan time, params ReportedHolding[] holdings)
    {
        // Clocks are finer than what databases keep.
        world.Sync.Time.Advance(time + TimeSpan.FromTicks(3));
        world.Sync.Broker["key1"].Holdings = [.. holdings];
        await world.Sync.SyncAsync();
    }
}
