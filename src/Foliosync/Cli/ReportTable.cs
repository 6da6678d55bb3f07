using System.Globalization;
using Foliosync.Core.Valuations;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary>Shows reports to people.</summary>
internal static class ReportTable
{
    private const int SparklineWidth = 40;
    private const string Bars = "▁▂▃▄▅▆▇█";

    public static void Write(IAnsiConsole console, List<(PerformanceReport Report, ValuationReport Values)> results)
    {
        foreach (var (report, values) in results)
        {
            var period = report.Period;
            console.Line(string.Create(
                CultureInfo.InvariantCulture, $"{report.Name}, {period.From:yyyy-MM-dd} to {period.To:yyyy-MM-dd} ({period.Name}, {period.Days:N0} days), in {report.Currency}"));
            console.Line(Sparkline(values.Days));
            var table = Tables.Create("Figure", "#Amount", "#Rate", "Note");
            table.Row("Value at the start", Amount(report.StartValue), null, null);
            table.Row("Came in", Amount(report.MoneyIn), null, null);
            table.Row("Went out", Amount(report.MoneyOut), null, null);
            table.Row("Value at the end", Amount(report.EndValue), null, report.EndValue is null ? "not known" : null);
            if (report.Gain is { } gain)
            {
                table.Row("Gain", Amount(gain.Total), null, gain.FeesAreKnown ? null : "some fees are not told and part of the price");
                table.Row("  of that price", Amount(gain.Price), null, null);
                table.Row("  currency", Amount(gain.Currency), null, null);
                table.Row("  income", Amount(gain.Income), null, null);
                table.Row("  fees", Amount(gain.Fees), null, null);
                table.Row("  taxes", Amount(gain.Taxes), null, null);
            }
            else
            {
                table.Row("Gain", null, null, "a value or flow is not known");
            }

            Returns(table, "Time-weighted return", report.TimeWeightedReturn.Total, report.TimeWeightedReturn.PerYear, report.TimeWeightedReturn.Reason);
            Returns(table, "Money-weighted return", report.MoneyWeightedReturn.Total, report.MoneyWeightedReturn.PerYear, report.MoneyWeightedReturn.Reason);
            table.Row("Volatility a year", null, Percent(report.Volatility.PerYear), report.Volatility.Reason);
            if (report.MaximumDrawdown is { } fall)
            {
                table.Row("Maximum drawdown", null, Percent(-fall.Depth), string.Create(CultureInfo.InvariantCulture, $"{fall.Peak:yyyy-MM-dd} to {fall.Trough:yyyy-MM-dd}"));
            }

            if (report.Benchmark is { } benchmark)
            {
                var time = benchmark.TimeWeightedReturn;
                Returns(table, $"{benchmark.Name}, time-weighted return", time.Total, time.PerYear, time.Reason);
                table.Row($"The same money in {benchmark.Name}", Amount(benchmark.SameMoneyValue), null, benchmark.SameMoneyReason);
            }

            console.Write(table);
            console.Line(report.Difference);
            foreach (var note in report.Trust.Notes)
            {
                console.Line(note);
            }

            console.Line(string.Empty);
        }
    }

    /// <summary>Values as bars, from the lowest to the highest; a blank where a value is not known.</summary>
    internal static string Sparkline(IReadOnlyList<DayValue> days)
    {
        var known = days.Where(d => d.Value is not null).Select(d => d.Value!.Value).ToList();
        if (known.Count == 0)
        {
            return string.Empty;
        }

        var (low, high) = (known.Min(), known.Max());
        var width = Math.Min(SparklineWidth, days.Count);
        return string.Concat(Enumerable.Range(0, width).Select(i =>
            days[((i + 1) * days.Count / width) - 1].Value is not { } value ? ' '
                : high == low ? Bars[3]
                : Bars[(int)((value - low) / (high - low) * (Bars.Length - 1))]));
    }

    private static void Returns(Table table, string name, decimal? total, decimal? perYear, string? reason)
    {
        table.Row(name, null, Percent(total), perYear is null ? reason : $"{Percent(perYear)} a year");
    }

    private static string Amount(decimal? value) => value?.ToString("N2", CultureInfo.InvariantCulture) ?? string.Empty;

    private static string Percent(decimal? value) => value?.ToString("+0.00%;-0.00%;0.00%", CultureInfo.InvariantCulture) ?? string.Empty;
}
