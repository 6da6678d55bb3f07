using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Sync.ReportGenerators;

namespace Foliosync.Core.Tests.Sync;

public sealed class ReconcilerProperties
{
    [Fact]
    public void Taking_a_report_over_twice_changes_nothing_the_second_time() => Cases.ForAll(Histories(), history =>
    {
        var ledger = new Ledger();
        foreach (var report in history.Reports)
        {
            ledger.Take(report);
            var again = ledger.Compare(report);

            (again.Opened.Count, again.Changed.Count, again.Closed.Count, again.Ended.Count).ShouldBe((0, 0, 0, 0));
            (again.CashOpened.Count, again.CashChanged.Count, again.CashClosed.Count).ShouldBe((0, 0, 0));
            again.Transactions.ShouldBeEmpty();
            again.Suspicion.ShouldBeNull();
        }
    });

    [Fact]
    public void After_a_complete_report_the_holdings_are_exactly_its_lots() => Cases.ForAll(Histories(), history =>
    {
        var ledger = new Ledger();
        foreach (var report in history.Reports)
        {
            ledger.Take(report);
        }

        var last = history.Reports[^1] with { AsOf = Reported.Day(100), Reads = Reported.Everything, CompleteReads = Reported.Everything };
        ledger.Take(last);

        ledger.Holdings.Select(h => new ReportedLot
        {
            InstrumentId = h.InstrumentId,
            Lot = h.Lot,
            Reads = h.Reads,
            Symbol = h.Symbol,
            Exchange = h.Exchange,
            Quantity = h.Quantity,
            UnsettledQuantity = h.UnsettledQuantity,
            PledgedQuantity = h.PledgedQuantity,
            AveragePrice = h.AveragePrice,
            CostBasis = h.CostBasis,
            LastPrice = h.LastPrice,
            PricedAt = h.PricedAt,
            Multiplier = h.Multiplier,
        }).ShouldBe(last.Lots, ignoreOrder: true);
        ledger.Holdings.ShouldAllBe(h => h.LastReportedAt == null);
    });

    [Fact]
    public void Only_what_every_one_of_its_reads_reported_completely_is_closed() => Cases.ForAll(Histories(), history =>
    {
        var ledger = new Ledger();
        foreach (var report in history.Reports)
        {
            var named = report.Lots.Select(l => (l.InstrumentId, l.Lot)).ToHashSet();
            var kept = ledger.Holdings.Where(h => (h.Reads & ~report.CompleteReads) != 0).Select(h => h.Id).ToList();

            var changes = ledger.Take(report);

            changes.Closed.ShouldAllBe(h => !named.Contains(new(h.InstrumentId, h.Lot)));
            ledger.Holdings.Select(h => h.Id).Intersect(kept).Count().ShouldBe(kept.Count);
        }
    });

    [Fact]
    public void An_incomplete_report_closes_nothing() => Cases.ForAll(Histories(), history =>
    {
        var ledger = new Ledger();
        foreach (var report in history.Reports)
        {
            var before = ledger.Holdings.Count;
            var changes = ledger.Take(report with { CompleteReads = ReadKinds.None });

            changes.Closed.ShouldBeEmpty();
            ledger.Holdings.Count.ShouldBe(before + changes.Opened.Count);
        }
    });

    [Fact]
    public void Each_change_of_units_or_cost_ends_exactly_one_period() => Cases.ForAll(Histories(), history =>
    {
        var ledger = new Ledger();
        foreach (var report in history.Reports)
        {
            var before = ledger.Holdings.ToDictionary(h => h.Id);
            var changes = ledger.Take(report);

            var after = ledger.Holdings.ToDictionary(h => h.Id);
            var moved = before.Values.Where(b => !after.TryGetValue(b.Id, out var a)
                || (a.Quantity, a.CostBasis, a.Multiplier) != (b.Quantity, b.CostBasis, b.Multiplier));
            changes.Ended.Select(p => (p.InstrumentId, p.Lot, p.Quantity, p.CostBasis, p.Multiplier, p.From, p.To)).ShouldBe(
                moved.Select(b => (b.InstrumentId, b.Lot, b.Quantity, b.CostBasis, b.Multiplier, b.Since, report.AsOf)), ignoreOrder: true);
        }
    });

    [Fact]
    public void The_periods_of_a_lot_never_overlap_and_never_run_backwards() => Cases.ForAll(Histories(), history =>
    {
        var ledger = new Ledger();
        foreach (var report in history.Reports)
        {
            ledger.Take(report);
        }

        var lots = ledger.Periods.Select(p => (p.InstrumentId, p.Lot, p.From, p.To))
            .Concat(ledger.Holdings.Select(h => (h.InstrumentId, h.Lot, From: h.Since, To: DateTimeOffset.MaxValue)))
            .GroupBy(p => (p.InstrumentId, p.Lot));
        foreach (var lot in lots)
        {
            var ordered = lot.OrderBy(p => p.From).ToList();
            ordered.ShouldAllBe(p => p.From < p.To);
            ordered.Zip(ordered.Skip(1)).ShouldAllBe(pair => pair.First.To <= pair.Second.From);
        }
    });

