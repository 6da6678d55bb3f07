using System.Data.Common;
using Foliosync.Core.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Foliosync.Api;

/// <summary>Whether the program works.</summary>
/// <param name="Status"><c>ok</c> or <c>ready</c>.</param>
internal sealed record Health(string Status);

/// <summary><c>/healthz</c> and <c>/readyz</c>.</summary>
internal static class HealthApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", () => TypedResults.Ok(new Health("ok")))
            .WithName("getHealth").WithSummary("The process runs").WithTags("Health");
        app.MapGet("/readyz", ReadyAsync)
            .WithName("getReadiness").WithSummary("The database can be used").WithTags("Health").Produces<Health>().ProducesProblem(503);
    }

    /// <summary>What keeps the program from working; null when nothing does.</summary>
    public static async Task<string?> FindFaultAsync(Database database, CancellationToken cancellationToken)
    {
        try
        {
            return await database.IsCurrentAsync(cancellationToken)
                ? null
                : "The database is older than the program. Run 'foliosync migrate'.";
        }
        catch (DatabaseVersionException e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is DbException or InvalidOperationException or TimeoutException)
        {
            return "The database cannot be reached. See the log of the server, or run 'foliosync doctor'.";
        }
    }

    private static async Task<Results<Ok<Health>, EmptyHttpResult>> ReadyAsync(
        HttpContext http, Database database, CancellationToken cancellationToken)
    {
        if (await FindFaultAsync(database, cancellationToken) is not { } fault)
        {
            return TypedResults.Ok(new Health("ready"));
        }

        await Problems.WriteAsync(http, StatusCodes.Status503ServiceUnavailable, fault);
        return TypedResults.Empty;
    }
}
