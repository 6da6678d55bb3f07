using System.Text.Encodings.Web;
using System.Text.Json.Serialization;
using Foliosync.Api.Admin;
using Foliosync.Api.Monitor;
using Foliosync.Api.Pages;
using Foliosync.Core.Statements;
using Foliosync.Core.Storage;
using Foliosync.Web;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Foliosync.Api;

/// <summary>The server as a whole: the API, the pages beside it, and where everything is.</summary>
internal static class FoliosyncApi
{
    // A connection's credentials and a page of changes are a few kilobytes.
    private const long MaxBodyBytes = 1024 * 1024;

    /// <summary>Adds what the API needs beside the services of the instance.</summary>
    public static IServiceCollection AddFoliosyncApi(this IServiceCollection services)
    {
        BearerAuthentication.AddTo(services);
        services.AddExceptionHandler<Problems>();
        services.AddProblemDetails();
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(options =>
        {
            // JSON is never read as HTML here; sentences keep their apostrophes.
            options.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
            options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            foreach (var converter in ApiJson.Default.Options.Converters)
            {
                options.SerializerOptions.Converters.Add(converter);
            }
        });
        // From a web server on this machine, which ends TLS: who calls, and how.
        services.Configure<ForwardedHeadersOptions>(options => options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto);
        services.AddSingleton<DataVersion>();
        services.AddSingleton<LoginWalk>();
        services.AddSingleton<AdminGate>();
        services.AddRateLimiter(limits => limits.AddPolicy<string, LoginPagesLimit>(LoginPagesLimit.Name));
        services.AddSingleton<HoldingPages>();
        services.AddSingleton<PrometheusText>();
        services.AddOpenApi(ApiDocument.Name, ApiDocument.Configure);
        services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        });
        return services;
    }

    /// <summary>Puts the API and the pages in place.</summary>
    public static WebApplication MapFoliosyncApi(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.Use((http, next) => SecurityHeaders.AddAsync(http, next));
        app.Use((http, next) => PageFiles.ServeAsync(http, next));
        app.UseResponseCompression();
        // What renders the page of an error must not be what has just failed.
        app.UseExceptionHandler(new ExceptionHandlerOptions { CreateScopeForErrors = true });
        app.UseStatusCodePages(Problems.WriteStatusAsync);
        app.UseSwaggerUI(browser =>
        {
            browser.RoutePrefix = "api";
            browser.SwaggerEndpoint("/openapi/v1.json", "Foliosync v1");
            browser.DocumentTitle = "Foliosync API";
        });
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();

        app.MapFoliosyncWeb();
        StatusPage.Map(app);
        Html.MapStyle(app);
        HealthApi.Map(app);
        MetricsApi.Map(app);
        LoginCallback.Map(app);
        LoginLinkPages.Map(app);
        app.MapOpenApi();

        var api = app.MapGroup("/api/v1").RequireAuthorization(BearerAuthentication.Policy).ProducesProblem(401).ProducesProblem(403);
        PortfoliosApi.Map(api);
        SharesApi.Map(api);
        BrokersApi.Map(api);
        ConnectionsApi.Map(api);
        SyncRunsApi.Map(api);
        ReviewsApi.Map(api);
        AccountsApi.Map(api);
        AccountLotsApi.Map(api);
        StatementsApi.Map(api, app.Services.GetRequiredService<StatementSettings>());
        ReconciliationApi.Map(api);
        HoldingsApi.Map(api);
        CashBalancesApi.Map(api);
        TransactionsApi.Map(api);
        ExportsApi.Map(api);
        AlertsApi.Map(api);
        AlertChannelsApi.Map(api);
        FxRatesApi.Map(api);
        PricesApi.Map(api);
        ValuationsApi.Map(api);
        TokensApi.Map(api);
        StatusApi.Map(api);
        AdminApi.Map(api);
        MonitorApi.Map(api);
        return app;
    }
}
