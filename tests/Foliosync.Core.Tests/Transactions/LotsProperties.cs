using Foliosync.Brokers.Contract;
using Foliosync.Core.Transactions;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Transactions.Rows;

namespace Foliosync.Core.Tests.Transactions;

public sealed class LotsProperties
{
    private const int Many = 10_000;

    [Fact]
    public void No_money_is_lost_or_made() => Cases.ForAll(
        Drawn(),
        drawn =>
        {
            var book = Lots.Fold(drawn.Entries, drawn.Rules);

            var paid = drawn.Entries.Where(e => e.Kind == TransactionKind.Buy).Sum(e => decimal.Round(e.Gross!.Value + e.Charges, 10));
            var got = drawn.Entries.Where(e => e.Kind == TransactionKind.Sell).Sum(e => decimal.Round(e.Gross!.Value - e.Charges, 10));

            // Exactly: what came in less what went out is what was realised less what is still invested.
            book.RealisedGain!.Value.ShouldBe(got - paid + book.CostBasis!.Value);
        },
        Many);

    [Fact]
    public void Units_are_what_trades_bonus_issues_and_splits_leave() => Cases.ForAll(
        Drawn(),
        drawn =>
        {
            var units = 0m;
            foreach (var entry in LedgerEntry.InOrder(drawn.Entries))
            {
                units = entry.Kind switch
                {
                    TransactionKind.Sell => units - entry.Quantity!.Value,
                    TransactionKind.Split => decimal.Round(entry.Ratio!.Value.Of(units), 9),
                    _ => units + entry.Quantity!.Value,
                };
            }

            var book = Lots.Fold(drawn.Entries, drawn.Rules);

            book.Quantity.ShouldBe(units);
            (book.Steps.Count == 0 ? 0m : book.Steps[^1].Quantity).ShouldBe(units);
        },
        Many);

    [Fact]
    public void Parts_of_every_disposal_add_up_to_the_units_and_money_of_its_entry() => Cases.ForAll(
        Drawn(),
        drawn =>
        {
            var book = Lots.Fold(drawn.Entries, drawn.Rules);

            foreach (var entry in drawn.Entries.Where(e => e.Kind == TransactionKind.Sell))
            {
                var closed = book.Disposals.Where(d => d.EntryId == entry.Id).ToList();
                var filled = book.Disposals.SelectMany(d => d.Parts).Where(p => p.OpenedBy == entry.Id).ToList();
                var open = book.Open.Where(l => l.OpenedBy == entry.Id).ToList();

                // Under average cost oversold units share their proceeds, and a split changes units that are still open.
                if (drawn.Rules.Method == CostMethod.Fifo)
                {
                    (closed.Sum(d => d.Proceeds) + filled.Sum(p => p.Proceeds) - open.Sum(l => l.Cost))
                        .ShouldBe(decimal.Round(entry.Gross!.Value - entry.Charges, 10));
                }

                closed.Sum(d => d.Quantity).ShouldBeLessThanOrEqualTo(entry.Quantity!.Value);
            }
        },
        Many);

    [Fact]
    public void The_order_in_which_entries_come_does_not_matter() => Cases.ForAll(
        from drawn in Drawn()
        from seed in Gen.Choose(0, int.MaxValue)
        select (drawn, seed),
        pair =>
        {
            LedgerEntry[] shuffled = [.. pair.drawn.Entries];
            new Random(pair.seed).Shuffle(shuffled);

            var book = Lots.Fold(pair.drawn.Entries, pair.drawn.Rules);
            var other = Lots.Fold(shuffled, pair.drawn.Rules);

            other.Open.ShouldBe(book.Open);
            other.Steps.ShouldBe(book.Steps);
            other.Disposals.SelectMany(d => d.Parts).ShouldBe(book.Disposals.SelectMany(d => d.Parts));
        },
        Many);

    [Fact]
    public void When_nothing_is_held_any_more_both_methods_have_realised_the_same() => Cases.ForAll(
        Drawn(),
        drawn =>
        {
            var left = Lots.Fold(drawn.Entries, drawn.Rules).Quantity;
            LedgerEntry[] entries = left == 0
                ? drawn.Entries
                : [.. drawn.Entries, left > 0 ? Sell(100, left, 77) : Buy(100, -left, 77)];

            Fifo(entries).RealisedGain.ShouldBe(Average(entries).RealisedGain);
        },
        Many);

    /// <summary>Up to twelve entries, several on one day, some without the time, with charges and with all fractions of units.</summary>
    private static Gen<Case> Drawn() =>
        from count in Gen.Choose(1, 12)
        from steps in Step().ArrayOf(count)
        from method in Gen.Elements(CostMethod.Fifo, CostMethod.AverageCost)
        select new Case([.. steps.Select((s, i) => ToEntry(s, i))], new LotRules(method));

    private static Gen<(int Kind, int Units, decimal Scale, int Price, int Fees, int Ratio)> Step() =>
        from kind in Gen.Choose(0, 9)
        from units in Gen.Choose(1, 60)
        from scale in Gen.Elements(1m, 1m, 0.001m, 0.000000007m)
        from price in Gen.Choose(1, 90_000)
        from fees in Gen.Choose(0, 500)
        from ratio in Gen.Choose(0, 4)
        select (kind, units, scale, price, fees, ratio);

    private static LedgerEntry ToEntry((int Kind, int Units, decimal Scale, int Price, int Fees, int Ratio) step, int index)
    {
        UnitRatio[] ratios = [new(2, 1), new(3, 2), new(5, 1), new(1, 3), new(7, 3)];
        var kind = step.Kind switch { < 4 => TransactionKind.Buy, < 8 => TransactionKind.Sell, 8 => TransactionKind.Bonus, _ => TransactionKind.Split };
        return Row(kind, 1 + (index / 3), kind == TransactionKind.Split ? null : step.Units * step.Scale, step.Price / 100m, $"{index}") with
        {
            TradedAt = At(1 + (index / 3), index % 3 == 0 ? 0 : 12),
            Fees = kind is TransactionKind.Buy or TransactionKind.Sell ? step.Fees / 100m : null,
            Ratio = kind == TransactionKind.Split ? ratios[step.Ratio] : null,
        };
    }

    /// <summary>Prints what a person needs to see of a failed case.</summary>
    private sealed record Case(LedgerEntry[] Entries, LotRules Rules)
    {
        public override string ToString() => $"{Rules.Method}: " + string.Join("; ", LedgerEntry.InOrder(Entries).Select(e =>
            $"{e.Day:MM-dd} {e.Kind} {e.Quantity}{e.Ratio} at {e.Price} fees {e.Fees}"));
    }
}
