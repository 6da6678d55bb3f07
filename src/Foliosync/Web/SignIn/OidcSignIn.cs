using System.Security.Claims;
using Foliosync.Api;
using Foliosync.Core.Users;
using Foliosync.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Foliosync.Web;

/// <summary>
/// <c>/sign-in/oidc</c>: to the provider and back. A person is known by the provider's own id for them; the first time by an e-mail that
/// the provider vouches for.
/// </summary>
internal static partial class OidcSignIn
{
    private const string DonePath = "/sign-in/oidc/done";

    public static void Add(IServiceCollection services, InstanceSettings instance)
    {
        var settings = instance.SingleSignOn;
        services.AddSingleton(settings);
        if (settings.Authority is not { } authority)
        {
            return;
        }

        new AuthenticationBuilder(services).AddOAuth<OidcOptions, OidcHandler>(SingleSignOn.SchemeName, settings.Name, options =>
        {
            options.SignInScheme = IdentityConstants.ExternalScheme;
            options.CallbackPath = "/sign-in/oidc/callback";
            options.ClientId = settings.ClientId;
            // A provider that takes PKCE alone does not look at it.
            options.ClientSecret = settings.ClientSecret?.Reveal() ?? "none";
            options.UsePkce = true;
            options.Scope.Add("openid");
            options.Scope.Add("email");
            options.Scope.Add("profile");
            options.CorrelationCookie.SameSite = SameSiteMode.Lax;
            options.CorrelationCookie.SecurePolicy = SessionCookie.PolicyOf(instance);
            options.CorrelationCookie.Path = "/sign-in/oidc";
            options.Events.OnRemoteFailure = context =>
            {
                LogFailed(context.HttpContext.RequestServices.GetRequiredService<ILogger<SingleSignOn>>(), context.Failure);
                context.HandleResponse();
                context.Response.Redirect(DonePath);
                return Task.CompletedTask;
            };
            // Discovered before they are used.
            options.AuthorizationEndpoint = options.TokenEndpoint = authority.AbsoluteUri;
        });
        services.AddSingleton<IPostConfigureOptions<OidcOptions>>(new PostConfigureOptions<OidcOptions>(SingleSignOn.SchemeName, options =>
            options.Discovery = new ConfigurationManager<OpenIdConnectConfiguration>(
                $"{authority.AbsoluteUri.TrimEnd('/')}/.well-known/openid-configuration",
                new OpenIdConnectConfigurationRetriever(),
                new HttpDocumentRetriever(options.Backchannel) { RequireHttps = !authority.IsLoopback })));
    }

    public static void Map(WebApplication app)
    {
        if (!app.Services.GetRequiredService<SingleSignOn>().IsOn)
        {
            return;
        }

        app.MapGet("/sign-in/oidc", (string? returnUrl) => TypedResults.Challenge(
            new AuthenticationProperties { RedirectUri = $"{DonePath}?returnUrl={Uri.EscapeDataString(LocalPath.Of(returnUrl))}" },
            [SingleSignOn.SchemeName])).RequireRateLimiting(LoginPagesLimit.Name).ExcludeFromDescription();
        app.MapGet(DonePath, FinishAsync).RequireRateLimiting(LoginPagesLimit.Name).ExcludeFromDescription();
    }

    private static async Task FinishAsync(
        HttpContext http, PersonSignIn signIns, UserAccounts accounts, SingleSignOn settings, string? returnUrl, CancellationToken cancellationToken)
    {
        var answer = await http.AuthenticateAsync(IdentityConstants.ExternalScheme);
        await http.SignOutAsync(IdentityConstants.ExternalScheme);
        if (answer.Principal?.FindFirstValue("sub") is not { } subject || answer.Principal.FindFirstValue("iss") is not { } issuer)
        {
            await RefuseAsync(http, "Signing in there did not work. Try again.");
            return;
        }

        var user = await signIns.UserManager.FindByLoginAsync(issuer, subject)
            ?? await AdoptAsync(signIns.UserManager, accounts, settings, answer.Principal, new UserLoginInfo(issuer, subject, settings.Name), cancellationToken);
        if (user is null || !await signIns.CanSignInAsync(user))
        {
            await RefuseAsync(http, "You have no account here. Ask whoever runs this instance for one.");
            return;
        }

        await signIns.SignInWithClaimsAsync(user, isPersistent: false, [Passkeys.Method("oidc")]);
        http.Response.Redirect(LocalPath.Of(returnUrl));
    }

    private static async Task<User?> AdoptAsync(
        UserManager<User> users, UserAccounts accounts, SingleSignOn settings, ClaimsPrincipal person, UserLoginInfo login, CancellationToken cancellationToken)
    {
        if (person.FindFirstValue("email") is not { Length: > 0 } email || person.FindFirstValue("email_verified") is not ("true" or "True"))
        {
            return null;
        }

        var user = await users.FindByNameAsync(email);
        if (user is null && settings.AddsPeople)
        {
            var added = await accounts.AddWithoutPasswordAsync(email, UserRole.Member, Actor.CommandLine with { Source = "web" }, cancellationToken);
            user = await users.FindByIdAsync(added.Id.ToString());
        }

        return user is not null && (await users.AddLoginAsync(user, login)).Succeeded ? user : null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Signing in by OpenID Connect failed.")]
    private static partial void LogFailed(ILogger logger, Exception? e);

    private static Task RefuseAsync(HttpContext http, string reason) => Problems.WriteAsync(http, StatusCodes.Status403Forbidden, reason);
}
