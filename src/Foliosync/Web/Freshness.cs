namespace Foliosync.Web;

/// <summary>When what is shown counts as old.</summary>
internal static class Freshness
{
    /// <summary>A price that survived a long weekend and a day is old.</summary>
    public static readonly TimeSpan OldPrice = TimeSpan.FromDays(4);

    /// <summary>A broker that has not been read for so long.</summary>
    public static readonly TimeSpan OldSync = TimeSpan.FromHours(26);
}
