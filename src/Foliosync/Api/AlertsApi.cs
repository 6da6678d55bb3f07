using System.ComponentModel;
using System.Security.Claims;
using Foliosync.Core;
using Foliosync.Core.Alerts;
using Foliosync.Core.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Api;

/// <summary>Something a person should know or do, from when it began until it was over.</summary>
/// <param name="Id">Id.</param>
/// <param name="Kind">What happened: needsLogin, credentialsRejected, failing, needsReview, providerChanged, dataStale, workersDown, channelDead.</param>
/// <param name="ConnectionId">The connection; null when it is about none.</param>
/// <param name="Label">What the person calls the connection; null when it is about none.</param>
/// <param name="Message">What to do.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="ResolvedAt">When it was over; null while it lasts.</param>
/// <param name="DismissedAt">When it was put aside; null when it was not.</param>
/// <param name="ToldAt">When it was handed to the channels; null before.</param>
internal sealed record AlertView(
    Guid Id,
    string Kind,
    Guid? ConnectionId,
    string? Label,
    string Message,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ResolvedAt,
    DateTimeOffset? DismissedAt,
    DateTimeOffset? ToldAt);

/// <summary><c>/api/v1/alerts</c>.</summary>
internal static class AlertsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/alerts").WithTags("Alerts");
        group.MapGet("/", ListAsync).WithName("listAlerts").WithSummary("List alerts, newest first").ProducesProblem(400).ProducesProblem(404);
        var one = group.MapGroup("/{id:guid}").ProducesProblem(404);
        one.MapGet("/", GetAsync).WithName("getAlert").WithSummary("Get an alert");
        one.MapPost("/dismiss", DismissAsync).WithName("dismissAlert").WithSummary("Put an alert aside; what was not told of it yet is not told");
    }

    private static async Task<Ok<Page<AlertView>>> ListAsync(
        ClaimsPrincipal user,
        Database database,
        [AsParameters] PageQuery page,
        [Description("True for those that last and were not put aside, false for the others.")] bool? open,
        Guid? connectionId,
        string? kind,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        await OwnIds.RequireAsync(db, null, connectionId, null, cancellationToken);
        var alerts = db.Alerts.AsNoTracking();
        alerts = page.AfterId is { } after ? alerts.Where(a => a.Id < after) : alerts;
        alerts = open is { } isOpen ? alerts.Where(a => (a.ResolvedAt == null && a.DismissedAt == null) == isOpen) : alerts;
        alerts = connectionId is null ? alerts : alerts.Where(a => a.ConnectionId == connectionId);
        alerts = kind is null ? alerts : alerts.Where(a => a.Kind == kind);
        return TypedResults.Ok(await page.ReadAsync(Views(db, alerts.OrderByDescending(a => a.Id)), a => PageQuery.CursorOf(a.Id), cancellationToken));
    }

    private static async Task<Ok<AlertView>> GetAsync(ClaimsPrincipal user, Database database, Guid id, CancellationToken cancellationToken) =>
        TypedResults.Ok(await ViewAsync(database, Caller.Of(user), id, cancellationToken));

    private static async Task<Ok<AlertView>> DismissAsync(
        ClaimsPrincipal user, Database database, AlertChannels channels, Guid id, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        await channels.DismissAsync(id, caller.Actor, cancellationToken);
        return TypedResults.Ok(await ViewAsync(database, caller, id, cancellationToken));
    }

    private static async Task<AlertView> ViewAsync(Database database, Caller caller, Guid id, CancellationToken cancellationToken)
    {
        await using var db = database.Open(caller.Rows);
        return await Views(db, db.Alerts.AsNoTracking().Where(a => a.Id == id)).SingleOrDefaultAsync(cancellationToken)
            ?? throw new NotFoundException("alert");
    }

    private static IQueryable<AlertView> Views(FoliosyncDb db, IQueryable<Alert> alerts) => alerts.Select(a => new AlertView(
        a.Id,
        a.Kind,
        a.ConnectionId,
        db.Connections.Where(c => c.Id == a.ConnectionId).Select(c => c.Label).FirstOrDefault(),
        a.Message,
        a.CreatedAt,
        a.ResolvedAt,
        a.DismissedAt,
        a.ToldAt));
}
