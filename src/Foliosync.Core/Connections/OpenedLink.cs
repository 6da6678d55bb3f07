using Foliosync.Core.Sync;

namespace Foliosync.Core.Connections;

/// <summary>A link whose signature was checked, and how far its walk is.</summary>
public sealed class OpenedLink
{
    /// <summary>Id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The person it was made for.</summary>
    public required Guid OwnerId { get; init; }

    /// <summary>The secret part of its address.</summary>
    public required string Token { get; init; }

    /// <summary>The logins it is for, in the order of the walk; without those whose connection was removed.</summary>
    public required IReadOnlyList<LinkedConnection> Connections { get; init; }

    /// <summary>The login that comes next; null when nothing is left to do.</summary>
    public LinkedConnection? Next => Connections.FirstOrDefault(c => c.NeedsLogin);

    /// <summary>True when each of its logins was finished through it.</summary>
    public bool IsUsedUp => Connections.All(c => c.UsedAt is not null);
}

/// <summary>One login of a link.</summary>
/// <param name="Id">The connection.</param>
/// <param name="Label">What the person calls it.</param>
/// <param name="BrokerName">The broker's name.</param>
/// <param name="TimeZone">IANA time zone of the broker, in which its times are told.</param>
/// <param name="NeedsLogin">True when a login is due and was not finished through the link.</param>
/// <param name="UsedAt">UTC instant at which it was finished through the link; null when it was not.</param>
/// <param name="LastRun">The sync that began after that, or any last one if the login was made elsewhere; null before the first.</param>
public sealed record LinkedConnection(
    Guid Id, string Label, string BrokerName, string TimeZone, bool NeedsLogin, DateTimeOffset? UsedAt, SyncRun? LastRun);

/// <summary>What is wrong with a link.</summary>
public enum LoginLinkFault
{
    /// <summary>Nobody made it: cut off, mistyped or forged.</summary>
    Invalid,

    /// <summary>Its time is over, or the key that signed it was replaced.</summary>
    Old,
}

/// <summary>A link is refused. The message is plain words that say what to do.</summary>
public sealed class LoginLinkException(LoginLinkFault fault, string message) : Exception(message)
{
    /// <summary>What is wrong.</summary>
    public LoginLinkFault Fault { get; } = fault;
}
