namespace Foliosync.Core.Sync;

/// <summary>What to sync. Without any of the filters: every connection that is not paused.</summary>
public sealed record SyncRequest
{
    /// <summary>One connection, even a paused one.</summary>
    public Guid? ConnectionId { get; init; }

    /// <summary>Only connections of this broker.</summary>
    public string? BrokerId { get; init; }

    /// <summary>Only connections of this portfolio.</summary>
    public Guid? PortfolioId { get; init; }

    /// <summary>What started it.</summary>
    public SyncTrigger Trigger { get; init; } = SyncTrigger.Manual;
}

/// <summary>How far a sync has come.</summary>
/// <param name="Total">Connections to sync.</param>
/// <param name="Done">Of these, finished in any way.</param>
/// <param name="Failed">Of these, not succeeded.</param>
public sealed record SyncProgress(int Total, int Done, int Failed);

/// <summary>Rows of one or several runs.</summary>
/// <param name="Received">Reported by the broker.</param>
/// <param name="Inserted">New.</param>
/// <param name="Updated">Changed.</param>
/// <param name="Closed">Gone.</param>
/// <param name="Unchanged">As they were.</param>
/// <param name="Skipped">Not readable.</param>
public readonly record struct SyncCounts(int Received, int Inserted, int Updated, int Closed, int Unchanged, int Skipped)
{
    /// <summary>The sums.</summary>
    public static SyncCounts operator +(SyncCounts a, SyncCounts b) => new(
        a.Received + b.Received,
        a.Inserted + b.Inserted,
        a.Updated + b.Updated,
        a.Closed + b.Closed,
        a.Unchanged + b.Unchanged,
        a.Skipped + b.Skipped);

    /// <summary>The sums.</summary>
    public static SyncCounts Add(SyncCounts left, SyncCounts right) => left + right;
}

/// <summary>A connection that did not succeed.</summary>
/// <param name="ConnectionId">The connection.</param>
/// <param name="Label">What the person calls it.</param>
/// <param name="RunId">The run.</param>
/// <param name="State">How it ended.</param>
/// <param name="Kind">See <see cref="SyncRun.ErrorKind"/>.</param>
/// <param name="Message">One sentence that says what to do.</param>
public sealed record SyncProblem(Guid ConnectionId, string Label, Guid RunId, SyncRunState State, string Kind, string Message);

/// <summary>The result of a sync.</summary>
/// <param name="Connections">Connections that were asked for.</param>
/// <param name="Succeeded">Read and stored.</param>
/// <param name="NeedsLogin">Waiting for a person to log in.</param>
/// <param name="NeedsReview">Waiting for a person to look.</param>
/// <param name="Failed">Failed.</param>
/// <param name="Skipped">Not touched: another process was at it, or the sync was stopped.</param>
/// <param name="Counts">Rows.</param>
/// <param name="Problems">The first hundred that did not succeed.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record SyncSummary(
    int Connections,
    int Succeeded,
    int NeedsLogin,
    int NeedsReview,
    int Failed,
    int Skipped,
    SyncCounts Counts,
    IReadOnlyList<SyncProblem> Problems,
    TimeSpan Elapsed);
