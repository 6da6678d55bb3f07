using System.Globalization;

namespace Foliosync.Core.Performance;

/// <summary>A payment as an investor sees it: negative when it was put in, positive when it was received.</summary>
/// <param name="Day">The day at whose close it counts.</param>
/// <param name="Amount">The amount.</param>
public readonly record struct Payment(DateOnly Day, decimal Amount);

/// <summary>
/// The one rate at which all payments are worth nothing on balance (internal rate of return, XIRR): how well the person did, time and
/// size of the payments included.
/// </summary>
/// <param name="Total">From the first payment to the last; 0.1 is 10 %. Null when there is no rate, or not exactly one.</param>
/// <param name="PerYear">As a rate a year, what spreadsheets call XIRR; null for less than a year.</param>
/// <param name="Reason">Why <paramref name="Total"/> or <paramref name="PerYear"/> is not told, for people; null when both are.</param>
public sealed record MoneyWeightedReturn(decimal? Total, decimal? PerYear, string? Reason)
{
    /// <summary>Of a series over a period: its value at the start is put in, its value at the end received.</summary>
    /// <remarks>What comes in counts at the start of its day, which is the close of the day before; what goes out at its close.</remarks>
    public static MoneyWeightedReturn Of(DailySeries series, Period period)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (series.ValueAt(period.Start) is not { } start)
        {
            return Without($"The value at the close of {ReturnIndex.Text(period.Start)} is not known.");
        }

        if (series.ValueAt(period.End) is not { } end)
        {
            return Without($"The value at the close of {ReturnIndex.Text(period.End)} is not known.");
        }

        if ((series.MarksIn(new Period(period.Start.AddDays(1), period.End)) & DayMarks.FlowUnknown) != 0)
        {
            return Without("Money moved in this time, and it is not known how much.");
        }

        var payments = new List<Payment> { new(period.Start, -start), new(period.End, end) };
        foreach (var flow in series.FlowsIn(period))
        {
            payments.Add(new Payment(flow.Day.AddDays(-1), -flow.AllIn));
            payments.Add(new Payment(flow.Day, flow.AllOut));
        }

        return Of(payments);
    }

    /// <summary>Of payments, the last value among them as if it had been received.</summary>
    public static MoneyWeightedReturn Of(IReadOnlyCollection<Payment> payments)
    {
        ArgumentNullException.ThrowIfNull(payments);
        var byDay = payments.GroupBy(p => p.Day).Select(g => new Payment(g.Key, g.Sum(p => p.Amount)))
            .Where(p => p.Amount != 0).OrderBy(p => p.Day).ToList();
        if (byDay.Count == 0)
        {
            return Without("No money was paid.");
        }

        if (byDay.TrueForAll(p => p.Amount < 0))
        {
            // Everything was lost: no rate makes that worth nothing, and this is what all rates tend to.
            return new MoneyWeightedReturn(-1, -1, null);
        }

        if (byDay.TrueForAll(p => p.Amount > 0))
        {
            return Without("Money was received and none was put in.");
        }

        var days = byDay[^1].Day.DayNumber - byDay[0].Day.DayNumber;
        var found = DiscountRoots.Find(
            [.. byDay.Select(p => (double)p.Amount)], [.. byDay.Select(p => (double)(p.Day.DayNumber - byDay[0].Day.DayNumber) / days)]);
        return (found.Growths, found.IsComplete) switch
        {
            (_, false) => Without("It cannot be told whether one rate fits these payments or several."),
            ([], _) => Without("No rate fits these payments."),
            ([var growth], _) => Fits(growth, days),
            (var several, _) => Without($"Several rates fit these payments: {string.Join(", ", several.Select(g => Percent(g - 1)))}."),
        };
    }

    private static MoneyWeightedReturn Fits(decimal growth, int days)
    {
        var perYear = Annual.Rate(growth, days);
        return new MoneyWeightedReturn(growth - 1, perYear, perYear is null ? TimeWeightedReturn.TooShort : null);
    }

    private static MoneyWeightedReturn Without(string reason) => new(null, null, reason);

    private static string Percent(decimal rate) => rate.ToString("0.##%", CultureInfo.InvariantCulture);
}
