using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Sync.Reported;

namespace Foliosync.Core.Tests.Sync;

public sealed class ReconcilerTests
{
    private readonly Ledger _ledger = new();

    [Fact]
    public void A_holding_that_is_new_is_opened_with_all_its_values()
    {
        var priced = Day(1).AddMinutes(-3);
        var lot = Lot("INFY", 12, 1_500.25m, 1_612.5m, ReadKinds.Holdings | ReadKinds.Positions, "margin") with
        {
            UnsettledQuantity = 2,
            PledgedQuantity = 3,
            PricedAt = priced,
        };

        var changes = _ledger.Take(Complete(1, lot));

        changes.Opened.Count.ShouldBe(1);
        changes.Ended.ShouldBeEmpty();
        var holding = _ledger["INFY"];
        holding.Id.ShouldNotBe(Guid.Empty);
        holding.AccountId.ShouldNotBe(Guid.Empty);
        (holding.InstrumentId, holding.Lot, holding.Reads).ShouldBe((Instrument("INFY"), "margin", ReadKinds.Holdings | ReadKinds.Positions));
        (holding.Symbol, holding.Exchange).ShouldBe(("INFY", "NSE"));
        (holding.Quantity, holding.UnsettledQuantity, holding.PledgedQuantity).ShouldBe((12m, 2m, 3m));
        (holding.AveragePrice, holding.CostBasis).ShouldBe((1_500.25m, 18_003m)); // 12 x 1,500.25
        (holding.LastPrice, holding.PricedAt, holding.Multiplier).ShouldBe((1_612.5m, priced, 1m));
        (holding.Since, holding.LastReportedAt).ShouldBe((Day(1), null));
    }

    [Fact]
    public void Units_that_were_bought_change_the_holding_and_end_a_period()
    {
        _ledger.Take(Complete(1, Lot("INFY", 10, 100m)));
        var id = _ledger["INFY"].Id;

        var changes = _ledger.Take(Complete(2, Lot("INFY", 15, 110m)));

        changes.Changed.Count.ShouldBe(1);
        (_ledger["INFY"].Id, _ledger["INFY"].Quantity, _ledger["INFY"].Since).ShouldBe((id, 15m, Day(2)));
        var period = _ledger.Periods.ShouldHaveSingleItem();
        (period.Quantity, period.CostBasis, period.From, period.To).ShouldBe((10m, 1_000m, Day(1), Day(2)));
        (period.InstrumentId, period.AccountId).ShouldBe((_ledger["INFY"].InstrumentId, _ledger["INFY"].AccountId));
    }

    [Fact]
    public void A_changed_cost_alone_ends_a_period()
    {
        _ledger.Take(Complete(1, Lot("INFY", 10, 100m)));

        _ledger.Take(Complete(2, Lot("INFY", 10, 101m)));

        _ledger.Periods.ShouldHaveSingleItem().CostBasis.ShouldBe(1_000m);
        (_ledger["INFY"].CostBasis, _ledger["INFY"].Since).ShouldBe((1_010m, Day(2)));
    }

    [Fact]
    public void A_cost_that_becomes_known_ends_the_period_of_unknown_cost()
    {
        _ledger.Take(Complete(1, Lot("INFY", 10, average: null)));

        _ledger.Take(Complete(2, Lot("INFY", 10, 100m)));

        _ledger.Periods.ShouldHaveSingleItem().CostBasis.ShouldBeNull();
    }

    [Fact]
    public void A_changed_multiplier_ends_a_period()
    {
        _ledger.Take(Complete(1, Lot("NIFTY26AUGFUT", 75, multiplier: 1m, reads: ReadKinds.Positions)));

        _ledger.Take(Complete(2, Lot("NIFTY26AUGFUT", 75, multiplier: 2m, reads: ReadKinds.Positions)));

        _ledger.Periods.ShouldHaveSingleItem().Multiplier.ShouldBe(1m);
    }

