using System.Security.Claims;
using Foliosync.Core.Storage;
using Foliosync.Core.Users;

namespace Foliosync.Api;

/// <summary>Who a request comes from, once its token was found to be valid.</summary>
/// <param name="Rows">The rows that the request may see.</param>
/// <param name="Scope">How far the request may reach.</param>
internal sealed record Caller(OwnerScope Rows, TokenScope Scope)
{
    /// <summary>The person.</summary>
    public Guid UserId => Rows.UserId!.Value;

    /// <summary>True for those who run the instance, with a token that may do that: a token never reaches further than its owner's role.</summary>
    public bool IsOperator => Scope == TokenScope.Admin;

    /// <summary>The person as the one who makes a change.</summary>
    public Actor Actor => Actor.Person(Rows, "api");

    /// <summary>The caller of an authenticated request.</summary>
    public static Caller Of(ClaimsPrincipal principal) => Find(principal) ?? throw new InvalidOperationException("Nobody is known to call.");

    /// <summary>The caller of a request; null when nobody is known.</summary>
    public static Caller? Find(ClaimsPrincipal principal) => (principal.Identity as Identity)?.Caller;

    /// <summary>The principal that stands for a token.</summary>
    public static ClaimsPrincipal ToPrincipal(TokenIdentity token, string scheme) => ToPrincipal(new Caller(token.Rows, token.Scope), scheme);

    /// <summary>The principal of somebody who is signed in: reaches as far as the person may.</summary>
    public static ClaimsPrincipal ToPrincipal(SignedIn person, string scheme) =>
        ToPrincipal(new Caller(person.Rows, ApiTokens.Reach(person.Role)), scheme);

    private static ClaimsPrincipal ToPrincipal(Caller caller, string scheme) =>
        new(new Identity(caller, [new Claim(ClaimTypes.NameIdentifier, caller.UserId.ToString())], scheme));

    /// <summary>Carries the caller beside what the framework asks for.</summary>
    private sealed class Identity(Caller caller, IEnumerable<Claim> claims, string scheme) : ClaimsIdentity(claims, scheme)
    {
        public Caller Caller => caller;
    }
}
