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

/// <summary>Prices of one unit by instrument and day, gathered in any order and then only read.</summary>
public sealed class PriceTable
{
    private readonly Dictionary<Guid, Points> _points = [];

    /// <summary>Adds a price as it was on its day, not adjusted for later splits.</summary>
    /// <param name="instrumentId">The instrument.</param>
    /// <param name="day">Its day.</param>
    /// <param name="value">Price of one unit.</param>
    /// <param name="currency">ISO 4217.</param>
    /// <param name="rank">Where it comes from.</param>
    public void Add(Guid instrumentId, DateOnly day, decimal value, string currency, PriceRank rank)
    {
        ref var points = ref CollectionsMarshal.GetValueRefOrAddDefault(_points, instrumentId, out _);
        points ??= new Points();
        points.Add(new Point(day.DayNumber, (byte)rank, value, currency));
    }

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
        for (var i = 0; i < values.Length; i++)
        {
            var day = first + i;
            if (price is not null && factors is not null && factors.TryGetValue(day, out var split) && priceDay < split.ExDay)
            {
                price /= split.Factor;
            }

            // Of the points of a day the first counts; the list has the best rank first.
            for (; next < points.Length && points[next].Day <= day; next++)
            {
                if ((price is null || points[next].Day > priceDay) && InCurrency(points[next], instrument.Currency, rates) is { } value)
                {
                    (price, priceDay) = (value, points[next].Day);
                }
            }

            values[i] = price ?? 0;
            marks[i] = price is null ? DayMarks.PriceMissing
                : priceDay == day ? DayMarks.None
                : day - priceDay <= FxTable.CarriedDays ? DayMarks.Carried
                : DayMarks.Carried | DayMarks.Stale;
        }
    }

    private static decimal? InCurrency(Point point, string currency, FxTable rates) =>
        string.Equals(point.Currency, currency, StringComparison.Ordinal)
            ? point.Value
            : rates.Find(point.Currency, currency, DateOnly.FromDayNumber(point.Day)) is { } rate ? point.Value * rate.Value : null;

    private readonly record struct Point(int Day, byte Rank, decimal Value, string Currency);

    private sealed class Points
    {
        private readonly List<Point> _points = [];
        private bool _isSorted = true;

        public void Add(Point point)
        {
            _isSorted = _isSorted && (_points.Count == 0 || Order(_points[^1], point) <= 0);
            _points.Add(point);
        }

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
