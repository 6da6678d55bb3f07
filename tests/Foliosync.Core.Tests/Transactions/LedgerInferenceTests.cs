using Foliosync.Brokers.Contract;
using Foliosync.Core.Tests.Sync;
using Foliosync.Core.Transactions;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Transactions.Rows;

namespace Foliosync.Core.Tests.Transactions;

public sealed class LedgerInferenceTests
{
    [Fact]
    public void What_is_held_at_first_sight_is_an_opening_with_the_brokers_cost()
    {
        var first = Snapshot(1, Held(10, 1_000, 120), Held(5, null, symbol: "TCS"));

        var opening = LedgerInference.Between(null, first, [], [], Rules());

        opening.Select(e => (e.InstrumentId, e.Kind, e.Quantity, e.Price, e.AcquiredOn)).ShouldBe(
            [(Infy, TransactionKind.TransferIn, 10m, 100m, null), (Reported.Instrument("TCS"), TransactionKind.TransferIn, 5m, null, null)],
            ignoreOrder: true);
        opening.ShouldAllBe(e => e.Note!.StartsWith("History starts here") && e.Inference!.Before == null && e.Inference.After == first.Id);
    }

    [Fact]
    public void The_price_of_a_purchase_comes_from_the_change_of_cost()
    {
        // 10 at 100, then 15 at 104: (1,560 - 1,000) / 5 = 112, between the prices 110 and 115.
        var before = Snapshot(1, Held(10, 1_000, 110));
        var after = Snapshot(2, Held(15, 1_560, 115));

        var buy = Infer(before, after).ShouldHaveSingleItem();

        (buy.Kind, buy.Quantity, buy.Price, buy.Amount, buy.Confidence).ShouldBe((TransactionKind.Buy, 5m, 112m, -560m, Confidence.High));
        (buy.Source, buy.TradedAt, buy.Lot).ShouldBe((TransactionSource.Inferred, after.At, ""));
        buy.Inference.ShouldBe(new InferredFrom(before.Id, after.Id, before.At, after.At));
    }

    [Fact]
    public void A_price_far_from_the_market_tells_that_several_trades_were_netted()
    {
        // 10 bought at 120 and 5 sold: the cost is (1,000 + 1,200) x 15 / 20 = 1,650; 650 for 5 more units looks like 130 each at a price of 100.
        Infer(Snapshot(1, Held(10, 1_000, 100)), Snapshot(2, Held(15, 1_650, 100))).ShouldHaveSingleItem().Confidence.ShouldBe(Confidence.Low);
    }

    [Fact]
    public void Without_any_price_a_purchase_is_of_medium_confidence()
    {
        Infer(Snapshot(1, Held(10, 1_000)), Snapshot(2, Held(15, 1_560))).ShouldHaveSingleItem().Confidence.ShouldBe(Confidence.Medium);
    }

    [Fact]
    public void A_sale_goes_at_the_last_price()
    {
        var sale = Infer(Snapshot(1, Held(10, 1_000, 110)), Snapshot(2, Held(4, 400, 115))).ShouldHaveSingleItem();

        (sale.Kind, sale.Quantity, sale.Price, sale.Amount, sale.Confidence).ShouldBe((TransactionKind.Sell, 6m, 115m, 690m, Confidence.Medium));
    }

    [Fact]
    public void What_vanishes_from_a_complete_snapshot_was_sold()
    {
        var sale = Infer(Snapshot(1, Held(10, 1_000, 110)), Snapshot(2)).ShouldHaveSingleItem();

        (sale.Kind, sale.Quantity, sale.Price).ShouldBe((TransactionKind.Sell, 10m, 110m));
    }

    [Fact]
    public void What_is_missing_from_an_incomplete_snapshot_was_not_sold()
    {
        Infer(Snapshot(1, Held(10, 1_000, 110)), Snapshot(2) with { IsComplete = false }).ShouldBeEmpty();
    }

    [Fact]
    public void A_sale_after_an_incomplete_snapshot_is_found_by_the_next_complete_one()
    {
        AccountSnapshot[] snapshots = [Snapshot(1, Held(10, 1_000, 110)), Snapshot(2) with { IsComplete = false }, Snapshot(3, Held(4, 400, 110))];

        LedgerInference.Over(snapshots, [], [], Rules()).Select(e => (e.Kind, e.Quantity)).ShouldBe([(TransactionKind.TransferIn, 10m), (TransactionKind.Sell, 6m)]);
    }

