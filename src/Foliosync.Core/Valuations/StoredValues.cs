using System.Collections.Concurrent;
using Foliosync.Core.Performance;
using Foliosync.Core.Prices;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Valuations;

/// <summary>Stored values of some accounts, put together again and converted.</summary>
/// <param name="Valuation">The values.</param>
/// <param name="Buckets">What they were converted from.</param>
/// <param name="Rates">What they were converted with.</param>
/// <param name="Currencies">The currencies that have rates there.</param>
internal sealed record StoredValues(Valuation Valuation, Buckets Buckets, FxTable Rates, IReadOnlySet<string> Currencies)
{
    // Two for each period that somebody looks into; thousands of lines each.
    private const int MostDays = 8;

    private readonly ConcurrentDictionary<(DateOnly Day, string? Class), IReadOnlyList<ValueLine>> _lines = new();

    /// <summary>What was held on a day, as it was read when these values were looked into before; null when they were not.</summary>
    /// <param name="day">The day.</param>
    /// <param name="className">Only of this class; null for all.</param>
    public IReadOnlyList<ValueLine>? LinesOf(DateOnly day, string? className) => _lines.GetValueOrDefault((day, className));

    /// <summary>Keeps what was held on a day, for the next who looks into these values.</summary>
    public void KeepLines(DateOnly day, string? className, IReadOnlyList<ValueLine> lines)
    {
        if (_lines.Count >= MostDays)
        {
            _lines.Clear();
        }

        _lines[(day, className)] = lines;
    }

    /// <summary>Reads the values of the days from one on. An account that is not valued to the last day is carried forward, and marked so.</summary>
    /// <param name="recent">What was put together before.</param>
    /// <param name="database">The database.</param>
    /// <param name="read">The state of it to read from.</param>
    /// <param name="accounts">The accounts.</param>
    /// <param name="baseCurrency">The currency to convert into.</param>
    /// <param name="from">First day that is wanted; values begin with its month.</param>
    /// <param name="last">Last day.</param>
    /// <param name="moreCurrencies">Others that will be converted.</param>
    /// <param name="cancellationToken">Stops the queries.</param>
    public static async Task<StoredValues> ReadAsync(
        RecentValues recent,
        Database database,
        ReadSnapshot read,
        IReadOnlyList<AccountFacts> accounts,
        string baseCurrency,
        DateOnly from,
        DateOnly last,
        IReadOnlyCollection<string> moreCurrencies,
        CancellationToken cancellationToken)
    {
        // What is carried forward may be of a month before.
        var known = accounts.Where(a => a.State.LastDay < from).Select(a => a.State.LastDay!.Value).Append(from).Min();
        var first = new DateOnly(known.Year, known.Month, 1);
        var name = RecentValues.NameOf(accounts, baseCurrency, last, await RatesAskedAtAsync(database, read, cancellationToken).ConfigureAwait(false));
        if (recent.Find(name, first, moreCurrencies) is { } found)
        {
            return found;
        }

        var buckets = new Buckets(first, last.DayNumber - first.DayNumber + 1);
        var byId = accounts.ToDictionary(a => a.Id);
        var script = SqlScript.For(database);
        script.Query(
            "select account_id, month, class, currency, data from valuation_months where account_id {ids} and month >= @first",
            [.. byId.Keys],
            row =>
            {
                var account = byId[row.Id(0)];
                var until = account.State.LastDay is { } valued ? valued.DayNumber - first.DayNumber + 1 : 0;
                MonthCode.Decode(
                    row.BytesOrNull(4)!,
                    buckets.Of(account.Id, ValuationUpdate.ClassOf(row.GetString(2)), row.GetString(3)),
                    row.Day(1).DayNumber - first.DayNumber,
                    Math.Min(until, buckets.Days));
            },
            ("first", first));
        await script.RunAsync(read.Connection, read.Transaction, cancellationToken).ConfigureAwait(false);
        foreach (var bucket in buckets.All)
        {
            CarryForward(bucket, byId[bucket.AccountId].State.LastDay!.Value);
        }

        var currencies = buckets.All.SelectMany(b => b.Flows.Select(f => f.Currency).Append(b.Currency))
            .Concat(accounts.Select(a => a.Currency)).Concat(moreCurrencies).Append(baseCurrency).ToHashSet(StringComparer.Ordinal);
        var rates = currencies.Count == 1
            ? FxTable.Empty
            : await FxRates.ReadAsync(database, read, currencies, first, last, cancellationToken).ConfigureAwait(false);
        var valued = accounts.Select(a => new ValuedAccount(a.Id, a.Currency, a.State.CashFrom is not null)).ToList();
        var values = new StoredValues(Valuation.Of(buckets, valued, baseCurrency, rates), buckets, rates, currencies);
        recent.Keep(name, values);
        return values;
    }

    /// <summary>When rates were last asked for. They are written before this is, so what was read with an instant has all rates that came by then.</summary>
    private static async Task<DateTimeOffset?> RatesAskedAtAsync(Database database, ReadSnapshot read, CancellationToken cancellationToken)
    {
        DateTimeOffset? askedAt = null;
        var script = SqlScript.For(database);
        script.Query("select asked_at from price_feeds where source = @source", ids: null, row => askedAt = row.InstantOrNull(0), ("source", PriceSource.Ecb.Id));
        await script.RunAsync(read.Connection, read.Transaction, cancellationToken).ConfigureAwait(false);
        return askedAt;
    }

    private static void CarryForward(Bucket bucket, DateOnly valuedTo)
    {
        var known = valuedTo.DayNumber - bucket.First.DayNumber;
        for (var day = Math.Max(known + 1, 0); known >= 0 && day < bucket.Values.Length; day++)
        {
            bucket.Values[day] = bucket.Values[known];
            if (bucket.Values[day] != 0)
            {
                bucket.Marks[day] = DayMarks.Carried | (bucket.Marks[known] & (DayMarks.PriceMissing | DayMarks.Stale))
                    | (day - known > FxTable.CarriedDays ? DayMarks.Stale : DayMarks.None);
            }
        }
    }
}
