using Foliosync.Brokers.Contract;
using Foliosync.Core.Performance;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Performance.Script;

namespace Foliosync.Core.Tests.Performance;

/// <summary>Each scenario is worked out by hand beside it. V is the value at the close of a day.</summary>
public sealed class TimeWeightedReturnTests
{
    private readonly Script _script = new();

    // https://www.mathcelebrity.com/intweighttimeinst.htm: 100,000; 112,000 before 30,000 come in; 125,000 before 42,000 go out; 100,000:
    // 112/100 * 125/142 * 100/83 - 1 = 18.78 %.
    [Fact]
    public void A_published_example_with_a_contribution_and_a_withdrawal()
    {
        var series = Series([100_000, 112_000, 142_000, 125_000, 83_000, 100_000], [(2, 30_000, 0), (4, 0, 42_000)]);

        Rounded(series, 0, 5).ShouldBe(0.1878m);
    }

    // https://qammunity.org/9067575: 110,000/100,000 after which 5,000 leave; 108,000/105,000; 3,000 come; 100,000/111,000: 1.93 %.
    [Fact]
    public void A_published_example_with_a_withdrawal_and_a_contribution()
    {
        var series = Series([100_000, 105_000, 108_000, 111_000, 100_000], [(1, 0, 5_000), (3, 3_000, 0)]);

        Rounded(series, 0, 4).ShouldBe(0.0193m);
    }

    // https://analystforum.net/threads/time-weighted.19433: quarters of 2.4/2.2, 2.6/2.8, 3.2/2.4, 4.1/4.2: 31.85 %.
    [Fact]
    public void A_published_example_of_four_quarters()
    {
        var series = Series([2.2m, 2.4m, 2.8m, 2.6m, 2.4m, 3.2m, 4.2m, 4.1m], [(2, 0.4m, 0), (4, 0, 0.2m), (6, 1m, 0)]);

        Rounded(series, 0, 7).ShouldBe(0.3185m);
    }

    // V: 100, 110. 110 / 100.
    [Fact]
    public void What_a_price_gains_is_the_return()
    {
        var (account, share) = Holding(10, price: 10);
        _script.Priced(share, 1, 11m);

        Of(0, 1).ShouldBe(0.1m);
        account.ShouldNotBe(Guid.Empty);
    }

    // Deposit of 100 on day 0 buys at 10, close 11: (110 + 0) / (0 + 100).
    [Fact]
    public void Money_that_comes_on_the_first_day_counts_at_its_start()
    {
        var (_, share) = Holding(10, price: 10, closes: [11m]);
        share.ShouldNotBe(Guid.Empty);

        Of(-1, 0).ShouldBe(0.1m);
    }

    // V: 100, then 100 come in at the start of day 1 at a price of 10, close 11: 220 / (100 + 100).
    [Fact]
    public void Money_that_comes_on_the_last_day_takes_part_in_it()
    {
        var (account, share) = Holding(10, price: 10);
        _script.Deposit(account, 1, 100).Buy(account, 1, share, 10, 10).Priced(share, 1, 11m);

        Of(0, 1).ShouldBe(0.1m);
    }

    // V: 100, sold at the close of day 1 at 11 and paid out: (0 + 110) / 100.
    [Fact]
    public void Money_that_leaves_on_the_last_day_has_taken_part_in_it()
    {
        var (account, share) = Holding(10, price: 10);
        _script.Priced(share, 1, 11m).Sell(account, 1, share, 10, 11).Withdraw(account, 1, 110);

        Of(0, 1).ShouldBe(0.1m);
    }

    // 110/100 until sold and paid out; nothing for two days; back with 50 on day 4, 55 on day 5: 1.1 * 1.1 - 1.
    [Fact]
    public void Sold_out_and_bought_back_the_time_between_counts_nothing()
    {
        var (account, share) = Holding(10, price: 10);
        _script.Priced(share, 1, 11m, 50m, 60m, 10m, 11m).Sell(account, 1, share, 10, 11).Withdraw(account, 1, 110)
            .Deposit(account, 4, 50).Buy(account, 4, share, 5, 10);

        Of(0, 5).ShouldBe(0.21m);
    }

