using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Foliosync.Api;

/// <summary><c>/api/v1/status</c>: whether data is being updated. The same for everyone, and nothing of anybody.</summary>
internal static class StatusApi
{
    public static void Map(RouteGroupBuilder api) => api.MapGet("/status", GetAsync)
        .WithName("getStatus").WithSummary("Whether data is being updated, and since when not").WithTags("Status");

    private static async Task<Ok<UpdateStatus>> GetAsync(Database database, Workers workers, SyncBacklog backlog, CancellationToken cancellationToken) =>
        TypedResults.Ok(await UpdateStatus.LookAsync(database, workers, backlog, cancellationToken));
}
