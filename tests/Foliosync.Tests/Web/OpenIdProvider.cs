using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Foliosync.Tests.Web;

/// <summary>A small provider of OpenID Connect on this machine. It lets everybody in as the person that it is told.</summary>
internal sealed class OpenIdProvider : IAsyncDisposable
{
    public const string ClientId = "foliosync-test";
    public const string ClientSecret = "planted-oidc-secret";

    private readonly RSA _key = RSA.Create(2048);
    private readonly WebApplication _app;
    private (string Challenge, string Nonce)? _asked;

    private OpenIdProvider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/.well-known/openid-configuration", () => new Dictionary<string, object>
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = Issuer + "/authorize",
            ["token_endpoint"] = Issuer + "/token",
            ["jwks_uri"] = Issuer + "/keys",
        });
        _app.MapGet("/keys", () =>
        {
            var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_key.ExportParameters(false)) { KeyId = "one" });
            return new { keys = new[] { new { kty = key.Kty, kid = "one", use = "sig", alg = "RS256", n = key.N, e = key.E } } };
        });
        _app.MapGet("/authorize", (HttpRequest request) =>
        {
            _asked = (request.Query["code_challenge"].ToString(), request.Query["nonce"].ToString());
            return Results.Redirect(QueryHelpers.AddQueryString(
                request.Query["redirect_uri"].ToString(), new Dictionary<string, string?> { ["code"] = "a-code", ["state"] = request.Query["state"] }));
        });
        _app.MapPost("/token", TokenAsync);
    }

    public string Issuer => _app.Urls.Single();

    public string Subject { get; set; } = "subject-1";

    public string Email { get; set; } = "asha@example.org";

    public bool EmailVerified { get; set; } = true;

    /// <summary>Changes the id token before it is signed.</summary>
    public Action<SecurityTokenDescriptor>? Tamper { get; set; }

    /// <summary>True to sign with a key that nobody knows.</summary>
    public bool ForgesSignature { get; set; }

    public static async Task<OpenIdProvider> StartAsync()
    {
        var provider = new OpenIdProvider();
        await provider._app.StartAsync();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _key.Dispose();
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        var challenge = Base64UrlEncoder.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        if (_asked is not { } asked || challenge != asked.Challenge || form["client_secret"] != ClientSecret || form["code"] != "a-code")
        {
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        }

        var descriptor = new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = ClientId,
            Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(5),
            Claims = new Dictionary<string, object> { ["sub"] = Subject, ["email"] = Email, ["email_verified"] = EmailVerified, ["nonce"] = asked.Nonce },
        };
        Tamper?.Invoke(descriptor);
        using var foreign = RSA.Create(2048);
        descriptor.SigningCredentials = new SigningCredentials(
            new RsaSecurityKey((ForgesSignature ? foreign : _key).ExportParameters(true)) { KeyId = "one" }, SecurityAlgorithms.RsaSha256);
        return Results.Json(new { access_token = "planted-access-token", token_type = "Bearer", id_token = new JsonWebTokenHandler().CreateToken(descriptor) });
    }
}
