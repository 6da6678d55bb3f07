using System.IO.Compression;
using Foliosync.Core.Connections;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Statements;
using Foliosync.Core.Users;
using Foliosync.Hosting;
using Foliosync.Web.Alerts;
using Foliosync.Web.Connections;
using Foliosync.Web.Holdings;
using Foliosync.Web.Imports;
using Foliosync.Web.Instruments;
using Foliosync.Web.Monitor;
using Foliosync.Web.Overview;
using Foliosync.Web.Reconciliation;
using Foliosync.Web.Transactions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

namespace Foliosync.Web;

/// <summary>The web app as a whole: what its pages need, and where they are.</summary>
internal static class FoliosyncWeb
{
    /// <summary>Name of the policy of all pages: somebody is signed in, by the cookie.</summary>
    public const string Policy = "pages";

    private static readonly TimeSpan LockoutTime = TimeSpan.FromMinutes(15);

    /// <summary>Adds what the pages need beside the services of the instance and the API.</summary>
    public static IServiceCollection AddFoliosyncWeb(this IServiceCollection services, InstanceSettings settings)
    {
        AddSignIn(services);
        OidcSignIn.Add(services, settings);
        services.AddHttpContextAccessor();
        services.AddScoped(s => Viewer.Of(s.GetRequiredService<IHttpContextAccessor>().HttpContext));
        services.AddScoped<IStringLocalizer<Texts>, TextLocalizer>();
        services.AddSingleton<Notes>();
        services.AddSingleton<PreferenceSetup>();
        services.AddPages();
        services.AddRazorComponents();
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "foliosync-form";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = SessionCookie.PolicyOf(settings);
            options.FormFieldName = "token";
            options.HeaderName = "X-Form-Token";
            // Ours is stricter.
            options.SuppressXFrameOptionsHeader = true;
        });

        // The framework would keep a set of keys of its own.
        services.RemoveAll<IDataProtectionProvider>().RemoveKeyRing();
        services.AddSingleton<IDataProtectionProvider, MasterKeyProtection>();

        // Pages only: they repeat nothing secret but tokens of forms, which are sealed anew each time.
        services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = ["text/html"];
            options.Providers.Add<BrotliCompressionProvider>();
            options.Providers.Add<GzipCompressionProvider>();
        });
        services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Fastest);
        return services;
    }

    /// <summary>Puts the pages in place; before the API's own.</summary>
    public static void MapFoliosyncWeb(this WebApplication app)
    {
        app.Use((http, next) => UploadLimit.TellAsync(http, next));
        SignOut.Map(app);
        Passkeys.Map(app);
        OidcSignIn.Map(app);
        HoldingsCsv.Map(app.MapGroup(string.Empty).RequireAuthorization(Policy));
        MonitorLive.Map(app.MapGroup(string.Empty).RequireAuthorization(Policy));
        var pages = app.MapRazorComponents<App>();
        pages.RequireAuthorization(Policy);
        UploadLimit.Raise(pages, app.Services.GetRequiredService<StatementSettings>());
    }

    private static void AddSignIn(IServiceCollection services)
    {
        services.AddSingleton<UserSessions>();
        services.AddSingleton<FirstRun>();
        services.AddSingleton<PasswordMail>();
        services.Configure<IdentityPasskeyOptions>(Passkeys.Configure);
        services.Configure<DataProtectionTokenProviderOptions>(options => options.TokenLifespan = TimeSpan.FromHours(1));
        services.AddScoped<IUserStore<User>, UserStore>();
        services.AddIdentityCore<User>(options =>
            {
                options.Stores.SchemaVersion = IdentitySchemaVersions.Version3;
                options.Lockout.DefaultLockoutTimeSpan = LockoutTime;
                options.Lockout.MaxFailedAccessAttempts = 5;
                // Length is what counts.
                options.Password = new PasswordOptions
                {
                    RequiredLength = UserAccounts.MinPasswordLength,
                    RequireDigit = false,
                    RequireLowercase = false,
                    RequireNonAlphanumeric = false,
                    RequireUppercase = false,
                };
                options.Tokens.AuthenticatorIssuer = "Foliosync";
            })
            .AddSignInManager<PersonSignIn>()
            .AddDefaultTokenProviders();
        services.AddScoped(s => (PersonSignIn)s.GetRequiredService<SignInManager<User>>());
        new AuthenticationBuilder(services).AddIdentityCookies();
        services.AddSingleton<IConfigureOptions<CookieAuthenticationOptions>, SessionCookie>();
        services.AddAuthorizationBuilder().AddPolicy(Policy, policy =>
            policy.AddAuthenticationSchemes(SessionCookie.SchemeName).RequireAuthenticatedUser());
        services.AddRateLimiter(limits => limits.AddPolicy<string, SignInLimit>(SignInLimit.Name));
    }

    private static void AddPages(this IServiceCollection services)
    {
        services.AddSingleton<HeldSheets>();
        services.AddSingleton<ManualTransactions>();
        services.AddSingleton<TransactionNotes>();
        services.AddSingleton<OverviewReader>();
        services.AddSingleton<ConnectionsReader>();
        services.AddSingleton<InstrumentReader>();
        services.AddSingleton<TransactionsReader>();
        services.AddSingleton<Verdicts>();
        services.AddSingleton<ImportReader>();
        services.AddSingleton<FileAccounts>();
        services.AddSingleton<AlertsReader>();
        services.AddSingleton<MonitorFeed>();
    }

    private static IServiceCollection RemoveAll<T>(this IServiceCollection services)
    {
        foreach (var service in services.Where(s => s.ServiceType == typeof(T)).ToList())
        {
            services.Remove(service);
        }

        return services;
    }

    private static void RemoveKeyRing(this IServiceCollection services)
    {
        foreach (var service in services.Where(s => s.ServiceType == typeof(IHostedService)
            && s.ImplementationType?.Namespace?.StartsWith("Microsoft.AspNetCore.DataProtection", StringComparison.Ordinal) == true).ToList())
        {
            services.Remove(service);
        }
    }
}
