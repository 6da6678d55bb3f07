using System.Globalization;

namespace Foliosync.Core.Performance;

/// <summary>
/// What one unit of money became, at the close of each day of a period, whatever was paid in and out meanwhile. The line behind the
/// time-weighted return, and what drawdown and volatility are measured on.
/// </summary>
/// <remarks>
/// The return of a day is <c>(V + out) / (V of the day before + in)</c>: what comes in counts at the start of the day, what goes out at
/// its end.
/// </remarks>
public sealed class ReturnIndex
{
    private readonly decimal[] _values;

    private ReturnIndex(Period period, decimal[] values, string? reason)
    {
        Period = period;
        _values = values;
        Reason = reason;
    }

    /// <summary>The time it covers.</summary>
    public Period Period { get; }

    /// <summary>The line by day; it begins with 1 at the close of the period's start. Empty when there is a <see cref="Reason"/>.</summary>
    public ReadOnlySpan<decimal> Values => _values;

    /// <summary>Why there is no line, one sentence for people; null when there is one.</summary>
    public string? Reason { get; }

    /// <summary>Computes the line.</summary>
    public static ReturnIndex Of(DailySeries series, Period period)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (period.Days <= 0)
        {
            return Without(period, "The period has no days.");
        }

        if (series.ValueAt(period.Start) is not { } before)
        {
            return Without(period, Unknown(period.Start));
        }

        try
        {
            return Chain(series, period, before);
        }
        catch (OverflowException)
        {
            return Without(period, "The value changed by more than can be told.");
        }
    }

    /// <summary>A line of prices: it begins with 1 and needs no flows.</summary>
    internal static ReturnIndex OfPrices(Period period, ReadOnlySpan<decimal> prices)
    {
        var values = new decimal[prices.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = prices[i] / prices[0];
        }

        return new ReturnIndex(period, values, null);
    }

    internal static ReturnIndex Without(Period period, string reason) => new(period, [], reason);

    internal static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Unknown(DateOnly day) => $"The value at the close of {Text(day)} is not known.";

    private static ReturnIndex Chain(DailySeries series, Period period, decimal before)
    {
        var values = new decimal[period.Days + 1];
        values[0] = 1;
        var flows = series.FlowsIn(period);
        var next = 0;
        var hadMoney = before != 0;
        DateOnly? unknownSince = null;
        for (var i = 1; i < values.Length; i++)
        {
            var day = period.Start.AddDays(i);
            var flow = next < flows.Length && flows[next].Day == day ? flows[next++] : default;
            if ((series.MarksAt(day) & DayMarks.FlowUnknown) != 0)
            {
                return Without(period, $"Money moved on {Text(day)}, and it is not known how much.");
            }

            if (series.ValueAt(day) is not { } value)
            {
                if (flow.AllIn != 0 || flow.AllOut != 0 || day == period.End)
                {
                    return Without(period, Unknown(day));
                }

                // Without flows the days around it tell the return of the time between.
                unknownSince ??= day;
                values[i] = values[i - 1];
                continue;
            }

            if (unknownSince is { } since && (flow.AllIn != 0 || flow.AllOut != 0))
            {
                return Without(period, Unknown(since));
            }

            unknownSince = null;
            var (start, end) = (before + flow.AllIn, value + flow.AllOut);
            before = value;
            if (start == 0 && value == 0)
            {
                // A dividend or charge that comes when nothing is held any more is part of the gain, and of no return.
                values[i] = values[i - 1];
                continue;
            }

            if (start < 0 || end < 0 || start == 0)
            {
                return Without(period, start == 0
                    ? $"There was a gain on {Text(day)} without any money that could have gained it."
                    : $"More was owed than owned on {Text(day)}.");
            }

            hadMoney = true;
            values[i] = start == end ? values[i - 1] : values[i - 1] * (end / start);
        }

        return hadMoney ? new ReturnIndex(period, values, null) : Without(period, "Nothing was held.");
    }
}
