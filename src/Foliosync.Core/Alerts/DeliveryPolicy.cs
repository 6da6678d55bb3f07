namespace Foliosync.Core.Alerts;

/// <summary>How hard a message is tried, and how many a channel gets.</summary>
internal static class DeliveryPolicy
{
    /// <summary>A message that was not taken for so long is given up.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromHours(2);

    /// <summary>How long to wait after a try that failed.</summary>
    /// <param name="tries">Tries so far, at least 1.</param>
    /// <param name="jitter">From 0 to 1, so that messages that failed together do not come back together.</param>
    public static TimeSpan Backoff(int tries, double jitter)
    {
        var doubled = FirstBackoff * Math.Pow(2, Math.Min(tries - 1, 16));
        return (doubled < LongestBackoff ? doubled : LongestBackoff) * (0.8 + (0.4 * jitter));
    }

    /// <summary>
    /// From when a channel may get another message of the same event. The more it got in the last hour, the longer what comes up is
    /// gathered into one: the first is told at once, and no hour has more than about eleven.
    /// </summary>
    /// <param name="sentLastHour">UTC instants of such messages in the last hour.</param>
    /// <param name="now">UTC instant.</param>
    public static DateTimeOffset NextMessageAt(IReadOnlyCollection<DateTimeOffset> sentLastHour, DateTimeOffset now) =>
        sentLastHour.Count == 0 ? now : sentLastHour.Max() + TimeSpan.FromMinutes(sentLastHour.Count);
}
