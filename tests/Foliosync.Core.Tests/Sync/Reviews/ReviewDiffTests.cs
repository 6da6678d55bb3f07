using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Sync;
using Foliosync.Core.Sync.Reviews;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync.Reviews;

/// <summary>What people see of a report before they decide. Unless said otherwise a lot costs 100 a unit and is worth 120 a unit.</summary>
public sealed class ReviewDiffTests
{
    private static readonly Dictionary<Guid, NamedInstrument> Names = new[] { "INFY", "TCS", "WIPRO", "SBIN" }
        .ToDictionary(Reported.Instrument, symbol => new NamedInstrument(symbol + " Ltd", "INR"));

    private readonly Ledger _ledger = new();

    [Fact]
    public void A_holding_that_would_vanish_shows_everything_that_is_lost()
    {
        _ledger.Take(Reported.Complete(1, Reported.Lot("INFY", 10m), Reported.Lot("TCS", 5m)));

        var diff = Diff(Reported.Complete(2, Reported.Lot("TCS", 5m)));

        var lot = diff.Lots.ShouldHaveSingleItem();
        (lot.Kind, lot.Symbol, lot.Name, lot.Currency).ShouldBe((LotChangeKind.Vanish, "INFY", "INFY Ltd", "INR"));
        lot.Quantity.ShouldBe(new Change(10m, null));
        lot.Cost.ShouldBe(new Change(1_000m, null));
        lot.Value.ShouldBe(new Change(1_200m, null));

        // 10 x 120 + 5 x 120 = 1800; 5 x 120 = 600.
        diff.Totals.ShouldBe([new ValueTotal("INR", new Change(1_800m, 600m))]);
        (diff.CountBefore, diff.CountAfter).ShouldBe((2, 1));
    }

    [Fact]
    public void Fewer_units_shrink_more_units_grow_and_new_ones_appear()
    {
        _ledger.Take(Reported.Complete(1, Reported.Lot("INFY", 10m), Reported.Lot("TCS", 5m)));

        var diff = Diff(Reported.Complete(2, Reported.Lot("INFY", 4m), Reported.Lot("TCS", 6m), Reported.Lot("SBIN", 1m)));

        diff.Lots.Select(l => (l.Kind, l.Symbol, l.Quantity.Before, l.Quantity.After)).ShouldBe(
        [
            (LotChangeKind.Shrink, "INFY", 10m, 4m),
            (LotChangeKind.Grow, "TCS", 5m, 6m),
            (LotChangeKind.Appear, "SBIN", null, 1m),
        ]);
        (diff.CountBefore, diff.CountAfter).ShouldBe((2, 3));
    }

    [Fact]
    public void The_worst_comes_first_and_the_most_valuable_first_among_its_like()
    {
        _ledger.Take(Reported.Complete(1, Reported.Lot("INFY", 1m), Reported.Lot("TCS", 9m), Reported.Lot("WIPRO", 5m), Reported.Lot("SBIN", 3m)));

        var diff = Diff(Reported.Complete(2, Reported.Lot("WIPRO", 6m)));

        diff.Lots.Select(l => l.Symbol).ShouldBe(["TCS", "SBIN", "INFY", "WIPRO"]);
    }

    [Fact]
    public void A_price_or_cost_that_changes_alone_is_a_change_and_what_stays_is_not_listed()
    {
        _ledger.Take(Reported.Complete(1, Reported.Lot("INFY", 10m), Reported.Lot("TCS", 5m), Reported.Lot("SBIN", 1m)));

        var diff = Diff(Reported.Complete(2, Reported.Lot("INFY", 10m, price: 130m), Reported.Lot("TCS", 5m, average: 90m), Reported.Lot("SBIN", 1m)));

        diff.Lots.Select(l => (l.Kind, l.Symbol)).ShouldBe([(LotChangeKind.Change, "INFY"), (LotChangeKind.Change, "TCS")]);
        diff.Lots[0].Price.ShouldBe(new Change(120m, 130m));
        diff.Lots[0].Value.ShouldBe(new Change(1_200m, 1_300m));
        diff.Lots[1].Cost.ShouldBe(new Change(500m, 450m));
    }

