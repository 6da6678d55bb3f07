namespace Foliosync.Core.Performance;

/// <summary>
/// A part of a period in which money moved at its ends only: what came in at the start of its first day, what went out at the close of its
/// last. The returns of all parts multiply to the time-weighted return.
/// </summary>
/// <param name="From">First day measured.</param>
/// <param name="To">Last day measured.</param>
/// <param name="StartValue">Value at the close before; null when it is not known.</param>
/// <param name="In">What came in at the start.</param>
/// <param name="Out">What went out at the end.</param>
/// <param name="EndValue">Value at the close of the last day; null when it is not known.</param>
/// <param name="Return">0.1 is 10 %; null where nothing was held or something is not known.</param>
public sealed record SubPeriod(DateOnly From, DateOnly To, decimal? StartValue, decimal In, decimal Out, decimal? EndValue, decimal? Return)
{
    /// <summary>Divides a period where money moved.</summary>
    public static IReadOnlyList<SubPeriod> Of(DailySeries series, Period period)
    {
        ArgumentNullException.ThrowIfNull(series);
        // A part ends before a day on which money came in, and on one on which it went out.
        var ends = new SortedSet<DateOnly> { period.End };
        var flows = new Dictionary<DateOnly, DayFlow>();
        foreach (var flow in series.FlowsIn(period))
        {
            flows[flow.Day] = flow;
            if (flow.AllIn != 0 && flow.Day.AddDays(-1) > period.Start)
            {
                ends.Add(flow.Day.AddDays(-1));
            }

            if (flow.AllOut != 0)
            {
                ends.Add(flow.Day);
            }
        }

        var parts = new List<SubPeriod>(ends.Count);
        var start = period.Start;
        foreach (var end in ends)
        {
            var (first, last) = (flows.GetValueOrDefault(start.AddDays(1)), flows.GetValueOrDefault(end));
            var (before, after) = (series.ValueAt(start), series.ValueAt(end));
            var (put, got) = (before + first.AllIn, after + last.AllOut);
            parts.Add(new SubPeriod(start.AddDays(1), end, before, first.AllIn, last.AllOut, after, put > 0 && got >= 0 ? (got / put) - 1 : null));
            start = end;
        }

        return parts;
    }
}
