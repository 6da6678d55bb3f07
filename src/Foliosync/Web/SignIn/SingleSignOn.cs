using Foliosync.Brokers.Contract;

namespace Foliosync.Web;

/// <summary>What the operator has decided about signing in elsewhere, by OpenID Connect.</summary>
internal sealed record SingleSignOn
{
    /// <summary>The scheme by which the provider is asked.</summary>
    public const string SchemeName = "oidc";

    /// <summary>Address of the provider; <c>/.well-known/openid-configuration</c> is below it. Null when there is none.</summary>
    public Uri? Authority { get; init; }

    /// <summary>Our name there.</summary>
    public string ClientId { get; init; } = string.Empty;

    /// <summary>Our password there; null when PKCE is enough for it.</summary>
    public Secret? ClientSecret { get; init; }

    /// <summary>What people call it, for the button.</summary>
    public string Name { get; init; } = "OpenID Connect";

    /// <summary>True when whoever the provider knows gets an account here.</summary>
    public bool AddsPeople { get; init; }

    /// <summary>True when there is a provider.</summary>
    public bool IsOn => Authority is not null;
}
