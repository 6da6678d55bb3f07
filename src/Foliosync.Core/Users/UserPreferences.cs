namespace Foliosync.Core.Users;

/// <summary>How a person likes to see things. Someone without a row of their own has the values of a new one.</summary>
public sealed class UserPreferences
{
    /// <summary>Whose they are.</summary>
    public Guid UserId { get; set; }

    /// <summary>Language of the pages, ISO 639: <c>en</c> or <c>hi</c>; null for what the browser asks for.</summary>
    public string? Language { get; set; }

    /// <summary>Light or dark pages.</summary>
    public Theme Theme { get; set; }

    /// <summary>IANA name of the time zone that instants are told in.</summary>
    public string TimeZone { get; set; } = "Asia/Kolkata";

    /// <summary>How digits are grouped.</summary>
    public NumberGrouping Grouping { get; set; }

    /// <summary>How days are written.</summary>
    public DayForm DayForm { get; set; }

    /// <summary>Currency that all portfolios together are told in, ISO 4217; null for that of the first portfolio.</summary>
    public string? Currency { get; set; }

    /// <summary>How much room rows of tables take.</summary>
    public Density Density { get; set; }

    /// <summary>The columns shown in the table of holdings, parted by commas; null for the usual ones.</summary>
    public string? HoldingColumns { get; set; }
}

/// <summary>Light or dark.</summary>
public enum Theme
{
    /// <summary>As the device is set.</summary>
    System,

    /// <summary>Dark on light.</summary>
    Light,

    /// <summary>Light on dark.</summary>
    Dark,
}

/// <summary>How digits before the point are grouped.</summary>
public enum NumberGrouping
{
    /// <summary>Lakh and crore: 12,34,567.</summary>
    Indian,

    /// <summary>Thousands: 1,234,567.</summary>
    Western,
}

/// <summary>How days are written.</summary>
public enum DayForm
{
    /// <summary>26 Nov 2026.</summary>
    DayMonthYear,

    /// <summary>Nov 26, 2026.</summary>
    MonthDayYear,

    /// <summary>2026-11-26.</summary>
    Iso,
}

/// <summary>How much room rows of tables take.</summary>
public enum Density
{
    /// <summary>Air between the rows.</summary>
    Comfortable,

    /// <summary>As many rows as can be read.</summary>
    Compact,
}
