using Foliosync.Core.Monitoring;
using Microsoft.AspNetCore.Authentication;

namespace Foliosync.Api.Monitor;

/// <summary><c>/metrics</c>: what Prometheus scrapes. Open to everybody when a setting says so, else to tokens of admins.</summary>
internal static class MetricsApi
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/metrics", ScrapeAsync).ExcludeFromDescription();

    private static async Task ScrapeAsync(HttpContext http, MonitorSettings settings, PrometheusText text, CancellationToken cancellationToken)
    {
        if (!settings.HasOpenMetrics && !await IsOperatorAsync(http))
        {
            // As if there were nothing: whoever scans addresses learns nothing of it.
            await Problems.WriteAsync(http, StatusCodes.Status404NotFound, "There is nothing at this address.");
            return;
        }

        http.Response.ContentType = ContentType;
        await http.Response.WriteAsync(await text.CollectAsync(cancellationToken), cancellationToken);
    }

    private static async Task<bool> IsOperatorAsync(HttpContext http) =>
        await http.AuthenticateAsync(BearerAuthentication.SchemeName) is { Succeeded: true, Principal: { } caller }
        && Caller.Of(caller).IsOperator;
}
