using System.Reflection;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Diagnosis;
using Foliosync.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Foliosync.Api.Pages;

/// <summary><c>/status</c>: version, readiness and the way to the API. Shows nothing of anybody.</summary>
internal static class StatusPage
{
    private static readonly string Version =
        typeof(StatusPage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/status", ShowAsync).ExcludeFromDescription();

    private static async Task<ContentHttpResult> ShowAsync(
        HttpContext http, Readiness readiness, Database database, Workers workers, SyncBacklog backlog, CancellationToken cancellationToken)
    {
        var fault = await readiness.FindFaultAsync(cancellationToken);
        var notice = fault is null ? (await UpdateStatus.LookAsync(database, workers, backlog, cancellationToken)).Notice : null;
        var t = TextLocalizer.Of(http);
        return Html.Page(t, t["Status"], $"""
            <h1>Foliosync</h1>
            <p class="lead">{Html.Encode(t["Keeps portfolios in step with their brokers."])}</p>
            <dl>
              <dt>{Html.Encode(t["Status"])}</dt>
              <dd class="{(fault is null ? "good" : "bad")}">{Html.Encode(fault ?? t["Ready"])}</dd>
              <dt>{Html.Encode(t["Data"])}</dt>
              <dd class="{(fault is null && notice is null ? "good" : "bad")}">{Html.Encode(notice ?? (fault is null ? t["Kept in step"] : t["Not known"]))}</dd>
              <dt>{Html.Encode(t["Version"])}</dt>
              <dd>{Html.Encode(Version)}</dd>
            </dl>
            <nav><a href="/api">{Html.Encode(t["Browse the API"])}</a> <a href="/openapi/v1.json">{Html.Encode(t["OpenAPI document"])}</a></nav>
            """);
    }
}
