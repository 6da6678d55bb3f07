namespace Foliosync.Core.Alerts;

/// <summary>When a channel may speak: quiet hours and the daily message, in local time.</summary>
/// <param name="QuietFrom">Beginning of the quiet hours; null when there are none.</param>
/// <param name="QuietTo">Their end, which is not quiet any more.</param>
/// <param name="DigestAt">Time of the daily message; null to tell at once.</param>
/// <param name="TimeZone">IANA name.</param>
internal sealed record ChannelTimes(TimeOnly? QuietFrom, TimeOnly? QuietTo, TimeOnly? DigestAt, string TimeZone)
{
    // Whole minutes are walked, which is right on days that have 23 or 25 hours, too. Two days, for a time that a day does not have.
    private const int MostMinutes = 2 * 24 * 60;

    /// <summary>The first instant, from <paramref name="from"/> on, at which something that comes up then may be told.</summary>
    public DateTimeOffset FirstFrom(DateTimeOffset from)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(TimeZone);
        return AfterQuiet(DigestAt is { } at ? NextDigest(from, at, zone) : from, zone);
    }

    /// <summary>The first instant, from <paramref name="from"/> on, that is not quiet.</summary>
    public DateTimeOffset AfterQuiet(DateTimeOffset from) => AfterQuiet(from, TimeZoneInfo.FindSystemTimeZoneById(TimeZone));

    private DateTimeOffset AfterQuiet(DateTimeOffset from, TimeZoneInfo zone)
    {
        if (QuietFrom is not { } begin || QuietTo is not { } end || !IsQuiet(from))
        {
            return from;
        }

        return Minutes(from).First(m => !IsQuiet(m));

        bool IsQuiet(DateTimeOffset instant) => TimeOnly.FromDateTime(Local(instant, zone)).IsBetween(begin, end);
    }

    private static DateTimeOffset NextDigest(DateTimeOffset from, TimeOnly at, TimeZoneInfo zone)
    {
        var before = Local(from, zone);
        foreach (var minute in Minutes(from))
        {
            var local = Local(minute, zone);
            var digest = local.Date + at.ToTimeSpan();
            if (before < digest && digest <= local)
            {
                return minute;
            }

            before = local;
        }

        throw new InvalidOperationException($"The time zone {zone.Id} has no {at} within two days.");
    }

    private static IEnumerable<DateTimeOffset> Minutes(DateTimeOffset after)
    {
        var whole = new DateTimeOffset(after.UtcTicks - (after.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero);
        return Enumerable.Range(1, MostMinutes).Select(m => whole.AddMinutes(m));
    }

    private static DateTime Local(DateTimeOffset instant, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(instant, zone).DateTime;
}
