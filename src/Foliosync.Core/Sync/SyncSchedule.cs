namespace Foliosync.Core.Sync;

/// <summary>When connections of one kind are due.</summary>
/// <param name="Interval">Time between two syncs; null when the times of the day are enough.</param>
/// <param name="Times">Times of the day in <paramref name="Zone"/>.</param>
/// <param name="Zone">The broker's time zone.</param>
public sealed record SyncRhythm(TimeSpan? Interval, IReadOnlyList<TimeOnly> Times, TimeZoneInfo Zone);

/// <summary>
/// Works out when a connection is due next. Each connection has a place of its own in every interval, taken from its id, so that
/// thousands that were made at the same moment come one after another and not together. Pure.
/// </summary>
public static class SyncSchedule
{
    /// <summary>Over this time after a time of the day connections are spread.</summary>
    public static readonly TimeSpan Spread = TimeSpan.FromMinutes(15);

    /// <summary>The next due instant.</summary>
    /// <param name="rhythm">When its kind is due; has an interval or at least one time.</param>
    /// <param name="connectionId">Decides the place in the interval.</param>
    /// <param name="after">UTC instant of the last sync.</param>
    /// <returns>UTC instant later than <paramref name="after"/>, by half an interval at least and one and a half at most.</returns>
    /// <exception cref="ArgumentException">The rhythm has neither interval nor times.</exception>
    public static DateTimeOffset Next(SyncRhythm rhythm, Guid connectionId, DateTimeOffset after)
    {
        ArgumentNullException.ThrowIfNull(rhythm);
        var place = PlaceOf(connectionId);
        DateTimeOffset? next = rhythm.Interval is { } interval ? NextInInterval(interval, place, after) : null;
        foreach (var time in rhythm.Times)
        {
            var at = NextAtTime(time, rhythm.Zone, Part(Spread, place), after);
            next = at < next ? at : next ?? at;
        }

        return next ?? throw new ArgumentException("A rhythm needs an interval or times of the day.", nameof(rhythm));
    }

    // Instants are UTC throughout: neither a changed clock of the zone nor a holiday moves them.
    private static DateTimeOffset NextInInterval(TimeSpan interval, uint place, DateTimeOffset after)
    {
        var earliest = after.UtcTicks + (interval.Ticks / 2);
        var start = earliest - (earliest % interval.Ticks) + Part(interval, place).Ticks;
        return new DateTimeOffset(start > earliest ? start : start + interval.Ticks, TimeSpan.Zero);
    }

    private static DateTimeOffset NextAtTime(TimeOnly time, TimeZoneInfo zone, TimeSpan offset, DateTimeOffset after)
    {
        // Seen from its own zone, a day may lie one beside that of UTC.
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(after, zone).DateTime).AddDays(-1);
        while (true)
        {
            var at = InstantOf(day.ToDateTime(time), zone) + offset;
            if (at > after)
            {
                return at;
            }

            day = day.AddDays(1);
        }
    }

    // A time that the clock leaps over is taken an hour later, one that it shows twice at the first.
    private static DateTimeOffset InstantOf(DateTime local, TimeZoneInfo zone)
    {
        if (zone.IsInvalidTime(local))
        {
            local = local.AddHours(1);
        }

        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    // The last bytes of an id are random; its first ones tell when it was made.
    private static uint PlaceOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return BitConverter.ToUInt32(bytes[12..]);
    }

    private static TimeSpan Part(TimeSpan whole, uint place) => new((long)(((Int128)whole.Ticks * place) >> 32));
}
