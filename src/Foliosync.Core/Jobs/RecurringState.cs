namespace Foliosync.Core.Jobs;

/// <summary>How a recurring job stands: what it did last, and what an operator wants of it.</summary>
public sealed class RecurringState
{
    /// <summary>Name of the job.</summary>
    public required string Name { get; set; }

    /// <summary>UTC instant at which an operator paused it; null while it is not paused.</summary>
    public DateTimeOffset? PausedAt { get; set; }

    /// <summary>Why it is paused; null when it is not.</summary>
    public string? PauseReason { get; set; }

    /// <summary>UTC instant at which an operator asked for a turn at once; null when nobody did, or it was taken.</summary>
    public DateTimeOffset? AskedAt { get; set; }

    /// <summary>The last turns, the newest first.</summary>
    public IReadOnlyList<RecurringTurn> Turns { get; set; } = [];
}

/// <summary>One turn of a recurring job.</summary>
/// <param name="At">UTC instant of its start.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Error">What went wrong, without secrets; null when nothing did.</param>
public sealed record RecurringTurn(DateTimeOffset At, long Milliseconds, string? Error);
