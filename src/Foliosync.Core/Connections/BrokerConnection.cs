using Foliosync.Core.Portfolios;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Connections;

/// <summary>One login at one broker.</summary>
public sealed class BrokerConnection
{
    /// <summary>Id.</summary>
    public Guid Id { get; set; }

    /// <summary>The person it belongs to.</summary>
    public Guid OwnerId { get; set; }

    /// <summary>The portfolio its accounts count for.</summary>
    public Guid PortfolioId { get; set; }

    /// <summary>Id of the adapter.</summary>
    public required string BrokerId { get; set; }

    /// <summary>What the person calls it.</summary>
    public required string Label { get; set; }

    /// <summary>What the connection reads; a subset of what the adapter can.</summary>
    public ReadKinds Reads { get; set; }

    /// <summary>Of these, what the broker refused to this login. Cleared by the next login or new credentials.</summary>
    public ReadKinds UnsupportedReads { get; set; }

    /// <summary>The broker's id of the person; null before the first check. Never changes afterwards.</summary>
    public string? ExternalUserId { get; set; }

    /// <summary>UTC instant from which the broker refuses the stored session; null when there is none or it does not end.</summary>
    public DateTimeOffset? SessionExpiresAt { get; set; }

    /// <summary>The person's own time between two scheduled syncs; null to follow the broker's and the instance's.</summary>
    public TimeSpan? SyncInterval { get; set; }

    /// <summary>UTC instant of creation.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>What a sync leaves behind.</summary>
    public SyncState? Sync { get; set; }

    /// <summary>The accounts found so far.</summary>
    public ICollection<BrokerAccount> Accounts { get; } = [];
}

/// <summary>The part of a connection that each sync changes; kept apart so that a sync rewrites only a narrow row.</summary>
public sealed class SyncState
{
    /// <summary>The connection.</summary>
    public Guid ConnectionId { get; set; }

    /// <summary>Id of the adapter, repeated so that due connections are found without a join.</summary>
    public required string BrokerId { get; set; }

    /// <summary>The shard it is synced with, see <see cref="ShardOf"/>.</summary>
    public int Shard { get; set; }

    /// <summary>Whether it works.</summary>
    public ConnectionState State { get; set; }

    /// <summary>UTC instant of the last run that succeeded; null before the first.</summary>
    public DateTimeOffset? LastSuccessAt { get; set; }

    /// <summary>UTC instant of the next scheduled run; null when it waits for a person.</summary>
    public DateTimeOffset? NextSyncAt { get; set; }

    /// <summary>What a run that begins because <see cref="NextSyncAt"/> has come was started by: the schedule, or a retry of a run that failed.</summary>
    public SyncTrigger NextTrigger { get; set; }

    /// <summary>Faults since the last success; a needed login is not a fault.</summary>
    public int ConsecutiveFailures { get; set; }

    /// <summary>
    /// UTC instant at which the stored session was received; tells it from the one before. Null when there is none, or when it was
    /// stored by a version that did not note this.
    /// </summary>
    public DateTimeOffset? SessionSince { get; set; }

    /// <summary>
    /// UTC instant at which the broker last confirmed the stored session as this connection's; null when it never did, for example
    /// after an import.
    /// </summary>
    public DateTimeOffset? SessionCheckedAt { get; set; }

    /// <summary>The last run; null before the first.</summary>
    public Guid? LastRunId { get; set; }

    /// <summary>Proof of the right to store a result; null when nobody syncs the connection.</summary>
    public Guid? LeaseToken { get; set; }

    /// <summary>Why a person paused it; null when it is not paused, or no reason was given.</summary>
    public string? PauseReason { get; set; }

    /// <summary>Which process holds the lease: machine, process id and start time.</summary>
    public string? LeaseHolder { get; set; }

    /// <summary>UTC instant from which another process may take the lease.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>Into how many shards the connections of one broker are divided. Each is synced by one job at a time.</summary>
    public const int Shards = 8;

    /// <summary>The shard of a connection.</summary>
    public static int ShardOf(Guid connectionId)
    {
        Span<byte> bytes = stackalloc byte[16];
        connectionId.TryWriteBytes(bytes);
        return bytes[15] % Shards;
    }
}

/// <summary>Whether a connection works, and who has to act. A manual sync is allowed in every state but the last.</summary>
public enum ConnectionState
{
    /// <summary>Works.</summary>
    Active,

    /// <summary>The session is over; the person logs in at the broker. Expected, not a fault.</summary>
    NeedsLogin,

    /// <summary>Key or secret is wrong; the person enters new ones.</summary>
    CredentialsRejected,

    /// <summary>The broker has been troubled several times in a row; tried again by itself.</summary>
    Failing,

    /// <summary>Switched off by a person.</summary>
    Paused,

    /// <summary>Closed by a person: it has no credentials any more and is not read; what was read stays. New credentials open it again.</summary>
    Closed,
}

/// <summary>What states have in common.</summary>
public static class ConnectionStates
{
    /// <summary>What is said to whoever asks for something that a closed connection cannot do.</summary>
    internal const string ClosedMessage = "This connection is closed. Enter its key and secret again to open it.";

    /// <summary>True when a person has decided that the connection is not read by itself; only a person ends that.</summary>
    public static bool IsOff(this ConnectionState state) => state is ConnectionState.Paused or ConnectionState.Closed;
}

/// <summary>What a connection reads.</summary>
[Flags]
public enum ReadKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Securities held.</summary>
    Holdings = 1,

    /// <summary>Derivatives and purchases of the day.</summary>
    Positions = 2,

    /// <summary>Mutual funds.</summary>
    Funds = 4,

    /// <summary>Cash balances.</summary>
    Cash = 8,

    /// <summary>Transactions.</summary>
    Transactions = 16,
}