    [Fact]
    public void A_changed_price_alone_changes_the_holding_but_ends_no_period()
    {
        _ledger.Take(Complete(1, Lot("INFY", 10, price: 120m)));

        var changes = _ledger.Take(Complete(2, Lot("INFY", 10, price: 121m)));

        changes.Changed.Count.ShouldBe(1);
        _ledger.Periods.ShouldBeEmpty();
        (_ledger["INFY"].LastPrice, _ledger["INFY"].Since).ShouldBe((121m, Day(1)));
    }

    [Fact]
    public void Units_that_settle_or_are_pledged_end_no_period()
    {
        _ledger.Take(Complete(1, Lot("INFY", 10) with { UnsettledQuantity = 10 }));

        _ledger.Take(Complete(2, Lot("INFY", 10) with { PledgedQuantity = 4 }));

        (_ledger["INFY"].UnsettledQuantity, _ledger["INFY"].PledgedQuantity).ShouldBe((0m, 4m));
        _ledger.Periods.ShouldBeEmpty();
    }

    [Fact]
    public void A_holding_missing_from_a_complete_report_is_closed_and_its_history_kept()
    {
        _ledger.Take(Complete(1, Lot("INFY", 10), Lot("TCS", 5)));

        var changes = _ledger.Take(Complete(2, Lot("INFY", 10)));

        changes.Closed.ShouldHaveSingleItem().Symbol.ShouldBe("TCS");
        _ledger.Holdings.ShouldHaveSingleItem().Symbol.ShouldBe("INFY");
        var period = _ledger.Periods.ShouldHaveSingleItem();
        (period.InstrumentId, period.Quantity, period.From, period.To).ShouldBe((Instrument("TCS"), 5m, Day(1), Day(2)));
    }

    [Fact]
    public void A_holding_that_comes_back_is_opened_again_beside_its_earlier_period()
    {
        _ledger.Take(Complete(1, Lot("INFY", 10), Lot("TCS", 5)));
        var first = _ledger["TCS"].Id;
        _ledger.Take(Complete(2, Lot("INFY", 10)));

        var changes = _ledger.Take(Complete(5, Lot("INFY", 10), Lot("TCS", 7)));

        changes.Opened.ShouldHaveSingleItem().Id.ShouldNotBe(first);
        (_ledger["TCS"].Quantity, _ledger["TCS"].Since).ShouldBe((7m, Day(5)));
        _ledger.Periods.ShouldHaveSingleItem().To.ShouldBe(Day(2));
    }

    [Fact]
    public void A_holding_missing_from_an_incomplete_report_is_kept()
    {
        _ledger.Take(Complete(1, Lot("INFY", 10), Lot("TCS", 5)));

        var changes = _ledger.Take(Incomplete(2, Lot("INFY", 10)));

        changes.Closed.ShouldBeEmpty();
        changes.Ended.ShouldBeEmpty();
        (_ledger["TCS"].Quantity, _ledger["TCS"].Since, _ledger["TCS"].LastReportedAt).ShouldBe((5m, Day(1), Day(1)));
        _ledger["INFY"].LastReportedAt.ShouldBeNull();
    }

    [Fact]
    public void A_holding_missing_for_several_reports_remembers_the_last_one_that_named_it()
    {
        _ledger.Take(Complete(1, Lot("INFY", 10), Lot("TCS", 5)));
        _ledger.Take(Complete(2, Lot("INFY", 10), Lot("TCS", 5)));
        _ledger.Take(Incomplete(3, Lot("INFY", 10)));

        var changes = _ledger.Take(Incomplete(4, Lot("INFY", 10)));

        _ledger["TCS"].LastReportedAt.ShouldBe(Day(2));
        changes.Changed.ShouldBeEmpty();
        changes.Unchanged.ShouldBe(2);
    }

    [Fact]
    public void A_holding_that_is_named_again_as_it_was_ends_no_period()
    {
        _ledger.Take(Complete(1, Lot("INFY", 10), Lot("TCS", 5)));
        _ledger.Take(Incomplete(2, Lot("INFY", 10)));

        _ledger.Take(Complete(3, Lot("INFY", 10), Lot("TCS", 5)));

        (_ledger["TCS"].Since, _ledger["TCS"].LastReportedAt).ShouldBe((Day(1), null));
        _ledger.Periods.ShouldBeEmpty();
    }

