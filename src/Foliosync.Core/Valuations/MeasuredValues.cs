using Foliosync.Core.Performance;
using Foliosync.Core.Prices;
using Foliosync.Core.Storage;

namespace Foliosync.Core.Valuations;

/// <summary>The values that a question is about, and where they come from.</summary>
internal sealed record MeasuredValues
{
    public required MeasuredScope Scope { get; init; }

    public required IReadOnlyList<AccountFacts> Accounts { get; init; }

    public required string PeriodName { get; init; }

    public required Period Period { get; init; }

    /// <summary>First day with data; null when there is none.</summary>
    public DateOnly? First { get; init; }

    public required DailySeries Series { get; init; }

    /// <summary>By account and class; null for an instrument.</summary>
    public StoredValues? Stored { get; init; }

    public required FxTable Rates { get; init; }

    public DateTimeOffset? AsOf => Accounts.Where(a => a.State.ComputedAt is not null).Select(a => a.State.ComputedAt).Min();

    // An account of which nothing was ever told has nothing to compute.
    public bool IsUpdating => Accounts.Any(a =>
        a.State.StaleFrom is not null || (a.State.LastDay is null && (a.State.Touches > 0 || a.ReportedAt is not null)));

    /// <summary>Reads them, with rates also for currencies that are none of the values'.</summary>
    public static async Task<MeasuredValues> ReadAsync(
        RecentValues recent,
        Database database,
        ReadSnapshot read,
        MeasuredScope scope,
        IReadOnlyList<AccountFacts> accounts,
        PerformanceQuestion question,
        DateOnly today,
        IReadOnlyCollection<string> moreCurrencies,
        CancellationToken cancellationToken)
    {
        if (scope.Instrument is { } instrument)
        {
            return await ReadInstrumentAsync(database, read, scope, accounts, question, today, instrument, moreCurrencies, cancellationToken).ConfigureAwait(false);
        }

        var first = accounts.Select(a => a.State.FirstDay).Min();
        var (name, period) = QuestionPeriod.Of(question, first, today);
        var stored = await StoredValues.ReadAsync(
            recent, database, read, accounts, scope.Currency, period.Start, period.End, moreCurrencies, cancellationToken).ConfigureAwait(false);
        return new MeasuredValues
        {
            Scope = scope,
            Accounts = accounts,
            PeriodName = name,
            Period = period,
            First = first,
            Series = Until(scope.Of(stored.Valuation), period.End),
            Stored = stored,
            Rates = stored.Rates,
        };
    }

    private static async Task<MeasuredValues> ReadInstrumentAsync(
        Database database,
        ReadSnapshot read,
        MeasuredScope scope,
        IReadOnlyList<AccountFacts> accounts,
        PerformanceQuestion question,
        DateOnly today,
        ValuedInstrument instrument,
        IReadOnlyCollection<string> moreCurrencies,
        CancellationToken cancellationToken)
    {
        var ledgers = new List<AccountLedger>(accounts.Count);
        foreach (var account in accounts)
        {
            ledgers.Add(await new LedgerReader(database, read).ReadInstrumentAsync(account, instrument.Id, today, cancellationToken).ConfigureAwait(false));
        }

        var currencies = ledgers.SelectMany(l => l.Input.Entries.Select(e => e.Currency)).Concat(moreCurrencies).Append(scope.Currency).Append(instrument.Currency);
        var first = ledgers.Min(l => Buckets.FirstDayOf(l.Input));
        var rates = await FxRates.ReadAsync(database, read, currencies, first < today ? first : today, today, cancellationToken).ConfigureAwait(false);
        var series = ledgers.ConvertAll(l => Valuation.Of(l.Input with { BaseCurrency = scope.Currency, Rates = rates }).OfInstruments());
        var (name, period) = QuestionPeriod.Of(question, first <= today ? first : null, today);
        return new MeasuredValues
        {
            Scope = scope,
            Accounts = accounts,
            PeriodName = name,
            Period = period,
            First = first <= today ? first : null,
            Series = Until(DailySeries.Sum(series, netMoves: true), today),
            Rates = rates,
        };
    }

    // Where nothing is held there is one day of nothing, which goes on.
    private static DailySeries Until(DailySeries series, DateOnly last) => series.Last >= last
        ? series
        : DailySeries.Sum([series, DailySeries.Nothing(series.Currency, last)], netMoves: false);
}
