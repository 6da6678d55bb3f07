using System.Security.Claims;
using Foliosync.Api;
using Foliosync.Core.Users;
using Foliosync.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Foliosync.Web;

/// <summary>
/// The cookie of people who are signed in. It holds the key of a session and nothing else; who is signed in is asked of the database at
/// each request, so that a session that was ended is over at once.
/// </summary>
internal sealed class SessionCookie(UserSessions sessions, InstanceSettings settings) : IConfigureNamedOptions<CookieAuthenticationOptions>
{
    /// <summary>Scheme of those who are signed in.</summary>
    public static readonly string SchemeName = IdentityConstants.ApplicationScheme;

    /// <summary>True when the cookies of this request may travel over TLS only.</summary>
    public static bool IsSecure(HttpContext http) =>
        http.Request.IsHttps || http.RequestServices.GetRequiredService<InstanceSettings>().PublicUrl.Scheme == Uri.UriSchemeHttps;

    /// <summary>Cookies travel over TLS only when people reach this instance that way, as far as we can know.</summary>
    public static CookieSecurePolicy PolicyOf(InstanceSettings settings) =>
        settings.PublicUrl.Scheme == Uri.UriSchemeHttps ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;

    public void Configure(CookieAuthenticationOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, CookieAuthenticationOptions options)
    {
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        options.Cookie.SecurePolicy = PolicyOf(settings);
        options.Cookie.IsEssential = true;
        options.LoginPath = "/sign-in";
        options.ReturnUrlParameter = "returnUrl";
        if (name != SchemeName)
        {
            return;
        }

        options.Cookie.Name = "foliosync";
        options.ExpireTimeSpan = UserSessions.KeptTime;
        options.SlidingExpiration = false;
        options.SessionStore = new Store(sessions);
        options.Events.OnValidatePrincipal = context =>
        {
            // The session has just been given more time; the cookie of one that is kept gets it, too.
            context.ShouldRenew = context.HttpContext.Features.Get<SignedIn>() is { IsKept: true } signedIn
                && signedIn.LastSeenAt == context.Properties.IssuedUtc && signedIn.LastSeenAt > signedIn.CreatedAt;
            return Task.CompletedTask;
        };
        options.Events.OnRedirectToLogin = context => Refuse(context, StatusCodes.Status401Unauthorized);
        options.Events.OnRedirectToAccessDenied = context => Refuse(context, StatusCodes.Status403Forbidden);
    }

    // Programs get a status, browsers the page to sign in on.
    private static Task Refuse(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        var http = context.HttpContext;
        if (status == StatusCodes.Status401Unauthorized && !http.Request.Path.StartsWithSegments("/api"))
        {
            context.Response.Redirect(context.RedirectUri);
            return Task.CompletedTask;
        }

        return status == StatusCodes.Status401Unauthorized
            ? Problems.WriteAsync(http, status, "Your session is over. Sign in again.")
            : Problems.WriteAsync(http, status, "You may only read, or this call came from a page of another site.");
    }

    /// <summary>Sessions as the framework wants them.</summary>
    private sealed class Store(UserSessions sessions) : ITicketStore
    {
        public Task<string> StoreAsync(AuthenticationTicket ticket) => throw new NotSupportedException("Sessions belong to a request.");

        public Task<string> StoreAsync(AuthenticationTicket ticket, HttpContext httpContext, CancellationToken cancellationToken) =>
            sessions.BeginAsync(
                new NewSession(
                    Guid.Parse(ticket.Principal.FindFirstValue(ClaimTypes.NameIdentifier)!),
                    string.Join('+', ticket.Principal.FindAll("amr").Select(c => c.Value)),
                    Devices.Name(httpContext.Request.Headers.UserAgent.ToString()),
                    httpContext.Connection.RemoteIpAddress?.ToString(),
                    ticket.Properties.IsPersistent),
                cancellationToken);

        // Time is given where the session is found.
        public Task RenewAsync(string key, AuthenticationTicket ticket) => Task.CompletedTask;

        public Task<AuthenticationTicket?> RetrieveAsync(string key) => throw new NotSupportedException("Sessions belong to a request.");

        public async Task<AuthenticationTicket?> RetrieveAsync(string key, HttpContext httpContext, CancellationToken cancellationToken)
        {
            if (await sessions.FindAsync(key, cancellationToken) is not { } signedIn)
            {
                return null;
            }

            httpContext.Features.Set(signedIn);
            var properties = new AuthenticationProperties
            {
                IsPersistent = signedIn.IsKept,
                IssuedUtc = signedIn.LastSeenAt,
                ExpiresUtc = signedIn.ExpiresAt,
            };
            return new AuthenticationTicket(Caller.ToPrincipal(signedIn, SchemeName), properties, SchemeName);
        }

        public Task RemoveAsync(string key) => sessions.EndAsync(key, CancellationToken.None);
    }
}