    [Fact]
    public void A_new_holding_in_an_incomplete_report_is_opened()
    {
        _ledger.Take(Incomplete(1, Lot("INFY", 10)));

        _ledger["INFY"].Quantity.ShouldBe(10m);
    }

    [Fact]
    public void A_read_that_was_not_made_closes_nothing()
    {
        _ledger.Take(Complete(1, Lot("INFY", 10), Lot("FUND", 50, reads: ReadKinds.Funds, lot: "folio:1")));

        var changes = _ledger.Take(Complete(2, Lot("INFY", 10)) with { Reads = ReadKinds.Holdings, CompleteReads = ReadKinds.Holdings });

        changes.Closed.ShouldBeEmpty();
        (_ledger["FUND"].Quantity, _ledger["FUND"].LastReportedAt).ShouldBe((50m, Day(1)));
    }

    [Fact]
    public void A_failed_read_does_not_keep_what_a_complete_one_does_not_name()
    {
        _ledger.Take(Complete(1, Lot("INFY", 10), Lot("TCS", 1), Lot("FUND", 50, reads: ReadKinds.Funds)));

        var changes = _ledger.Take(Complete(2, Lot("INFY", 10)) with { CompleteReads = ReadKinds.Holdings });

        changes.Closed.ShouldHaveSingleItem().Symbol.ShouldBe("TCS");
    }

    [Fact]
    public void A_holding_found_in_two_reads_is_closed_only_when_both_are_complete()
    {
        _ledger.Take(Complete(1, Lot("INFY", 10), Lot("TCS", 5, reads: ReadKinds.Holdings | ReadKinds.Positions)));

        _ledger.Take(Complete(2, Lot("INFY", 10)) with { CompleteReads = ReadKinds.Holdings }).Closed.ShouldBeEmpty();
        _ledger.Take(Complete(3, Lot("INFY", 10)) with { CompleteReads = ReadKinds.Positions }).Closed.ShouldBeEmpty();
        _ledger.Take(Complete(4, Lot("INFY", 10))).Closed.ShouldHaveSingleItem().Symbol.ShouldBe("TCS");
    }

    [Fact]
    public void A_purchase_of_the_day_that_becomes_a_holding_next_morning_is_the_same_holding()
    {
        _ledger.Take(Complete(1, Lot("INFY", 10, reads: ReadKinds.Positions) with { UnsettledQuantity = 10 }));
        var id = _ledger["INFY"].Id;

        var changes = _ledger.Take(Complete(2, Lot("INFY", 10, reads: ReadKinds.Holdings) with { UnsettledQuantity = 10 }));

        (_ledger["INFY"].Id, _ledger["INFY"].Quantity, _ledger["INFY"].Reads).ShouldBe((id, 10m, ReadKinds.Holdings));
        changes.Opened.ShouldBeEmpty();
        changes.Closed.ShouldBeEmpty();
        _ledger.Periods.ShouldBeEmpty();
    }

    [Fact]
    public void Own_units_margin_funded_units_and_each_folio_are_holdings_apart()
    {
        _ledger.Take(Complete(1, Lot("INFY", 10), Lot("INFY", 4, lot: "margin"), Lot("INFY", 3, lot: "folio:9")));

        _ledger.Take(Complete(2, Lot("INFY", 10), Lot("INFY", 6, lot: "margin"), Lot("INFY", 3, lot: "folio:9")));

        _ledger.Holdings.Select(h => (h.Lot, h.Quantity)).ShouldBe([("", 10m), ("folio:9", 3m), ("margin", 6m)], ignoreOrder: true);
        _ledger.Periods.ShouldHaveSingleItem().Lot.ShouldBe("margin");
    }

