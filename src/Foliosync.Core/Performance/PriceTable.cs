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
    private readonly Dictionary<Guid, PriceSeries> _points = [];
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
        SeriesOf(instrumentId).Add(day, value, currency, rank, source);
    }

    /// <summary>The prices of one instrument, to add many.</summary>
    internal PriceSeries SeriesOf(Guid instrumentId)
    {
        ref var series = ref CollectionsMarshal.GetValueRefOrAddDefault(_points, instrumentId, out _);
        return series ??= new PriceSeries(instrumentId, _names);
    }

    /// <summary>The price that counts on a day, or the last one before it; null when there is none yet.</summary>
    public PriceQuote? Find(Guid instrumentId, DateOnly day)
    {
        var points = _points.TryGetValue(instrumentId, out var found) ? found.Sorted() : [];
        PricePoint? best = null;
        for (var i = points.Length - 1; i >= 0 && (best is null || points[i].Day == best.Value.Day); i--)
        {
            // Of the points of a day the first counts.
            best = points[i].Day <= day.DayNumber ? points[i] : best;
        }

        return best is { } p ? new PriceQuote(p.Value, _names[p.Currency], DateOnly.FromDayNumber(p.Day), (PriceRank)p.Rank, _names[p.Source]) : null;
    }

    /// <summary>The last day of an instrument's prices that is not after a day; null when there is none.</summary>
    internal DateOnly? LastDay(Guid instrumentId, DateOnly day) => Find(instrumentId, day)?.Day;

    /// <summary>The currencies other than its own in which an instrument has prices.</summary>
    internal IEnumerable<string> CurrenciesBeside(ValuedInstrument instrument) => _points.TryGetValue(instrument.Id, out var points)
        ? points.Currencies.Select(c => _names[c]).Where(c => c != instrument.Currency)
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
        void Take(ReadOnlySpan<PricePoint> points, int until)
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

    private decimal? InCurrency(PricePoint point, string currency, FxTable rates) =>
        string.Equals(_names[point.Currency], currency, StringComparison.Ordinal)
            ? point.Value
            : rates.Find(_names[point.Currency], currency, DateOnly.FromDayNumber(point.Day)) is { } rate ? point.Value * rate.Value : null;
}

/// <summary>A price; its currency and source by their places in a list of names.</summary>
internal readonly record struct PricePoint(int Day, ushort Currency, ushort Source, byte Rank, decimal Value);

/// <summary>The prices of one instrument.</summary>
/// <param name="instrumentId">The instrument.</param>
/// <param name="names">Currencies and sources: a few for a million prices.</param>
internal sealed class PriceSeries(Guid instrumentId, List<string> names)
{
    private readonly List<PricePoint> _points = [];
    private readonly List<ushort> _currencies = [];

    // Stored prices come in order, by their day; those of trades come after them. So many at the beginning are in order.
    private int _ordered;

    private (string? Name, ushort Place) _lastCurrency;
    private (string? Name, ushort Place) _lastSource;

    public Guid InstrumentId => instrumentId;

    public void Add(DateOnly day, decimal value, string currency, PriceRank rank, string source)
    {
        var point = new PricePoint(day.DayNumber, NameOf(currency, ref _lastCurrency), NameOf(source, ref _lastSource), (byte)rank, value);
        // Prices of one day come by the name of their source: each finds its place among the last few.
        var place = _points.Count;
        while (place > 0 && _points[place - 1].Day == point.Day && Order(_points[place - 1], point) > 0)
        {
            place--;
        }

        if (_ordered == _points.Count && (place == 0 || _points[place - 1].Day <= point.Day))
        {
            _ordered++;
        }

        _points.Insert(place, point);
        if (!_currencies.Contains(point.Currency))
        {
            _currencies.Add(point.Currency);
        }
    }

    /// <summary>The currencies of its prices.</summary>
    public IReadOnlyCollection<ushort> Currencies => _currencies;

    public ReadOnlySpan<PricePoint> Sorted()
    {
        var points = CollectionsMarshal.AsSpan(_points);
        if (_ordered < points.Length)
        {
            MergeIn(points, points[_ordered..].ToArray());
            _ordered = points.Length;
        }

        return points;
    }

    // Puts those that came late among the others, from the end on.
    private static void MergeIn(Span<PricePoint> points, PricePoint[] late)
    {
        Array.Sort(late, Order);
        var (early, next) = (points.Length - late.Length - 1, late.Length - 1);
        for (var place = points.Length - 1; next >= 0; place--)
        {
            points[place] = early >= 0 && Order(points[early], late[next]) > 0 ? points[early--] : late[next--];
        }
    }

    // A million prices in a row are of the same source and currency.
    private ushort NameOf(string name, ref (string? Name, ushort Place) last)
    {
        if (!ReferenceEquals(last.Name, name))
        {
            var place = names.IndexOf(name);
            if (place < 0)
            {
                place = names.Count;
                names.Add(name);
            }

            last = (name, checked((ushort)place));
        }

        return last.Place;
    }

    // The order of equal ones must not depend on chance: the value decides.
    private static int Order(PricePoint a, PricePoint b) =>
        a.Day != b.Day ? a.Day.CompareTo(b.Day) : a.Rank != b.Rank ? a.Rank.CompareTo(b.Rank) : a.Value.CompareTo(b.Value);
}
