using System.Globalization;
using System.Security.Claims;
using Foliosync.Core.Storage;
using Foliosync.Core.Users;

namespace Foliosync.Api;

/// <summary>Who a request comes from, once its token was found to be valid.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Scope">How far the request may reach.</param>
internal sealed record Caller(Guid UserId, TokenScope Scope)
{
    private const string ScopeClaim = "scope";

    /// <summary>The rows that the request may see.</summary>
    public OwnerScope Rows => OwnerScope.Only(UserId);

    /// <summary>The person as the one who makes a change.</summary>
    public Actor Actor => Actor.Person(UserId, "api");

    /// <summary>The caller of an authenticated request.</summary>
    public static Caller Of(ClaimsPrincipal principal) => new(
        Guid.Parse(principal.FindFirstValue(ClaimTypes.NameIdentifier)!, CultureInfo.InvariantCulture), ScopeOf(principal));

    /// <summary>How far a request may reach.</summary>
    public static TokenScope ScopeOf(ClaimsPrincipal principal) => Enum.Parse<TokenScope>(principal.FindFirstValue(ScopeClaim)!);

    /// <summary>The principal that stands for a token.</summary>
    public static ClaimsPrincipal ToPrincipal(TokenIdentity token, string scheme) => ToPrincipal(token.UserId, token.Role, token.Scope, scheme);

    /// <summary>The principal of somebody who is signed in: reaches as far as the person may.</summary>
    public static ClaimsPrincipal ToPrincipal(SignedIn person, string scheme) =>
        ToPrincipal(person.UserId, person.Role, ApiTokens.Reach(person.Role), scheme);

    private static ClaimsPrincipal ToPrincipal(Guid userId, UserRole role, TokenScope scope, string scheme) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, userId.ToString()),
            new Claim(ClaimTypes.Role, role.ToString()),
            new Claim(ScopeClaim, scope.ToString()),
        ],
        scheme));
}
