using Foliosync.Brokers.Contract;
using Foliosync.Core.Performance;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Prices;
using Foliosync.Core.Tests.Performance;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Valuations;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Valuations.ValuationWorld;

namespace Foliosync.Core.Tests.Valuations;

/// <summary>What is computed from a day on is what is computed from nothing.</summary>
public sealed class IncrementProperties
{
    private const int Count = 10_000;

    [Fact]
    public void Values_from_a_day_on_are_those_of_the_whole() => Cases.ForAll(Gen.Choose(0, int.MaxValue - 1), seed =>
    {
        var random = new Random(seed);
        var input = RandomLedger(random);
        var whole = Buckets.Of(input);
        var from = Script.Day(random.Next(1, 40));

        var part = Buckets.Of(input with { First = from });

        var shift = from.DayNumber - whole.First;
        foreach (var bucket in whole.All)
        {
            var same = part.Of(bucket.AccountId, bucket.Class, bucket.Currency);
            for (var day = Math.Max(shift, 0); day < whole.Days; day++)
            {
                same.Values[day - shift].ShouldBe(bucket.Values[day]);
                same.Marks[day - shift].ShouldBe(bucket.Marks[day]);
            }

            Sums(same, shift).ShouldBe(Sums(bucket, 0).Where(f => f.Day >= shift));
        }

        static List<(int Day, FlowKind Kind, decimal Amount)> Sums(Bucket bucket, int shift) =>
            [.. bucket.Flows.GroupBy(f => (f.Day, f.Kind)).Select(g => (Day: g.Key.Day + shift, g.Key.Kind, Amount: g.Sum(f => f.Amount)))
                .OrderBy(f => f.Day).ThenBy(f => f.Kind)];
    }, Count);

    [Fact]
    public void A_month_is_read_as_it_was_written() => Cases.ForAll(Cases.Decimals().ArrayOf(31), numbers =>
    {
        var marks = numbers.Select((n, i) => (DayMarks)(i * 37 % 128)).ToArray();
        List<BucketFlow> flows = [new(0, FlowKind.In, numbers[0], "INR"), new(30, FlowKind.Taxes, numbers[30], "USD")];
        numbers[7] = numbers[6];

        var data = MonthCode.Encode(numbers, marks, flows);

        var bucket = new Bucket(Guid.Empty, null, "INR", Script.Day(0), 31);
        MonthCode.Decode(data, bucket, 0, 31);
        bucket.Values.ShouldBe(numbers);
        bucket.Marks.ShouldBe(marks);
        bucket.Flows.ShouldBe(flows.Where(f => f.Amount != 0));
    }, Count);

    // Stores a ledger change by change, as syncs, files and prices do, and compares with what one computation makes of the end.
    [Theory, EachStore]
    public async Task Change_by_change_ends_where_one_computation_does(Store store)
    {
        foreach (var seed in Enumerable.Range(1, 24))
        {
            await using var world = await CreateAsync(store);
            var random = new Random(seed);
            var isReported = seed % 3 != 0;
            // In a long time there are pauses, and not all of it is read again.
            var start = seed % 2 == 0 ? 0 : -210;
            var instruments = new List<Guid> { world.InstrumentId, await world.AddInstrumentAsync("A"), await world.AddInstrumentAsync("B", kind: AssetClass.MutualFund) };
            foreach (var instrument in instruments)
            {
                await world.AddAsync([.. Enumerable.Range(start, 31 - start).Where(_ => random.Next(3) > 0).Select(d => world.PriceOf(d, random.Next(90, 110), instrument))]);
            }

            if (isReported)
            {
                await world.AddAsync([.. instruments.Select(i => world.Holding(random.Next(1, 20), start, i))]);
                await world.AddAsync(new CashBalance { Id = Guid.NewGuid(), AccountId = world.AccountId, Segment = string.Empty, Currency = "INR", Amount = 100, AsOf = At(start) });
                await world.ReportedAsync(30);
            }

            await world.ComputeAsync();
            for (var change = 0; change < 12; change++)
            {
                var day = random.Next(random.Next(2) == 0 ? start : 0, 31);
                await ChangeAsync(world, random, Pick(random, instruments), day, isReported);
                await world.TouchAsync(day);
            }

            var changeByChange = await world.StoredAsync();
            await world.ComputeAsync();

            changeByChange.ShouldBe(await world.StoredAsync(), $"seed {seed}");
        }
    }

