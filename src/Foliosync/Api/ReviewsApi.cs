using System.ComponentModel;
using System.Security.Claims;
using Foliosync.Core;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Sync.Replays;
using Foliosync.Core.Sync.Reviews;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Api;

/// <summary>A report that was not applied at once, and what became of it.</summary>
internal sealed record ReviewView(
    Guid Id,
    Guid RunId,
    Guid LastRunId,
    Guid ConnectionId,
    Guid AccountId,
    string AccountName,
    ReviewState State,
    string Reason,
    DateTimeOffset Since,
    DateTimeOffset? DecidedAt,
    Guid? DecidedBy,
    ReviewDiff Diff)
{
    public static ReviewView Of(Review r) => new(
        r.Id, r.RunId, r.LastRunId, r.ConnectionId, r.AccountId, r.Account!.Name, r.State, r.Reason, r.Since, r.DecidedAt, r.DecidedBy, r.Diff);
}

/// <summary>
/// <c>/api/v1/reviews</c>, and under <c>/api/v1/sync-runs/{id}</c> what people do with a run that is over: look at its review, accept
/// or reject it, replay it, compare it.
/// </summary>
internal static class ReviewsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/reviews", ListAsync).WithTags("Reviews").WithName("listReviews")
            .WithSummary("List reports that were not applied at once, newest first").ProducesProblem(400).ProducesProblem(404);

        var run = api.MapGroup("/sync-runs/{id:guid}").WithTags("Reviews").ProducesProblem(404);
        run.MapGet("/review", OfRunAsync).WithName("getSyncRunReview").WithSummary("What waits in a run, by account: what would vanish, what would change");
        run.MapPost("/accept", AcceptAsync).WithName("acceptSyncRun").WithSummary("Apply the report that waits; answers with the run that did it").ProducesProblem(409);
        run.MapPost("/reject", RejectAsync).WithName("rejectSyncRun").WithSummary("Keep the data; the same report is not asked about again").ProducesProblem(409);
        run.MapGet("/replay", ReplayAsync).WithName("replaySyncRun").WithSummary("What today's adapter makes of what the broker sent; nothing is stored").ProducesProblem(409);
        run.MapGet("/compare", CompareAsync).WithName("compareSyncRuns").WithSummary("Why did this number change: two runs, down to the field")
            .ProducesProblem(400).ProducesProblem(409);
    }

    private static async Task<Ok<Page<ReviewView>>> ListAsync(
        ClaimsPrincipal user,
        Database database,
        [AsParameters] PageQuery page,
        Guid? connectionId,
        Named<ReviewState>? state,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        await OwnIds.RequireAsync(db, null, connectionId, null, cancellationToken);
        var reviews = db.Reviews.AsNoTracking().Include(r => r.Account).AsQueryable();
        reviews = page.AfterId is { } after ? reviews.Where(r => r.Id < after) : reviews;
        reviews = connectionId is null ? reviews : reviews.Where(r => r.ConnectionId == connectionId);
        reviews = state is { Value: var wanted } ? reviews.Where(r => r.State == wanted) : reviews;
        var found = await page.ReadAsync(reviews.OrderByDescending(r => r.Id), r => PageQuery.CursorOf(r.Id), cancellationToken);
        return TypedResults.Ok(new Page<ReviewView>([.. found.Items.Select(ReviewView.Of)], found.Next));
    }

    private static async Task<Ok<Page<ReviewView>>> OfRunAsync(
        ClaimsPrincipal user, Database database, Guid id, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        var run = await FindAsync(db, id, cancellationToken);
        var reviews = await ReviewDecisions.Of(db.Reviews.AsNoTracking(), run).Include(r => r.Account).OrderBy(r => r.Id).ToListAsync(cancellationToken);
        return TypedResults.Ok(new Page<ReviewView>([.. reviews.Select(ReviewView.Of)], null));
    }

    private static async Task<Ok<SyncRunView>> AcceptAsync(
        ClaimsPrincipal user, Database database, ReviewDecisions decisions, Guid id, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var applied = await decisions.AcceptAsync(id, caller.Actor, cancellationToken);
        await using var db = database.Open(caller.Rows);
        return TypedResults.Ok(SyncRunView.Of(await FindAsync(db, applied, cancellationToken)));
    }

    private static async Task<NoContent> RejectAsync(
        ClaimsPrincipal user, ReviewDecisions decisions, Guid id, CancellationToken cancellationToken)
    {
        await decisions.RejectAsync(id, Caller.Of(user).Actor, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<ReplayResult>> ReplayAsync(
        ClaimsPrincipal user, RunReplay replay, Guid id, CancellationToken cancellationToken) =>
        TypedResults.Ok(await replay.PreviewAsync(id, Caller.Of(user).Rows, cancellationToken));

    private static async Task<Ok<ComparedRuns>> CompareAsync(
        ClaimsPrincipal user,
        RunComparison comparison,
        Guid id,
        [Description("The other run, of the same connection.")] Guid? with,
        [Description("Only this instrument, by the broker's symbol.")] string? symbol,
        CancellationToken cancellationToken) =>
        TypedResults.Ok(await comparison.CompareAsync(
            id,
            with ?? throw new QueryException("with", "Name the run to compare with: ?with=ID."),
            symbol,
            Caller.Of(user).Rows,
            cancellationToken));

    private static async Task<SyncRun> FindAsync(FoliosyncDb db, Guid id, CancellationToken cancellationToken) =>
        await db.SyncRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancellationToken) ?? throw new NotFoundException("sync run");
}
