using Microsoft.AspNetCore.Identity;

namespace Foliosync.Core.Users;

/// <summary>A person who signs in. E-mail is the user name.</summary>
public sealed class User : IdentityUser<Guid>
{
    /// <summary>What the person may do on this instance.</summary>
    public UserRole Role { get; set; } = UserRole.Member;

    /// <summary>True when the person may not sign in and no token of theirs works.</summary>
    public bool Disabled { get; set; }

    /// <summary>UTC instant of creation.</summary>
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>What a person may do on an instance.</summary>
public enum UserRole
{
    /// <summary>Sees own data, changes nothing.</summary>
    ReadOnly,

    /// <summary>Manages own portfolios and connections.</summary>
    Member,

    /// <summary>Also manages users and the instance.</summary>
    Admin,
}
