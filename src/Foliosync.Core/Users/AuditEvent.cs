namespace Foliosync.Core.Users;

/// <summary>A change made by a person. Appended, never changed. Holds no secret.</summary>
public sealed class AuditEvent
{
    /// <summary>Time-ordered id.</summary>
    public Guid Id { get; set; }

    /// <summary>Who; null for the command line of the machine's owner.</summary>
    public Guid? UserId { get; set; }

    /// <summary>UTC instant.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>What was done, for example <c>connection.created</c>.</summary>
    public required string Action { get; set; }

    /// <summary>What it was done to, for example a connection's id.</summary>
    public required string Subject { get; set; }

    /// <summary>From where: <c>api</c>, <c>web</c>, <c>link</c> or <c>cli</c>.</summary>
    public required string Source { get; set; }

    /// <summary>What changed, as JSON without secrets; null when the action says all.</summary>
    public string? Detail { get; set; }

    /// <summary>The network address it came from; null for the command line and where it is not known.</summary>
    public string? Address { get; set; }

    /// <summary>The table of the admin area whose row <see cref="Subject"/> is the key of; null for what was not done there.</summary>
    public string? TableName { get; set; }

    /// <summary>What all changes of one bulk change have in common; null for a change of its own.</summary>
    public Guid? Batch { get; set; }

    /// <summary>The event that this one takes back; null when it takes back none. Nothing is taken back twice.</summary>
    public Guid? Undoes { get; set; }
}
