namespace Foliosync.Brokers.Demo;

/// <summary>A price and its time.</summary>
/// <param name="Value">Price of one unit in the instrument's currency.</param>
/// <param name="At">UTC instant since which it stands.</param>
internal readonly record struct DemoPrice(decimal Value, DateTimeOffset At);

/// <summary>
/// Prices as a pure function of instrument and instant: a steady drift and waves of several lengths on top of each other, from years
/// down to minutes. The heights of the waves come from a hash, so the chart looks like a market and never changes afterwards.
/// </summary>
internal static class DemoMarket
{
    // India has no daylight saving time; a fixed offset needs no time zone data.
    private static readonly TimeSpan IndianOffset = new(5, 30, 0);

    // Length of a wave in minutes, and how far it moves the price. The sum stays below one half: no price reaches zero.
    private static readonly (long Minutes, decimal Height)[] Waves =
    [
        (400 * 1_440L, 0.16m),
        (90 * 1_440L, 0.11m),
        (21 * 1_440L, 0.06m),
        (5 * 1_440L, 0.03m),
        (1_440L, 0.015m),
        (180L, 0.006m),
        (20L, 0.002m),
        (1L, 0.0006m),
    ];

    /// <summary>The first day of every demo account, in Indian time.</summary>
    public static DateOnly OpeningDay { get; } = new(2024, 10, 1);

    private static DateTimeOffset Opening { get; } = StartOfDay(OpeningDay);

    /// <summary>The calendar day in India at an instant.</summary>
    public static DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(instant.ToOffset(IndianOffset).DateTime);

    /// <summary>The UTC instant at which a day starts in India.</summary>
    public static DateTimeOffset StartOfDay(DateOnly day) =>
        new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), IndianOffset).ToUniversalTime();

    /// <summary>The last price at an instant. Shares have one each minute, around the clock; funds and bonds one each day.</summary>
    public static DemoPrice PriceAt(DemoInstrument instrument, DateTimeOffset instant)
    {
        var at = instrument.PricedDaily
            ? StartOfDay(DayOf(instant))
            : new DateTimeOffset(instant.UtcTicks - (instant.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        var minute = (at.UtcTicks - Opening.UtcTicks) / TimeSpan.TicksPerMinute;

        var moves = Waves.Sum(wave => wave.Height * WaveAt(instrument.Symbol, wave.Minutes, minute));
        var years = Math.Max(0, minute) / (365.25m * 1_440m);
        var price = instrument.BasePrice * (1m + DriftAfter(years, instrument.YearlyDrift)) * (1m + (moves * instrument.Liveliness));
        var ticks = Math.Max(1m, Math.Round(price / instrument.Tick, MidpointRounding.AwayFromZero));
        return new DemoPrice(ticks * instrument.Tick, at);
    }

    // A falling instrument must not fall through zero, however long the demo lives: it halves at most.
    private static decimal DriftAfter(decimal years, decimal yearly) => Math.Max(-0.5m, years * yearly);

    // Between two knots of a wave the line is straight; the height of a knot is a hash of symbol, wave and number.
    private static decimal WaveAt(string symbol, long length, long minute)
    {
        var knot = Math.DivRem(minute, length, out var within);
        if (within < 0)
        {
            knot--;
            within += length;
        }

        var left = DemoHash.Signed(symbol, length, knot);
        var right = DemoHash.Signed(symbol, length, knot + 1);
        return left + ((right - left) * within / length);
    }
}
