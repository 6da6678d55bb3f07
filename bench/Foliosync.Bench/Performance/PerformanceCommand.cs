using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Performance;
using Foliosync.Core.Prices;

namespace Foliosync.Bench.Performance;

/// <summary><c>performance</c>: measures how long all values, returns and gains of a large portfolio take on one core.</summary>
internal static class PerformanceCommand
{
    private static readonly DateOnly First = new(2014, 1, 1);

    public static Command Create()
    {
        var instruments = new Option<int>("--instruments") { Description = "Instruments.", DefaultValueFactory = _ => 250 };
        var transactions = new Option<int>("--transactions") { Description = "Transactions.", DefaultValueFactory = _ => 15_000 };
        var years = new Option<int>("--years") { Description = "Years.", DefaultValueFactory = _ => 12 };
        var repeats = new Option<int>("--repeats") { Description = "How often it is computed; medians are given.", DefaultValueFactory = _ => 7 };
        var command = new Command("performance", "Computes values and returns of a large portfolio again and again, and prints JSON.")
        {
            instruments, transactions, years, repeats,
        };
        command.SetAction(arguments =>
        {
            var input = Input(arguments.GetValue(instruments), arguments.GetValue(transactions), arguments.GetValue(years));
            var runs = Enumerable.Range(0, arguments.GetValue(repeats)).Select(_ => Measure(input)).ToList();
            Console.WriteLine(JsonSerializer.Serialize(
                new
                {
                    instruments = input.Instruments.Count,
                    transactions = input.Entries.Count,
                    days = input.Last.DayNumber - First.DayNumber + 1,
                    firstMilliseconds = runs[0].Milliseconds,
                    milliseconds = runs.Select(r => r.Milliseconds).Order().ElementAt(runs.Count / 2),
                    valuationMilliseconds = runs.Select(r => r.Valuation).Order().ElementAt(runs.Count / 2),
                    allocatedMegabytes = runs[^1].Megabytes,
                    runs[^1].Total,
                    runs[^1].MoneyWeighted,
                },
                BenchJson.Options));
        });
        return command;
    }

    private static (double Milliseconds, double Valuation, double Megabytes, decimal? Total, decimal? MoneyWeighted) Measure(ValuationInput input)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var watch = Stopwatch.StartNew();
        var valuation = Valuation.Of(input);
        var total = valuation.Total;
        var valued = watch.Elapsed.TotalMilliseconds;
        var period = new Period(First.AddDays(-1), input.Last);
        var index = ReturnIndex.Of(total, period);
        var timeWeighted = TimeWeightedReturn.Of(index);
        var moneyWeighted = MoneyWeightedReturn.Of(total, period);
        _ = GainBreakdown.Of(total, period);
        _ = Drawdown.Of(index);
        _ = Volatility.Of(index);
        return (
            Math.Round(watch.Elapsed.TotalMilliseconds, 1),
            Math.Round(valued, 1),
            Math.Round((GC.GetTotalAllocatedBytes(precise: true) - allocated) / 1e6, 1),
            timeWeighted.Total,
            moneyWeighted.Total);
    }

    // Savings plans: every instrument is bought again and again, sometimes sold, priced on workdays; half of them in dollars.
    private static ValuationInput Input(int instruments, int transactions, int years)
    {
        var random = new Random(1);
        var days = First.AddYears(years).DayNumber - First.DayNumber;
        ValuedAccount[] accounts = [new(Guid.NewGuid(), "INR", true), new(Guid.NewGuid(), "USD", false)];
        var (valued, prices, rates, entries) = (new List<ValuedInstrument>(), new PriceTable(), new List<FxRate>(), new List<LedgerEntry>());
        var (perEuro, rupees) = (1.3m, 85m);
        for (var day = 0; day < days; day++)
        {
            rates.Add(new FxRate { Currency = "USD", Day = First.AddDays(day), Source = "ecb", PerEuro = perEuro = Step(perEuro, 0.004) });
            rates.Add(new FxRate { Currency = "INR", Day = First.AddDays(day), Source = "ecb", PerEuro = rupees = Step(rupees, 0.004) });
        }

        for (var i = 0; i < instruments; i++)
        {
            var account = accounts[i % 2];
            var instrument = new ValuedInstrument(Guid.NewGuid(), (AssetClass)(i % 3), account.Currency);
            valued.Add(instrument);
            var closes = new decimal[days];
            var price = 100m;
            for (var day = 0; day < days; day++)
            {
                closes[day] = price = Step(price, 0.02);
                if (First.AddDays(day).DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
                {
                    prices.Add(instrument.Id, First.AddDays(day), price, account.Currency, PriceRank.Broker);
                }
            }

            var trades = transactions / 2 / instruments;
            var held = 0m;
            for (var trade = 0; trade < trades; trade++)
            {
                var day = trade * days / trades;
                var sells = held > 20 && random.Next(5) == 0;
                var units = sells ? random.Next(1, 10) : random.Next(1, 2_000) / 100m;
                held += sells ? -units : units;
                var amount = decimal.Round(units * closes[day], 2);
                entries.Add(new LedgerEntry
                {
                    AccountId = account.Id,
                    Day = First.AddDays(day),
                    Kind = sells ? TransactionKind.Sell : TransactionKind.Buy,
                    InstrumentId = instrument.Id,
                    Units = units,
                    Amount = sells ? amount : -amount,
                    Fees = 1,
                    Currency = account.Currency,
                });
                // The money for it comes from outside: twice as many transactions.
                entries.Add(new LedgerEntry
                {
                    AccountId = account.Id,
                    Day = First.AddDays(day),
                    Kind = TransactionKind.Deposit,
                    Amount = amount + 1,
                    Currency = account.Currency,
                });
            }
        }

        return new ValuationInput
        {
            BaseCurrency = "INR",
            Last = First.AddDays(days - 1),
            Accounts = accounts,
            Instruments = valued,
            Entries = entries,
            Prices = prices,
            Rates = new FxTable(rates),
        };

        decimal Step(decimal value, double most) => decimal.Round(value * (1 + (decimal)((random.NextDouble() - 0.49) * most)), 4);
    }
}
