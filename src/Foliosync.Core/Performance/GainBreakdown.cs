namespace Foliosync.Core.Performance;

/// <summary>
/// What was gained over a period, in money, and by what. The parts add up to the total exactly; fees and taxes are negative.
/// </summary>
/// <param name="Total">Value at the end and all that went out, less value at the start and all that came in.</param>
/// <param name="Price">What changed prices gained, at the exchange rate of each day.</param>
/// <param name="Currency">What changed exchange rates gained, on the value of each day before.</param>
/// <param name="Income">Dividends and interest, before fees and taxes.</param>
/// <param name="Fees">Fees paid, as a negative number.</param>
/// <param name="Taxes">Taxes paid, as a negative number.</param>
/// <param name="FeesAreKnown">False when a trade does not tell its fees; they then are part of <paramref name="Price"/>.</param>
public sealed record GainBreakdown(
    decimal Total, decimal Price, decimal Currency, decimal Income, decimal Fees, decimal Taxes, bool FeesAreKnown)
{
    /// <summary>Of a series over a period.</summary>
    /// <returns>The gain; null when a value or a flow in it is not known.</returns>
    public static GainBreakdown? Of(DailySeries series, Period period)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (series.ValueAt(period.Start) is not { } start || series.ValueAt(period.End) is not { } end)
        {
            return null;
        }

        var marks = series.MarksIn(new Period(period.Start.AddDays(1), period.End));
        if ((marks & (DayMarks.FlowUnknown | DayMarks.RateMissing)) != 0)
        {
            return null;
        }

        var (total, income, fees, taxes) = (end - start, 0m, 0m, 0m);
        foreach (var flow in series.FlowsIn(period))
        {
            total += flow.AllOut - flow.AllIn;
            income += flow.Income;
            fees -= flow.Fees;
            taxes -= flow.Taxes;
        }

        var currency = series.CurrencyGainUntil(period.End) - series.CurrencyGainUntil(period.Start);
        return new GainBreakdown(
            total, total - currency - income - fees - taxes, currency, income, fees, taxes, (marks & DayMarks.FeesUnknown) == 0);
    }
}
