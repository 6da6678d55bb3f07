using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;
using Foliosync.Core.Performance;
using Foliosync.Core.Prices;
using Foliosync.Core.Tests.Storage;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Prices;

public sealed class PriceHistoryTests
{
    private static readonly DateOnly Day = new(2026, 9, 10);

    [Theory, EachStore]
    public async Task The_price_of_a_broker_comes_before_that_of_a_source_of_the_same_day(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        await using (var db = database.Open())
        {
            db.Prices.AddRange(Price(0, "amfi", 10), Price(1, "amfi", 11), Price(1, "zerodha", 12), Price(2, "zerodha", 13));
            await db.SaveChangesAsync();
        }

        var prices = await new PriceHistory(database).LoadAsync([rows.InstrumentId], Day.AddDays(1), default);

        var (values, marks) = (new decimal[3], new DayMarks[3]);
        prices.Fill(new ValuedInstrument(rows.InstrumentId, AssetClass.Equity, "INR"), Day.DayNumber, null, FxTable.Empty, values, marks);
        values.ShouldBe([10m, 12m, 12m]);
        marks[2].ShouldBe(DayMarks.Carried, "the price of the day after is not asked for");

        Price Price(int day, string source, decimal value) => new()
        {
            InstrumentId = rows.InstrumentId,
            Day = Day.AddDays(day),
            Source = source,
            Value = value,
            Currency = "INR",
        };
    }
}
