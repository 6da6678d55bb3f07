using System.Globalization;

namespace Foliosync.Brokers.Zerodha;

/// <summary>Kite's times carry no zone and are Indian Standard Time: five and a half hours ahead of UTC, without summer time.</summary>
internal static class ZerodhaTime
{
    private static readonly TimeSpan India = new(5, 30, 0);
    private static readonly TimeSpan SessionEnd = TimeSpan.FromHours(6);
    private static readonly TimeSpan MarketStart = TimeSpan.FromHours(9);

    // Older answers leave out the seconds; some fields are days.
    private static readonly string[] Formats = ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd", "yyyy-MM-dd HH:mm"];

    /// <summary>The UTC instant that Kite wrote; null for an absent, empty or unset time.</summary>
    public static DateTimeOffset? Read(string? text)
    {
        var written = DateTime.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time);

        // Kite writes the start of 1970 for "never".
        return written && time.Year > 1970 ? new DateTimeOffset(time, India).ToUniversalTime() : null;
    }

    /// <summary>The day in India at an instant.</summary>
    public static DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(instant.ToOffset(India).DateTime);

    /// <summary>The UTC instant at which a day begins in India.</summary>
    public static DateTimeOffset StartOf(DateOnly day) => new DateTimeOffset(day, TimeOnly.MinValue, India).ToUniversalTime();

    /// <summary>When a session that began at <paramref name="login"/> ends: the first 06:00 in India strictly after it.</summary>
    public static DateTimeOffset SessionEndAfter(DateTimeOffset login)
    {
        var local = login.ToOffset(India);
        var end = new DateTimeOffset(local.Date + SessionEnd, India);
        return (end > local ? end : end.AddDays(1)).ToUniversalTime();
    }

    /// <summary>
    /// True while no share can have been traded yet on the present day: before 09:00, when the pre-open session begins, and at weekends.
    /// A purchase that positions show then is one of an earlier day.
    /// </summary>
    public static bool IsBeforeTrading(DateTimeOffset instant)
    {
        var local = instant.ToOffset(India);
        return local.TimeOfDay < MarketStart || local.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
    }
}
