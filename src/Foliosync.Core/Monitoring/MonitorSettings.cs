namespace Foliosync.Core.Monitoring;

/// <summary>What the operator has decided about the monitor.</summary>
public sealed record MonitorSettings
{
    /// <summary>True to let nobody change anything through the monitor's pages and API; default false.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>True to show <c>/metrics</c> to everybody who reaches the server; default false: to tokens of admins only.</summary>
    public bool HasOpenMetrics { get; init; }

    /// <summary>Part of a broker's runs, in this hour of the clock and the one before, that must fail to tell the operators; default one half.</summary>
    public decimal FailureRatio { get; init; } = 0.5m;

    /// <summary>Fewer runs than this tell nothing about a broker.</summary>
    public int FewestRuns { get; init; } = 10;

    /// <summary>How late what is due may be before the operators are told; default 30 minutes.</summary>
    public TimeSpan LongestLag { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Bytes of the disk that must be free, or the operators are told; default 500 MB.</summary>
    public long LeastFreeBytes { get; init; } = 500L * 1024 * 1024;

    /// <summary>How old the last backup may be before the operators are told; default seven days.</summary>
    public TimeSpan OldestBackup { get; init; } = TimeSpan.FromDays(7);

    /// <summary>True when somebody chose <see cref="OldestBackup"/>: then a backup that was never made is told, too.</summary>
    public bool IsBackupExpected { get; init; }
}
