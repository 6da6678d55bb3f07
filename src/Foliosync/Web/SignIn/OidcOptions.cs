using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Foliosync.Web;

/// <summary>A provider of OpenID Connect. Its addresses and keys are discovered and kept up to date.</summary>
internal sealed class OidcOptions : OAuthOptions
{
    /// <summary>What the provider says of itself.</summary>
    public ConfigurationManager<OpenIdConnectConfiguration> Discovery { get; set; } = null!;
}
