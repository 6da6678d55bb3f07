namespace Foliosync.Core.Connections;

/// <summary>One secret of a connection, sealed by the vault. The clear text exists only in memory, only while it is used.</summary>
public sealed class BrokerCredential
{
    /// <summary>Field name of the broker's session.</summary>
    public const string SessionField = "session.token";

    /// <summary>Field name of the value that renews the session.</summary>
    public const string RefreshField = "session.refresh";

    /// <summary>The connection.</summary>
    public Guid ConnectionId { get; set; }

    /// <summary>Key of the credential field in the manifest, or <see cref="SessionField"/>, or <see cref="RefreshField"/>.</summary>
    public required string Field { get; set; }

    /// <summary>Sealed value; opens only for this connection and field.</summary>
    public required byte[] Sealed { get; set; }

    /// <summary>UTC instant of the last change.</summary>
    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A login that a person has begun and the broker has not answered yet. Works once, for 15 minutes.</summary>
public sealed class PendingLogin
{
    /// <summary>SHA-256 of the state value that travels through the broker.</summary>
    public required byte[] StateHash { get; set; }

    /// <summary>The connection to log in.</summary>
    public Guid ConnectionId { get; set; }

    /// <summary>UTC instant from which the answer is refused.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>The link it was begun through; null when it was begun by somebody who is signed in.</summary>
    public Guid? LinkId { get; set; }
}

/// <summary>What an operator has set for one broker.</summary>
public sealed class BrokerSettings
{
    /// <summary>Id of the adapter.</summary>
    public required string BrokerId { get; set; }

    /// <summary>Always true. Nothing asks for it: settings switch a broker off, and a pause lets its connections wait.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>UTC instant at which an operator paused it: its connections wait. Null while it is not paused.</summary>
    public DateTimeOffset? PausedAt { get; set; }

    /// <summary>Why it is paused, for the people whose connections wait; null when it is not.</summary>
    public string? PauseReason { get; set; }
}
