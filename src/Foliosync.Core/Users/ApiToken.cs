namespace Foliosync.Core.Users;

/// <summary>A bearer token of the API. Only its hash is stored; the token is shown once, when it is made.</summary>
public sealed class ApiToken
{
    /// <summary>Id of the row; not secret.</summary>
    public Guid Id { get; set; }

    /// <summary>Whose rows the token opens.</summary>
    public Guid UserId { get; set; }

    /// <summary>What the person calls it.</summary>
    public required string Name { get; set; }

    /// <summary>SHA-256 of the token's text.</summary>
    public required byte[] Hash { get; set; }

    /// <summary>How far it reaches.</summary>
    public TokenScope Scope { get; set; }

    /// <summary>UTC instant of creation.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>UTC instant of the last use, to the minute; null when never used.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>UTC instant of revocation; null while it works.</summary>
    public DateTimeOffset? RevokedAt { get; set; }
}

/// <summary>How far a token reaches. Never further than its user's role.</summary>
public enum TokenScope
{
    /// <summary>GET only.</summary>
    Read,

    /// <summary>Everything of the user.</summary>
    Write,

    /// <summary>Also the admin area, for admins.</summary>
    Admin,
}