    // 100 of own money and 100 borrowed hold 20 units at 10; at 11 the value is 220 - 100 = 120: 120/100.
    [Fact]
    public void Borrowed_money_makes_more_of_a_gain()
    {
        var (account, share) = (_script.Account(), _script.Instrument());
        _script.Deposit(account, 0, 100).Buy(account, 0, share, 20, 10).Priced(share, 0, 10m, 11m);

        Of(0, 1).ShouldBe(0.2m);
    }

    // 200 of units with 150 borrowed: at 7 they are worth 140, which is less than is owed.
    [Fact]
    public void When_more_is_owed_than_owned_there_is_no_return()
    {
        var (account, share) = (_script.Account(), _script.Instrument());
        _script.Deposit(account, 0, 50).Buy(account, 0, share, 20, 10).Priced(share, 0, 10m, 7m);

        Reason(0, 1).ShouldBe("More was owed than owned on 2026-01-06.");
    }

    [Fact]
    public void The_loss_of_everything_is_minus_100_percent_and_stays_so()
    {
        var (account, share) = Holding(10, price: 10);
        _script.Priced(share, 1, 0m, 0m).Deposit(account, 2, 100);

        Of(0, 1).ShouldBe(-1m);
        Of(0, 3).ShouldBe(-1m);
    }

    // Opened on day 2: (0/0 is no return), then 105/100.
    [Fact]
    public void An_account_that_is_opened_within_the_period_counts_from_then_on()
    {
        var (account, share) = (_script.Account(), _script.Instrument());
        _script.Deposit(account, 2, 100).Buy(account, 2, share, 10, 10).Priced(share, 2, 10m, 10.5m);

        Of(0, 3).ShouldBe(0.05m);
    }

    // 100 come in, buy at 10 and sell at 12 on the same day, and leave as 120: (0 + 120) / (0 + 100).
    [Fact]
    public void What_came_and_went_on_one_day_has_its_return()
    {
        var (account, share) = (_script.Account(), _script.Instrument());
        _script.Deposit(account, 1, 100).Buy(account, 1, share, 10, 10).Sell(account, 1, share, 10, 12).Withdraw(account, 1, 120).Priced(share, 1, 12m);

        Of(0, 1).ShouldBe(0.2m);
        TimeWeightedReturn.Of(_script.Until(1).OfClass(AssetClass.Equity), Between(0, 1)).Total.ShouldBe(0.2m);
    }

    // V: 100; a fee of 1 and interest of 3 are charged and paid in cash: 102/100.
    [Fact]
    public void Fees_and_interest_are_no_flows()
    {
        var account = _script.Account();
        _script.Deposit(account, 0, 100).Entry(account, 1, TransactionKind.Fee, null, null, -1).Entry(account, 1, TransactionKind.Interest, null, null, 3);

        Of(0, 1).ShouldBe(0.02m);
    }

    // 10 units at 10 and a fee of 5: V = 100 of 105 paid: 100/105 - 1.
    [Fact]
    public void The_fee_of_a_purchase_lowers_the_return()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Buy(account, 0, share, 10, 10, fees: 5).Priced(share, 0, 10m);

