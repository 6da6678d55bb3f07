using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Sync.Reported;

namespace Foliosync.Core.Tests.Sync;

public sealed class SuspicionTests
{
    private readonly Ledger _ledger = new();

    [Fact]
    public void An_empty_first_report_is_plausible()
    {
        _ledger.Compare(Complete(1)).Suspicion.ShouldBeNull();
    }

    [Fact]
    public void A_complete_report_that_is_suddenly_empty_is_not_plausible()
    {
        _ledger.Take(Complete(1, Shares(40)));

        _ledger.Compare(Complete(2)).Suspicion.ShouldBe("The broker reports none of the 40 holdings any more.");
    }

    [Fact]
    public void Even_a_single_holding_that_vanishes_leaving_nothing_is_looked_at()
    {
        _ledger.Take(Complete(1, Lot("INFY", 1)));

        _ledger.Compare(Complete(2)).Suspicion.ShouldNotBeNull();
    }

    [Fact]
    public void Forty_holdings_that_become_two_are_not_plausible()
    {
        var shares = Shares(40);
        _ledger.Take(Complete(1, shares));

        _ledger.Compare(Complete(2, shares[..2])).Suspicion.ShouldBe("The broker does not report 38 of the 40 holdings any more.");
    }

    [Fact]
    public void Many_small_holdings_that_vanish_are_not_plausible_although_most_of_the_value_stays()
    {
        var shares = Shares(10);
        ReportedLot[] all = [Lot("BIG", 1_000_000), .. shares];
        _ledger.Take(Complete(1, all));

        _ledger.Compare(Complete(2, all[..4])).Suspicion.ShouldNotBeNull();
    }

    [Fact]
    public void Most_of_the_value_that_vanishes_with_one_holding_is_not_plausible()
    {
        var shares = Shares(10); // worth 12,000
        _ledger.Take(Complete(1, [Lot("BIG", 1_000), .. shares])); // worth 120,000

        var suspicion = _ledger.Compare(Complete(2, shares)).Suspicion;

        suspicion.ShouldBe("More than half of the account's value is missing from the broker's report (1 of 11 holdings closed).");
    }

    [Fact]
    public void Units_that_shrink_to_a_tenth_everywhere_are_not_plausible()
    {
        _ledger.Take(Complete(1, Shares(6)));

        _ledger.Compare(Complete(2, [.. Shares(6).Select(s => s with { Quantity = 1 })])).Suspicion.ShouldNotBeNull();
    }

    [Fact]
    public void A_suspicious_report_still_says_what_it_would_change()
    {
        _ledger.Take(Complete(1, Shares(40)));

        var changes = _ledger.Compare(Complete(2));

        changes.Closed.Count.ShouldBe(40);
        changes.Ended.Count.ShouldBe(40);
    }

    [Fact]
    public void Selling_one_of_a_few_holdings_is_plausible()
    {
        _ledger.Take(Complete(1, Lot("A", 10), Lot("B", 10), Lot("C", 10)));

        _ledger.Compare(Complete(2, Lot("A", 10), Lot("B", 10))).Suspicion.ShouldBeNull();
    }

    [Fact]
    public void Selling_half_of_everything_is_plausible()
    {
        _ledger.Take(Complete(1, Shares(10)));

        _ledger.Compare(Complete(2, Shares(5))).Suspicion.ShouldBeNull();
        _ledger.Compare(Complete(2, [.. Shares(10).Select(s => s with { Quantity = 5 })])).Suspicion.ShouldBeNull();
    }

    [Fact]
    public void Changing_one_share_for_another_of_a_large_account_is_plausible()
    {
        _ledger.Take(Complete(1, Shares(10)));

        _ledger.Compare(Complete(2, [.. Shares(8), Lot("NEW1", 10), Lot("NEW2", 10)])).Suspicion.ShouldBeNull();
    }

    [Fact]
    public void Prices_that_fall_are_plausible()
    {
        _ledger.Take(Complete(1, Shares(10)));

        _ledger.Compare(Complete(2, [.. Shares(10).Select(s => s with { LastPrice = 1m })])).Suspicion.ShouldBeNull();
    }

    [Fact]
    public void Derivatives_that_expire_together_are_plausible()
    {
        ReportedLot[] derivatives = [.. Enumerable.Range(1, 20).Select(i => Lot($"NIFTY{i}CE", 75, reads: ReadKinds.Positions))];
        _ledger.Take(Complete(1, [Lot("INFY", 1), .. derivatives]));

        var changes = _ledger.Compare(Complete(2, Lot("INFY", 1)));

        changes.Suspicion.ShouldBeNull();
        changes.Closed.Count.ShouldBe(20);
    }

    [Fact]
    public void An_account_of_derivatives_alone_may_become_empty()
    {
        _ledger.Take(Complete(1, Lot("NIFTY26AUGFUT", -75, reads: ReadKinds.Positions)));

        _ledger.Compare(Complete(2)).Suspicion.ShouldBeNull();
    }

    [Fact]
    public void Holdings_that_vanish_while_derivatives_stay_are_not_plausible()
    {
        var future = Lot("NIFTY26AUGFUT", 75, reads: ReadKinds.Positions);
        _ledger.Take(Complete(1, future, Lot("A", 1), Lot("B", 1)));

        _ledger.Compare(Complete(2, future)).Suspicion.ShouldNotBeNull();
    }

    [Fact]
    public void An_incomplete_report_that_names_little_is_plausible_because_nothing_is_closed()
    {
        _ledger.Take(Complete(1, Shares(40)));

        _ledger.Compare(Incomplete(2, Shares(2))).Suspicion.ShouldBeNull();
    }

    [Fact]
    public void Holdings_without_any_price_are_counted_only()
    {
        var shares = Shares(10).Select(s => s with { LastPrice = null, AveragePrice = null }).ToArray();
        _ledger.Take(Complete(1, shares));

        _ledger.Compare(Complete(2, shares[..5])).Suspicion.ShouldBeNull();
        _ledger.Compare(Complete(2, shares[..4])).Suspicion.ShouldNotBeNull();
    }

    // 10 units of 120 each.
    private static ReportedLot[] Shares(int count) => [.. Enumerable.Range(1, count).Select(i => Lot($"SHARE{i}", 10))];
}
