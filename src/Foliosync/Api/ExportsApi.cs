using System.ComponentModel;
using System.Security.Claims;
using Foliosync.Core.Exports;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Foliosync.Api;

/// <summary><c>/api/v1/portfolios/{id}/export</c>, <c>/api/v1/accounts/{id}/export</c> and <c>/api/v1/import-template</c>.</summary>
internal static class ExportsApi
{
    /// <summary>One header for each thing that the format could not say as it is.</summary>
    public const string WarningHeader = "Foliosync-Warning";

    private static readonly ExportFormat[] Templates = [ExportFormat.Csv, ExportFormat.Json];
    private static readonly string[] MediaTypes = ["text/csv", "application/json", "text/plain"];

    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("").WithTags("Export and import");
        group.MapGet("/portfolios/{id:guid}/export", PortfolioAsync).WithName("exportPortfolio")
            .WithSummary("Download the transactions, holdings and cash of a portfolio").ProducesFile().ProducesProblem(400).ProducesProblem(404);
        group.MapGet("/accounts/{id:guid}/export", AccountAsync).WithName("exportAccount")
            .WithSummary("Download the transactions, holdings and cash of an account").ProducesFile().ProducesProblem(400).ProducesProblem(404);
        group.MapGet("/import-template", Template).WithName("getImportTemplate")
            .WithSummary("Download a file in the generic format to fill in").ProducesFile().ProducesProblem(400);
    }

    private static async Task<PushStreamHttpResult> PortfolioAsync(
        ClaimsPrincipal user,
        LedgerExport exports,
        HttpResponse response,
        Guid id,
        [Description("csv, json, ghostfolio or beancount.")] string? format,
        [Description("False to leave out transactions that were concluded from snapshots.")] bool? inferred,
        CancellationToken cancellationToken)
    {
        var request = new ExportRequest(FormatOf(format, ExportFormats.Names), inferred ?? true);
        return await DownloadAsync(await exports.OfPortfolioAsync(id, request, Caller.Of(user).Rows, cancellationToken), response, cancellationToken);
    }

    private static async Task<PushStreamHttpResult> AccountAsync(
        ClaimsPrincipal user,
        LedgerExport exports,
        HttpResponse response,
        Guid id,
        [Description("csv, json, ghostfolio or beancount.")] string? format,
        [Description("False to leave out transactions that were concluded from snapshots.")] bool? inferred,
        CancellationToken cancellationToken)
    {
        var request = new ExportRequest(FormatOf(format, ExportFormats.Names), inferred ?? true);
        return await DownloadAsync(await exports.OfAccountAsync(id, request, Caller.Of(user).Rows, cancellationToken), response, cancellationToken);
    }

    private static FileStreamHttpResult Template([Description("csv or json.")] string? format)
    {
        var wanted = FormatOf(format, [.. Templates.Select(t => t.ToString().ToLowerInvariant())]);
        var ending = ExportFormats.EndingOf(wanted);
        return TypedResults.Stream(
            typeof(ExportsApi).Assembly.GetManifestResourceStream($"import-template{ending}")!,
            ExportFormats.MediaTypeOf(wanted),
            $"foliosync-import-template{ending}");
    }

    /// <summary>Headers go before the body, so what cannot be said is found out first.</summary>
    private static async Task<PushStreamHttpResult> DownloadAsync(ExportFile file, HttpResponse response, CancellationToken cancellationToken)
    {
        foreach (var warning in await file.FindWarningsAsync(cancellationToken))
        {
            response.Headers.Append(WarningHeader, warning);
        }

        return TypedResults.Stream(body => file.WriteAsync(body, cancellationToken), file.MediaType, file.Name);
    }

    private static ExportFormat FormatOf(string? format, IReadOnlyList<string> names) =>
        names.Contains(format, StringComparer.OrdinalIgnoreCase)
            ? ExportFormats.Find(format)!.Value
            : throw new QueryException("format", $"Choose a format: {string.Join(", ", names.SkipLast(1))} or {names[^1]}.");

    private static RouteHandlerBuilder ProducesFile(this RouteHandlerBuilder endpoint) =>
        endpoint.Produces<Stream>(StatusCodes.Status200OK, MediaTypes[0], [.. MediaTypes.Skip(1)]);
}
