using Foliosync.Brokers.Contract;
using Foliosync.Core.Transactions;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using static Foliosync.Core.Tests.Transactions.Rows;

namespace Foliosync.Core.Tests.Transactions;

/// <summary>A random life of a holding: what happened, and what the broker said in the evenings.</summary>
/// <param name="Rows">Purchases, sales, splits and bonus issues, in their order.</param>
/// <param name="Snapshots">The evenings, beginning with one before anything happened.</param>
internal sealed record HoldingLife(IReadOnlyList<LedgerEntry> Rows, IReadOnlyList<AccountSnapshot> Snapshots)
{
    /// <summary>How the broker of these lives reckons.</summary>
    public static readonly LotRules BrokersRules = new(CostMethod.AverageCost, ChargesInCost: false);

    // Drawn from one seed: a life of many small draws takes FsCheck longer than everything that is done with it.
    public static Gen<HoldingLife> Any() => Gen.Choose(0, int.MaxValue).Select(seed =>
    {
        var random = new Random(seed);
        var days = Enumerable.Range(0, random.Next(1, 9))
            .Select(_ => Enumerable.Range(0, 3).Select(_ => (random.Next(12), random.Next(1, 401), random.Next(-15, 16))).ToArray()).ToArray();
        return Live(
            days,
            decimals: random.Next(2) * 3,
            digits: random.Next(2) == 0 ? 4 : 28,
            tellsPrices: random.Next(3) > 0,
            isin: random.Next(3) switch { 0 => null, 1 => "INE009A01021", _ => "US0000000001" });
    });

    /// <summary>Plays the events and keeps the broker's books: units, and a cost that is a true moving average.</summary>
    private static HoldingLife Live((int Kind, int Units, int Percent)[][] days, int decimals, int digits, bool tellsPrices, string? isin)
    {
        UnitRatio[] ratios = [new(2, 1), new(5, 1), new(3, 2), new(1, 2), new(7, 3)];
        decimal units = 0, cost = 0, price = 100;
        var rows = new List<LedgerEntry>();
        var snapshots = new List<AccountSnapshot> { Snapshot(0) };
        foreach (var (events, index) in days.Select((d, i) => (d, i)))
        {
            var day = index + 1;
            foreach (var (step, number) in events.Select((e, i) => (e, i)))
            {
                price = decimal.Round(Math.Max(1m, price * (100 + step.Percent) / 100m), 2);
                var amount = decimal.Round(step.Units / (decimals == 0 ? 1m : 7m), decimals);
                LedgerEntry? row = null;
                if (step.Kind < 4)
                {
                    (units, cost) = (units + amount, cost + (amount * price));
                    row = Row(TransactionKind.Buy, day, amount, price, $"{day}-{number}");
                }
                else if (step.Kind < 7 && units > 0)
                {
                    amount = Math.Min(amount, units);
                    (units, cost) = (units - amount, units == amount ? 0m : cost * (units - amount) / units);
                    row = Row(TransactionKind.Sell, day, amount, price, $"{day}-{number}");
                }
                else if (step.Kind == 7 && units > 0)
                {
                    var ratio = ratios[step.Units % ratios.Length];
                    var after = decimal.Round(ratio.Of(units), decimals, MidpointRounding.ToZero);
                    if (after > 0)
                    {
                        (units, price) = (after, Math.Max(0.01m, decimal.Round(price / ratio.Factor, 2)));
                        row = Row(TransactionKind.Split, day, after, null, $"{day}-{number}") with { Ratio = ratio };
                    }
                }
                else if (step.Kind == 8 && units > 0)
                {
                    units += amount;
                    row = Row(TransactionKind.Bonus, day, amount, null, $"{day}-{number}");
                }

                if (row is not null)
                {
                    rows.Add(row with { TradedAt = At(day, 10 + number) });
                }
            }

            // The broker tells an average price, with a few digits or with all.
            var told = units == 0 ? 0m : decimal.Round(cost / units, digits) * units;
            snapshots.Add(units == 0 ? Snapshot(day) : Snapshot(day, Held(units, told, tellsPrices ? price : null, isin: isin)));
        }

        return new HoldingLife(rows, snapshots);
    }

    /// <summary>At each snapshot the ledger has the broker's units, and its cost but for what rounding of averages adds up to.</summary>
    public void ShouldBeFollowedBy(IReadOnlyList<LedgerEntry> ledger)
    {
        var slack = 0m;
        foreach (var snapshot in Snapshots)
        {
            var book = Lots.Fold(ledger.Where(e => e.TradedAt <= snapshot.At), BrokersRules);
            var lot = snapshot.Lots.SingleOrDefault();
            slack += 0.02m + (0.005m * (lot?.Quantity ?? 0m));

            book.Quantity.ShouldBe(lot?.Quantity ?? 0m);
            book.CostBasis!.Value.ShouldBe(lot?.CostBasis ?? 0m, slack);
        }
    }

    public override string ToString() =>
        string.Join("; ", Rows.Select(r => $"{r.Day:MM-dd} {r.Kind} {r.Quantity} {r.Ratio} at {r.Price}")) + "\n"
        + string.Join("\n", Snapshots.Select(s => $"{s.At:MM-dd} " + string.Join(", ", s.Lots.Select(l => $"{l.Quantity} cost {l.CostBasis} price {l.LastPrice}"))));
}
