namespace Foliosync.Core.Prices;

/// <summary>A rate that was looked up.</summary>
/// <param name="Value">Units of the wanted currency for one unit of the given one.</param>
/// <param name="Day">Day it was published for; the older one where two rates make a cross rate.</param>
/// <param name="IsStale">True when nothing newer is known although more than a weekend and holidays have passed.</param>
public readonly record struct FxQuote(decimal Value, DateOnly Day, bool IsStale);

/// <summary>
/// Exchange rates in memory, for any number of look-ups. Cross rates go through the euro. On a day without a rate the last earlier
/// one counts, and says its own day. A currency that the source does not have, or has given up, has no rate: nothing is guessed.
/// </summary>
public sealed class FxTable
{
    /// <summary>The currency that all rates are told in.</summary>
    public const string Euro = "EUR";

    /// <summary>A rate is carried forward this many days over weekends and holidays without a mark.</summary>
    public const int CarriedDays = 7;

    private readonly Dictionary<string, Series> _series;
    private readonly int _newest;

    /// <summary>Takes the rates.</summary>
    /// <param name="rates">In any order; of two for the same currency and day the later one counts.</param>
    /// <param name="newestPublished">
    /// The last day for which the source is known to have published anything. A currency whose last rate is long before it was given
    /// up by the source. Null to take the last day among <paramref name="rates"/>.
    /// </param>
    public FxTable(IEnumerable<FxRate> rates, DateOnly? newestPublished = null)
    {
        ArgumentNullException.ThrowIfNull(rates);
        _series = rates.GroupBy(r => r.Currency, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => new Series(g), StringComparer.Ordinal);
        _newest = Math.Max(newestPublished?.DayNumber ?? 0, _series.Values.Select(s => s.Last).DefaultIfEmpty(0).Max());
    }

    /// <summary>A table that knows only that every currency is worth itself.</summary>
    public static FxTable Empty { get; } = new([]);

    /// <summary>The rate that counts on a day; null when there is none.</summary>
    /// <param name="from">ISO 4217 of what is converted.</param>
    /// <param name="to">ISO 4217 of what it is converted into.</param>
    /// <param name="day">The day of the trade for flows, of the valuation for values.</param>
    public FxQuote? Find(string from, string to, DateOnly day)
    {
        if (string.Equals(from, to, StringComparison.Ordinal))
        {
            return new FxQuote(1m, day, false);
        }

        if (PerEuro(from, day.DayNumber) is not { } a || PerEuro(to, day.DayNumber) is not { } b)
        {
            return null;
        }

        var published = Math.Min(a.Day, b.Day);
        return new FxQuote(b.Rate / a.Rate, DateOnly.FromDayNumber(published), day.DayNumber - published > CarriedDays);
    }

    private (decimal Rate, int Day)? PerEuro(string currency, int day)
    {
        if (currency == Euro)
        {
            return (1m, day);
        }

        return _series.TryGetValue(currency, out var series) ? series.At(day, _newest) : null;
    }

    private sealed class Series
    {
        private readonly int[] _days;
        private readonly decimal[] _rates;

        public Series(IEnumerable<FxRate> rates)
        {
            var byDay = new SortedDictionary<int, decimal>();
            foreach (var rate in rates)
            {
                byDay[rate.Day.DayNumber] = rate.PerEuro;
            }

            _days = [.. byDay.Keys];
            _rates = [.. byDay.Values];
        }

        public int Last => _days[^1];

        public (decimal Rate, int Day)? At(int day, int newestPublished)
        {
            var index = Array.BinarySearch(_days, day);
            index = index >= 0 ? index : ~index - 1;
            if (index < 0)
            {
                return null;
            }

            // Far from the next rate it still counts when the source as a whole is silent, and not when it left this currency out.
            var isCarried = day - _days[index] <= CarriedDays;
            var isEnd = index == _days.Length - 1 && newestPublished - _days[index] <= CarriedDays;
            return isCarried || isEnd ? (_rates[index], _days[index]) : null;
        }
    }
}
