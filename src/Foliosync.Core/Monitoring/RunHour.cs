namespace Foliosync.Core.Monitoring;

/// <summary>
/// How runs of one broker ended within one hour. Added up by workers every few seconds, so that charts over months read a few rows and
/// not millions of runs, and go back further than the runs themselves.
/// </summary>
public sealed class RunHour
{
    /// <summary>Upper bounds, in milliseconds, of what <see cref="Durations"/> and <see cref="Lags"/> count; the last count is of all that is longer.</summary>
    public static readonly IReadOnlyList<int> Bounds =
        [50, 100, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000, 120_000, 300_000, 900_000, 3_600_000, 21_600_000];

    /// <summary>UTC instant at which the hour begins.</summary>
    public DateTimeOffset Hour { get; set; }

    /// <summary>Id of the broker.</summary>
    public required string BrokerId { get; set; }

    /// <summary>The process that counted.</summary>
    public required string Worker { get; set; }

    /// <summary>Runs that succeeded.</summary>
    public long Succeeded { get; set; }

    /// <summary>Runs that failed.</summary>
    public long Failed { get; set; }

    /// <summary>Runs that ended in another way: they wait for a person, or were stopped.</summary>
    public long Other { get; set; }

    /// <summary>Requests to the broker.</summary>
    public long Requests { get; set; }

    /// <summary>How long runs took: how many of each class.</summary>
    public IReadOnlyList<long> Durations { get; set; } = [];

    /// <summary>How much later than due scheduled runs began: how many of each class.</summary>
    public IReadOnlyList<long> Lags { get; set; } = [];

    /// <summary>The class of a time.</summary>
    public static int ClassOf(double milliseconds)
    {
        for (var i = 0; i < Bounds.Count; i++)
        {
            if (milliseconds <= Bounds[i])
            {
                return i;
            }
        }

        return Bounds.Count;
    }
}
