using Foliosync.Diagnosis;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Foliosync.Api;

/// <summary>Whether the process runs.</summary>
/// <param name="Status"><c>ok</c>.</param>
internal sealed record Health(string Status);

/// <summary>Whether the program can do its work.</summary>
/// <param name="Status"><c>ready</c>; whatever is not ready answers with a problem that has the same checks.</param>
/// <param name="Checks">What was looked at, in order.</param>
internal sealed record ReadinessView(string Status, IReadOnlyList<CheckResult> Checks);

/// <summary><c>/healthz</c> and <c>/readyz</c>.</summary>
internal static class HealthApi
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", () => TypedResults.Ok(new Health("ok")))
            .WithName("getHealth").WithSummary("The process runs").WithTags("Health");
        app.MapGet("/readyz", ReadyAsync)
            .WithName("getReadiness").WithSummary("The program can do its work; says what it looked at").WithTags("Health")
            .Produces<ReadinessView>().ProducesProblem(503);
    }

    private static async Task<Results<Ok<ReadinessView>, EmptyHttpResult>> ReadyAsync(
        HttpContext http, Readiness readiness, CancellationToken cancellationToken)
    {
        var checks = await readiness.ExamineAsync(cancellationToken);
        if (checks.FirstOrDefault(c => c.State == CheckState.Failed) is not { } failed)
        {
            http.Response.Headers.CacheControl = "no-store";
            return TypedResults.Ok(new ReadinessView("ready", checks));
        }

        await Problems.WriteAsync(
            http, StatusCodes.Status503ServiceUnavailable, failed.Message, extensions: [new("checks", checks)]);
        return TypedResults.Empty;
    }
}
