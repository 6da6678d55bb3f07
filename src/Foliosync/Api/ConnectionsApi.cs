using System.ComponentModel;
using System.Security.Claims;
using System.Text.Json;
using Foliosync.Brokers.Contract;
using Foliosync.Core;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Foliosync.Api;

/// <summary><c>/api/v1/connections</c>.</summary>
internal static class ConnectionsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/connections").WithTags("Connections");
        group.MapGet("/", ListAsync).WithName("listConnections").WithSummary("List connections").ProducesProblem(400).ProducesProblem(404);
        group.MapPost("/", CreateAsync).WithName("createConnection").WithSummary("Connect a broker; it is asked first, unless check is false")
            .ProducesProblem(404).ProducesProblem(422).ProducesProblem(502).ProducesProblem(503);

        var one = group.MapGroup("/{id:guid}").ProducesProblem(404);
        one.MapGet("/", GetAsync).WithName("getConnection").WithSummary("Get a connection");
        one.MapPatch("/", ChangeAsync).WithName("changeConnection").WithSummary("Change label, reads, interval or portfolio").ProducesProblem(422);
        one.MapDelete("/", RemoveAsync).WithName("removeConnection").WithSummary("Remove a connection with everything read through it");
        one.MapPut("/credentials", ReplaceCredentialsAsync).WithName("replaceCredentials").WithSummary("Replace the credentials")
            .Accepts<Dictionary<string, string>>("application/json").ProducesProblem(422).ProducesProblem(502).ProducesProblem(503);
        one.MapPost("/sync", SyncAsync).WithName("syncConnection").WithSummary("Sync now, in any state but closed").ProducesProblem(409);
        one.MapPost("/pause", PauseAsync).WithName("pauseConnection").WithSummary("Stop scheduled syncs");
        one.MapPost("/resume", ResumeAsync).WithName("resumeConnection").WithSummary("Let a paused connection sync again");
        one.MapPost("/close", CloseAsync).WithName("closeConnection").WithSummary("Delete its credentials and read it no more; what was read stays");
        one.MapPost("/login", LoginAsync).WithName("loginConnection").WithSummary("Begin the login at the broker, or go on with it")
            .ProducesProblem(422).ProducesProblem(502).ProducesProblem(503);
    }

    private static async Task<Ok<Page<ConnectionView>>> ListAsync(
        ClaimsPrincipal user,
        Database database,
        [AsParameters] PageQuery page,
        Guid? portfolioId,
        string? broker,
        Named<ConnectionState>? state,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        await OwnIds.RequireAsync(db, portfolioId, null, null, cancellationToken);
        IQueryable<BrokerConnection> rows = db.Connections;
        rows = page.AfterId is { } after ? rows.Where(c => c.Id > after) : rows;
        rows = portfolioId is null ? rows : rows.Where(c => c.PortfolioId == portfolioId);
        rows = broker is null ? rows : rows.Where(c => c.BrokerId == broker);
        rows = state is { Value: var wanted } ? rows.Where(c => c.Sync!.State == wanted) : rows;
        var views = await ConnectionView.ReadAsync(db, rows.OrderBy(c => c.Id).Take(page.Rows + 1), cancellationToken);
        return TypedResults.Ok(page.Cut(views, c => PageQuery.CursorOf(c.Id)));
    }

    private static async Task<Created<ConnectionView>> CreateAsync(
        ClaimsPrincipal user,
        Database database,
        ConnectionSetup setup,
        ConnectionInput input,
        [Description("False to save without asking the broker first.")] bool? check,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var request = new NewConnection(
            caller.UserId,
            PortfolioId(input.PortfolioId ?? throw new InputException("Name the portfolio that the accounts count for.", "portfolioId")),
            input.Broker ?? throw new InputException("Name the broker; GET /api/v1/brokers lists them.", "broker"),
            input.Label,
            input.Credentials ?? [],
            SessionOf(input.Session),
            ReadsOf(input.Reads),
            string.IsNullOrEmpty(input.SyncInterval) ? null : SyncIntervals.Parse(input.SyncInterval));
        var made = await setup.CreateAsync(request, check ?? true, caller.Actor, cancellationToken);
        return TypedResults.Created($"/api/v1/connections/{made.Id}", await ViewAsync(database, caller, made.Id, cancellationToken));
    }

    private static async Task<Ok<ConnectionView>> GetAsync(
        ClaimsPrincipal user, Database database, Guid id, CancellationToken cancellationToken) =>
        TypedResults.Ok(await ViewAsync(database, Caller.Of(user), id, cancellationToken));

    private static async Task<Ok<ConnectionView>> ChangeAsync(
        ClaimsPrincipal user, Database database, ConnectionSetup setup, Guid id, ConnectionPatch patch, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var change = new ConnectionChange(patch.Label, ReadsOf(patch.Reads), patch.PortfolioId is { } p ? PortfolioId(p) : null, IntervalOf(patch.SyncInterval));
        await setup.ChangeAsync(id, change, caller.Actor, cancellationToken);
        return TypedResults.Ok(await ViewAsync(database, caller, id, cancellationToken));
    }

    private static async Task<NoContent> RemoveAsync(
        ClaimsPrincipal user, ConnectionSetup setup, Guid id, CancellationToken cancellationToken)
    {
        await setup.RemoveAsync(id, Caller.Of(user).Actor, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<ConnectionView>> ReplaceCredentialsAsync(
        ClaimsPrincipal user,
        Database database,
        ConnectionSetup setup,
        Guid id,
        JsonElement body,
        [Description("False to save without asking the broker first.")] bool? check,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        await RequireAsync(database, caller.Rows.Owned, id, cancellationToken);
        await setup.ReplaceCredentialsAsync(id, CredentialsBody.Read(body), check ?? true, caller.Actor, cancellationToken);
        return TypedResults.Ok(await ViewAsync(database, caller, id, cancellationToken));
    }

    private static async Task<Accepted<QueuedRun>> SyncAsync(
        ClaimsPrincipal user, Database database, SyncQueue queue, Guid id, CancellationToken cancellationToken)
    {
        await RequireAsync(database, Caller.Of(user).Rows.Changeable, id, cancellationToken);
        var runId = await queue.EnqueueAsync(id, SyncTrigger.Manual, cancellationToken);
        return TypedResults.Accepted($"/api/v1/sync-runs/{runId}", new QueuedRun(runId));
    }

    private static async Task<Ok<ConnectionView>> PauseAsync(
        ClaimsPrincipal user, Database database, ConnectionSetup setup, Guid id, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        await setup.PauseAsync(id, caller.Actor, cancellationToken);
        return TypedResults.Ok(await ViewAsync(database, caller, id, cancellationToken));
    }

    private static async Task<Ok<ConnectionView>> ResumeAsync(
        ClaimsPrincipal user, Database database, ConnectionSetup setup, Guid id, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        await setup.ResumeAsync(id, caller.Actor, cancellationToken);
        return TypedResults.Ok(await ViewAsync(database, caller, id, cancellationToken));
    }

    private static async Task<Ok<ConnectionView>> CloseAsync(
        ClaimsPrincipal user, Database database, ConnectionSetup setup, Guid id, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        await setup.CloseAsync(id, caller.Actor, cancellationToken);
        return TypedResults.Ok(await ViewAsync(database, caller, id, cancellationToken));
    }

    private static async Task<Ok<LoginView>> LoginAsync(
        ClaimsPrincipal user, ConnectionLogin login, SyncQueue queue, Guid id, LoginInput? input, CancellationToken cancellationToken)
    {
        var actor = Caller.Of(user).Actor;
        var step = input?.Answers is { } answers
            ? await login.ContinueAsync(id, answers, actor, cancellationToken)
            : await login.BeginAsync(id, actor, cancellationToken);
        if (step is LoginStep.Done)
        {
            await queue.EnqueueAsync(id, SyncTrigger.LoginCompleted, cancellationToken);
        }

        return TypedResults.Ok(new LoginView(
            (step as LoginStep.Redirect)?.Url,
            step is LoginStep.Ask ask ? [.. ask.Fields.Select(CredentialFieldView.Of)] : null,
            step is LoginStep.Done));
    }

    private static async Task<ConnectionView> ViewAsync(Database database, Caller caller, Guid id, CancellationToken cancellationToken)
    {
        await using var db = database.Open(caller.Rows);
        return (await ConnectionView.ReadAsync(db, db.Connections.Where(c => c.Id == id), cancellationToken)).SingleOrDefault()
            ?? throw new NotFoundException("connection");
    }

    private static async Task RequireAsync(Database database, OwnerScope rows, Guid id, CancellationToken cancellationToken)
    {
        await using var db = database.Open(rows);
        await OwnIds.RequireAsync(db, null, id, null, cancellationToken);
    }

    // An id that is none belongs to no portfolio, like any other unknown one.
    private static Guid PortfolioId(string text) => Guid.TryParse(text, out var id) ? id : throw new NotFoundException("portfolio");

    private static BrokerToken? SessionOf(SessionInput? session)
    {
        if (session is null)
        {
            return null;
        }

        return string.IsNullOrWhiteSpace(session.Token)
            ? throw new InputException("The session has no token. Give it, or leave the session out.", "session.token")
            : new BrokerToken(new Secret(session.Token), session.ExpiresAt);
    }

    private static TimeSpan? IntervalOf(string? text) => text is null ? null : text.Length == 0 ? TimeSpan.Zero : SyncIntervals.Parse(text);

    private static ReadKinds? ReadsOf(string[]? names)
    {
        if (names is null)
        {
            return null;
        }

        return ReadKindNames.TryParse(names, out var kinds)
            ? kinds
            : throw new InputException($"Choose from: {string.Join(", ", ReadKindNames.ToNames((ReadKinds)~0))}.", "reads");
    }
}
