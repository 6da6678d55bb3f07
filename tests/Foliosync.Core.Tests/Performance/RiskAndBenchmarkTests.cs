using Foliosync.Core.Performance;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Performance.Script;

namespace Foliosync.Core.Tests.Performance;

public sealed class RiskAndBenchmarkTests
{
    private readonly Script _script = new();

    // 100, 120, 90, 110, 125: from 120 to 90 are 25 %, and 125 is the first that is higher again.
    [Fact]
    public void The_deepest_fall_has_its_days() => Drawdown.Of(Index(100, 120, 90, 110, 125)).ShouldBe(new Drawdown(0.25m, Day(1), Day(2), Day(4)));

    [Fact]
    public void A_fall_that_is_not_made_up_for_has_no_recovery() => Drawdown.Of(Index(100, 50, 99)).ShouldBe(new Drawdown(0.5m, Day(0), Day(1), null));

    [Fact]
    public void What_never_fell_has_a_fall_of_zero() => Drawdown.Of(Index(100, 101, 101))!.Depth.ShouldBe(0m);

    [Fact]
    public void A_loss_of_everything_is_a_fall_of_all() => Drawdown.Of(Index(100, 0, 0))!.Depth.ShouldBe(1m);

    // Money that is paid out is no fall: 100, then 60 of 110 leave.
    [Fact]
    public void A_withdrawal_is_no_fall()
    {
        var series = TimeWeightedReturnTests.Series([100, 50], [(1, 0, 60)]);

        Drawdown.Of(ReturnIndex.Of(series, Between(0, 1)))!.Depth.ShouldBe(0m);
    }

    // +1 % and -1 % in turn on 20 weekdays: mean 0, and the sum of squares is 20 * 0.0001; over 19: 0.0102598.
    [Fact]
    public void Volatility_is_the_sample_deviation_of_weekdays()
    {
        var values = new List<decimal> { 100 };
        for (var day = 1; values.Count < 30; day++)
        {
            var isWeekend = Day(day).DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
            var weekdays = Enumerable.Range(1, day).Count(d => Day(d).DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday));
            values.Add(isWeekend || weekdays > 20 ? values[^1] : values[^1] * (weekdays % 2 == 1 ? 1.01m : 0.99m));
        }

        var last = Enumerable.Range(1, 29).First(
            d => Enumerable.Range(1, d).Count(x => Day(x).DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday)) == 20);
        var volatility = Volatility.Of(ReturnIndex.Of(TimeWeightedReturnTests.Series([.. values], []), Between(0, last)));

        volatility.Observations.ShouldBe(20);
        volatility.Daily!.Value.ShouldBe(0.0102597835m, 1e-9m);
        volatility.PerYear!.Value.ShouldBe(0.0102597835m * 16.1554944m, 1e-8m);
    }

    [Fact]
    public void Of_few_days_volatility_is_not_told() => Volatility.Of(Index(1, 2, 3)).Reason.ShouldBe("2 weekdays are too few; 20 are needed.");

    // Our 100 stay 100 on day 1, 110 come in, 231 on day 2 (+10 %). The benchmark goes 10, 11, 11: 10 units for 100, 10 more for 110 at
    // yesterday's close of 11 on day 2.
    [Fact]
    public void The_same_money_in_the_benchmark_buys_at_the_start_of_the_day()
    {
        var benchmark = _script.Instrument();
        _script.Priced(benchmark, 0, 10m, 11m, 11m);
        var series = TimeWeightedReturnTests.Series([100, 100, 231], [(2, 110, 0)]);

        var result = Benchmark.Of(series, Between(0, 2), _script.Valued(benchmark), _script.Prices, _script.Rates);

        result.SameMoney.ShouldBe([100m, 110m, 220m]);
        TimeWeightedReturn.Of(result.Index).Total.ShouldBe(0.1m);
        result.SameMoneyReason.ShouldBeNull();
    }

    // A benchmark in dollars that stays while the dollar doubles.
    [Fact]
    public void A_foreign_benchmark_is_converted()
    {
        var benchmark = _script.Instrument("USD");
        _script.Priced(benchmark, 0, 10m, 10m).Rated("USD", 0, 2m, 1m);

        var result = Benchmark.Of(TimeWeightedReturnTests.Series([100, 100], []), Between(0, 1), _script.Valued(benchmark), _script.Prices, _script.Rates);

        TimeWeightedReturn.Of(result.Index).Total.ShouldBe(1m);
        result.SameMoney.ShouldBe([100m, 200m]);
    }

    // 100 in a benchmark that halves; 60 are taken out.
    [Fact]
    public void More_taken_out_than_the_benchmark_would_have_is_said()
    {
        var benchmark = _script.Instrument();
        _script.Priced(benchmark, 0, 10m, 5m);

        var result = Benchmark.Of(
            TimeWeightedReturnTests.Series([100, 50], [(1, 0, 60)]), Between(0, 1), _script.Valued(benchmark), _script.Prices, _script.Rates);

        result.SameMoney[1].ShouldBe(-10m);
        result.SameMoneyReason.ShouldBe("From 2026-01-06 on more was taken out than the benchmark would have had.");
    }

    [Fact]
    public void A_benchmark_without_prices_is_not_drawn()
    {
        var benchmark = _script.Instrument();
        _script.Priced(benchmark, 0, 10m);

        var result = Benchmark.Of(
            TimeWeightedReturnTests.Series(new decimal[10], []), Between(0, 9), _script.Valued(benchmark), _script.Prices, _script.Rates);

        result.Index.Reason.ShouldBe("The benchmark has no price or rate of 2026-01-13 or the week before.");
        result.SameMoney.ShouldBeEmpty();
    }

    private static ReturnIndex Index(params decimal[] values) =>
        ReturnIndex.Of(TimeWeightedReturnTests.Series(values, []), Between(0, values.Length - 1));
}
