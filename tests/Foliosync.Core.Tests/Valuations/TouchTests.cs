using Foliosync.Brokers.Contract;
using Foliosync.Core.Prices;
using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Prices;
using Foliosync.Core.Tests.Statements;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Tests.Sync;
using Foliosync.Core.Users;
using Foliosync.Core.Valuations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Valuations;

/// <summary>Whatever changes what values are made of says so in the same transaction.</summary>
public sealed class TouchTests
{
    // 2026-08-03 05:00 UTC is the morning of that day in India.
    private static readonly DateOnly Today = new(2026, 8, 3);

    [Theory, EachStore]
    public async Task The_first_sync_makes_everything_stale_and_the_update_values_it(Store store)
    {
        await using var world = await SyncedAsync(store);
        (await StateAsync(world)).StaleFrom.ShouldBe(DateOnly.MinValue, "cash is known for the first time");

        (await Updates(world).RunAsync(null, default)).ShouldBe(1);

        var state = await StateAsync(world);
        (state.StaleFrom, state.FirstDay, state.LastDay).ShouldBe((null, Today, Today));
        (await EndValueAsync(world)).ShouldBe((10 * 110m) + 500m);
    }

    [Theory, EachStore]
    public async Task A_report_that_says_nothing_new_touches_nothing(Store store)
    {
        await using var world = await SyncedAsync(store);
        await Updates(world).RunAsync(null, default);

        world.Time.Advance(TimeSpan.FromHours(1));
        await world.SyncAsync();

        (await StateAsync(world)).StaleFrom.ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task New_prices_touch_the_day_and_changed_units_the_days_in_which_a_trade_may_explain_them(Store store)
    {
        await using var world = await SyncedAsync(store);
        await Updates(world).RunAsync(null, default);

        world.Time.Advance(TimeSpan.FromHours(1));
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 10, price: 120)];
        await world.SyncAsync();
        (await StateAsync(world)).StaleFrom.ShouldBe(Today.AddDays(-1));
        await Updates(world).RunAsync(null, default);
        (await EndValueAsync(world)).ShouldBe((10 * 120m) + 500m);

        world.Time.Advance(TimeSpan.FromHours(1));
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 12, price: 120)];
        await world.SyncAsync();

        (await StateAsync(world)).StaleFrom.ShouldBe(Today.AddDays(-ValuationState.LedgerReach - 1));
    }

    [Theory, EachStore]
    public async Task A_cash_balance_that_changes_leaves_what_it_was_for_the_values_of_the_days_before(Store store)
    {
        await using var world = await SyncedAsync(store);
        world.Time.Advance(TimeSpan.FromDays(3));
        world.Broker["key1"].Cash = [new ReportedCash(string.Empty, "INR", 800)];
        await world.SyncAsync();
        await Updates(world).RunAsync(null, default);

        var period = await world.ReadAsync(db => db.CashBalancePeriods.AsNoTracking().SingleAsync());
        (period.Amount, period.To - period.From).ShouldBe((500m, TimeSpan.FromDays(3)));
        var days = (await Reports(world).ValuationsAsync(await QuestionAsync(world) with { AssetClass = "cash" }, OwnerScope.Everyone, default)).Days;
        days.Select(d => d.Value).ShouldBe([500m, 500m, 500m, 800m]);
    }

    [Theory, EachStore]
    public async Task An_imported_old_trade_touches_its_day_and_the_undo_everything(Store store)
    {
        await using var world = await StatementWorld.OfVestedAsync(store);
        await Updates(world.Sync).RunAsync(null, default);

        var imported = await world.ImportAsync("2026-06-01,buy,AAPL,US0378331005,,Apple,equity,10,150,,0,0,USD,,,");

        (await StateAsync(world.Sync)).StaleFrom!.Value.ShouldBeLessThan(new DateOnly(2026, 6, 1));
        await Updates(world.Sync).RunAsync(null, default);
        (await EndValueAsync(world.Sync)).ShouldBe(1_500m);

        world.Sync.Time.Advance(TimeSpan.FromMinutes(1));
        await world.Undo.UndoAsync(imported.RunId!.Value, Actor.CommandLine, default);
        await Updates(world.Sync).RunAsync(null, default);

        (await EndValueAsync(world.Sync)).ShouldBe(0m);
        (await StateAsync(world.Sync)).FirstDay.ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task Prices_of_a_source_touch_those_who_hold_the_instrument_and_only_when_they_are_new(Store store)
    {
        const string Fund = "INF000000001";
        await using var world = await PriceWorld.CreateAsync(store, "2026-09-02T06:00:00Z", PriceSource.Amfi);
        await world.HoldAsync("INR", "2026-01-01T00:00:00Z", Fund, AssetClass.MutualFund);
        world.Server.With("/amfi/NAVAll.txt", Recorded.Bytes(AmfiNavsTests.Row("1", Fund, "10")));

        await world.Feeds.FetchAsync(PriceSource.Amfi, default);
        await using (var db = world.Open())
        {
            (await db.ValuationStates.AsNoTracking().SingleAsync()).StaleFrom.ShouldBe(new DateOnly(2026, 9, 1));
            await db.ValuationStates.ExecuteUpdateAsync(s => s.SetProperty(v => v.StaleFrom, (DateOnly?)null));
        }

        world.Server.With("/amfi/NAVAll.txt", Recorded.Bytes(AmfiNavsTests.Row("1", Fund, "10") + "2;INF000000002;-;B;;;7;01-Sep-2026\r\n"));
        await world.Feeds.FetchAsync(PriceSource.Amfi, default);

        await using var after = world.Open();
        (await after.ValuationStates.AsNoTracking().SingleAsync()).StaleFrom.ShouldBeNull("the price is the same");
    }

    [Theory, EachStore]
    public async Task The_plan_tells_that_values_are_stale_until_they_are_computed(Store store)
    {
        await using var world = await SyncedAsync(store);
        (await world.Planner.PlanAsync(default)).HasStaleValues.ShouldBeTrue();

        await Updates(world).RunAsync(null, default);

        (await world.Planner.PlanAsync(default)).HasStaleValues.ShouldBeFalse();
    }

    private static async Task<SyncWorld> SyncedAsync(Store store)
    {
        var world = await SyncWorld.CreateAsync(store);
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 10)];
        world.Broker["key1"].Cash = [new ReportedCash(string.Empty, "INR", 500)];
        await world.ConnectAsync("key1");
        await world.SyncAsync();
        return world;
    }

    private static ValuationUpdates Updates(SyncWorld world) => new(world.Database, world.Catalog, world.Clock, NullLogger<ValuationUpdates>.Instance);

    private static PerformanceReports Reports(SyncWorld world) => new(world.Database, world.Catalog, world.Clock);

    private static Task<ValuationState> StateAsync(SyncWorld world) => world.ReadAsync(db => db.ValuationStates.AsNoTracking().SingleAsync());

    private static Task<PerformanceQuestion> QuestionAsync(SyncWorld world) =>
        world.ReadAsync(async db => new PerformanceQuestion { AccountId = await db.Accounts.Select(a => a.Id).SingleAsync() });

    private static async Task<decimal?> EndValueAsync(SyncWorld world) =>
        (await Reports(world).ReportAsync(await QuestionAsync(world), OwnerScope.Everyone, default)).EndValue;
}
