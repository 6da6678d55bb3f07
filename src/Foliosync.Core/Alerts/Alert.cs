namespace Foliosync.Core.Alerts;

/// <summary>Something a person should know or do. Written together with the run that caused it, told afterwards.</summary>
public sealed class Alert
{
    /// <summary>Time-ordered id.</summary>
    public Guid Id { get; set; }

    /// <summary>Whom it concerns.</summary>
    public Guid OwnerId { get; set; }

    /// <summary>The connection it is about; null when it is about none.</summary>
    public Guid? ConnectionId { get; set; }

    /// <summary>What happened, for example <c>needsLogin</c>.</summary>
    public required string Kind { get; set; }

    /// <summary>One sentence that says what to do.</summary>
    public required string Message { get; set; }

    /// <summary>UTC instant.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>UTC instant at which the cause was gone; null while it lasts.</summary>
    public DateTimeOffset? ResolvedAt { get; set; }
}
