using Foliosync.Core.Performance;
using Foliosync.Core.Storage;

namespace Foliosync.Core.Valuations;

/// <summary>Tells a series day by day.</summary>
internal static class DayValues
{
    private static readonly (DayMarks Mark, string Name)[] Names =
        [.. Enum.GetValues<DayMarks>().Where(m => m != DayMarks.None).Select(m => (m, SqlValues.ToText(m)))];

    /// <summary>The days of the period, without those before the first with data.</summary>
    public static List<DayValue> Of(MeasuredValues values, bool withParts)
    {
        var (series, period) = (values.Series, values.Period);
        var first = values.First is { } known && known > period.Start ? known : period.Start.AddDays(1);
        var flows = new Dictionary<DateOnly, DayFlow>();
        foreach (var flow in series.FlowsIn(period))
        {
            flows[flow.Day] = flow;
        }

        var parts = withParts && values.Stored is { } stored
            ? stored.Valuation.Parts.Where(p => values.Scope.ClassName is not { } name || ValuationUpdate.NameOf(p.Class) == name).ToList()
            : [];
        var days = new List<DayValue>(period.Days);
        for (var day = first; day <= period.End; day = day.AddDays(1))
        {
            var flow = flows.GetValueOrDefault(day);
            days.Add(new DayValue(
                day, series.ValueAt(day), flow.AllIn, flow.AllOut, MarksOf(series.MarksAt(day)), withParts ? [.. parts.Select(p => PartOf(p, day))] : null));
        }

        return days;
    }

    private static PartValue PartOf(ValuedPart part, DateOnly day) => new(
        part.AccountId, ValuationUpdate.NameOf(part.Class), part.InBase.ValueAt(day), part.InAccountCurrency.Currency, part.InAccountCurrency.ValueAt(day));

    private static string[] MarksOf(DayMarks marks) => marks == DayMarks.None ? [] : [.. Names.Where(n => (marks & n.Mark) != 0).Select(n => n.Name)];
}
