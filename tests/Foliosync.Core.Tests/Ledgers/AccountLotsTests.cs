using Foliosync.Core.Ledgers;
using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Statements;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Tests.Sync;
using Foliosync.Core.Transactions;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Statements.StatementWorld;

namespace Foliosync.Core.Tests.Ledgers;

/// <summary>The lots of accounts as they are stored. The first report is of the morning of 3 August 2026 in India.</summary>
public sealed class AccountLotsTests
{
    [Theory, EachStore]
    public async Task What_was_held_at_the_first_report_is_a_lot_at_the_brokers_cost_of_unknown_age(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m, 100m, 110m)]);

        var report = await ReadAsync(world);

        report.HistoryFrom.ShouldBe(new DateOnly(2026, 8, 3));
        var infy = report.Instruments.ShouldHaveSingleItem();
        var lot = infy.Book.Open.ShouldHaveSingleItem();
        (lot.Quantity, lot.Cost, lot.AcquiredOn).ShouldBe((10m, 1000m, null));
        (infy.BrokerQuantity, infy.MarketValue, infy.UnrealisedGain).ShouldBe((10m, 1100m, 100m));
    }

    [Theory, EachStore]
    public async Task A_file_that_tells_the_purchase_gives_the_lot_its_day(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m, 100m)]);

        await world.ImportAsync("2024-02-05,buy,INFY,,NSE,,,6,100,,,,INR,,F1,");

        (await ReadAsync(world)).Instruments.ShouldHaveSingleItem().Book.Open.Select(l => (l.Quantity, l.Cost, l.AcquiredOn)).ShouldBe(
            [(4m, 400m, null), (6m, 600m, new DateOnly(2024, 2, 5))]);
    }

    [Theory, EachStore]
    public async Task Units_that_are_gone_realise_a_gain_over_the_cost_they_were_first_reported_with(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m, 100m, 110m), SyncWorld.Share("TCS", 100m)]);
        world.Sync.Time.Advance(TimeSpan.FromDays(1));
        world.Sync.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 6m, 100m, 120m), SyncWorld.Share("TCS", 100m)];
        await world.Sync.SyncAsync();

        var infy = (await ReadAsync(world)).Instruments.Single(i => i.Symbol == "INFY");

        (infy.Book.Quantity, infy.Book.CostBasis, infy.Book.RealisedGain, infy.UnrealisedGain).ShouldBe((6m, 600m, 80m, 120m));
    }

    [Theory, EachStore]
    public async Task Only_the_owner_reads_the_lots_of_an_account(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m)]);

        await Should.ThrowAsync<NotFoundException>(() => Lots(world).ReadAsync(world.AccountId, null, null, OwnerScope.Only(Guid.NewGuid()), default));
    }

    private static AccountLots Lots(StatementWorld world) => new(world.Sync.Database, world.Sync.Catalog);

    private static Task<AccountLotsReport> ReadAsync(StatementWorld world, CostMethod? method = null) =>
        Lots(world).ReadAsync(world.AccountId, instrumentId: null, method, OwnerScope.Everyone, default);
}