    private static async Task ChangeAsync(ValuationWorld world, Random random, Guid instrument, int day, bool isReported)
    {
        switch (random.Next(isReported ? 4 : 3))
        {
            case 0:
                await world.AddAsync(world.Trade(day, TransactionKind.Buy, random.Next(1, 5), random.Next(90, 110), instrument));
                break;
            case 1:
                var dividend = world.Trade(day, TransactionKind.Dividend, 1, 1, instrument);
                (dividend.Quantity, dividend.Price, dividend.Amount) = (null, null, random.Next(1, 9));
                await world.AddAsync(dividend);
                break;
            case 2:
                await world.AddAsync(world.Trade(day, TransactionKind.Sell, random.Next(1, 3), random.Next(90, 110), instrument));
                break;
            default:
                await using (var db = world.Database.Open())
                {
                    // A report of that day says otherwise; what was said from the last change on is over.
                    var holding = db.Holdings.Single(h => h.InstrumentId == instrument);
                    if (holding.Since < At(day))
                    {
                        db.Add(world.Period(holding.Quantity, (int)(holding.Since - At(0)).TotalDays, day, instrument));
                        (holding.Since, holding.Quantity) = (At(day), holding.Quantity + random.Next(-2, 6));
                        await db.SaveChangesAsync();
                    }
                }

                break;
        }
    }

    // Reports that come some days after the trade, units that nobody explains, a split, prices with gaps.
    private static ValuationInput RandomLedger(Random random)
    {
        var prices = new PriceTable();
        var (accounts, instruments, units, entries) = (new List<ValuedAccount>(), new List<ValuedInstrument>(), new List<UnitsPeriod>(), new List<LedgerEntry>());
        for (var a = random.Next(1, 3); a > 0; a--)
        {
            DateOnly? reported = random.Next(3) > 0 ? Script.Day(random.Next(0, 15)) : null;
            var account = new ValuedAccount(Guid.NewGuid(), "EUR", random.Next(2) == 0, reported, random.Next(2) == 0 ? Script.Day(random.Next(0, 20)) : null);
            accounts.Add(account);
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                var instrument = new ValuedInstrument(Guid.NewGuid(), AssetClass.Equity, "EUR");
                instruments.Add(instrument);
                for (var day = 0; day < 45; day++)
                {
                    if (random.Next(4) > 0)
                    {
                        prices.Add(instrument.Id, Script.Day(day), random.Next(50, 150), "EUR", PriceRank.Broker);
                    }
                }

                var held = 0m;
                for (var day = 0; day < 45; day += random.Next(1, 8))
                {
                    var more = random.Next(1, 6);
                    var kind = random.Next(12) == 0 && held > 0 ? TransactionKind.Split : random.Next(4) == 0 && held > more ? TransactionKind.Sell : TransactionKind.Buy;
                    var change = kind switch { TransactionKind.Split => held, TransactionKind.Sell => -more, _ => more };
                    if (random.Next(8) > 0)
                    {
                        entries.Add(new LedgerEntry
                        {
                            AccountId = account.Id,
                            Day = Script.Day(day),
                            Kind = kind,
                            InstrumentId = instrument.Id,
                            Units = Math.Abs(change),
                            Amount = kind == TransactionKind.Split ? 0 : -change * 100,
                            Fees = 1,
                            Currency = "EUR",
                        });
                    }

                    var next = held + change;
                    var lag = random.Next(0, 4);
                    if (reported is not null && held != 0 && Script.Day(day + lag) > reported)
                    {
                        units.Add(new UnitsPeriod(account.Id, instrument.Id, held, Script.Day(Math.Max(day - 5, 0)), Script.Day(day + lag)));
                    }

                    held = next;
                }

                if (reported is not null && held > 0)
                {
                    units.Add(new UnitsPeriod(account.Id, instrument.Id, held, Script.Day(44), null));
                }
            }

            entries.Add(new LedgerEntry { AccountId = account.Id, Day = Script.Day(random.Next(45)), Kind = TransactionKind.Deposit, Amount = 1_000, Currency = "EUR" });
        }

        return new ValuationInput
        {
            BaseCurrency = "EUR",
            Last = Script.Day(50),
            Accounts = accounts,
            Instruments = instruments,
            Units = units,
            Entries = entries,
            Cash = [.. accounts.Where(a => a.TracksCash).Select(a => new CashPeriod(a.Id, "EUR", 70, Script.Day(25), null))],
            Prices = prices,
            Rates = FxTable.Empty,
        };
    }

    private static T Pick<T>(Random random, List<T> values) => values[random.Next(values.Count)];
}