    [Fact]
    public void A_sale_that_does_not_explain_the_cost_is_followed_by_a_correction()
    {
        // A sale alone would leave 400; the broker says 500.
        var changes = Infer(Snapshot(1, Held(10, 1_000, 110)), Snapshot(2, Held(4, 500, 115)));

        changes.Select(e => (e.Kind, e.Quantity, e.Price, e.Confidence)).ShouldBe(
            [(TransactionKind.Sell, 6m, 115m, Confidence.Low), (TransactionKind.Adjustment, null, 125m, Confidence.Low)]);
    }

    [Fact]
    public void A_broker_that_reckons_by_fifo_changes_the_average_with_a_sale()
    {
        var changes = LedgerInference.Between(
            Snapshot(1, Held(10, 1_000, 110)), Snapshot(2, Held(4, 500, 115)), [], [], Rules(2, CostMethod.Fifo));

        changes.ShouldHaveSingleItem().Kind.ShouldBe(TransactionKind.Sell);
    }

    [Theory]
    [InlineData(10, 20, 50, "2:1")]
    [InlineData(10, 15, 66.7, "3:2")]
    [InlineData(5, 25, 20.5, "5:1")]
    [InlineData(7, 70, 9.8, "10:1")]
    [InlineData(25, 12, 210, "1:2")] // the half share is dropped
    [InlineData(100, 10, 1000, "1:10")]
    public void Units_in_a_usual_ratio_at_the_same_cost_with_the_inverse_price_are_a_split(decimal was, decimal now, decimal price, string ratio)
    {
        var split = Infer(Snapshot(1, Held(was, 1_000, 100, isin: "US0000000001")), Snapshot(2, Held(now, 1_000, price, isin: "US0000000001"))).ShouldHaveSingleItem();

        (split.Kind, split.Ratio.ToString(), split.Quantity, split.Confidence).ShouldBe((TransactionKind.Split, ratio, now, Confidence.High));
    }

    [Fact]
    public void In_India_more_units_under_the_same_isin_are_a_bonus_issue()
    {
        var bonus = Infer(Snapshot(1, Held(10, 1_000, 100, isin: "INE009A01021")), Snapshot(2, Held(20, 1_000, 51, isin: "INE009A01021"))).ShouldHaveSingleItem();

        (bonus.Kind, bonus.Quantity, bonus.Confidence).ShouldBe((TransactionKind.Bonus, 10m, Confidence.High));
        bonus.Note!.ShouldContain("2:1");
    }

    [Fact]
    public void A_split_whose_price_did_not_move_is_of_low_confidence()
    {
        Infer(Snapshot(1, Held(10, 1_000, 100)), Snapshot(2, Held(20, 1_000, 99))).ShouldHaveSingleItem().Confidence.ShouldBe(Confidence.Low);
    }

    [Fact]
    public void A_split_of_units_of_unknown_cost_is_told_by_the_price_alone()
    {
        var split = Infer(Snapshot(1, Held(10, null, 100)), Snapshot(2, Held(20, null, 50))).ShouldHaveSingleItem();

        (split.Kind, split.Confidence).ShouldBe((TransactionKind.Split, Confidence.Medium));
    }

    [Fact]
    public void Free_units_in_no_usual_ratio_are_a_bonus_issue_of_low_confidence()
    {
        var bonus = Infer(Snapshot(1, Held(100, 1_000, 10)), Snapshot(2, Held(137, 1_000, 10))).ShouldHaveSingleItem();

        (bonus.Kind, bonus.Quantity, bonus.Confidence).ShouldBe((TransactionKind.Bonus, 37m, Confidence.Low));
    }

    [Fact]
    public void A_small_purchase_of_a_large_holding_is_not_taken_for_free_units()
    {
        // 50 more is less than what an average of two decimals rounds away on 10,001 units.
        var buy = Infer(Snapshot(1, Held(10_000, 400_000, 50)), Snapshot(2, Held(10_001, 400_050, 50))).ShouldHaveSingleItem();

        (buy.Kind, buy.Price).ShouldBe((TransactionKind.Buy, 50m));
    }

