namespace Foliosync.Core.Sync;

/// <summary>Whether a broker is held back for everyone. A broker without a row, or whose time is over, is not.</summary>
public sealed record BrokerHealth
{
    /// <summary>Id of the adapter.</summary>
    public required string BrokerId { get; init; }

    /// <summary>UTC instant until which no scheduled sync calls the broker; null when it may be called.</summary>
    public DateTimeOffset? HeldUntil { get; init; }

    /// <summary>Why it is held back.</summary>
    public HoldReason HeldBecause { get; init; }

    /// <summary>
    /// UTC instant at which most syncs failed and the circuit opened; null while it is closed. When the hold is over, one connection
    /// is tried: its success closes the circuit, its failure holds the broker again, for longer.
    /// </summary>
    public DateTimeOffset? CircuitOpenedAt { get; init; }

    /// <summary>How often the trial has failed since the circuit opened.</summary>
    public int FailedProbes { get; init; }

    /// <summary>UTC instant until which somebody is trying; null when nobody is.</summary>
    public DateTimeOffset? ProbedUntil { get; init; }
}

/// <summary>Why a broker is held back.</summary>
public enum HoldReason
{
    /// <summary>It asked to be called less often.</summary>
    RateLimited,

    /// <summary>It is in trouble: it said so, or most syncs failed.</summary>
    Unavailable,
}
