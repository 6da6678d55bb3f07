using Foliosync.Brokers.Contract;
using Foliosync.Core.Transactions;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Transactions.Rows;

namespace Foliosync.Core.Tests.Transactions;

public sealed class LotsTests
{
    // 10 at 100 and, ten days later, 10 at 120; of these 15 sold at 150 after thirty days.
    private static readonly LedgerEntry[] PartialSale = [Buy(1, 10, 100), Buy(11, 10, 120), Sell(31, 15, 150)];

    [Fact]
    public void Under_fifo_the_oldest_units_leave_first_each_with_its_own_cost()
    {
        var book = Fifo(PartialSale);

        // 10 x (150 - 100) = 500 after 30 days, 5 x (150 - 120) = 150 after 20 days.
        var sale = book.Disposals.ShouldHaveSingleItem();
        sale.Parts.Select(p => (p.Quantity, p.Proceeds, p.Cost, p.Gain, p.HoldingDays))
            .ShouldBe([(10m, 1_500m, 1_000m, 500m, 30), (5m, 750m, 600m, 150m, 20)]);
        (sale.Quantity, sale.Proceeds, sale.Cost, sale.Gain).ShouldBe((15m, 2_250m, 1_600m, 650m));
        sale.Parts.Select(p => p.OpenedBy).ShouldBe([PartialSale[0].Id, PartialSale[1].Id]);
        book.Open.ShouldBe([new OpenLot(PartialSale[1].Id, Date(11), Date(11), 5m, 600m)]);

        // 5 x 160 = 800, less 600.
        book.UnrealisedGain(160).ShouldBe(200m);
    }

    [Fact]
    public void Under_average_cost_the_same_sale_takes_the_moving_average()
    {
        var book = Average(PartialSale);

        // (1,000 + 1,200) / 20 = 110; 15 x (150 - 110) = 600; 5 x 110 = 550 are left.
        book.RealisedGain.ShouldBe(600m);
        (book.Quantity, book.CostBasis, book.AverageCost).ShouldBe((5m, 550m, 110m));
        book.Disposals[0].Parts.Select(p => p.HoldingDays).ShouldBe([30, 20]);
    }

    [Fact]
    public void A_split_divides_lots_and_keeps_their_cost_and_day()
    {
        var book = Fifo(Buy(1, 10, 100), Split(2, 5, 1), Buy(3, 10, 25), Sell(4, 55, 30));

        // 10 at 100 become 50 at 20: 50 x (30 - 20) = 500; then 5 x (30 - 25) = 25.
        book.Disposals[0].Parts.Select(p => (p.Quantity, p.Gain, p.HoldingDays)).ShouldBe([(50m, 500m, 3), (5m, 25m, 1)]);
        (book.Quantity, book.CostBasis).ShouldBe((5m, 125m));
    }