    [Fact]
    public void An_unknown_cost_gives_an_unknown_price()
    {
        var buy = Infer(Snapshot(1, Held(10, null, 100)), Snapshot(2, Held(17, null, 100))).ShouldHaveSingleItem();

        (buy.Kind, buy.Quantity, buy.Price, buy.Amount).ShouldBe((TransactionKind.Buy, 7m, null, null));
    }

    [Fact]
    public void A_cost_that_the_broker_stops_telling_is_kept()
    {
        Infer(Snapshot(1, Held(10, 1_000, 100)), Snapshot(2, Held(10, null, 100))).ShouldBeEmpty();
    }

    [Fact]
    public void A_changed_average_of_the_same_units_is_a_correction()
    {
        var correction = Infer(Snapshot(1, Held(10, 1_000, 100)), Snapshot(2, Held(10, 1_100, 100))).ShouldHaveSingleItem();

        (correction.Kind, correction.Quantity, correction.Price).ShouldBe((TransactionKind.Adjustment, null, 110m));
    }

    [Fact]
    public void An_average_that_differs_by_its_rounding_is_no_correction()
    {
        Infer(Snapshot(1, Held(10, 1_000, 100)), Snapshot(2, Held(10, 1_000.04m, 100))).ShouldBeEmpty();
    }

    [Fact]
    public void Units_that_appear_at_a_cost_far_from_the_price_came_from_elsewhere()
    {
        var came = Infer(Snapshot(1), Snapshot(2, Held(10, 300, 100))).ShouldHaveSingleItem();

        (came.Kind, came.Price, came.Confidence).ShouldBe((TransactionKind.TransferIn, 30m, Confidence.Low));
    }

    [Theory]
    [InlineData(10, "with the same units and cost")]
    [InlineData(50, "with units 5:1 and the same cost")] // a split in India has a new ISIN
    public void One_name_that_vanishes_and_another_with_its_cost_are_proposed_as_a_rename(decimal units, string words)
    {
        var pair = Infer(Snapshot(1, Held(10, 1_000, 100, "OLD")), Snapshot(2, Held(units, 1_000, 1_000 / units, "NEW")));

        pair.Select(e => (e.InstrumentId, e.Kind, e.Quantity, e.Price, e.Confidence)).ShouldBe([
            (Reported.Instrument("OLD"), TransactionKind.TransferOut, 10m, null, Confidence.Low),
            (Reported.Instrument("NEW"), TransactionKind.TransferIn, units, 1_000 / units, Confidence.Low),
        ]);
        pair[0].Note!.ShouldContain(words);
    }

    [Fact]
    public void Lots_are_inferred_apart()
    {
        var changes = Infer(
            Snapshot(1, Held(10, 1_000, 100), Held(4, 400, 100, lot: "margin")), Snapshot(2, Held(14, 1_400, 100)));

        changes.Select(e => (e.Lot, e.Kind, e.Quantity)).ShouldBe([("", TransactionKind.Buy, 4m), ("margin", TransactionKind.Sell, 4m)]);
    }

    [Fact]
    public void A_short_derivative_opens_at_the_price_its_cost_tells_and_closes_at_the_last_price()
    {
        // 2 sold at 6,000 x 10; 1 bought back at the last price.
        var flat = Snapshot(1);
        var sold = Snapshot(2, Held(-2, -120_000, 5_990, multiplier: 10));
        var half = Snapshot(3, Held(-1, -60_000, 5_900, multiplier: 10));

        Infer(flat, sold).Select(e => (e.Kind, e.Quantity, e.Price, e.Amount)).ShouldBe([(TransactionKind.Sell, 2m, 6_000m, null)]);
        Infer(sold, half).Select(e => (e.Kind, e.Quantity, e.Price)).ShouldBe([(TransactionKind.Buy, 1m, 5_900m)]);
    }

    [Fact]
    public void A_derivative_that_turns_from_long_to_short_is_closed_and_opened()
    {
        Infer(Snapshot(1, Held(3, 300, 100)), Snapshot(2, Held(-2, -180, 95))).Select(e => (e.Kind, e.Quantity, e.Price))
            .ShouldBe([(TransactionKind.Sell, 3m, 95m), (TransactionKind.Sell, 2m, 90m)]);
    }

