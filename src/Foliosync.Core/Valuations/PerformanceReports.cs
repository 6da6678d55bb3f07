using Foliosync.Core.Connections;
using Foliosync.Core.Performance;
using Foliosync.Core.Storage;

namespace Foliosync.Core.Valuations;

/// <summary>
/// Answers what something is worth and what it returned, from the last complete values. It waits for no computation: what has changed since
/// is told by <see cref="PerformanceReport.Updating"/>.
/// </summary>
public sealed class PerformanceReports(Database database, BrokerCatalog catalog, TimeProvider clock)
{
    private readonly RecentValues _recent = new();

    /// <summary>Returns, gain and risk over a period.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="reach">Whose rows may be seen.</param>
    /// <param name="cancellationToken">Stops the queries.</param>
    /// <exception cref="NotFoundException">What is asked about is not there, or somebody else's.</exception>
    /// <exception cref="InputException">Period, class, currency or benchmark cannot be used.</exception>
    public async Task<PerformanceReport> ReportAsync(PerformanceQuestion question, OwnerScope reach, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        await using var db = database.Open(reach);
        var scope = await MeasuredScope.FindAsync(db, question, cancellationToken).ConfigureAwait(false);
        var benchmark = await BenchmarkLookup.FindAsync(db, question, scope.Currency, cancellationToken).ConfigureAwait(false);
        await using var read = await database.BeginReadAsync(cancellationToken).ConfigureAwait(false);
        var values = await ReadAsync(read, scope, question, benchmark is null ? [] : [benchmark.Instrument.Currency], cancellationToken).ConfigureAwait(false);
        var (series, period) = (values.Series, values.Period);
        var index = ReturnIndex.Of(series, period);
        var (time, money) = (TimeWeightedReturn.Of(index), MoneyWeightedReturn.Of(series, period));
        var compared = benchmark is null
            ? null
            : await benchmark.CompareAsync(read, series, period, values.Rates, cancellationToken).ConfigureAwait(false);
        var (moneyIn, moneyOut) = (0m, 0m);
        foreach (var flow in series.FlowsIn(period))
        {
            (moneyIn, moneyOut) = (moneyIn + flow.AllIn, moneyOut + flow.AllOut);
        }

        return new PerformanceReport
        {
            Name = scope.Name,
            Currency = series.Currency,
            Period = new MeasuredPeriod(values.PeriodName, period.Start.AddDays(1), period.End, period.Days),
            StartValue = series.ValueAt(period.Start),
            EndValue = series.ValueAt(period.End),
            MoneyIn = moneyIn,
            MoneyOut = moneyOut,
            TimeWeightedReturn = time,
            MoneyWeightedReturn = money,
            Gain = GainBreakdown.Of(series, period),
            Volatility = Volatility.Of(index),
            MaximumDrawdown = Drawdown.Of(index),
            Benchmark = compared is null ? null : Figures(benchmark!, compared, series, period, moneyIn - moneyOut),
            Difference = ReturnComparison.Explain(series, period, index, time, money),
            Trust = await TrustReader.ReadAsync(db, values, cancellationToken).ConfigureAwait(false),
            AsOf = values.AsOf,
            Updating = values.IsUpdating,
            Lines = question.WithLines ? Lines(index, compared) : null,
            Explanation = question.WithExplanation
                ? await new ExplanationReader(database, read, values).ReadAsync(cancellationToken).ConfigureAwait(false)
                : null,
        };
    }

    /// <summary>Values by day. <see cref="PerformanceQuestion.WithExplanation"/> asks for the parts of each.</summary>
    /// <inheritdoc cref="ReportAsync"/>
    public async Task<ValuationReport> ValuationsAsync(PerformanceQuestion question, OwnerScope reach, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        await using var db = database.Open(reach);
        var scope = await MeasuredScope.FindAsync(db, question, cancellationToken).ConfigureAwait(false);
        await using var read = await database.BeginReadAsync(cancellationToken).ConfigureAwait(false);
        var values = await ReadAsync(read, scope, question, [], cancellationToken).ConfigureAwait(false);
        return new ValuationReport(
            scope.Name, values.Series.Currency, values.First is null ? [] : DayValues.Of(values, question.WithExplanation), values.AsOf, values.IsUpdating);
    }

    private async Task<MeasuredValues> ReadAsync(
        ReadSnapshot read, MeasuredScope scope, PerformanceQuestion question, IReadOnlyCollection<string> moreCurrencies, CancellationToken cancellationToken)
    {
        var accounts = await AccountFacts.ReadAsync(database, read, catalog, scope.AccountIds, cancellationToken).ConfigureAwait(false);
        var now = clock.GetUtcNow();
        var today = accounts.Count == 0 ? DateOnly.FromDateTime(now.UtcDateTime) : accounts.Max(a => a.DayOf(now));
        return await MeasuredValues.ReadAsync(_recent, database, read, scope, accounts, question, today, moreCurrencies, cancellationToken).ConfigureAwait(false);
    }

    private static BenchmarkFigures Figures(BenchmarkLookup benchmark, Benchmark compared, DailySeries series, Period period, decimal netIn)
    {
        decimal? end = compared.SameMoney.Count == 0 ? null : compared.SameMoney[^1];
        return new BenchmarkFigures(
            benchmark.Name,
            benchmark.File is null ? benchmark.Instrument.Id : null,
            TimeWeightedReturn.Of(compared.Index),
            end is { } value ? decimal.Round(value, DailySeries.Scale) : null,
            end is { } worth && series.ValueAt(period.Start) is { } start ? decimal.Round(worth - start - netIn, DailySeries.Scale) : null,
            compared.SameMoneyReason);
    }

    private static List<LinePoint> Lines(ReturnIndex index, Benchmark? compared)
    {
        var points = new List<LinePoint>(index.Period.Days + 1);
        for (var i = 0; i <= index.Period.Days; i++)
        {
            points.Add(new LinePoint(
                index.Period.Start.AddDays(i),
                i < index.Values.Length ? index.Values[i] : null,
                compared is not null && i < compared.Index.Values.Length ? compared.Index.Values[i] : null,
                compared is not null && i < compared.SameMoney.Count ? decimal.Round(compared.SameMoney[i], DailySeries.Scale) : null));
        }

        return points;
    }
}
