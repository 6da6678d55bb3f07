using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Microsoft.EntityFrameworkCore;

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

    /// <summary>Runs it is at, when it was last seen.</summary>
    public int Busy { get; set; }

    /// <summary>Runs that succeeded since it started.</summary>
    public long Succeeded { get; set; }

    /// <summary>Runs that ended in any other way since it started.</summary>
    public long Failed { get; set; }

    /// <summary>Load of its machine over one minute, in hundredths; 0 where the system does not tell.</summary>
    public int LoadPercent { get; set; }

    /// <summary>Memory of the process.</summary>
    public long MemoryBytes { get; set; }

    /// <summary>The runs it was at when it was last seen, the longest first; not all of them when they are many.</summary>
    public IReadOnlyList<RunAtWork> AtWork { get; set; } = [];

    /// <summary>UTC instant at which the others found that it was dead; null while it lives. Then it is kept for a day, to be told of.</summary>
    public DateTimeOffset? LostAt { get; set; }
}

/// <summary>A run that a worker is at.</summary>
/// <param name="RunId">The run.</param>
/// <param name="ConnectionId">Its connection.</param>
/// <param name="Label">What its owner calls the connection.</param>
/// <param name="Broker">Id of the broker.</param>
/// <param name="Step">What is being done, for example <c>read holdings</c>.</param>
/// <param name="StartedAt">UTC instant at which the run began.</param>
/// <param name="StepSince">UTC instant at which the step began.</param>
/// <param name="StepsDone">Steps that are done.</param>
public sealed record RunAtWork(
    Guid RunId, Guid ConnectionId, string Label, string Broker, string Step, DateTimeOffset StartedAt, DateTimeOffset StepSince, int StepsDone)
{
    /// <summary>How far a run is; null when nobody is at it, or its worker has not told yet.</summary>
    /// <param name="db">Where workers tell.</param>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public static async Task<RunAtWork?> OfAsync(FoliosyncDb db, SyncRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(run);
        return run is { State: SyncRunState.Running, Worker: { } worker }
            ? (await db.Workers.AsNoTracking().Where(w => w.Name == worker).Select(w => w.AtWork).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false))?
                .FirstOrDefault(r => r.RunId == run.Id)
            : null;
    }
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
