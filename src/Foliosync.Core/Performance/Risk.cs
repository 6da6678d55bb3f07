namespace Foliosync.Core.Performance;

/// <summary>The deepest fall of a return line from a high point.</summary>
/// <param name="Depth">How much of the high point was lost; 0.1 is 10 %, 0 when it never fell.</param>
/// <param name="Peak">Day of the high point.</param>
/// <param name="Trough">Day of the low point after it.</param>
/// <param name="Recovered">First day on which the high point was reached again; null when it was not.</param>
public sealed record Drawdown(decimal Depth, DateOnly Peak, DateOnly Trough, DateOnly? Recovered)
{
    /// <summary>The deepest fall; the first one of several equally deep. Null when there is no line.</summary>
    public static Drawdown? Of(ReturnIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        if (index.Reason is not null)
        {
            return null;
        }

        var values = index.Values;
        var (peak, deepest) = (0, (Depth: 0m, Peak: 0, Trough: 0));
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] >= values[peak])
            {
                peak = i;
            }
            else if ((values[peak] - values[i]) / values[peak] is var depth && depth > deepest.Depth)
            {
                deepest = (depth, peak, i);
            }
        }

        DateOnly? recovered = null;
        for (var i = deepest.Trough + 1; i < values.Length && deepest.Depth > 0 && recovered is null; i++)
        {
            recovered = values[i] >= values[deepest.Peak] ? Day(i) : null;
        }

        return new Drawdown(deepest.Depth, Day(deepest.Peak), Day(deepest.Trough), recovered);

        DateOnly Day(int i) => index.Period.Start.AddDays(i);
    }
}

/// <summary>How much daily returns differ: the sample standard deviation of the returns of weekdays.</summary>
/// <param name="Daily">Of one day; 0.01 is 1 %. Null when it cannot be told.</param>
/// <param name="PerYear">For a year of 261 weekdays.</param>
/// <param name="Observations">Weekdays with a return.</param>
/// <param name="Reason">Why it is not told, for people; null when it is.</param>
public sealed record Volatility(decimal? Daily, decimal? PerYear, int Observations, string? Reason)
{
    /// <summary>With fewer weekdays it is not told: chance would decide.</summary>
    public const int FewestObservations = 20;

    /// <summary>52 weeks of five weekdays and one more. Holidays count as days without a change, as they are carried forward.</summary>
    public const int WeekdaysOfYear = 261;

    /// <summary>Of a return line. What changes on a weekend counts for the Monday after it.</summary>
    public static Volatility Of(ReturnIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        if (index.Reason is not null)
        {
            return new Volatility(null, null, 0, index.Reason);
        }

        var values = index.Values;
        var returns = new List<decimal>(values.Length);
        var before = values[0];
        for (var i = 1; i < values.Length; i++)
        {
            if (index.Period.Start.AddDays(i).DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday)
            {
                continue;
            }

            if (before == 0)
            {
                return new Volatility(null, null, returns.Count, "Everything was lost.");
            }

            returns.Add((values[i] / before) - 1);
            before = values[i];
        }

        if (returns.Count < FewestObservations)
        {
            return new Volatility(null, null, returns.Count, $"{returns.Count} weekdays are too few; {FewestObservations} are needed.");
        }

        var mean = returns.Sum() / returns.Count;
        var variance = returns.Sum(r => (r - mean) * (r - mean)) / (returns.Count - 1);
        return new Volatility(SquareRoot(variance), SquareRoot(variance * WeekdaysOfYear), returns.Count, null);
    }

    private static decimal SquareRoot(decimal value) => (decimal)Math.Sqrt((double)value);
}
