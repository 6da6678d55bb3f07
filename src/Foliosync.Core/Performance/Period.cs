namespace Foliosync.Core.Performance;

/// <summary>A time to measure: from the close of <paramref name="Start"/> to the close of <paramref name="End"/>.</summary>
/// <param name="Start">The day whose close is the beginning. What happens on it is not measured.</param>
/// <param name="End">The last day measured; not before <paramref name="Start"/>.</param>
public readonly record struct Period(DateOnly Start, DateOnly End)
{
    /// <summary>A figure of a shorter time is not told for a year: that would be an extrapolation.</summary>
    public const int DaysOfYear = 365;

    /// <summary>Calendar days measured.</summary>
    public int Days => End.DayNumber - Start.DayNumber;

    /// <summary>The day that an instant falls on for a person in a time zone.</summary>
    public static DateOnly DayOf(DateTimeOffset instant, TimeZoneInfo zone) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);

    /// <summary>A named period that ends today. It does not begin before the day before the first one with data.</summary>
    /// <param name="name">Which one.</param>
    /// <param name="today">The person's day; see <see cref="DayOf"/>.</param>
    /// <param name="first">First day with data.</param>
    public static Period Of(PeriodName name, DateOnly today, DateOnly first)
    {
        var start = name switch
        {
            PeriodName.OneDay => today.AddDays(-1),
            PeriodName.OneWeek => today.AddDays(-7),
            PeriodName.MonthToDate => new DateOnly(today.Year, today.Month, 1).AddDays(-1),
            PeriodName.OneMonth => today.AddMonths(-1),
            PeriodName.SixMonths => today.AddMonths(-6),
            PeriodName.YearToDate => new DateOnly(today.Year, 1, 1).AddDays(-1),
            PeriodName.OneYear => today.AddYears(-1),
            _ => first.AddDays(-1),
        };
        return new Period(start < first ? first.AddDays(-1) : start, today);
    }

    /// <summary>The days from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    public static Period Of(DateOnly first, DateOnly last) => new(first.AddDays(-1), last);
}

/// <summary>Periods that have a name.</summary>
public enum PeriodName
{
    /// <summary>From yesterday's close.</summary>
    OneDay,

    /// <summary>From the close of seven days ago.</summary>
    OneWeek,

    /// <summary>From the close of the last day of the month before.</summary>
    MonthToDate,

    /// <summary>From the close of the same day of the month before, or of that month's last day.</summary>
    OneMonth,

    /// <summary>From the close of the same day six months before, or of that month's last day.</summary>
    SixMonths,

    /// <summary>From the close of 31 December.</summary>
    YearToDate,

    /// <summary>From the close of the same day of the year before.</summary>
    OneYear,

    /// <summary>From before the first day with data.</summary>
    SinceStart,
}
