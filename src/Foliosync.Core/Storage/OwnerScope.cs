namespace Foliosync.Core.Storage;

/// <summary>Whose rows a database context may see. Every owned table is filtered by it, in one place.</summary>
public sealed record OwnerScope
{
    private OwnerScope(Guid? userId) => UserId = userId;

    /// <summary>All rows: for the engine, the command line of the machine's owner and the admin area.</summary>
    public static OwnerScope Everyone { get; } = new((Guid?)null);

    /// <summary>The person; null for everyone.</summary>
    public Guid? UserId { get; }

    /// <summary>The rows of one person only.</summary>
    public static OwnerScope Only(Guid userId) => new(userId);
}
