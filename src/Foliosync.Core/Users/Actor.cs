using Foliosync.Core.Storage;

namespace Foliosync.Core.Users;

/// <summary>Who makes a change: decides which rows it can reach and what the audit log says.</summary>
/// <param name="Scope">The rows within reach.</param>
/// <param name="UserId">The person; null for the command line of the machine's owner.</param>
/// <param name="Source">From where: <c>api</c>, <c>web</c>, <c>link</c> or <c>cli</c>.</param>
public sealed record Actor(OwnerScope Scope, Guid? UserId, string Source)
{
    /// <summary>The command line of the machine's owner, who reaches everything.</summary>
    public static Actor CommandLine { get; } = new(OwnerScope.Everyone, null, "cli");

    /// <summary>A person who reaches own rows only.</summary>
    public static Actor Person(Guid userId, string source) => new(OwnerScope.Only(userId), userId, source);

    /// <summary>A person who runs the instance and reaches everybody's rows.</summary>
    public static Actor Operator(Guid userId, string source) => new(OwnerScope.Everyone, userId, source);

    /// <summary>The line of the audit log for something that was done.</summary>
    /// <param name="action">For example <c>connection.created</c>.</param>
    /// <param name="subject">What it was done to.</param>
    /// <param name="at">UTC instant.</param>
    /// <param name="detail">JSON without secrets; null when the action says all.</param>
    internal AuditEvent Did(string action, object subject, DateTimeOffset at, string? detail = null) => new()
    {
        Id = Guid.CreateVersion7(at),
        UserId = UserId,
        At = at,
        Action = action,
        Subject = subject.ToString()!,
        Source = Source,
        Detail = detail,
    };
}
