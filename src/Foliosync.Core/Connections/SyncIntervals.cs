using System.Globalization;

namespace Foliosync.Core.Connections;

/// <summary>Times between two syncs, as people write them.</summary>
public static class SyncIntervals
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    /// <summary>Reads a time like <c>00:30:00</c> or <c>1.00:00:00</c>.</summary>
    /// <returns>The time in whole seconds, from a second to 31 days; null when the text is none.</returns>
    public static TimeSpan? TryParse(string text) =>
        TimeSpan.TryParseExact(text, ["c", @"h\:mm\:ss", @"h\:mm"], CultureInfo.InvariantCulture, out var interval)
        && interval >= TimeSpan.FromSeconds(1) && interval <= Longest
            ? TimeSpan.FromSeconds(Math.Floor(interval.TotalSeconds))
            : null;

    /// <summary>Reads a person's own interval.</summary>
    /// <exception cref="InputException">The text is no such time.</exception>
    public static TimeSpan Parse(string text) => TryParse(text) ?? throw new InputException(
        "The interval is not a time between one second and 31 days like 00:30:00 (half an hour) or 1.00:00:00 (a day).", "syncInterval");

    /// <summary>The form that is read.</summary>
    public static string? ToText(TimeSpan? interval) => interval?.ToString("c", CultureInfo.InvariantCulture);
}