    [Fact]
    public void A_consolidation_leaves_the_cost_of_a_dropped_fraction_in_what_remains()
    {
        // 25 x 1:10 = 2.5; the broker leaves 2.
        var book = Fifo(Buy(1, 25, 8), Split(2, 1, 10) with { Quantity = 2 });

        (book.Quantity, book.CostBasis).ShouldBe((2m, 200m));
        book.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void A_split_that_tells_only_the_units_after_it_divides_what_is_held()
    {
        var book = Fifo(Buy(1, 4, 90), Buy(2, 2, 60), Row(TransactionKind.Split, 3, units: 18));

        book.Open.Select(l => (l.Quantity, l.Cost)).ShouldBe([(12m, 360m), (6m, 120m)]);
    }

    [Fact]
    public void Where_units_and_ratio_of_a_split_contradict_each_other_the_ratio_counts_and_a_person_is_told()
    {
        // The broker held 20 before it; the ledger lacks 15 of them. It must not make them up.
        var book = Fifo(Buy(1, 5, 100), Split(2, 2, 1) with { Quantity = 40 });

        book.Quantity.ShouldBe(10m);
        book.Warnings.ShouldHaveSingleItem().Code.ShouldBe(LotWarningCode.SplitUnclear);
    }

    [Fact]
    public void Bonus_shares_cost_nothing_and_are_held_from_their_own_day()
    {
        var book = Fifo(Buy(1, 10, 110), Bonus(11, 10), Sell(21, 15, 60));

        // 10 x (60 - 110) = -500 after 20 days, 5 x 60 = 300 after 10.
        book.Disposals[0].Parts.Select(p => (p.Gain, p.HoldingDays)).ShouldBe([(-500m, 20), (300m, 10)]);
        (book.Quantity, book.CostBasis).ShouldBe((5m, 0m));
    }

    [Fact]
    public void Bonus_shares_lower_the_average_cost()
    {
        var book = Average(Buy(1, 10, 110), Bonus(11, 10), Sell(21, 15, 60));

        // 1,100 / 20 = 55; 15 x (60 - 55) = 75; 5 x 55 = 275.
        (book.RealisedGain, book.CostBasis).ShouldBe((75m, 275m));
    }

    [Fact]
    public void A_reinvested_dividend_is_income_and_a_purchase_for_what_the_tax_leaves()
    {
        var dividend = Row(TransactionKind.Dividend, 5) with { Amount = 100m, Taxes = 25m };

        LedgerEntry[] entries = [Buy(1, 10, 20), .. LedgerEntry.Reinvested(dividend, units: 3, Id("reinvested"))];
        var book = Fifo(entries);

        // (100 - 25) / 3 = 25 a unit; 10 x 20 + 75 = 275. The dividend leaves no cash: -200 + 75 - 75.
        (book.Quantity, book.CostBasis, book.Income, book.TaxesOnIncome, book.Charges).ShouldBe((13m, 275m, 100m, 25m, 0m));
        CashEffect.Sum(entries).ShouldBe([new LedgerCash("INR", -200m, 0)]);
    }

    [Fact]
    public void The_units_that_a_dividend_was_paid_for_are_not_bought()
    {
        var dividend = Row(TransactionKind.Dividend, 5, units: 10, price: 2.5m) with { Amount = 25m };

        Fifo(Buy(1, 10, 20), dividend).Quantity.ShouldBe(10m);
    }

    [Fact]
    public void Fees_and_taxes_add_to_the_cost_and_lower_the_proceeds()
    {
        LedgerEntry[] entries = [Buy(1, 10, 100) with { Fees = 5, Taxes = 1 }, Sell(2, 10, 110) with { Fees = 6, Taxes = 4 }];

        // 1,000 + 6 = 1,006; 1,100 - 10 = 1,090.
        var book = Fifo(entries);
        var sale = book.Disposals[0];
        (sale.Cost, sale.Proceeds, sale.Gain, book.Charges).ShouldBe((1_006m, 1_090m, 84m, 16m));

        var apart = Lots.Fold(entries, new LotRules(CostMethod.Fifo, ChargesInCost: false));
        (apart.RealisedGain, apart.Charges).ShouldBe((100m, 16m));
    }

    [Fact]
    public void Trades_without_known_charges_are_counted()
    {
        Fifo(Buy(1, 10, 100) with { Fees = null }, Sell(2, 10, 110)).TradesWithoutCharges.ShouldBe(1);
    }

    [Fact]
    public void A_round_trip_within_a_day_sells_the_old_units_under_fifo()
    {
        var book = Fifo(Buy(1, 10, 100), Buy(9, 5, 110) with { TradedAt = At(9, 10) }, Sell(9, 5, 120) with { TradedAt = At(9, 11) });

        // 5 x (120 - 100); 5 at 100 and 5 at 110 are left.
        (book.RealisedGain, book.CostBasis).ShouldBe((100m, 1_050m));
        book.Disposals[0].Parts[0].HoldingDays.ShouldBe(8);
    }

    [Fact]
    public void Where_a_source_tells_only_the_day_purchases_come_before_sales()
    {
        var book = Fifo(Sell(1, 5, 120) with { TradedAt = At(1, 0) }, Buy(1, 5, 110) with { TradedAt = At(1, 0) });

        (book.Quantity, book.RealisedGain).ShouldBe((0m, 50m));
        book.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void Selling_more_than_is_held_is_booked_and_filled_by_the_next_purchase()
    {
        var oversold = Fifo(Buy(1, 5, 100), Sell(3, 8, 120));

        // 5 x 20 = 100 are realised; 3 units wait with 3 x 120 = 360.
        (oversold.Quantity, oversold.CostBasis, oversold.RealisedGain).ShouldBe((-3m, -360m, 100m));
        oversold.Warnings.ShouldHaveSingleItem().Message.ShouldBe("3 units more left than the ledger holds; a purchase before it is missing.");

        var filled = Fifo(Buy(1, 5, 100), Sell(3, 8, 120), Buy(4, 4, 90));

        // 360 - 3 x 90 = 90; 1 at 90 is left.
        (filled.Disposals[1].Gain, filled.Disposals[1].IsShort, filled.Disposals[1].Parts[0].HoldingDays).ShouldBe((90m, true, 1));
        (filled.Quantity, filled.CostBasis, filled.RealisedGain).ShouldBe((1m, 90m, 190m));
    }

    [Fact]
    public void A_short_position_in_a_derivative_is_no_mistake_and_counts_its_multiplier()
    {
        var rules = new LotRules(CostMethod.Fifo, ShortsAllowed: true);
        var sold = Sell(1, 2, 6_000) with { Multiplier = 10 };

        var open = Lots.Fold([sold], rules);
        open.Warnings.ShouldBeEmpty();

        // -2 x 5,900 x 10 = -118,000, less -120,000.
        (open.Quantity, open.CostBasis, open.AverageCost, open.UnrealisedGain(5_900)).ShouldBe((-2m, -120_000m, 6_000m, 2_000m));

        // 2 x (6,000 - 5,950) x 10 = 1,000.
        Lots.Fold([sold, Buy(2, 2, 5_950) with { Multiplier = 10 }], rules).RealisedGain.ShouldBe(1_000m);
    }

    [Fact]
    public void An_unknown_cost_spoils_only_its_lot_under_fifo()
    {
        var book = Fifo(Row(TransactionKind.TransferIn, 1, 5), Buy(2, 5, 100), Sell(3, 7, 120));

        book.Disposals[0].Parts.Select(p => (p.Quantity, p.Cost, p.Gain)).ShouldBe([(5m, null, null), (2m, 200m, 40m)]);
        (book.RealisedGain, book.CostBasis).ShouldBe((null, 300m));
    }

    [Fact]
    public void An_unknown_cost_spoils_the_whole_pool_under_average_cost_until_nothing_is_held()
    {
        LedgerEntry[] entries = [Row(TransactionKind.TransferIn, 1, 5), Buy(2, 5, 100), Sell(3, 7, 120)];

        Average(entries).CostBasis.ShouldBeNull();
        Average([.. entries, Sell(4, 3, 120), Buy(5, 1, 80)]).CostBasis.ShouldBe(80m);
    }

    [Fact]
    public void Transferred_units_carry_cost_and_day_and_realise_nothing()
    {
        var came = Row(TransactionKind.TransferIn, 10, 10, 50) with { AcquiredOn = Date(1) };

        var book = Fifo(came, Row(TransactionKind.TransferOut, 12, 4), Sell(21, 1, 70));

        (book.Disposals[0].Cost, book.Disposals[0].Gain, book.Disposals[0].RealisesNothing).ShouldBe((200m, null, true));
        (book.RealisedGain, book.Disposals[1].Parts[0].HoldingDays).ShouldBe((20m, 20));
    }

    [Fact]
    public void The_holding_period_of_units_that_were_there_first_is_unknown()
    {
        var sale = Fifo(Row(TransactionKind.TransferIn, 1, 10, 50), Sell(5, 10, 60)).Disposals[0];

        (sale.Gain, sale.Parts[0].HoldingDays).ShouldBe((100m, null));
    }

    [Fact]
    public void An_adjustment_gives_lots_of_unknown_cost_what_the_others_leave()
    {
        // 10 units at 80 each = 800; 5 of them cost 500, so the other 5 cost 300.
        var book = Fifo(Row(TransactionKind.TransferIn, 1, 5), Buy(2, 5, 100), Row(TransactionKind.Adjustment, 3, null, 80));

        book.Open.Select(l => l.Cost).ShouldBe([300m, 500m]);
    }

    [Fact]
    public void An_adjustment_of_units_realises_nothing()
    {
        var book = Fifo(Buy(1, 10, 100), Row(TransactionKind.Adjustment, 2, 7));

        (book.Quantity, book.CostBasis, book.RealisedGain).ShouldBe((7m, 700m, 0m));
    }

    [Fact]
    public void A_row_in_another_currency_counts_its_units_and_leaves_its_cost_unknown()
    {
        var book = Fifo(Buy(1, 10, 100), Buy(2, 1, 2) with { Currency = "USD" });

        (book.Quantity, book.Open[0].Cost, book.Open[1].Cost).ShouldBe((11m, 1_000m, null));
        book.Warnings.ShouldHaveSingleItem().Code.ShouldBe(LotWarningCode.OtherCurrency);
    }

    [Fact]
    public void Units_of_an_unclassified_row_do_not_count_and_a_person_is_told()
    {
        var book = Fifo(Buy(1, 10, 100), Row(TransactionKind.Unclassified, 2, 3));

        book.Quantity.ShouldBe(10m);
        book.Warnings.ShouldHaveSingleItem().Code.ShouldBe(LotWarningCode.Unclassified);
    }

    [Fact]
    public void Thirds_of_a_cost_add_up_to_the_whole()
    {
        LedgerEntry[] entries = [Buy(1, 3, null) with { Amount = -100 }, Sell(2, 1, 50), Sell(3, 1, 50), Sell(4, 1, 50)];

        foreach (var book in new[] { Fifo(entries), Average(entries) })
        {
            book.Disposals.Select(d => d.Cost).ShouldBe([33.3333333333m, 33.3333333334m, 33.3333333333m], ignoreOrder: true);
            book.RealisedGain.ShouldBe(50m);
        }
    }
}
