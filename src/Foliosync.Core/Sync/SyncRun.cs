using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;

namespace Foliosync.Core.Sync;

/// <summary>One sync of one connection and its result.</summary>
public sealed class SyncRun
{
    /// <summary>Time-ordered id.</summary>
    public Guid Id { get; set; }

    /// <summary>The connection.</summary>
    public Guid ConnectionId { get; set; }

    /// <summary>The connection.</summary>
    public BrokerConnection? Connection { get; set; }

    /// <summary>What started it.</summary>
    public SyncTrigger Trigger { get; set; }

    /// <summary>Where it stands.</summary>
    public SyncRunState State { get; set; }

    /// <summary>UTC instant.</summary>
    public DateTimeOffset QueuedAt { get; set; }

    /// <summary>UTC instant; null while queued.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>UTC instant; null until it is over.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>1 for the first try, one more for each retry since the last success.</summary>
    public int Attempt { get; set; } = 1;

    /// <summary>The process that ran it; null while queued.</summary>
    public string? Worker { get; set; }

    /// <summary>Rows the broker reported.</summary>
    public int Received { get; set; }

    /// <summary>Rows that are new.</summary>
    public int Inserted { get; set; }

    /// <summary>Rows that changed.</summary>
    public int Updated { get; set; }

    /// <summary>Holdings and balances that are gone.</summary>
    public int Closed { get; set; }

    /// <summary>Rows that are as they were.</summary>
    public int Unchanged { get; set; }

    /// <summary>Rows that could not be read, each with a warning.</summary>
    public int Skipped { get; set; }

    /// <summary>What a person should know.</summary>
    public IReadOnlyList<BrokerWarning> Warnings { get; set; } = [];

    /// <summary>What was done, in order.</summary>
    public IReadOnlyList<SyncStep> Steps { get; set; } = [];

    /// <summary>
    /// Kind of the error: a <see cref="BrokerErrorKind"/>, <c>suspiciousReport</c>, <c>sessionReplaced</c>, <c>databaseAway</c>, <c>interrupted</c>, <c>cancelled</c> or
    /// <c>internal</c>, camelCase; null when there was none.
    /// </summary>
    public string? ErrorKind { get; set; }

    /// <summary>One sentence for people that says what to do; null when there was no error.</summary>
    public string? ErrorMessage { get; set; }

    /// <summary>For developers; never a secret; null when there is none.</summary>
    public string? ErrorDetail { get; set; }

    /// <summary>UTC instant at which an operator asked for its end; null when nobody did.</summary>
    public DateTimeOffset? CancelAskedAt { get; set; }

    /// <summary>What the broker was asked, in order: the first of it, without anything secret.</summary>
    public IReadOnlyList<RunRequest> Requests { get; set; } = [];

    /// <summary>What was logged while it ran, in order: the first of it.</summary>
    public IReadOnlyList<RunLogLine> Log { get; set; } = [];

    /// <summary>From start to end, in milliseconds; null until it is over. Computed by the database.</summary>
    public long? DurationMs { get; private set; }

    /// <summary>True when there are <see cref="Warnings"/>. Computed by the database.</summary>
    public bool HasWarnings { get; private set; }
}

/// <summary>One request of a run. Query, headers and body may hold secrets and are not kept.</summary>
/// <param name="Method">For example <c>GET</c>.</param>
/// <param name="Host">Host name.</param>
/// <param name="Path">Path without the query.</param>
/// <param name="Status">HTTP status; 0 when there was no answer.</param>
/// <param name="At">UTC instant.</param>
/// <param name="Milliseconds">Until the head of the answer.</param>
public sealed record RunRequest(string Method, string Host, string Path, int Status, DateTimeOffset At, int Milliseconds);

/// <summary>One line that was logged while a run was at work.</summary>
/// <param name="At">UTC instant.</param>
/// <param name="Level">For example <c>warning</c>.</param>
/// <param name="Text">The line; of an exception only its type.</param>
public sealed record RunLogLine(DateTimeOffset At, string Level, string Text);

/// <summary>One step of a run.</summary>
/// <param name="Name">What was done, for example <c>read holdings</c>.</param>
/// <param name="StartedAt">UTC instant.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Result"><c>ok</c>, <c>failed</c> or <c>notSupported</c>.</param>
public sealed record SyncStep(string Name, DateTimeOffset StartedAt, int Milliseconds, string Result);

/// <summary>What started a run.</summary>
public enum SyncTrigger
{
    /// <summary>It was due.</summary>
    Schedule,

    /// <summary>A person asked for it.</summary>
    Manual,

    /// <summary>A person logged in at the broker.</summary>
    LoginCompleted,

    /// <summary>The last run failed.</summary>
    Retry,

    /// <summary>A statement file was uploaded.</summary>
    Statement,
}

/// <summary>Where a run stands.</summary>
public enum SyncRunState
{
    /// <summary>Waits for a worker.</summary>
    Queued,

    /// <summary>A worker is at it.</summary>
    Running,

    /// <summary>Everything was read and stored.</summary>
    Succeeded,

    /// <summary>Nothing was stored; see the error.</summary>
    Failed,

    /// <summary>The report was kept but not applied; a person looks at it.</summary>
    NeedsReview,

    /// <summary>A person must log in at the broker.</summary>
    NeedsLogin,

    /// <summary>Stopped before anything was stored.</summary>
    Cancelled,
}

/// <summary>What the broker sent in a run that changed something, as it came: compressed, sealed, never changed.</summary>
public sealed class Snapshot
{
    /// <summary>Field name under which the vault seals it.</summary>
    public const string SealedField = nameof(Snapshot);

    /// <summary>Time-ordered id.</summary>
    public Guid Id { get; set; }

    /// <summary>The run.</summary>
    public Guid RunId { get; set; }

    /// <summary>The connection.</summary>
    public Guid ConnectionId { get; set; }

    /// <summary>UTC instant.</summary>
    public DateTimeOffset TakenAt { get; set; }

    /// <summary>The recorded exchanges; opens only for this snapshot.</summary>
    public required byte[] Sealed { get; set; }
}
