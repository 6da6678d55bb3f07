using Foliosync.Brokers.Contract;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Valuations;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Valuations.ValuationWorld;

namespace Foliosync.Core.Tests.Valuations;

public sealed class ValuationUpdatesTests
{
    [Theory, EachStore]
    public async Task Units_times_prices_become_values_that_are_carried_forward_and_marked(Store store)
    {
        await using var world = await CreateAsync(store);
        await world.AddAsync(world.Trade(0, TransactionKind.Buy, 10, 100), world.PriceOf(1, 110), world.PriceOf(3, 120));

        await world.ComputeAsync();

        // 10 x 100 as bought, 10 x 110, carried, 10 x 120, and so on until today, day 30.
        (await world.ValuesAsync(-1, 0, 1, 2, 3, 30)).ShouldBe([null, 1_000m, 1_100m, 1_100m, 1_200m, 1_200m]);
        var days = (await world.Reports.ValuationsAsync(new PerformanceQuestion { AccountId = world.AccountId }, Core.Storage.OwnerScope.Everyone, default)).Days;
        days[1].Marks.ShouldBeEmpty();
        days[2].Marks.ShouldBe(["carried"]);
        days[30].Marks.ShouldBe(["carried", "stale"]);
    }

    [Theory, EachStore]
    public async Task Reports_tell_units_and_cash_by_change(Store store)
    {
        await using var world = await CreateAsync(store);
        await world.AddAsync(
            world.Period(10, 0, 5), world.Holding(4, 5), world.PriceOf(0, 100),
            new CashBalance { Id = Guid.NewGuid(), AccountId = world.AccountId, Segment = string.Empty, Currency = "INR", Amount = 600, AsOf = At(5) },
            new CashBalancePeriod { Id = Guid.NewGuid(), AccountId = world.AccountId, Segment = string.Empty, Currency = "INR", Amount = 50, From = At(0), To = At(5) });
        await world.ReportedAsync(29);

        await world.ComputeAsync();

        (await world.ValuesAsync(0, 4, 5, 30)).ShouldBe([1_050m, 1_050m, 1_000m, 1_000m]);
        var state = await world.StateAsync();
        (state.FirstDay, state.LastDay, state.StaleFrom).ShouldBe((Day(0), Day(30), null));
        (state.ReportedFrom, state.CashFrom).ShouldBe((Day(0), Day(0)));
    }

    [Theory, EachStore]
    public async Task Without_any_payment_told_cash_before_the_first_balance_is_no_part_of_the_value(Store store)
    {
        await using var world = await CreateAsync(store);
        await world.AddAsync(
            world.Trade(0, TransactionKind.Buy, 10, 100), world.Holding(10, 10), world.PriceOf(0, 100),
            new CashBalance { Id = Guid.NewGuid(), AccountId = world.AccountId, Segment = string.Empty, Currency = "INR", Amount = 500, AsOf = At(10) });
        await world.ReportedAsync(10);

        await world.ComputeAsync();

        // The purchase is what came in on day 0; nobody held 1,000 rupees of cash before it.
        (await world.ValuesAsync(-1, 0, 9, 10)).ShouldBe([null, 1_000m, 1_000m, 1_500m]);
        (await world.ReportAsync()).MoneyIn.ShouldBe(1_500m);
    }

    [Theory, EachStore]
    public async Task An_old_transaction_changes_the_days_from_it_on_and_no_others(Store store)
    {
        await using var world = await CreateAsync(store);
        await world.AddAsync(world.Trade(0, TransactionKind.Buy, 10, 100), world.PriceOf(0, 100));
        await world.ComputeAsync();

        await world.AddAsync(world.Trade(20, TransactionKind.Buy, 5, 100));
        await world.TouchAsync(20);

        (await world.ValuesAsync(19, 20, 30)).ShouldBe([1_000m, 1_500m, 1_500m]);
        (await world.StateAsync()).Generation.ShouldBe(2);
    }

    [Theory, EachStore]
    public async Task While_values_are_stale_readers_see_the_last_complete_ones_and_are_told_so(Store store)
    {
        await using var world = await CreateAsync(store);
        await world.AddAsync(world.Trade(0, TransactionKind.Buy, 10, 100), world.PriceOf(0, 100));
        await world.ComputeAsync();
        (await world.ReportAsync()).Updating.ShouldBeFalse();

        await world.AddAsync(world.Trade(20, TransactionKind.Buy, 5, 100));
        await StoredRows.RunAsync(world.Database, s => s.Rows(ValuationStatements.Touch, [ValuationTouch.OfLedger(world.AccountId, Day(20))]));

        var report = await world.ReportAsync();
        report.EndValue.ShouldBe(1_000m);
        report.Updating.ShouldBeTrue();
    }

