using System.Globalization;

namespace Foliosync.Core.Performance;

/// <summary>Says in one paragraph why the time-weighted and the money-weighted return of a period differ, or why they do not.</summary>
public static class ReturnComparison
{
    /// <summary>Explains the two returns of a series over a period.</summary>
    /// <param name="series">The series.</param>
    /// <param name="period">The period.</param>
    /// <param name="index">Its time-weighted line.</param>
    /// <param name="timeWeighted">The time-weighted return.</param>
    /// <param name="moneyWeighted">The money-weighted return.</param>
    public static string Explain(
        DailySeries series, Period period, ReturnIndex index, TimeWeightedReturn timeWeighted, MoneyWeightedReturn moneyWeighted)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(timeWeighted);
        ArgumentNullException.ThrowIfNull(moneyWeighted);
        if (timeWeighted.Total is not { } time || moneyWeighted.Total is not { } money)
        {
            return string.Join(' ', new[]
            {
                timeWeighted.Total is null ? $"There is no time-weighted return: {timeWeighted.Reason}" : null,
                moneyWeighted.Total is null ? $"There is no money-weighted return: {moneyWeighted.Reason}" : null,
            }.Where(t => t is not null));
        }

        var told = $"The time-weighted return is {Percent(time)}, the money-weighted return {Percent(money)}.";
        if (Largest(series.FlowsIn(period), period) is not { } flow)
        {
            return $"{told} No money came or went in between, so both tell the same.";
        }

        if (Math.Round(time, 4) == Math.Round(money, 4))
        {
            return $"{told} Money came and went, and times with more and with less of it did about equally well.";
        }

        var isIn = flow.AllIn >= flow.AllOut;
        var cut = (isIn ? flow.Day.AddDays(-1) : flow.Day).DayNumber - period.Start.DayNumber;
        var (before, after) = (index.Values[cut] - 1, index.Values[cut] == 0 ? -1 : (index.Values[^1] / index.Values[cut]) - 1);
        var amount = Math.Abs(isIn ? flow.AllIn : flow.AllOut).ToString("N2", CultureInfo.InvariantCulture);
        return $"{told} The first gives each day the same weight, the second each unit of money: "
            + (money < time ? "more of it was there while things went worse. " : "more of it was there while things went better. ")
            + $"The largest movement was {amount} {series.Currency} {(isIn ? "in" : "out")} on {ReturnIndex.Text(flow.Day)}: "
            + $"the time before it returned {Percent(before)}, the time from then on {Percent(after)}.";
    }

    // What was put in at the very start is where the measuring begins.
    private static DayFlow? Largest(ReadOnlySpan<DayFlow> flows, Period period)
    {
        DayFlow? largest = null;
        var most = 0m;
        foreach (var flow in flows)
        {
            var size = Math.Max(flow.Day == period.Start.AddDays(1) ? 0 : Math.Abs(flow.AllIn), flow.Day == period.End ? 0 : Math.Abs(flow.AllOut));
            if (size > most)
            {
                (largest, most) = (flow, size);
            }
        }

        return largest;
    }

    private static string Percent(decimal value) => value.ToString("+0.00%;-0.00%;0.00%", CultureInfo.InvariantCulture);
}