    [Fact]
    public void History_tells_for_each_report_what_was_held_after_it() => Cases.ForAll(Histories(), history =>
    {
        var ledger = new Ledger();
        var held = new List<(DateTimeOffset At, List<(Guid, string, decimal, decimal?)> Lots)>();
        foreach (var report in history.Reports)
        {
            ledger.Take(report);
            held.Add((report.AsOf, [.. ledger.Holdings.Select(h => (h.InstrumentId, h.Lot, h.Quantity, h.CostBasis))]));
        }

        foreach (var (at, lots) in held)
        {
            ledger.Periods.Where(p => p.From <= at && at < p.To).Select(p => (p.InstrumentId, p.Lot, p.Quantity, p.CostBasis))
                .Concat(ledger.Holdings.Where(h => h.Since <= at).Select(h => (h.InstrumentId, h.Lot, h.Quantity, h.CostBasis)))
                .ShouldBe(lots, ignoreOrder: true);
        }
    });

    [Fact]
    public void The_order_of_lots_balances_and_transactions_does_not_matter() => Cases.ForAll(
        from history in Histories().Generator
        from seed in Gen.Choose(0, int.MaxValue)
        select (history, seed),
        drawn =>
        {
            var inOrder = new Ledger();
            var shuffled = new Ledger();
            var random = new Random(drawn.seed);
            foreach (var report in drawn.history.Reports)
            {
                var other = Shuffle(report, random);

                var first = inOrder.Take(report);
                var second = shuffled.Take(other);

                ReportFingerprint.Of(other).ShouldBe(ReportFingerprint.Of(report));
                Summary(second).ShouldBe(Summary(first));
                shuffled.Holdings.Select(h => (h.InstrumentId, h.Lot, h.Quantity, h.CostBasis, h.LastPrice, h.Since, h.LastReportedAt))
                    .ShouldBe(
                        inOrder.Holdings.Select(h => (h.InstrumentId, h.Lot, h.Quantity, h.CostBasis, h.LastPrice, h.Since, h.LastReportedAt)),
                        ignoreOrder: true);
            }
        });

    [Fact]
    public void Units_and_cost_of_added_up_rows_are_the_sums_of_their_parts_in_any_order() => Cases.ForAll(
        from rows in Rows()
        from seed in Gen.Choose(0, int.MaxValue)
        select (rows, seed),
        drawn =>
        {
            foreach (var lot in AddUp(drawn.rows).Concat(AddUp(Shuffled(drawn.rows, new Random(drawn.seed)))))
            {
                var parts = drawn.rows.Where(r => Reported.Instrument(r.Row.Instrument.Symbol) == lot.InstrumentId
                    && ReportedLot.LotOf(r.Row) == lot.Lot).Select(r => r.Row).ToList();

                lot.Quantity.ShouldBe(parts.Sum(p => p.Quantity));
                lot.UnsettledQuantity.ShouldBe(parts.Sum(p => p.UnsettledQuantity));
                lot.CostBasis.ShouldBe(
                    parts.Exists(p => p.AveragePrice is null) ? null : parts.Sum(p => p.AveragePrice!.Value * p.Quantity * p.Multiplier));
            }
        });

    [Fact]
    public void No_unit_is_lost_or_made_between_a_report_and_the_holdings() => Cases.ForAll(Histories(), history =>
    {
        var ledger = new Ledger();
        foreach (var report in history.Reports)
        {
            var named = report.Lots.Select(l => (l.InstrumentId, l.Lot)).ToHashSet();
            var kept = ledger.Holdings
                .Where(h => !named.Contains((h.InstrumentId, h.Lot)) && (h.Reads & ~report.CompleteReads) != 0).Sum(h => h.Quantity);

            ledger.Take(report);

            ledger.Holdings.Sum(h => h.Quantity).ShouldBe(report.Lots.Sum(l => l.Quantity) + kept);
        }
    });

    private static (int, int, int, int, int, string?) Summary(AccountChanges c) =>
        (c.Opened.Count, c.Changed.Count, c.Closed.Count, c.Ended.Count, c.Unchanged, c.Suspicion);

    private static AccountReport Shuffle(AccountReport report, Random random) => report with
    {
        Lots = Shuffled(report.Lots, random),
        Cash = report.Cash is null ? null : Shuffled(report.Cash, random),
        Transactions = Shuffled(report.Transactions, random),
    };

    private static T[] Shuffled<T>(IReadOnlyList<T> rows, Random random)
    {
        T[] shuffled = [.. rows];
        random.Shuffle(shuffled);
        return shuffled;
    }
}