    [Theory, EachStore]
    public async Task A_touch_while_values_are_computed_is_not_lost(Store store)
    {
        await using var world = await CreateAsync(store);
        await world.AddAsync(world.Trade(0, TransactionKind.Buy, 10, 100), world.PriceOf(0, 100));
        await world.ComputeAsync();
        var before = await world.StateAsync();

        // As when another touch is committed between reading and storing: the number of touches that was read is not that of now.
        await StoredRows.RunAsync(world.Database, s =>
        {
            s.Rows(ValuationStatements.Touch, [new ValuationTouch(world.AccountId, Day(3))]);
            s.Query(
                ValuationStatements.Store, null, _ => { }, ("account", world.AccountId), ("first", Day(0)), ("last", Day(30)), ("now", At(30)),
                ("reported", DBNull.Value), ("cash", DBNull.Value), ("ranges", DBNull.Value), ("touches", before.Touches), ("generation", before.Generation));
        });

        (await world.StateAsync()).StaleFrom.ShouldBe(Day(3));
    }

    [Theory, EachStore]
    public async Task Two_processes_at_the_same_account_end_with_the_same_values_as_one(Store store)
    {
        await using var world = await CreateAsync(store);
        await world.AddAsync(world.Trade(0, TransactionKind.Buy, 10, 100), world.Trade(8, TransactionKind.Sell, 3, 120), world.PriceOf(0, 100), world.PriceOf(9, 130));
        await world.ComputeAsync();
        var once = await world.StoredAsync();

        for (var round = 0; round < 5; round++)
        {
            await world.Updates.ForgetAsync(world.AccountId, default);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => world.Updates.UpdateAsync(world.AccountId, default))));
        }

        (await world.StoredAsync()).ShouldBe(once);
        (await world.StateAsync()).StaleFrom.ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task The_day_that_has_begun_is_carried_forward_until_it_is_computed(Store store)
    {
        await using var world = await CreateAsync(store);
        await world.AddAsync(world.Trade(0, TransactionKind.Buy, 10, 100), world.PriceOf(0, 100));
        await world.ComputeAsync();
        world.Clock.Advance(TimeSpan.FromDays(2));
        await world.AddAsync(world.PriceOf(31, 150));

        (await world.ValuesAsync(30, 31, 32)).ShouldBe([1_000m, 1_000m, 1_000m]);
        await new ValuationClock(world.Database, world.Clock).RunAsync(default);
        await world.Updates.RunAsync(null, default);

        (await world.ValuesAsync(30, 31, 32)).ShouldBe([1_000m, 1_500m, 1_500m]);
    }

    [Theory, EachStore]
    public async Task What_was_computed_months_ago_is_carried_forward_and_never_zero(Store store)
    {
        await using var world = await CreateAsync(store);
        await world.AddAsync(world.Trade(0, TransactionKind.Buy, 10, 100), world.PriceOf(0, 100));
        await world.ComputeAsync();

        world.Clock.Advance(TimeSpan.FromDays(100));

        var report = await world.ReportAsync(new PerformanceQuestion { Period = "1w" });
        (report.StartValue, report.EndValue, report.TimeWeightedReturn.Total).ShouldBe((1_000m, 1_000m, 0m));
        report.Trust.StaleDays.ShouldBe(7);
    }

    [Theory, EachStore]
    public async Task Accounts_that_an_earlier_version_stored_are_valued_too(Store store)
    {
        await using var world = await CreateAsync(store);
        await world.AddAsync(world.Trade(0, TransactionKind.Buy, 10, 100));

        await new ValuationClock(world.Database, world.Clock).RunAsync(default);
        var done = await world.Updates.RunAsync(null, default);

        done.ShouldBe(1);
        (await world.ValuesAsync(0)).ShouldBe([1_000m]);
    }

    [Theory, EachStore]
    public async Task The_brokers_own_price_comes_before_those_of_others(Store store)
    {
        await using var world = await CreateAsync(store);
        await world.AddAsync(
            world.Trade(0, TransactionKind.Buy, 1, 90), world.PriceOf(0, 100, source: "amfi"), world.PriceOf(0, 102, source: "fake"), world.PriceOf(0, 95, source: "zerodha"));

        await world.ComputeAsync();

        (await world.ValuesAsync(0)).ShouldBe([102m]);
    }

    [Theory, EachStore]
    public async Task Splits_and_adjustments_are_told_by_the_units_after_them(Store store)
    {
        await using var world = await CreateAsync(store);
        var split = world.Trade(5, TransactionKind.Split, 20, 0);
        split.Price = null;
        var adjusted = world.Trade(10, TransactionKind.Adjustment, 18, 0);
        adjusted.Price = null;
        await world.AddAsync(world.Trade(0, TransactionKind.Buy, 10, 100), split, adjusted, world.PriceOf(0, 100), world.PriceOf(8, 52));

        await world.ComputeAsync();

        // 10 x 100; 20 x 50, the price before the split divided; 20 x 52; 18 x 52.
        (await world.ValuesAsync(4, 5, 8, 10)).ShouldBe([1_000m, 1_000m, 1_040m, 936m]);
        (await world.ReportAsync()).TimeWeightedReturn.Total!.Value.ShouldBe(0.04m, 1e-20m);
    }

    [Theory, EachStore]
    public async Task Superseded_rows_do_not_count(Store store)
    {
        await using var world = await CreateAsync(store);
        var (counts, superseded) = (world.Trade(0, TransactionKind.Buy, 10, 100), world.Trade(0, TransactionKind.Buy, 10, 100));
        superseded.SupersededBy = counts.Id;
        await world.AddAsync(counts, superseded);

        await world.ComputeAsync();

        (await world.ValuesAsync(0)).ShouldBe([1_000m]);
    }
}
