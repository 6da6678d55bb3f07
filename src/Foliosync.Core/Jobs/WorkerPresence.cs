namespace Foliosync.Core.Jobs;

/// <summary>A process that syncs, and when it was last seen alive.</summary>
public sealed class WorkerPresence
{
    /// <summary>Machine, process id and start time.</summary>
    public required string Name { get; set; }

    /// <summary>What it was started for.</summary>
    public WorkerRole Role { get; set; }

    /// <summary>Version of the program.</summary>
    public required string Version { get; set; }

    /// <summary>UTC instant.</summary>
    public DateTimeOffset StartedAt { get; set; }

    /// <summary>UTC instant; on PostgreSQL by the clock of the server, so that workers need not agree on the time.</summary>
    public DateTimeOffset LastSeenAt { get; set; }
}

/// <summary>What a process that syncs was started for.</summary>
public enum WorkerRole
{
    /// <summary>Serves the web and works on jobs: <c>foliosync serve</c>.</summary>
    Serve,

    /// <summary>Works on jobs: <c>foliosync work</c>.</summary>
    Work,

    /// <summary>Syncs once, in the foreground: <c>foliosync sync</c>.</summary>
    Foreground,
}
