namespace Foliosync.Core.Users;

/// <summary>A browser in which a person is signed in. Its cookie holds a key of which only the hash is stored.</summary>
public sealed class UserSession
{
    /// <summary>Time-ordered id of the row; not secret.</summary>
    public Guid Id { get; set; }

    /// <summary>Who is signed in.</summary>
    public Guid UserId { get; set; }

    /// <summary>SHA-256 of the key.</summary>
    public required byte[] KeyHash { get; set; }

    /// <summary>The person's security stamp at that time; with another one the session is over.</summary>
    public required string SecurityStamp { get; set; }

    /// <summary>How the person proved who they are: <c>password</c>, <c>passkey</c>, <c>oidc</c>, or one of them with <c>+totp</c>.</summary>
    public required string Method { get; set; }

    /// <summary>Browser and system in words, for example <c>Chrome on Android</c>.</summary>
    public required string Device { get; set; }

    /// <summary>Network address it was begun from; null when not known.</summary>
    public string? Address { get; set; }

    /// <summary>True when it outlives the browser's window.</summary>
    public bool IsKept { get; set; }

    /// <summary>UTC instant of the sign-in.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>UTC instant at which the person last proved who they are.</summary>
    public DateTimeOffset ConfirmedAt { get; set; }

    /// <summary>UTC instant of the last use, to a few minutes.</summary>
    public DateTimeOffset LastSeenAt { get; set; }

    /// <summary>UTC instant at which it ends unless it is used before.</summary>
    public DateTimeOffset ExpiresAt { get; set; }
}
