using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Valuations.ValuationWorld;

namespace Foliosync.Core.Tests.Valuations;

public sealed class HeldSheetsTests
{
    [Theory, EachStore]
    public async Task Everything_held_comes_with_what_it_is_worth_and_how_old_that_is(Store store)
    {
        await using var world = await CreateAsync(store);
        var share = world.Holding(10, 0);
        (share.LastPrice, share.CostBasis, share.AveragePrice) = (120m, 1_000m, 100m);
        var future = world.Holding(-2, 0, await world.AddInstrumentAsync("FUT"));
        (future.LastPrice, future.Multiplier, future.PricedAt) = (10m, 50m, At(29));
        await world.AddAsync(
            share, future, world.PriceOf(28, 110, source: "fake"), world.PriceOf(29, 115, source: "fake"), world.PriceOf(30, 120, source: "fake"), world.PriceOf(29, 1, source: "amfi"),
            new CashBalance { Id = Guid.NewGuid(), AccountId = world.AccountId, Segment = string.Empty, Currency = "INR", Amount = 5, AsOf = At(3) });
        await world.ReportedAsync(30);

        var sheet = await ReadAsync(world);

        var held = sheet.Lots.Single(l => l.InstrumentId == world.InstrumentId);
        (held.Value, held.Gain, held.DayChange, held.PricedAt, held.ReportedAt).ShouldBe((1_200m, 200m, 50m, At(30), At(30)));
        var shortOne = sheet.Lots.Single(l => l.InstrumentId != world.InstrumentId);
        (shortOne.Value, shortOne.Gain, shortOne.DayChange, shortOne.PricedAt).ShouldBe((-1_000m, null, null, At(29)));
        sheet.Cash.Select(c => (c.Account.Name, c.Amount, c.Currency)).ShouldBe([("Asha", 5m, "INR")]);
    }

    [Theory, EachStore]
    public async Task Units_that_changed_with_the_price_have_no_change_of_the_day(Store store)
    {
        await using var world = await CreateAsync(store);
        var split = world.Holding(20, 30);
        split.LastPrice = 60m;
        await world.AddAsync(split, world.PriceOf(29, 120, source: "fake"));
        await world.ReportedAsync(30);

        (await ReadAsync(world)).Lots.ShouldHaveSingleItem().DayChange.ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task What_was_kept_stays_until_something_is_told_of_the_accounts(Store store)
    {
        await using var world = await CreateAsync(store);
        await using var version = new DataVersion(world.Database);
        var sheets = new HeldSheets(world.Database, version, world.Catalog, world.Clock);
        var owner = await OwnerAsync(world);
        var empty = await sheets.ReadAsync(owner, default);
        (await sheets.ReadAsync(owner, default)).ShouldBeSameAs(empty);

        await world.AddAsync(world.PriceOf(0, 100));
        (await sheets.ReadAsync(owner, default)).ShouldBeSameAs(empty);
        await world.AddAsync(world.Holding(1, 0));
        await world.TouchAsync(0);

        (await sheets.ReadAsync(owner, default)).Lots.Count.ShouldBe(1);
        (await sheets.ReadAsync(OwnerScope.Only(Guid.NewGuid()), default)).Accounts.ShouldBeEmpty();
    }

    [Theory, EachStore]
    public async Task What_is_shared_is_held_too_and_kept_apart_from_what_is_read_without_it(Store store)
    {
        await using var world = await CreateAsync(store);
        await world.AddAsync(world.Holding(1, 0));
        await using var version = new DataVersion(world.Database);
        var sheets = new HeldSheets(world.Database, version, world.Catalog, world.Clock);
        Guid portfolio;
        await using (var db = world.Database.Open())
        {
            portfolio = await db.Portfolios.Select(p => p.Id).SingleAsync();
        }

        var someone = Guid.NewGuid();

        (await sheets.ReadAsync(OwnerScope.Of(someone, [new SharedPortfolio(portfolio, ShareRole.Viewer, "asha@example.org")]), default)).Lots.Count.ShouldBe(1);
        (await sheets.ReadAsync(OwnerScope.Only(someone), default)).Lots.ShouldBeEmpty();
    }

    private static async Task<HeldSheet> ReadAsync(ValuationWorld world)
    {
        await using var version = new DataVersion(world.Database);
        return await new HeldSheets(world.Database, version, world.Catalog, world.Clock).ReadAsync(await OwnerAsync(world), default);
    }

    private static async Task<OwnerScope> OwnerAsync(ValuationWorld world)
    {
        await using var db = world.Database.Open();
        return OwnerScope.Only(await db.Users.Select(u => u.Id).SingleAsync());
    }
}
