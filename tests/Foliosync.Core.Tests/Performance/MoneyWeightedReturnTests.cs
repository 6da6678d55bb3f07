using Foliosync.Core.Performance;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Performance.Script;

namespace Foliosync.Core.Tests.Performance;

public sealed class MoneyWeightedReturnTests
{
    // The example of Microsoft's page on XIRR (support.microsoft.com, "XIRR function"): 37.3362535 %.
    [Fact]
    public void The_example_of_Excel() => PerYear(
        ("2008-01-01", -10_000), ("2008-03-01", 2_750), ("2008-10-30", 4_250), ("2009-02-15", 3_250), ("2009-04-01", 2_750))
        .ShouldBe(0.373362535m, 1e-8m);

    // The example of https://docs.rs/xirr, "the XIRR function found in LibreOffice Calc": 0.1635371584432641.
    [Fact]
    public void The_example_of_the_function_of_LibreOffice() => PerYear(
        ("2015-06-11", -1_000), ("2015-07-21", -9_000), ("2018-06-10", 20_000), ("2015-10-17", -3_000)).ShouldBe(0.1635371584432641m, 1e-12m);

    // A share for 200, another for 225 a year later; 5 a share each year, 235 each in the end: 9.39 %, the textbook example of the CFA
    // Institute. 200g² + 220g - 480 = 0, with years of 365 days.
    [Fact]
    public void The_textbook_example_of_two_shares() =>
        decimal.Round(PerYear(("2025-01-01", -200), ("2026-01-01", -225 + 5), ("2027-01-01", 480)), 4).ShouldBe(0.0939m);

    // 100 become 110 in 73 days. A year has five of them, but a rate for a year is an extrapolation.
    [Fact]
    public void Of_less_than_a_year_the_rate_of_the_time_is_told_and_none_for_a_year()
    {
        var result = Of(("2026-01-01", -100), ("2026-03-15", 110));

        result.Total!.Value.ShouldBe(0.1m, 1e-14m);
        result.PerYear.ShouldBeNull();
        result.Reason.ShouldBe("A rate for a year is not told of less than a year.");
    }

    [Fact]
    public void A_day_is_enough() => Of(("2026-01-01", -100), ("2026-01-02", 105)).Total!.Value.ShouldBe(0.05m, 1e-14m);

    // -100 + 230/g - 132/g² = 0: g = 1.1 and g = 1.2.
    [Fact]
    public void Several_rates_are_all_named_and_none_is_chosen()
    {
        var result = Of(("2025-01-01", -100), ("2026-01-01", 230), ("2027-01-01", -132));

        // Over two years: 1.21 and 1.44.
        result.ShouldBe(new MoneyWeightedReturn(null, null, "Several rates fit these payments: 21%, 44%."));
    }

    // 100 - 200/g + 150/g²: the discriminant is negative.
    [Fact]
    public void Where_no_rate_fits_none_is_told() =>
        Of(("2025-01-01", 100), ("2026-01-01", -200), ("2027-01-01", 150)).Reason.ShouldBe("No rate fits these payments.");

    // 100 - 200/g + 100/g² = 0 touches zero at g = 1 and does not cross it.
    [Fact]
    public void Where_it_cannot_be_told_that_is_said()
    {
        var result = Of(("2025-01-01", 100), ("2026-01-01", -200), ("2027-01-01", 100));

        result.Total.ShouldBeNull();
        result.Reason.ShouldNotBeNull();
    }

    [Fact]
    public void The_loss_of_everything_is_minus_100_percent() =>
        Of(("2025-01-01", -100), ("2026-01-01", -50)).ShouldBe(new MoneyWeightedReturn(-1, -1, null));

    [Fact]
    public void Money_without_an_investment_has_no_rate() => Of(("2025-01-01", 100)).Reason.ShouldBe("Money was received and none was put in.");

    [Fact]
    public void No_payments_have_no_rate() => Of().Reason.ShouldBe("No money was paid.");

    [Fact]
    public void Payments_of_one_day_that_cancel_out_have_no_rate() =>
        Of(("2025-01-01", 100), ("2025-01-01", -100)).Reason.ShouldBe("No money was paid.");

    [Fact]
    public void Nothing_gained_is_a_rate_of_zero() => Of(("2025-01-01", -100), ("2026-01-01", 100)).Total.ShouldBe(0m);

    // A tenth of a thousandth is left.
    [Fact]
    public void Nearly_everything_lost_still_has_its_rate() =>
        Of(("2025-01-01", -1_000_000), ("2026-01-01", 0.01m)).Total!.Value.ShouldBe(-0.99999999m, 1e-18m);

    [Fact]
    public void Fifty_years_do_not_overflow() =>
        Of(("1976-01-01", -1), ("2000-01-01", -1), ("2026-01-01", 1_000_000)).PerYear!.Value.ShouldBeInRange(0.3m, 0.4m);

    // V 100, then 100 come in at the start of day 1 and all of it gains 10 % on that day: the same rate as the time-weighted one.
    [Fact]
    public void Money_that_comes_counts_from_the_start_of_its_day()
    {
        var series = TimeWeightedReturnTests.Series([100, 220], [(1, 100, 0)]);

        MoneyWeightedReturn.Of(series, Between(0, 1)).Total!.Value.ShouldBe(0.1m, 1e-14m);
    }

    [Fact]
    public void A_value_that_is_not_known_gives_no_rate()
    {
        var script = new Script();
        var (account, share) = (script.Account(cash: false), script.Instrument());
        script.Buy(account, 0, share, 10, 10);

        MoneyWeightedReturn.Of(script.Until(1).Total, Between(-1, 1)).Reason.ShouldBe("The value at the close of 2026-01-06 is not known.");
    }

    // Modified Dietz with flows at the start of the day (japainternational.com/Performance_Measurement.htm, W = (CD - D + 1) / CD):
    // V 1,000, 100 come on day 11 of 30, 40 leave at the close of day 20, V 1,080 in the end. Gain 20; capital 1,000 + 100 * 20/30 -
    // 40 * 10/30 = 1,053.33: 1.8987 %. For small flows the internal rate of return differs from it by a second-order term only.
    [Fact]
    public void It_agrees_with_modified_Dietz_where_that_is_a_good_approximation()
    {
        var values = new decimal[31];
        Array.Fill(values, 1_000m);
        values[30] = 1_080m;
        var series = TimeWeightedReturnTests.Series(values, [(11, 100, 0), (20, 0, 40)]);

        MoneyWeightedReturn.Of(series, Between(0, 30)).Total!.Value.ShouldBe(20m / (1_000m + (100m * 20 / 30) - (40m * 10 / 30)), 0.00005m);
    }

    private static decimal PerYear(params (string Day, decimal Amount)[] payments)
    {
        var result = Of(payments);
        result.PerYear.ShouldNotBeNull(result.Reason);
        return result.PerYear.Value;
    }

    private static MoneyWeightedReturn Of(params (string Day, decimal Amount)[] payments) =>
        MoneyWeightedReturn.Of([.. payments.Select(p => new Payment(DateOnly.Parse(p.Day, null), p.Amount))]);
}
