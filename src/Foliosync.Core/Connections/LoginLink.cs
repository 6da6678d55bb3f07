namespace Foliosync.Core.Connections;

/// <summary>
/// Leads one person from a message through the logins that are due, without signing in here. What is stored cannot be turned into the
/// link: that takes the master key. See <see cref="LoginLinks"/>.
/// </summary>
public sealed class LoginLink
{
    /// <summary>Time-ordered id; a part of the link.</summary>
    public Guid Id { get; set; }

    /// <summary>The person it was made for.</summary>
    public Guid OwnerId { get; set; }

    /// <summary>Id of the master key that signed it.</summary>
    public long KeyId { get; set; }

    /// <summary>UTC instant.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>UTC instant, in whole seconds, from which it begins no more logins.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>The logins it is for.</summary>
    public ICollection<LinkedLogin> Connections { get; } = [];
}

/// <summary>One login that a link is for. It can be finished once.</summary>
public sealed class LinkedLogin
{
    /// <summary>The link.</summary>
    public Guid LinkId { get; set; }

    /// <summary>The link.</summary>
    public LoginLink? Link { get; set; }

    /// <summary>The connection to log in.</summary>
    public Guid ConnectionId { get; set; }

    /// <summary>The connection to log in.</summary>
    public BrokerConnection? Connection { get; set; }

    /// <summary>Its place in the walk, from 0.</summary>
    public int Position { get; set; }

    /// <summary>UTC instant at which the login was finished through the link; null while it was not.</summary>
    public DateTimeOffset? UsedAt { get; set; }
}
