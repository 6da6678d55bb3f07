namespace Foliosync.Core.Sync;

/// <summary>How long history is kept. What people own is not history in this sense: it is kept for ever.</summary>
public sealed record RetentionSettings
{
    /// <summary>Runs that succeeded; default 90 days.</summary>
    public TimeSpan Runs { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Runs that ended in any other way; default 365 days.</summary>
    public TimeSpan FailedRuns { get; init; } = TimeSpan.FromDays(365);

    /// <summary>What brokers sent in runs that succeeded; default 30 days.</summary>
    public TimeSpan Snapshots { get; init; } = TimeSpan.FromDays(30);

    /// <summary>What brokers sent in all other runs; default 90 days.</summary>
    public TimeSpan FailedSnapshots { get; init; } = TimeSpan.FromDays(90);

    /// <summary>Alerts whose cause is gone, from then on; 180 days.</summary>
    public TimeSpan ResolvedAlerts { get; init; } = TimeSpan.FromDays(180);

    /// <summary>The sums that charts are drawn from, which outlive the runs; default three years, which is as far back as charts go.</summary>
    public TimeSpan RunHours { get; init; } = TimeSpan.FromDays(1096);
}