        Of(-1, 0)!.Value.ShouldBe((100m / 105m) - 1, 1e-20m);
    }

    // 100 of units that fall to 98 when they pay 3, which go to the person: (98 + 3) / 100.
    [Fact]
    public void Without_known_cash_a_dividend_leaves_and_counts()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Buy(account, 0, share, 10, 10).Priced(share, 0, 10m, 9.8m).Dividend(account, 1, share, 3);

        Of(0, 1).ShouldBe(0.01m);
    }

    // The same in an account with cash: (98 + 3) / 100.
    [Fact]
    public void With_known_cash_a_dividend_stays_and_counts_as_much()
    {
        var (account, share) = Holding(10, price: 10);
        _script.Priced(share, 1, 9.8m).Dividend(account, 1, share, 3);

        Of(0, 1).ShouldBe(0.01m);
        TimeWeightedReturn.Of(_script.Until(1).OfClass(AssetClass.Equity), Between(0, 1)).Total.ShouldBe(0.01m);
    }

    // 10 units at 10; on day 1 each becomes two and no price is known before day 2: 20 * 5.5 / 100.
    [Fact]
    public void A_split_changes_nothing_even_when_the_price_comes_later()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Buy(account, 0, share, 10, 10).Entry(account, 1, TransactionKind.Split, share, 10, null)
            .Held(account, share, 10, 0, 1).Held(account, share, 20, 1).Priced(share, 0, 10m).Priced(share, 2, 5.5m);

        _script.Until(2).Total.ValueAt(Day(1)).ShouldBe(100m);
        Of(0, 1).ShouldBe(0m);
        Of(0, 2).ShouldBe(0.1m);
    }

    // The report of day 2 has the units of a bonus of day 1 that does not tell how many: the price fell by half on day 1.
    [Fact]
    public void A_bonus_that_is_reported_a_day_later_brings_no_money()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Buy(account, 0, share, 10, 10).Entry(account, 1, TransactionKind.Bonus, share, null, null)
            .Held(account, share, 10, 0, 2).Held(account, share, 20, 2).Priced(share, 0, 10m, 5m, 5m);

        Of(0, 2).ShouldBe(0m);
    }

    // 100 in A and 100 in B; on day 1 A's ten units go to B. All of it gains 10 %: 220/200.
    [Fact]
    public void Units_that_go_from_one_own_account_to_another_have_not_moved()
    {
        var (a, b, share) = (_script.Account(cash: false), _script.Account(cash: false), _script.Instrument());
        _script.Buy(a, 0, share, 10, 10).Buy(b, 0, share, 10, 10).Priced(share, 0, 10m, 11m)
            .Entry(a, 1, TransactionKind.TransferOut, share, 10, null).Entry(b, 1, TransactionKind.TransferIn, share, 10, null);

        var total = _script.Until(1).Total;

        TimeWeightedReturn.Of(total, Between(0, 1)).Total.ShouldBe(0.1m);
        total.FlowsIn(Between(0, 1)).ToArray().ShouldAllBe(f => f.AllIn == 0 && f.AllOut == 0);
    }

    // Units that nobody explains are worth 50 when they are first reported: they came in, they are no gain. Then 55/50.
    [Fact]
    public void Units_without_a_transaction_are_money_that_came_in()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Held(account, share, 5, 1).Priced(share, 1, 10m, 11m);

        Of(0, 1).ShouldBe(0m);
        Of(0, 2).ShouldBe(0.1m);
        (_script.Until(2).Total.MarksAt(Day(1)) & DayMarks.FlowInferred).ShouldBe(DayMarks.FlowInferred);
    }

    // Bought on day 1 at 10, in the report from day 2 on at a close of 10; then 11: 110/100.
    [Fact]
    public void A_purchase_counts_on_the_day_on_which_its_units_are_reported()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Buy(account, 1, share, 10, 10).Held(account, share, 10, 2).Held(account, share, 1, 0).Priced(share, 0, 10m, 10m, 10m, 11m);

        // 1 unit before: V = 10, 10, 110, 121.
        Of(0, 3).ShouldBe(0.1m);
    }

    // First reported on day 3; the transactions tell of days 0 and 1: 10 units from day 0, 5 from day 1 on.
    [Fact]
    public void The_time_before_the_first_report_follows_from_the_transactions()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Buy(account, 0, share, 10, 10).Sell(account, 1, share, 5, 11).Held(account, share, 5, 3).Priced(share, 0, 10m, 11m, 12m, 12.1m);

        _script.Until(3).Total.Values.ToArray().ShouldBe([100m, 55m, 60m, 60.5m]);
        Of(0, 3).ShouldBe(0.21m);
    }

    // Bought on day 0 for 100 and not in the reports from day 2 on: it went at the close of that day, at 12 a unit.
    [Fact]
    public void Units_that_reports_do_not_name_any_more_went_at_their_value()
    {
        var (account, share) = (_script.Account(cash: false, reportedFrom: 2), _script.Instrument());
        _script.Buy(account, 0, share, 10, 10).Held(account, share, 10, 0, 2).Priced(share, 0, 10m, 11m, 12m);

        Of(0, 3).ShouldBe(0.2m);
    }

    // The reports of day 2 have none of the 10 units bought on day 0, and no sale is told. What became of them is not known.
    [Fact]
    public void Units_that_were_bought_and_never_reported_are_no_loss()
    {
        var (account, bought, other) = (_script.Account(cash: false, reportedFrom: 2), _script.Instrument(), _script.Instrument());
        _script.Buy(account, 0, bought, 10, 10).Priced(bought, 0, 10m)
            .Buy(account, 0, other, 1, 10).Held(account, other, 1, 0).Priced(other, 0, 10m, 10m, 11m);

        Of(0, 2).ShouldBe(0.1m);
        GainBreakdown.Of(_script.Until(2).Total, Between(-1, 2))!.Total.ShouldBe(1m);
    }

    // 110/100 until all is sold; the dividend of the day after and the charge of the day after that are gain, and no return.
    [Fact]
    public void Income_and_charges_after_everything_is_sold_have_no_return()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Buy(account, 0, share, 10, 10).Sell(account, 1, share, 10, 11).Priced(share, 0, 10m, 11m)
            .Dividend(account, 2, share, 5).Entry(account, 3, TransactionKind.Fee, null, null, -2);

        Of(0, 3).ShouldBe(0.1m);
        GainBreakdown.Of(_script.Until(3).Total, Between(0, 3))!.Total.ShouldBe(13m);
    }

    // A charge of 1 on 100, paid from elsewhere: (100 - 1) / 100.
    [Fact]
    public void A_charge_that_is_paid_from_elsewhere_lowers_the_return()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Buy(account, 0, share, 10, 10).Priced(share, 0, 10m, 10m).Entry(account, 1, TransactionKind.Fee, null, null, -1);

        Of(0, 1).ShouldBe(-0.01m);
    }

    [Fact]
    public void A_value_that_is_not_known_gives_no_return()
    {
        var (account, share) = (_script.Account(cash: false), _script.Instrument());
        _script.Buy(account, 0, share, 10, 10);

        Reason(0, 1).ShouldBe("The value at the close of 2026-01-05 is not known.");
    }

    [Fact]
    public void Where_nothing_was_held_there_is_no_return() => Reason(0, 3).ShouldBe("Nothing was held.");

    [Fact]
    public void A_period_without_days_has_no_return() => Reason(3, 3).ShouldBe("The period has no days.");

    // In rupees the unit stays at 100 while the euro falls from 100 to 80 rupees: 1 becomes 1.25 euros.
    [Fact]
    public void A_foreign_currency_that_rises_is_a_return()
    {
        var (account, share) = (_script.Account("INR", cash: false), _script.Instrument("INR"));
        _script.Buy(account, 0, share, 1, 100).Priced(share, 0, 100m, 100m).Rated("INR", 0, 100m, 80m);

        Of(0, 1).ShouldBe(0.25m);
        TimeWeightedReturn.Of(_script.Until(1).Parts[0].InAccountCurrency, Between(0, 1)).Total.ShouldBe(0m);
    }

    // 1.21 over 730 days is 10 % a year.
    [Fact]
    public void A_rate_for_a_year_is_told_from_a_year_on()
    {
        var values = new decimal[731];
        Array.Fill(values, 100m);
        values[730] = 121m;
        var series = Series(values, []);

        var twoYears = TimeWeightedReturn.Of(series, Between(0, 730));
        twoYears.Total.ShouldBe(0.21m);
        twoYears.PerYear!.Value.ShouldBe(0.1m, 1e-14m);
        twoYears.Reason.ShouldBeNull();
        TimeWeightedReturn.Of(series, Between(0, 364)).ShouldBe(
            new TimeWeightedReturn(0m, null, "A rate for a year is not told of less than a year."));
    }

    internal static DailySeries Series(decimal[] values, (int Day, decimal In, decimal Out)[] flows) => new(
        "EUR", Day(0), values, new decimal[values.Length], new DayMarks[values.Length],
        [.. flows.Select(f => new DayFlow { Day = Day(f.Day), In = f.In, Out = f.Out })]);

    private static decimal Rounded(DailySeries series, int start, int end) =>
        decimal.Round(TimeWeightedReturn.Of(series, Between(start, end)).Total!.Value, 4);

    private (Guid Account, Guid Share) Holding(decimal units, decimal price, decimal[]? closes = null)
    {
        var (account, share) = (_script.Account(), _script.Instrument());
        _script.Deposit(account, 0, units * price).Buy(account, 0, share, units, price).Priced(share, 0, closes ?? [price]);
        return (account, share);
    }

    private decimal? Of(int start, int end)
    {
        var result = TimeWeightedReturn.Of(_script.Until(end).Total, Between(start, end));
        result.Total.ShouldNotBeNull(result.Reason);
        return result.Total;
    }

    private string? Reason(int start, int end)
    {
        var result = TimeWeightedReturn.Of(_script.Until(end).Total, Between(start, end));
        result.Total.ShouldBeNull();
        return result.Reason;
    }
}
