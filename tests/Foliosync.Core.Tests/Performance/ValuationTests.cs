using Foliosync.Brokers.Contract;
using Foliosync.Core.Performance;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Performance.Script;

namespace Foliosync.Core.Tests.Performance;

public sealed class ValuationTests
{
    private readonly Script _script = new();

    [Fact]
    public void Values_are_told_for_each_account_and_class_in_both_currencies()
    {
        var account = _script.Account("USD");
        var (share, fund) = (_script.Instrument("USD"), _script.Instrument("EUR", AssetClass.MutualFund));
        _script.Held(account, share, 2, 0).Held(account, fund, 3, 0).Cash(account, 50, 0, currency: "USD")
            .Priced(share, 0, 100m).Priced(fund, 0, 10m).Rated("USD", 0, 1.25m);

        _script.Until(0).Parts.Select(p => (p.Class, p.InAccountCurrency.Values[0], p.InBase.Values[0])).ShouldBe(
        [
            (null, 50m, 40m), (AssetClass.Equity, 200m, 160m), (AssetClass.MutualFund, 37.5m, 30m),
        ]);
        _script.Until(0).Total.Values[0].ShouldBe(230m);
    }

    [Fact]
    public void A_day_without_a_price_is_carried_forward_and_marked()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Held(account, share, 1, 0).Priced(share, 0, 10m).Priced(share, 2, 12m);

        var total = _script.Until(2).Total;

        total.Values.ToArray().ShouldBe([10m, 10m, 12m]);
        total.Marks[1].ShouldBe(DayMarks.Carried);
        total.Marks[2].ShouldBe(DayMarks.None);
    }

    [Fact]
    public void A_price_of_more_than_a_week_ago_is_stale()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Held(account, share, 1, 0).Priced(share, 0, 10m);

        var total = _script.Until(8).Total;

        total.Marks[7].ShouldBe(DayMarks.Carried);
        total.Marks[8].ShouldBe(DayMarks.Carried | DayMarks.Stale);
        total.ValueAt(Day(8)).ShouldBe(10m);
    }

    [Fact]
    public void A_value_without_any_price_is_not_known_and_not_zero()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Held(account, share, 1, 0).Priced(share, 1, 10m);

        var total = _script.Until(1).Total;

        total.ValueAt(Day(0)).ShouldBeNull();
        total.ValueAt(Day(1)).ShouldBe(10m);
    }

    [Fact]
    public void A_currency_without_a_rate_makes_the_value_unknown_in_base_currency()
    {
        var (account, share) = (_script.Account("AED", cash: false), _script.Instrument("AED"));
        _script.Held(account, share, 1, 0).Priced(share, 0, 10m);

        _script.Until(0).Total.ValueAt(Day(0)).ShouldBeNull();
        _script.Until(0).Parts[0].InAccountCurrency.ValueAt(Day(0)).ShouldBe(10m);
    }

    [Fact]
    public void The_brokers_price_of_a_day_comes_before_that_of_a_source_whatever_the_order()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Held(account, share, 1, 0);
        _script.Prices.Add(share, Day(0), 11, "EUR", PriceRank.Source);
        _script.Prices.Add(share, Day(0), 10, "EUR", PriceRank.Broker);
        _script.Prices.Add(share, Day(1), 12, "EUR", PriceRank.Source);

        _script.Until(1).Total.Values.ToArray().ShouldBe([10m, 12m], "a newer price of a source comes before an older one of the broker");
    }

    [Fact]
    public void A_price_in_another_currency_is_converted_at_the_rate_of_its_day()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Held(account, share, 1, 0).Rated("USD", 0, 1.25m, 1m);
        _script.Prices.Add(share, Day(0), 10, "USD", PriceRank.Source);

        _script.Until(1).Total.Values.ToArray().ShouldBe([8m, 8m]);
    }

    [Fact]
    public void Lots_add_up()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Held(account, share, 1, 0, 2).Held(account, share, 2, 1).Priced(share, 0, 10m, 10m, 10m);

        _script.Until(2).Total.Values.ToArray().ShouldBe([10m, 30m, 20m]);
    }

    // 70 now; 30 were spent on day 2 and 20 came on day 1, so there were 80 at first.
    [Fact]
    public void Cash_before_the_first_known_balance_follows_from_the_transactions()
    {
        var (account, share) = (_script.Account(), _script.Instrument());
        _script.Deposit(account, 1, 20).Buy(account, 2, share, 3, 10).Cash(account, 70, 3).Priced(share, 2, 10m);

        _script.Until(3).OfClass(null).Values.ToArray().ShouldBe([100m, 70m, 70m], "the first transaction is of day 1");
    }

    [Fact]
    public void A_change_of_cash_that_no_transaction_explains_is_money_that_moved()
    {
        var account = _script.Account();
        _script.Cash(account, 100, 0, 1).Cash(account, 130, 1);

        var total = _script.Until(1).Total;

        total.FlowsIn(Between(0, 1)).ToArray().ShouldBe([new DayFlow { Day = Day(1), In = 30 }]);
        (total.Marks[1] & DayMarks.FlowInferred).ShouldBe(DayMarks.FlowInferred);
    }

    [Fact]
    public void A_purchase_moves_money_between_classes_and_not_of_the_account()
    {
        var (account, share) = (_script.Account(), _script.Instrument());
        _script.Deposit(account, 0, 100).Buy(account, 1, share, 5, 10).Priced(share, 1, 10m);
        var valuation = _script.Until(1);

        valuation.OfAccount(account).FlowsIn(Between(0, 1)).ToArray().ShouldBe([new DayFlow { Day = Day(1) }]);
        valuation.OfClass(AssetClass.Equity).FlowsIn(Between(0, 1))[0].AllIn.ShouldBe(50m);
        valuation.OfClass(null).FlowsIn(Between(0, 1))[0].AllOut.ShouldBe(50m);
    }

    [Fact]
    public void Nothing_has_no_parts_and_a_value_of_zero()
    {
        var valuation = _script.Until(3);

        valuation.Parts.ShouldBeEmpty();
        valuation.Total.ValueAt(Day(3)).ShouldBe(0m);
    }

    [Theory]
    [InlineData(PeriodName.OneDay, "2026-03-30")]
    [InlineData(PeriodName.OneWeek, "2026-03-24")]
    [InlineData(PeriodName.MonthToDate, "2026-02-28")]
    [InlineData(PeriodName.OneMonth, "2026-02-28")]
    [InlineData(PeriodName.YearToDate, "2025-12-31")]
    [InlineData(PeriodName.OneYear, "2025-03-31")]
    [InlineData(PeriodName.SinceStart, "2019-12-31")]
    public void A_named_period_begins_at_the_close_of_a_day(PeriodName name, string start) =>
        Period.Of(name, new(2026, 3, 31), new(2020, 1, 1)).ShouldBe(new Period(DateOnly.Parse(start, null), new(2026, 3, 31)));

    [Fact]
    public void A_period_does_not_begin_before_there_is_anything() =>
        Period.Of(PeriodName.OneYear, new(2026, 3, 31), new(2026, 3, 1)).ShouldBe(new Period(new(2026, 2, 28), new(2026, 3, 31)));

    [Fact]
    public void The_day_of_an_instant_is_that_of_the_person() =>
        Period.DayOf(DateTimeOffset.Parse("2026-03-31T20:00:00Z", null), TimeZoneInfo.FindSystemTimeZoneById("Asia/Kolkata"))
            .ShouldBe(new DateOnly(2026, 4, 1));
}
