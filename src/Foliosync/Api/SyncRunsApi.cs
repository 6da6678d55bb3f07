using System.ComponentModel;
using System.Security.Claims;
using Foliosync.Brokers.Contract;
using Foliosync.Core;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Api;

/// <summary>One sync of one connection and its result.</summary>
internal sealed record SyncRunView(
    Guid Id,
    Guid ConnectionId,
    SyncTrigger Trigger,
    SyncRunState State,
    DateTimeOffset QueuedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    int Attempt,
    string? Worker,
    SyncCountsView Counts,
    IReadOnlyList<BrokerWarning> Warnings,
    SyncErrorView? Error,
    IReadOnlyList<SyncStep> Steps)
{
    public static SyncRunView Of(SyncRun r) => new(
        r.Id,
        r.ConnectionId,
        r.Trigger,
        r.State,
        r.QueuedAt,
        r.StartedAt,
        r.FinishedAt,
        r.Attempt,
        r.Worker,
        new SyncCountsView(r.Received, r.Inserted, r.Updated, r.Closed, r.Unchanged, r.Skipped),
        r.Warnings,
        r.ErrorKind is null ? null : new SyncErrorView(r.ErrorKind, r.ErrorMessage ?? string.Empty),
        r.Steps);
}

/// <summary>Rows by what became of them.</summary>
internal sealed record SyncCountsView(int Received, int Inserted, int Updated, int Closed, int Unchanged, int Skipped);

/// <summary>Why a run did not succeed.</summary>
internal sealed record SyncErrorView(string Kind, string Message);

/// <summary><c>/api/v1/sync-runs</c>.</summary>
internal static class SyncRunsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/sync-runs").WithTags("Sync runs");
        group.MapGet("/", ListAsync).WithName("listSyncRuns").WithSummary("List sync runs, newest first").ProducesProblem(400).ProducesProblem(404);
        group.MapGet("/{id:guid}", GetAsync).WithName("getSyncRun").WithSummary("Get a sync run").ProducesProblem(404);
    }

    private static async Task<Ok<Page<SyncRunView>>> ListAsync(
        ClaimsPrincipal user,
        Database database,
        [AsParameters] PageQuery page,
        Guid? connectionId,
        Named<SyncRunState>? state,
        Named<SyncTrigger>? trigger,
        [Description("Queued at this instant or later.")] Instant? from,
        [Description("Queued before this instant.")] Instant? to,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        await OwnIds.RequireAsync(db, null, connectionId, null, cancellationToken);
        var runs = db.SyncRuns.AsNoTracking();
        runs = page.AfterId is { } after ? runs.Where(r => r.Id < after) : runs;
        runs = connectionId is null ? runs : runs.Where(r => r.ConnectionId == connectionId);
        runs = state is { Value: var wanted } ? runs.Where(r => r.State == wanted) : runs;
        runs = trigger is { Value: var cause } ? runs.Where(r => r.Trigger == cause) : runs;
        runs = from is { Value: var first } ? runs.Where(r => r.QueuedAt >= first) : runs;
        runs = to is { Value: var last } ? runs.Where(r => r.QueuedAt < last) : runs;
        var found = await page.ReadAsync(runs.OrderByDescending(r => r.Id), r => PageQuery.CursorOf(r.Id), cancellationToken);
        return TypedResults.Ok(new Page<SyncRunView>([.. found.Items.Select(SyncRunView.Of)], found.Next));
    }

    private static async Task<Ok<SyncRunView>> GetAsync(
        ClaimsPrincipal user, Database database, Guid id, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        var run = await db.SyncRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancellationToken)
            ?? throw new NotFoundException("sync run");
        return TypedResults.Ok(SyncRunView.Of(run));
    }
}