    [Fact]
    public void The_same_report_twice_changes_nothing()
    {
        var report = Complete(1, Lot("INFY", 10), Lot("FUND", 50.123m, average: null, reads: ReadKinds.Funds, lot: "folio:1")) with
        {
            Cash = [new ReportedCash("equity", "INR", 1_000m)],
            Transactions = [Buy("t1", 1)],
        };
        _ledger.Take(report);

        var changes = _ledger.Take(report with { AsOf = Day(2) });

        ShouldChangeNothing(changes);
        changes.Unchanged.ShouldBe(4);
    }

    [Fact]
    public void An_equal_number_written_with_other_decimals_changes_nothing()
    {
        _ledger.Take(Complete(1, Lot("INFY", 10m, 100m, 120m)));

        ShouldChangeNothing(_ledger.Take(Complete(2, Lot("INFY", 10.000m, 100.0m, 120.00m))));
    }

    [Fact]
    public void A_balance_that_is_new_is_opened()
    {
        var changes = _ledger.Take(Cash(1, new ReportedCash("equity", "INR", 1_000.5m)));

        var balance = changes.CashOpened.ShouldHaveSingleItem();
        (balance.Segment, balance.Currency, balance.Amount, balance.AsOf).ShouldBe(("equity", "INR", 1_000.5m, Day(1)));
    }

    [Fact]
    public void A_balance_that_changed_keeps_its_row()
    {
        _ledger.Take(Cash(1, new ReportedCash("equity", "INR", 1_000m), new ReportedCash("equity", "USD", 7m)));
        var id = _ledger.Cash.Single(c => c.Currency == "INR").Id;

        var changes = _ledger.Take(Cash(2, new ReportedCash("equity", "INR", -20m), new ReportedCash("equity", "USD", 7m)));

        var balance = changes.CashChanged.ShouldHaveSingleItem();
        (balance.Id, balance.Amount, balance.AsOf).ShouldBe((id, -20m, Day(2)));
        changes.Unchanged.ShouldBe(1);
    }

    [Fact]
    public void A_balance_that_is_not_reported_any_more_is_closed()
    {
        _ledger.Take(Cash(1, new ReportedCash("equity", "INR", 1_000m), new ReportedCash("commodity", "INR", 5m)));

        _ledger.Take(Cash(2, new ReportedCash("equity", "INR", 1_000m))).CashClosed.ShouldHaveSingleItem().Segment.ShouldBe("commodity");
    }

    [Fact]
    public void Cash_that_was_not_read_keeps_every_balance()
    {
        _ledger.Take(Cash(1, new ReportedCash("equity", "INR", 1_000m)));

        var changes = _ledger.Take(Complete(2, Lot("INFY", 10)));

        changes.CashClosed.ShouldBeEmpty();
        _ledger.Cash.ShouldHaveSingleItem().Amount.ShouldBe(1_000m);
    }

    [Fact]
    public void A_transaction_that_is_known_is_passed_over()
    {
        _ledger.Take(Complete(1) with { Transactions = [Buy("t1", 1)] });

        var changes = _ledger.Take(Complete(2) with { Transactions = [Buy("t1", 1), Buy("t2", 2)] });

        changes.Transactions.ShouldHaveSingleItem().ExternalId.ShouldBe("t2");
        changes.Unchanged.ShouldBe(1);
    }

    [Fact]
    public void A_transaction_that_is_not_reported_any_more_is_kept()
    {
        _ledger.Take(Complete(1) with { Transactions = [Buy("t1", 1)] });

        _ledger.Take(Complete(2));

        _ledger.Transactions.ShouldHaveSingleItem().ExternalId.ShouldBe("t1");
    }

    private static void ShouldChangeNothing(AccountChanges changes)
    {
        changes.Opened.ShouldBeEmpty();
        changes.Changed.ShouldBeEmpty();
        changes.Closed.ShouldBeEmpty();
        changes.Ended.ShouldBeEmpty();
        changes.CashOpened.ShouldBeEmpty();
        changes.CashChanged.ShouldBeEmpty();
        changes.CashClosed.ShouldBeEmpty();
        changes.Transactions.ShouldBeEmpty();
        changes.Suspicion.ShouldBeNull();
    }
}