    [Fact]
    public void A_short_position_that_grows_grows()
    {
        _ledger.Take(Reported.Complete(1, Reported.Lot("INFY", -1m, reads: ReadKinds.Positions)));

        Diff(Reported.Complete(2, Reported.Lot("INFY", -3m, reads: ReadKinds.Positions))).Lots[0].Kind.ShouldBe(LotChangeKind.Grow);
    }

    [Fact]
    public void A_holding_that_an_incomplete_report_does_not_name_is_neither_lost_nor_changed()
    {
        _ledger.Take(Reported.Complete(1, Reported.Lot("INFY", 10m), Reported.Lot("TCS", 5m)));

        var diff = Diff(Reported.Incomplete(2, Reported.Lot("TCS", 5m)));

        diff.Lots.ShouldBeEmpty();
        diff.Totals.ShouldBe([new ValueTotal("INR", new Change(1_800m, 1_800m))]);
    }

    [Fact]
    public void Lots_of_one_instrument_are_apart()
    {
        _ledger.Take(Reported.Complete(1, Reported.Lot("INFY", 10m), Reported.Lot("INFY", 4m, lot: ReportedLot.Margin)));

        var diff = Diff(Reported.Complete(2, Reported.Lot("INFY", 10m)));

        diff.Lots.Select(l => (l.Kind, l.Lot)).ShouldBe([(LotChangeKind.Vanish, ReportedLot.Margin)]);
    }

    [Fact]
    public void Unknown_cost_and_price_stay_unknown_and_the_multiplier_counts()
    {
        var diff = Diff(Reported.Complete(1, Reported.Lot("INFY", 2m, average: null, price: null), Reported.Lot("TCS", 1m, multiplier: 50m)));

        var unknown = diff.Lots.Single(l => l.Symbol == "INFY");
        (unknown.Cost, unknown.Value).ShouldBe((new Change(null, null), new Change(null, null)));
        diff.Lots.Single(l => l.Symbol == "TCS").Value.After.ShouldBe(6_000m);
        diff.Totals.ShouldBe([new ValueTotal("INR", new Change(0m, 6_000m))]);
    }

    [Fact]
    public void Balances_show_what_they_were_and_would_be()
    {
        _ledger.Take(Reported.Cash(1, new ReportedCash("equity", "INR", 100m), new ReportedCash("commodity", "INR", 7m)));

        var diff = Diff(Reported.Cash(2, new ReportedCash("equity", "INR", 40m), new ReportedCash("abroad", "USD", 3m)));

        diff.Cash.ShouldBe(
        [
            new CashChange("commodity", "INR", new Change(7m, null)),
            new CashChange("equity", "INR", new Change(100m, 40m)),
            new CashChange("abroad", "USD", new Change(null, 3m)),
        ]);
    }

    [Fact]
    public void Currencies_are_never_added_up()
    {
        var names = new Dictionary<Guid, NamedInstrument>
        {
            [Reported.Instrument("INFY")] = new("Infosys", "INR"),
            [Reported.Instrument("AAPL")] = new("Apple", "USD"),
        };
        var changes = _ledger.Compare(Reported.Complete(1, Reported.Lot("INFY", 1m), Reported.Lot("AAPL", 2m)));

        ReviewDiff.Of(_ledger.State, changes, names).Totals.ShouldBe(
            [new ValueTotal("INR", new Change(0m, 120m)), new ValueTotal("USD", new Change(0m, 240m))]);
    }

    [Fact]
    public void The_form_in_the_database_keeps_every_number()
    {
        _ledger.Take(Reported.Complete(1, Reported.Lot("INFY", 10.123456789012345678m)));
        var diff = Diff(Reported.Complete(2));

        var back = ReviewDiff.FromJson(ReviewDiff.ToJson(diff));

        back.Lots.ShouldBe(diff.Lots);
        back.Totals.ShouldBe(diff.Totals);
        back.Lots[0].Quantity.Before.ShouldBe(10.123456789012345678m);
    }

    private ReviewDiff Diff(AccountReport report) => ReviewDiff.Of(_ledger.State, _ledger.Compare(report), Names);
}
