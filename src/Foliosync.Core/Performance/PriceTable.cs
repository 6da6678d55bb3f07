using System.Runtime.InteropServices;
using Foliosync.Core.Prices;

namespace Foliosync.Core.Performance;

/// <summary>Where a price comes from. Of two for the same day the one that stands first here counts.</summary>
public enum PriceRank
{
    /// <summary>The broker of a holding.</summary>
    Broker,

    /// <summary>A price source.</summary>
    Source,

    /// <summary>A transaction: what was really paid.</summary>
    Trade,
}

/// <summary>A price that was looked up.</summary>
/// <param name="Value">Of one unit, as it was on its day.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Day">Its day.</param>
/// <param name="Rank">Where it comes from.</param>
/// <param name="Source">Who said so; empty when that was not kept.</param>
public readonly record struct PriceQuote(decimal Value, string Currency, DateOnly Day, PriceRank Rank, string Source);

/// <summary>Prices of one unit by instrument and day, gathered in any order and then only read.</summary>
public sealed class PriceTable
{
    private readonly Dictionary<Guid, Points> _points = [];
    private readonly List<string> _names = [];

    /// <summary>Adds a price as it was on its day, not adjusted for later splits.</summary>
    /// <param name="instrumentId">The instrument.</param>
    /// <param name="day">Its day.</param>
    /// <param name="value">Price of one unit.</param>
    /// <param name="currency">ISO 4217.</param>
    /// <param name="rank">Where it comes from.</param>
    /// <param name="source">Who says so.</param>
    public void Add(Guid instrumentId, DateOnly day, decimal value, string currency, PriceRank rank, string source = "")
    {
        ref var points = ref CollectionsMarshal.GetValueRefOrAddDefault(_points, instrumentId, out _);
        points ??= new Points();
        points.Add(new Point(day.DayNumber, NameOf(currency), NameOf(source), (byte)rank, value));
    }

    /// <summary>The price that counts on a day, or the last one before it; null when there is none yet.</summary>
    public PriceQuote? Find(Guid instrumentId, DateOnly day)
    {
        var points = _points.TryGetValue(instrumentId, out var found) ? found.Sorted() : [];
        Point? best = null;
        foreach (var point in points)
        {
            if (point.Day > day.DayNumber)
            {
                break;
            }

            best = best is { } b && b.Day == point.Day ? best : point;
        }

        return best is { } p ? new PriceQuote(p.Value, _names[p.Currency], DateOnly.FromDayNumber(p.Day), (PriceRank)p.Rank, _names[p.Source]) : null;
    }

    /// <summary>The last day of an instrument's prices that is not after a day; null when there is none.</summary>
    internal DateOnly? LastDay(Guid instrumentId, DateOnly day) => Find(instrumentId, day)?.Day;

    /// <summary>The currencies other than its own in which an instrument has prices.</summary>
    internal IEnumerable<string> CurrenciesBeside(ValuedInstrument instrument) => _points.TryGetValue(instrument.Id, out var points)
        ? points.Currencies().Select(c => _names[c]).Where(c => c != instrument.Currency)
        : [];

    /// <summary>Fills in the price of each day from <paramref name="first"/> on; carried forward where a day has none.</summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="first">Number of the first day.</param>
    /// <param name="factors">Splits by the number of the day on which units changed: a price from before is divided.</param>
    /// <param name="rates">Converts prices in another currency, at the rate of their own day.</param>
    /// <param name="values">Receives the prices, 0 where there is none yet.</param>
    /// <param name="marks">Receives what is to be said of each.</param>
    internal void Fill(
        ValuedInstrument instrument, int first, IReadOnlyDictionary<int, UnitsFactor>? factors, FxTable rates, Span<decimal> values, Span<DayMarks> marks)
    {
        var points = _points.TryGetValue(instrument.Id, out var found) ? found.Sorted() : [];
        var next = 0;
        decimal? price = null;
        var priceDay = 0;
        Take(points, first - 1);
        if (price is not null && factors is not null)
        {
            // What is carried into the first day was divided by the splits before it.
            foreach (var (day, split) in factors.Where(f => f.Key > priceDay && f.Key < first && priceDay < f.Value.ExDay).OrderBy(f => f.Key))
            {
                price /= split.Factor;
            }
        }

        for (var i = 0; i < values.Length; i++)
        {
            var day = first + i;
            if (price is not null && factors is not null && factors.TryGetValue(day, out var split) && priceDay < split.ExDay)
            {
                price /= split.Factor;
            }

            Take(points, day);
            values[i] = price ?? 0;
            marks[i] = price is null ? DayMarks.PriceMissing
                : priceDay == day ? DayMarks.None
                : day - priceDay <= FxTable.CarriedDays ? DayMarks.Carried
                : DayMarks.Carried | DayMarks.Stale;
        }

        // Of the points of a day the first counts; the list has the best rank first.
        void Take(ReadOnlySpan<Point> points, int until)
        {
            for (; next < points.Length && points[next].Day <= until; next++)
            {
                if ((price is null || points[next].Day > priceDay) && InCurrency(points[next], instrument.Currency, rates) is { } value)
                {
                    (price, priceDay) = (value, points[next].Day);
                }
            }
        }
    }

    // There are a few currencies and sources and a million prices.
    private ushort NameOf(string name)
    {
        var index = _names.IndexOf(name);
        if (index < 0)
        {
            index = _names.Count;
            _names.Add(name);
        }

        return checked((ushort)index);
    }

    private decimal? InCurrency(Point point, string currency, FxTable rates) =>
        string.Equals(_names[point.Currency], currency, StringComparison.Ordinal)
            ? point.Value
            : rates.Find(_names[point.Currency], currency, DateOnly.FromDayNumber(point.Day)) is { } rate ? point.Value * rate.Value : null;

    private readonly record struct Point(int Day, ushort Currency, ushort Source, byte Rank, decimal Value);

    private sealed class Points
    {
        private readonly List<Point> _points = [];
        private bool _isSorted = true;

        public void Add(Point point)
        {
            _isSorted = _isSorted && (_points.Count == 0 || Order(_points[^1], point) <= 0);
            _points.Add(point);
        }

        public IEnumerable<ushort> Currencies() => _points.Select(p => p.Currency).Distinct();

        public ReadOnlySpan<Point> Sorted()
        {
            if (!_isSorted)
            {
                // The order of equal ones must not depend on chance: the value decides.
                _points.Sort(Order);
                _isSorted = true;
            }

            return CollectionsMarshal.AsSpan(_points);
        }

        private static int Order(Point a, Point b) =>
            a.Day != b.Day ? a.Day.CompareTo(b.Day) : a.Rank != b.Rank ? a.Rank.CompareTo(b.Rank) : a.Value.CompareTo(b.Value);
    }
}
