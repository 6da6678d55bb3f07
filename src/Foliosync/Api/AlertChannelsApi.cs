using System.Security.Claims;
using Foliosync.Core;
using Foliosync.Core.Alerts;
using Foliosync.Core.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Api;

/// <summary><c>/api/v1/alert-channels</c>.</summary>
internal static class AlertChannelsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/alert-channels").WithTags("Alerts");
        group.MapGet("/", ListAsync).WithName("listAlertChannels").WithSummary("List channels");
        group.MapPost("/", CreateAsync).WithName("createAlertChannel")
            .WithSummary("Add a channel; a signing key that was made for a webhook is shown this once").ProducesProblem(404).ProducesProblem(422);
        var one = group.MapGroup("/{id:guid}").ProducesProblem(404);
        one.MapGet("/", GetAsync).WithName("getAlertChannel").WithSummary("Get a channel");
        one.MapPatch("/", ChangeAsync).WithName("changeAlertChannel").WithSummary("Change a channel").ProducesProblem(422);
        one.MapDelete("/", RemoveAsync).WithName("removeAlertChannel").WithSummary("Remove a channel");
        one.MapPost("/test", TestAsync).WithName("testAlertChannel").WithSummary("Send a trial now and tell what happened").ProducesProblem(422);
        one.MapGet("/deliveries", ListDeliveriesAsync).WithName("listAlertDeliveries").WithSummary("List what a channel was told, newest first").ProducesProblem(400);
    }

    private static async Task<Ok<Page<AlertChannelView>>> ListAsync(
        ClaimsPrincipal user, Database database, [AsParameters] PageQuery page, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        var rows = db.AlertChannels.AsNoTracking();
        rows = page.AfterId is { } after ? rows.Where(c => c.Id > after) : rows;
        var found = await page.ReadAsync(rows.OrderBy(c => c.Id), c => PageQuery.CursorOf(c.Id), cancellationToken);
        return TypedResults.Ok(new Page<AlertChannelView>([.. found.Items.Select(AlertChannelView.Of)], found.Next));
    }

    private static async Task<Created<NewAlertChannelView>> CreateAsync(
        ClaimsPrincipal user, AlertChannels channels, AlertChannelInput input, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var kind = input.Kind ?? throw new InputException("Say what the channel is: email, webhook or ntfy.", "kind");
        var made = await channels.CreateAsync(caller.UserId, kind, input.Values, caller.Actor, cancellationToken);
        return TypedResults.Created($"/api/v1/alert-channels/{made.Channel.Id}", NewAlertChannelView.Of(made));
    }

    private static async Task<Ok<AlertChannelView>> GetAsync(
        ClaimsPrincipal user, Database database, Guid id, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        return TypedResults.Ok(AlertChannelView.Of(await FindAsync(db, id, cancellationToken)));
    }

    private static async Task<Ok<NewAlertChannelView>> ChangeAsync(
        ClaimsPrincipal user, AlertChannels channels, Guid id, AlertChannelPatch patch, CancellationToken cancellationToken) =>
        TypedResults.Ok(NewAlertChannelView.Of(await channels.ChangeAsync(id, patch.Values, Caller.Of(user).Actor, cancellationToken)));

    private static async Task<NoContent> RemoveAsync(ClaimsPrincipal user, AlertChannels channels, Guid id, CancellationToken cancellationToken)
    {
        await channels.RemoveAsync(id, Caller.Of(user).Actor, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<AlertTrialView>> TestAsync(
        ClaimsPrincipal user, AlertChannels channels, Guid id, CancellationToken cancellationToken)
    {
        var trial = await channels.TestAsync(id, Caller.Of(user).Actor, cancellationToken);
        return TypedResults.Ok(new AlertTrialView(trial.Problem is null, trial.Problem));
    }

    private static async Task<Ok<Page<AlertDeliveryView>>> ListDeliveriesAsync(
        ClaimsPrincipal user, Database database, Guid id, [AsParameters] PageQuery page, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        await FindAsync(db, id, cancellationToken);
        var rows = db.AlertDeliveries.AsNoTracking().Where(d => d.ChannelId == id);
        rows = page.AfterId is { } after ? rows.Where(d => d.Id < after) : rows;
        return TypedResults.Ok(await page.ReadAsync(
            rows.OrderByDescending(d => d.Id).Select(d => new AlertDeliveryView(
                d.Id,
                d.AlertId,
                d.Event,
                d.State,
                d.MessageId,
                d.Tries,
                d.State == AlertDeliveryState.Waiting ? d.NextTryAt : null,
                d.LastError,
                d.SentAt,
                d.CreatedAt)),
            d => PageQuery.CursorOf(d.Id),
            cancellationToken));
    }

    private static async Task<AlertChannel> FindAsync(FoliosyncDb db, Guid id, CancellationToken cancellationToken) =>
        await db.AlertChannels.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken)
        ?? throw new NotFoundException("alert channel");
}
