namespace Foliosync.Core.Performance;

/// <summary>
/// How well the money did that was there, each day the same weight, whatever was paid in and out: the measure to compare with a fund or
/// an index. True daily: the daily returns are linked.
/// </summary>
/// <param name="Total">Over the whole period; 0.1 is 10 %. Null when it cannot be told.</param>
/// <param name="PerYear">As a rate a year; null for less than a year.</param>
/// <param name="Reason">Why <paramref name="Total"/> or <paramref name="PerYear"/> is not told, for people; null when both are.</param>
public sealed record TimeWeightedReturn(decimal? Total, decimal? PerYear, string? Reason)
{
    internal const string TooShort = "A rate for a year is not told of less than a year.";

    /// <summary>Of a series over a period.</summary>
    public static TimeWeightedReturn Of(DailySeries series, Period period) => Of(ReturnIndex.Of(series, period));

    /// <summary>Of a line that was computed before.</summary>
    public static TimeWeightedReturn Of(ReturnIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        if (index.Reason is not null)
        {
            return new TimeWeightedReturn(null, null, index.Reason);
        }

        var growth = index.Values[^1];
        var perYear = Annual.Rate(growth, index.Period.Days);
        return new TimeWeightedReturn(growth - 1, perYear, perYear is null ? TooShort : null);
    }
}

/// <summary>Turns the growth of a time into that of a year.</summary>
internal static class Annual
{
    /// <summary>The rate a year; null for less than a year.</summary>
    /// <param name="growth">What one unit of money became; not negative.</param>
    /// <param name="days">In how many calendar days.</param>
    public static decimal? Rate(decimal growth, int days) =>
        days < Period.DaysOfYear ? null : Power((double)growth, (double)Period.DaysOfYear / days) - 1;

    // A root has no finite decimal form; 15 digits of a rate are more than enough.
    private static decimal Power(double growth, double exponent) => (decimal)Math.Pow(growth, exponent);
}