    [Fact]
    public void A_long_time_between_two_snapshots_makes_less_sure()
    {
        Infer(Snapshot(1, Held(10, 1_000, 110)), Snapshot(9, Held(15, 1_560, 115))).ShouldHaveSingleItem().Confidence.ShouldBe(Confidence.Medium);
    }

    [Fact]
    public void Only_what_known_rows_leave_unexplained_is_inferred()
    {
        // 10 at 100; the API told 3 at 112; the broker then has 15 at a cost of 1,560: 2 more for 224.
        var rest = Infer(Snapshot(1, Held(10, 1_000, 110)), Snapshot(2, Held(15, 1_560, 115)), Buy(2, 3, 112)).ShouldHaveSingleItem();

        (rest.Kind, rest.Quantity, rest.Price).ShouldBe((TransactionKind.Buy, 2m, 112m));
    }

    [Fact]
    public void Units_that_a_tradebook_does_not_explain_are_an_allotment_or_a_transfer()
    {
        var changes = LedgerInference.Between(
            Snapshot(1), Snapshot(2, Held(10, 1_000, 105)), [], [new LedgerCoverage(Date(1), Date(30), At(40))], Rules(41));

        var came = changes.ShouldHaveSingleItem();
        (came.Kind, came.Quantity, came.Price, came.Confidence).ShouldBe((TransactionKind.TransferIn, 10m, 100m, Confidence.Low));
    }

    [Fact]
    public void A_file_from_before_the_first_snapshot_shrinks_the_opening_to_what_it_does_not_tell()
    {
        // The broker has 10 for 900; the file tells 4 at 120 on day 2. So 6 for 420 were there before, 70 each.
        LedgerEntry[] known = [Buy(2, 4, 120)];

        var opening = LedgerInference.Between(null, Snapshot(9, Held(10, 900, 110)), known, [], Rules(9)).ShouldHaveSingleItem();

        (opening.Kind, opening.Quantity, opening.Price, opening.Day).ShouldBe((TransactionKind.TransferIn, 6m, 70m, Date(2)));
        Fifo([.. known, opening]).Open.Select(l => (l.Quantity, l.Cost)).ShouldBe([(6m, 420m), (4m, 480m)]);
    }

    [Fact]
    public void A_complete_file_from_before_the_first_snapshot_leaves_no_opening()
    {
        LedgerInference.Between(null, Snapshot(9, Held(10, 1_000, 110)), [Buy(2, 10, 100)], [], Rules(9)).ShouldBeEmpty();
    }

    [Fact]
    public void After_sales_of_unknown_cost_the_opening_takes_the_brokers_total()
    {
        // 8 sold of which only 3 are known to have been bought; 10 are left at a cost of 1,000.
        LedgerEntry[] known = [Buy(2, 3, 120), Sell(4, 8, 130)];

        var entries = LedgerInference.Between(null, Snapshot(9, Held(10, 1_000, 110)), known, [], Rules(9));

        entries.Select(e => (e.Kind, e.Quantity, e.Price)).ShouldBe([(TransactionKind.TransferIn, 15m, null), (TransactionKind.Adjustment, null, 100m)]);
        var book = Average([.. known, .. entries]);
        (book.Quantity, book.CostBasis, book.RealisedGain).ShouldBe((10m, 1_000m, null));
        book.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void The_same_conclusion_has_the_same_external_id_and_another_one_another()
    {
        var before = Snapshot(1, Held(10, 1_000, 110));
        var after = Snapshot(2, Held(15, 1_560, 115));

        var first = Infer(before, after).Single();
        var again = LedgerInference.Between(before, after, [], [], Rules(30)).Single();
        var less = Infer(before, after, Buy(2, 3, 112)).Single();

        again.ExternalId.ShouldBe(first.ExternalId);
        less.ExternalId.ShouldNotBe(first.ExternalId);
    }

    [Fact]
    public void A_row_without_a_lot_belongs_to_the_only_one_that_the_broker_reports()
    {
        var rows = LedgerInference.WithLots(
            [Buy(1, 1, 1), Buy(1, 2, 1) with { InstrumentId = Reported.Instrument("TCS") }],
            [Snapshot(1, Held(1, 1, lot: "folio:7"), Held(2, 2, symbol: "TCS"), Held(2, 2, symbol: "TCS", lot: "margin"))]);

        rows.Select(r => r.Lot).ShouldBe(["folio:7", ""]);
    }
}
