using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Foliosync.Web;

/// <summary>
/// OpenID Connect, authorization code flow with PKCE: the framework's OAuth, and what is missing in it. Addresses come from the
/// provider's discovery document; who somebody is comes from the id token, whose signature, issuer, audience, time and nonce are checked.
/// </summary>
internal sealed class OidcHandler(IOptionsMonitor<OidcOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : OAuthHandler<OidcOptions>(options, logger, encoder)
{
    private const string NonceKey = "nonce";

    // The state of one sign-in, and of many if the same server is asked: the options belong to all, so they are only ever set to what the
    // provider says.
    private async Task<OpenIdConnectConfiguration> DiscoverAsync()
    {
        var found = await Options.Discovery.GetConfigurationAsync(Context.RequestAborted);
        Options.AuthorizationEndpoint = found.AuthorizationEndpoint;
        Options.TokenEndpoint = found.TokenEndpoint;
        return found;
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        await DiscoverAsync();
        properties.Items[NonceKey] = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        await base.HandleChallengeAsync(properties);
    }

    protected override string BuildChallengeUrl(AuthenticationProperties properties, string redirectUri) =>
        $"{base.BuildChallengeUrl(properties, redirectUri)}&nonce={properties.Items[NonceKey]}";

    protected override async Task<HandleRequestResult> HandleRemoteAuthenticateAsync()
    {
        await DiscoverAsync();
        return await base.HandleRemoteAuthenticateAsync();
    }

    protected override async Task<AuthenticationTicket> CreateTicketAsync(
        ClaimsIdentity identity, AuthenticationProperties properties, OAuthTokenResponse tokens)
    {
        var text = tokens.Response?.RootElement.TryGetProperty("id_token", out var element) == true ? element.GetString() : null;
        if (text is null)
        {
            throw new AuthenticationFailureException("The provider sent no id token.");
        }

        var result = await ValidateAsync(text, await DiscoverAsync());
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            // The provider has other keys by now.
            Options.Discovery.RequestRefresh();
            result = await ValidateAsync(text, await DiscoverAsync());
        }

        var nonce = properties.Items.TryGetValue(NonceKey, out var value) ? value : null;
        if (!result.IsValid || nonce is null || result.ClaimsIdentity.FindFirst("nonce")?.Value != nonce)
        {
            throw new AuthenticationFailureException("The provider's id token is not valid.", result.Exception);
        }

        identity.AddClaims(result.ClaimsIdentity.Claims);
        return new AuthenticationTicket(new ClaimsPrincipal(identity), properties, Scheme.Name);
    }

    private Task<TokenValidationResult> ValidateAsync(string text, OpenIdConnectConfiguration provider) =>
        new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(text, new TokenValidationParameters
        {
            ValidIssuer = provider.Issuer,
            ValidAudience = Options.ClientId,
            IssuerSigningKeys = provider.SigningKeys,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
        });
}
