namespace Foliosync.Core.Sync;

/// <summary>
/// When a broker counts as being in trouble for everyone, and for how long it is left alone then. Pure.
/// </summary>
internal static class CircuitRules
{
    /// <summary>Only what ended within this time counts.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(2);

    /// <summary>How long one connection may take to try a broker whose circuit is open.</summary>
    public static readonly TimeSpan ProbeTime = TimeSpan.FromMinutes(2);

    // A few connections in trouble are their own; each backs off by itself.
    private const int FewestFailures = 10;

    private static readonly TimeSpan FirstHold = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(30);

    /// <summary>True when so many syncs of a broker failed that the fault is the broker's and not the connections'.</summary>
    /// <param name="ends">Syncs that ended within <see cref="Window"/>.</param>
    /// <param name="failures">Of these, failed because the broker was in trouble.</param>
    public static bool IsMassFailure(int ends, int failures) => failures >= FewestFailures && failures * 2 >= ends;

    /// <summary>How long the broker is left alone.</summary>
    /// <param name="failedProbes">How often a trial has failed since the circuit opened.</param>
    public static TimeSpan HoldAfter(int failedProbes)
    {
        var doubled = FirstHold * Math.Pow(2, Math.Min(failedProbes, 10));
        return doubled < LongestHold ? doubled : LongestHold;
    }
}
