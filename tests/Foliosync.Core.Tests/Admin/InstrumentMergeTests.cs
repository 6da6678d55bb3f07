using Foliosync.Core.Admin;
using Foliosync.Core.Instruments;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Admin;

public sealed class InstrumentMergeTests
{
    [Theory, EachStore]
    public async Task Everything_that_referred_to_one_refers_to_the_other_and_brokers_find_it_by_both_names(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        var rows = await StoredRows.AddAsync(bench.Store);
        var kept = await bench.AddInstrumentAsync("INFY");
        var day = new DateOnly(2026, 1, 1);
        await using (var db = bench.Store.Open())
        {
            (await db.Instruments.SingleAsync(i => i.Id == rows.InstrumentId)).Isin = "INE009A01021";
            db.Holdings.Add(rows.Holding("own"));
            db.InstrumentAliases.AddRange(
                new InstrumentAlias { BrokerId = "a", Key = "1", InstrumentId = rows.InstrumentId }, new InstrumentAlias { BrokerId = "b", Key = "2", InstrumentId = kept });
            db.Prices.AddRange(
                Price(rows.InstrumentId, day, 1), Price(rows.InstrumentId, day.AddDays(1), 2), Price(kept, day, 3));
            await db.SaveChangesAsync();
        }

        var merged = await bench.Merge.MergeAsync(rows.InstrumentId, kept, AdminBench.By, default);

        merged.ShouldBe(new MergedInstruments(kept, Holdings: 1, Transactions: 0, Aliases: 1, Prices: 1));
        await using var after = bench.Store.Open();
        var left = await after.Instruments.SingleAsync();
        (left.Id, left.Isin).ShouldBe((kept, "INE009A01021"));
        (await after.Holdings.SingleAsync()).InstrumentId.ShouldBe(kept);
        (await after.InstrumentAliases.OrderBy(a => a.Key).Select(a => a.InstrumentId).ToListAsync()).ShouldBe([kept, kept]);
        (await after.Prices.OrderBy(p => p.Day).Select(p => p.Value).ToListAsync()).ShouldBe([3m, 2m]);
        (await after.ValuationStates.SingleAsync()).AccountId.ShouldBe(rows.AccountId);
        (await after.AuditEvents.SingleAsync()).Action.ShouldBe("instrument.merged");
    }

    [Theory, EachStore]
    public async Task A_merge_that_would_double_a_holding_is_refused_in_words(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        var rows = await StoredRows.AddAsync(bench.Store);
        var kept = await bench.AddInstrumentAsync("INFY");
        await using (var db = bench.Store.Open())
        {
            Holding second = rows.Holding("own");
            second.InstrumentId = kept;
            db.Holdings.AddRange(rows.Holding("own"), second);
            await db.SaveChangesAsync();
        }

        var refused = await Should.ThrowAsync<RefusedException>(() => bench.Merge.MergeAsync(rows.InstrumentId, kept, AdminBench.By, default));

        refused.Message.ShouldBe("Both are held in an account at once, so that a merge would double a holding. Correct the holdings first.");
        (await bench.AskAsync("instruments", "id")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Two_isins_or_two_currencies_are_two_instruments()
    {
        await using var bench = await AdminBench.OpenAsync(Store.Sqlite);
        var infy = await bench.AddInstrumentAsync("INFY", isin: "INE009A01021");
        var tcs = await bench.AddInstrumentAsync("TCS", isin: "INE467B01029");
        var dollars = await bench.AddInstrumentAsync("INFY", currency: "USD");

        (await Should.ThrowAsync<RefusedException>(() => bench.Merge.MergeAsync(infy, tcs, AdminBench.By, default))).Message.ShouldContain("INE467B01029");
        (await Should.ThrowAsync<RefusedException>(() => bench.Merge.MergeAsync(dollars, infy, AdminBench.By, default))).Message.ShouldContain("USD and INR");
        (await Should.ThrowAsync<InputException>(() => bench.Merge.MergeAsync(infy, infy, AdminBench.By, default))).Field.ShouldBe("into");
        await Should.ThrowAsync<NotFoundException>(() => bench.Merge.MergeAsync(infy, Guid.NewGuid(), AdminBench.By, default));
    }

    private static Price Price(Guid instrument, DateOnly day, decimal value) =>
        new() { InstrumentId = instrument, Day = day, Source = "test", Value = value, Currency = "INR", At = default };
}
