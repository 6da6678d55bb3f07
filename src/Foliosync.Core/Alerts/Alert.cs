namespace Foliosync.Core.Alerts;

/// <summary>
/// An incident: something a person should know or do, from when it began until it was over. The row is also the outbox: it is written
/// in the transaction of the run that caused it, and messages are made of it afterwards.
/// </summary>
public sealed class Alert
{
    /// <summary>Time-ordered id.</summary>
    public Guid Id { get; set; }

    /// <summary>Whom it concerns.</summary>
    public Guid OwnerId { get; set; }

    /// <summary>The connection it is about; null when it is about none.</summary>
    public Guid? ConnectionId { get; set; }

    /// <summary>
    /// What it is about: the connection, a channel, or the owner. No two open incidents have the same subject and kind. Null in rows
    /// from before incidents were told apart.
    /// </summary>
    public Guid? SubjectId { get; set; }

    /// <summary>What happened: one of <see cref="AlertKinds"/>.</summary>
    public required string Kind { get; set; }

    /// <summary>One sentence that says what to do.</summary>
    public required string Message { get; set; }

    /// <summary>UTC instant.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>UTC instant at which the cause was gone; null while it lasts.</summary>
    public DateTimeOffset? ResolvedAt { get; set; }

    /// <summary>UTC instant at which a person put it aside; null when nobody did. It lasts nevertheless.</summary>
    public DateTimeOffset? DismissedAt { get; set; }

    /// <summary>UTC instant from which there is something to tell outside the application; null when all is told.</summary>
    public DateTimeOffset? TellAt { get; set; }

    /// <summary>UTC instant at which its beginning was handed to the channels; null before.</summary>
    public DateTimeOffset? ToldAt { get; set; }
}
