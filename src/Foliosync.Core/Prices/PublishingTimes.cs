namespace Foliosync.Core.Prices;

/// <summary>At what times of the day, in its own time zone, a source has something new.</summary>
/// <param name="zone">Time zone of the source, by its IANA name.</param>
/// <param name="everyDay">True when weekends count.</param>
/// <param name="times">The times, in order.</param>
internal sealed class PublishingTimes(string zone, bool everyDay, params TimeOnly[] times)
{
    private readonly TimeZoneInfo _zone = TimeZoneInfo.FindSystemTimeZoneById(zone);

    /// <summary>Day and time at the source.</summary>
    public DateTime LocalTime(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, _zone).DateTime;

    /// <summary>The UTC instant of a time of a day at the source.</summary>
    public DateTimeOffset At(DateOnly day, TimeOnly time)
    {
        var local = day.ToDateTime(time);
        return new DateTimeOffset(local, _zone.GetUtcOffset(local)).ToUniversalTime();
    }

    /// <summary>The next time at which something new is expected.</summary>
    public DateTimeOffset NextAfter(DateTimeOffset now)
    {
        for (var day = DateOnly.FromDateTime(LocalTime(now)); ; day = day.AddDays(1))
        {
            foreach (var time in everyDay || !IsWeekend(day) ? times : [])
            {
                if (At(day, time) is var instant && instant > now)
                {
                    return instant;
                }
            }
        }
    }

    /// <summary>The last day whose first publishing time is over.</summary>
    public DateOnly LastPublished(DateTimeOffset now)
    {
        var local = LocalTime(now);
        var day = DateOnly.FromDateTime(local);
        day = TimeOnly.FromDateTime(local) >= times[0] ? day : day.AddDays(-1);
        while (!everyDay && IsWeekend(day))
        {
            day = day.AddDays(-1);
        }

        return day;
    }

    public static bool IsWeekend(DateOnly day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
}
