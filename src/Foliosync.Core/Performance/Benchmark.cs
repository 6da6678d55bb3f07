using Foliosync.Core.Prices;

namespace Foliosync.Core.Performance;

/// <summary>A benchmark beside a portfolio: its own line, and what the portfolio's money would have become in it.</summary>
/// <param name="Index">The benchmark's time-weighted line in the portfolio's currency, or why there is none.</param>
/// <param name="SameMoney">
/// Value by day of the same money in the benchmark, from the close of the period's start: what was there then and what came in bought
/// it, what went out was taken from it, each at the point of the day that counts for the portfolio. Empty when there is no line.
/// </param>
/// <param name="SameMoneyReason">Why <paramref name="SameMoney"/> is empty, or where it ends below zero, for people; else null.</param>
public sealed record Benchmark(ReturnIndex Index, IReadOnlyList<decimal> SameMoney, string? SameMoneyReason)
{
    /// <summary>Compares a portfolio with a benchmark.</summary>
    /// <param name="series">The portfolio.</param>
    /// <param name="period">The period.</param>
    /// <param name="benchmark">The benchmark; its currency is that of its prices.</param>
    /// <param name="prices">Has its prices.</param>
    /// <param name="rates">Converts them.</param>
    public static Benchmark Of(DailySeries series, Period period, ValuedInstrument benchmark, PriceTable prices, FxTable rates)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(benchmark);
        ArgumentNullException.ThrowIfNull(prices);
        ArgumentNullException.ThrowIfNull(rates);
        var (line, missing) = Line(period, benchmark, prices, rates, series.Currency);
        if (missing is { } day)
        {
            return Without(period, $"The benchmark has no price or rate of {ReturnIndex.Text(day)} or the week before.");
        }

        var index = ReturnIndex.OfPrices(period, line);
        if (series.ValueAt(period.Start) is not { } start
            || (series.MarksIn(new Period(period.Start.AddDays(1), period.End)) & DayMarks.FlowUnknown) != 0)
        {
            return new Benchmark(index, [], "What the portfolio's money was is not known.");
        }

        return SameMoneyIn(line, start, series.FlowsIn(period), period, index);
    }

    private static Benchmark SameMoneyIn(decimal[] line, decimal start, ReadOnlySpan<DayFlow> flows, Period period, ReturnIndex index)
    {
        var values = new decimal[line.Length];
        var units = start / line[0];
        values[0] = start;
        var next = 0;
        string? reason = null;
        for (var i = 1; i < values.Length; i++)
        {
            var day = period.Start.AddDays(i);
            if (next < flows.Length && flows[next].Day == day)
            {
                units += (flows[next].AllIn / line[i - 1]) - (flows[next].AllOut / line[i]);
                next++;
            }

            values[i] = units * line[i];
            if (decimal.Round(values[i], DailySeries.Scale) < 0)
            {
                reason ??= $"From {ReturnIndex.Text(day)} on more was taken out than the benchmark would have had.";
            }
        }

        return new Benchmark(index, values, reason);
    }

    private static Benchmark Without(Period period, string reason) => new(ReturnIndex.Without(period, reason), [], reason);

    /// <summary>Prices in the wanted currency from the close of the start on, or the first day without one.</summary>
    private static (decimal[] Line, DateOnly? Missing) Line(
        Period period, ValuedInstrument benchmark, PriceTable prices, FxTable rates, string currency)
    {
        var line = new decimal[period.Days + 1];
        var marks = new DayMarks[line.Length];
        prices.Fill(benchmark, period.Start.DayNumber, null, rates, line, marks);
        for (var i = 0; i < line.Length; i++)
        {
            var day = period.Start.AddDays(i);
            if ((marks[i] & (DayMarks.PriceMissing | DayMarks.Stale)) != 0 || line[i] <= 0
                || rates.Find(benchmark.Currency, currency, day) is not { IsStale: false } rate)
            {
                return ([], day);
            }

            line[i] *= rate.Value;
        }

        return (line, null);
    }
}
