using Microsoft.Extensions.Localization;

namespace Foliosync.Web.Shared;

/// <summary>Spans of time in words, as far as people care: "4 min ago", "in 2 days".</summary>
internal static class Ages
{
    /// <summary>A span from now in words.</summary>
    /// <param name="t">Texts in the person's language.</param>
    /// <param name="ahead">Positive for what is to come.</param>
    public static string InWords(IStringLocalizer t, TimeSpan ahead)
    {
        var isAhead = ahead > TimeSpan.Zero;
        var span = ahead.Duration();
        return (span, isAhead) switch
        {
            ({ TotalSeconds: < 45 }, _) => t["just now"],
            ({ TotalMinutes: < 59.5 }, false) => t["{0} min ago", Whole(span.TotalMinutes)],
            ({ TotalMinutes: < 59.5 }, true) => t["in {0} min", Whole(span.TotalMinutes)],
            ({ TotalHours: < 23.5 }, false) => t["{0} h ago", Whole(span.TotalHours)],
            ({ TotalHours: < 23.5 }, true) => t["in {0} h", Whole(span.TotalHours)],
            ({ TotalDays: < 1.5 }, false) => t["1 day ago"],
            ({ TotalDays: < 1.5 }, true) => t["in 1 day"],
            (_, false) => t["{0} days ago", Whole(span.TotalDays)],
            _ => t["in {0} days", Whole(span.TotalDays)],
        };
    }

    private static int Whole(double value) => Math.Max(1, (int)Math.Round(value));
}
