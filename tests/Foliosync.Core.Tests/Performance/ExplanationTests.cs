using Foliosync.Core.Performance;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Performance.Script;

namespace Foliosync.Core.Tests.Performance;

public sealed class ExplanationTests
{
    private readonly Script _script = new();

    [Fact]
    public void A_period_is_divided_where_money_moved()
    {
        var (account, share) = (_script.Account(), _script.Instrument());
        _script.Priced(share, 0, 10, 11, 12, 12, 15).Deposit(account, 0, 100).Buy(account, 0, share, 10, 10)
            .Deposit(account, 2, 11).Withdraw(account, 3, 11);

        // 100 -> 110 until day 1; 110 + 11 -> 120 + 0 + 11 on days 2 and 3; 120 -> 150 on day 4.
        SubPeriod.Of(_script.Until(4).Total, Between(0, 4)).Select(p => (p.From, p.To, p.StartValue, p.In, p.Out, p.EndValue)).ShouldBe(
        [
            (Day(1), Day(1), 100m, 0m, 0m, 110m), (Day(2), Day(3), 110m, 11m, 11m, 120m), (Day(4), Day(4), 120m, 0m, 0m, 150m),
        ]);
    }

    [Fact]
    public void The_returns_of_the_parts_multiply_to_the_time_weighted_return() => Cases.ForAll(Gen.Choose(0, int.MaxValue - 1), seed =>
    {
        var total = new RandomPortfolio(seed).Script.Until(RandomPortfolio.Days - 1).Total;
        var period = Between(-1, RandomPortfolio.Days - 1);
        var parts = SubPeriod.Of(total, period);
        if (TimeWeightedReturn.Of(total, period).Total is { } whole && parts.All(p => p.Return is not null))
        {
            parts.Aggregate(1m, (product, part) => product * (1 + part.Return!.Value)).ShouldBe(1 + whole, 1e-15m * Math.Max(1, 1 + whole));
        }
    }, 10_000);

    [Fact]
    public void Without_flows_both_returns_are_the_same_and_it_says_why()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Priced(share, 0, 10, 11).Buy(account, 0, share, 10, 10);

        Explain(0, 1).ShouldBe("The time-weighted return is +10.00%, the money-weighted return +10.00%. No money came or went in between, so both tell the same.");
    }

    [Fact]
    public void Money_that_came_before_a_fall_is_named()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        // 10 % up on 100, then 1,100 more, then 10 % down on 1,210. With y the growth of a day: 100 y^3 + 1,100 y^2 = 1,089, y = 0.95447, y^3 = 0.8695.
        _script.Priced(share, 0, 10, 11, 11, 9.9m).Buy(account, 0, share, 10, 10).Buy(account, 2, share, 100, 11);

        Explain(0, 3).ShouldBe(
            "The time-weighted return is -1.00%, the money-weighted return -13.05%. The first gives each day the same weight, the second each unit of money: "
            + "more of it was there while things went worse. The largest movement was 1,100.00 EUR in on 2026-01-07: "
            + "the time before it returned +10.00%, the time from then on -10.00%.");
    }

    [Fact]
    public void Where_a_return_is_missing_its_reason_is_told() =>
        ReturnComparison.Explain(
            _script.Until(1).Total,
            Between(0, 1),
            ReturnIndex.Of(_script.Until(1).Total, Between(0, 1)),
            new TimeWeightedReturn(null, null, "Nothing was held."),
            new MoneyWeightedReturn(0.1m, null, null)).ShouldBe("There is no time-weighted return: Nothing was held.");

    private string Explain(int start, int end)
    {
        var (total, period) = (_script.Until(end).Total, Between(start, end));
        var index = ReturnIndex.Of(total, period);
        return ReturnComparison.Explain(total, period, index, TimeWeightedReturn.Of(index), MoneyWeightedReturn.Of(total, period));
    }
}
