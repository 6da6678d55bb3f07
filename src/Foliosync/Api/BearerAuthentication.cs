using System.Security.Claims;
using System.Text.Encodings.Web;
using Foliosync.Core.Users;
using Foliosync.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Foliosync.Api;

/// <summary>Lets requests in that carry <c>Authorization: Bearer fsy_…</c>; those without it may carry the cookie of the pages.</summary>
internal sealed class BearerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiTokens tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    /// <summary>Name of the scheme.</summary>
    public const string SchemeName = "Bearer";

    /// <summary>Name of the scheme that chooses: token or cookie.</summary>
    private const string EitherName = "Either";

    /// <summary>Name of the policy: reading needs any token or cookie, everything else one that may write.</summary>
    public const string Policy = "api";

    private const string Prefix = "Bearer ";

    /// <summary>Adds the scheme and the policy.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.AddAuthenticationCore(options => options.DefaultScheme = EitherName);
        services.AddWebEncoders();
        new AuthenticationBuilder(services)
            .AddScheme<AuthenticationSchemeOptions, BearerAuthentication>(SchemeName, null)
            .AddPolicyScheme(EitherName, null, options => options.ForwardDefaultSelector = http =>
                http.Request.Headers.ContainsKey(HeaderNames.Authorization) || !http.Request.Headers.ContainsKey(HeaderNames.Cookie)
                    ? SchemeName
                    : SessionCookie.SchemeName);
        // Each request without a token would be a line.
        services.AddLogging(logging => logging.AddFilter(typeof(BearerAuthentication).FullName, LogLevel.Warning));
        services.AddAuthorizationBuilder().AddPolicy(Policy, policy => policy.RequireAuthenticatedUser().RequireAssertion(IsInReach));
    }

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        return await tokens.VerifyAsync(header[Prefix.Length..].Trim(), Context.RequestAborted) is { } token
            ? AuthenticateResult.Success(new AuthenticationTicket(Caller.ToPrincipal(token, SchemeName), SchemeName))
            : AuthenticateResult.Fail("unknown token");
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers[HeaderNames.WWWAuthenticate] = SchemeName;
        return Problems.WriteAsync(
            Context,
            StatusCodes.Status401Unauthorized,
            "Send a valid API token in the header 'Authorization: Bearer …'. Make one with 'foliosync token create'.");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Problems.WriteAsync(
        Context, StatusCodes.Status403Forbidden, "This token may only read. Use one of scope 'write', made by a user who may change things.");

    private static bool IsInReach(AuthorizationHandlerContext context) =>
        context is { User.Identity.IsAuthenticated: true, Resource: HttpContext http }
        && (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)
            || (Caller.Of(context.User).Scope >= TokenScope.Write && (!HasCookie(context.User) || SameOrigin.Holds(http.Request))));

    // A browser sends the cookie for whoever asks it to.
    private static bool HasCookie(ClaimsPrincipal user) => user.Identity!.AuthenticationType == SessionCookie.SchemeName;
}
