using System.Diagnostics;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Sync.Reviews;

namespace Foliosync.Core.Sync;

/// <summary>A connection that this process alone may sync now, with everything that a sync needs of it.</summary>
internal sealed class ClaimedConnection
{
    public required Guid Id { get; init; }

    public required Guid OwnerId { get; init; }

    public required Guid PortfolioId { get; init; }

    public required string BrokerId { get; init; }

    public required string Label { get; init; }

    public required ReadKinds Reads { get; init; }

    public required ReadKinds UnsupportedReads { get; init; }

    public required string? ExternalUserId { get; init; }

    public required DateTimeOffset? SessionExpiresAt { get; init; }

    public required TimeSpan? SyncInterval { get; init; }

    public required DateTimeOffset? SessionSince { get; init; }

    public required DateTimeOffset? SessionCheckedAt { get; init; }

    public required ConnectionState State { get; init; }

    public required int ConsecutiveFailures { get; init; }

    public required DateTimeOffset? LastSuccessAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required Guid RunId { get; init; }

    public required Guid LeaseToken { get; init; }

    public required SyncTrigger Trigger { get; init; }

    /// <summary>When the schedule wanted this run; null when it waited for a person.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>When the run began.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>The span of the run; null while nobody traces.</summary>
    public Activity? Span { get; set; }

    /// <summary>What the run tells of itself: requests and log lines.</summary>
    public RunNotes Told { get; } = new();

    /// <summary>Where others see how far the run is; null while nobody is at it.</summary>
    public WorkUnderWay? Work { get; set; }

    public List<(string Field, byte[] Sealed)> Credentials { get; } = [];

    public List<ClaimedAccount> Accounts { get; } = [];

    /// <summary>Kinds of the incidents that last.</summary>
    public List<string> OpenAlerts { get; } = [];
}

/// <summary>An account of a claimed connection.</summary>
internal sealed record ClaimedAccount
{
    public required Guid Id { get; init; }

    public required string ExternalId { get; init; }

    public required string Name { get; init; }

    public required string Currency { get; init; }

    /// <summary>True when the broker has just told of it and no row exists yet.</summary>
    public bool IsNew { get; init; }

    public DateTimeOffset? ReportedAt { get; init; }

    public byte[]? Fingerprint { get; init; }

    public Guid? ReportRunId { get; init; }

    public DateTimeOffset? FirstReportedAt { get; init; }

    public byte[]? ReviewFingerprint { get; init; }

    public DateTimeOffset? ReviewSince { get; init; }

    public string? TransactionsCursor { get; init; }

    public ReportedAccount AsReported => new(ExternalId, Name, Currency);
}

/// <summary>What came of asking the broker: reports, or an error, or neither when it was stopped.</summary>
internal sealed class ConnectionReading(ClaimedConnection connection)
{
    public ClaimedConnection Connection => connection;

    /// <summary>Null when everything was read, or the read was stopped. Anything but a <see cref="BrokerException"/> is our fault.</summary>
    public Exception? Error { get; set; }

    public bool Cancelled { get; set; }

    public List<AccountReading> Accounts { get; } = [];

    public List<BrokerWarning> Warnings { get; } = [];

    public List<SyncStep> Steps { get; } = [];

    /// <summary>What the broker has just refused to this login for good.</summary>
    public ReadKinds NewlyUnsupported { get; set; }

    /// <summary>Who the login belongs to, when that was not known before.</summary>
    public BrokerIdentity? Identity { get; set; }

    /// <summary>The session, when it was renewed on the way.</summary>
    public BrokerToken? RenewedToken { get; set; }

    /// <summary>UTC instant at which the broker confirmed the session in this run; null when it was not asked.</summary>
    public DateTimeOffset? SessionCheckedAt { get; set; }

    /// <summary>State of the connection when the result is stored: a person or the session clock may have changed it meanwhile.</summary>
    public ConnectionState StateNow { get; set; } = connection.State;

    /// <summary>True when a login on another device has replaced the session while it was read with.</summary>
    public bool IsSessionReplaced { get; set; }

    /// <summary>True when the adapter has a login that a person can repeat.</summary>
    public bool CanLogIn { get; set; }

    /// <summary>What the broker sent, compressed and sealed; null when it is as it was.</summary>
    public Snapshot? Snapshot { get; set; }

    /// <summary>The recording it was read from; null when the broker was asked.</summary>
    public Replay? Replay { get; init; }

    /// <summary>True when it was read from a file that a person handed in.</summary>
    public bool IsFile { get; init; }

    /// <summary>True when what was read says nothing of how the connection stands: a recording, or a file beside a login that reads by itself.</summary>
    public bool KeepsConnection => Replay is not null || (IsFile && connection.Reads != ReadKinds.None);

    /// <summary>True when a person has rejected the very report that came again.</summary>
    public bool IsRejected { get; set; }

    /// <summary>True when a person asked for its end, and it ended for that.</summary>
    public bool IsStopped { get; set; }

    public bool IsComplete => Error is null && !Cancelled;

    /// <summary>What tells the steps of one account from those of another; empty for the only one.</summary>
    public string Suffix(ClaimedAccount account) => HasSeveralAccounts ? " of " + account.ExternalId : string.Empty;

    public bool HasSeveralAccounts { get; set; }

    /// <summary>Does one step and notes how long it took and how it went.</summary>
    /// <param name="name">What is done, for example <c>read holdings</c>.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="action">The step.</param>
    /// <param name="account">The account it is for; null when it is for the whole connection.</param>
    public async Task<T> StepAsync<T>(string name, TimeProvider clock, Func<Task<T>> action, ClaimedAccount? account = null)
    {
        using var span = SyncTrace.Step(name);
        var startedAt = clock.GetUtcNow();
        Connection.Work?.Begin(name);
        var result = "failed";
        try
        {
            var value = await action().ConfigureAwait(false);
            result = "ok";
            return value;
        }
        catch (BrokerException e) when (e.Kind == BrokerErrorKind.Unsupported)
        {
            result = "notSupported";
            throw;
        }
        finally
        {
            span?.SetStatus(result == "failed" ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
            var suffix = account is null ? string.Empty : Suffix(account);
            Steps.Add(new SyncStep(name + suffix, startedAt, (int)(clock.GetUtcNow() - startedAt).TotalMilliseconds, result));
        }
    }
}

/// <summary>A run whose recording is read again.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Acceptance">A person's word that its surprising report is right; null when nobody said so.</param>
internal sealed record Replay(Guid RunId, Acceptance? Acceptance);

/// <summary>The report of one account, as a run has it.</summary>
internal sealed record AccountReading(ClaimedAccount Account, AccountReport Report, byte[] Fingerprint, Guid RunId)
{
    public bool IsUnchanged => Account.Fingerprint is not null && Fingerprint.AsSpan().SequenceEqual(Account.Fingerprint);
}
