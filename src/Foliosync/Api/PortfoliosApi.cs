using System.Security.Claims;
using Foliosync.Core;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Api;

/// <summary>A person's set of accounts.</summary>
internal sealed record PortfolioView(Guid Id, string Name, string BaseCurrency, DateTimeOffset CreatedAt)
{
    public static PortfolioView Of(Portfolio p) => new(p.Id, p.Name, p.BaseCurrency, p.CreatedAt);
}

/// <summary>A new portfolio.</summary>
/// <param name="Name">Unique for the person.</param>
/// <param name="BaseCurrency">ISO 4217; INR if not given.</param>
internal sealed record PortfolioInput(string? Name, string? BaseCurrency);

/// <summary>Changes of a portfolio; what is missing stays.</summary>
internal sealed record PortfolioPatch(string? Name, string? BaseCurrency);

/// <summary><c>/api/v1/portfolios</c>.</summary>
internal static class PortfoliosApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/portfolios").WithTags("Portfolios");
        group.MapGet("/", ListAsync).WithName("listPortfolios").WithSummary("List portfolios");
        group.MapPost("/", CreateAsync).WithName("createPortfolio").WithSummary("Make a portfolio").ProducesProblem(422);
        group.MapGet("/{id:guid}", GetAsync).WithName("getPortfolio").WithSummary("Get a portfolio").ProducesProblem(404);
        group.MapPatch("/{id:guid}", ChangeAsync).WithName("changePortfolio").WithSummary("Rename a portfolio or change its base currency")
            .ProducesProblem(404).ProducesProblem(422);
        group.MapDelete("/{id:guid}", RemoveAsync).WithName("removePortfolio").WithSummary("Remove an empty portfolio")
            .ProducesProblem(404).ProducesProblem(422);
    }

    private static async Task<Ok<Page<PortfolioView>>> ListAsync(
        ClaimsPrincipal user, Database database, [AsParameters] PageQuery page, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        var rows = db.Portfolios.AsNoTracking();
        rows = page.AfterId is { } after ? rows.Where(p => p.Id > after) : rows;
        return TypedResults.Ok(await page.ReadAsync(
            rows.OrderBy(p => p.Id).Select(p => new PortfolioView(p.Id, p.Name, p.BaseCurrency, p.CreatedAt)),
            p => PageQuery.CursorOf(p.Id),
            cancellationToken));
    }

    private static async Task<Created<PortfolioView>> CreateAsync(
        ClaimsPrincipal user, PortfolioSetup portfolios, PortfolioInput input, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var made = await portfolios.CreateAsync(caller.UserId, input.Name ?? string.Empty, input.BaseCurrency, caller.Actor, cancellationToken);
        return TypedResults.Created($"/api/v1/portfolios/{made.Id}", PortfolioView.Of(made));
    }

    private static async Task<Ok<PortfolioView>> GetAsync(
        ClaimsPrincipal user, Database database, Guid id, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        var portfolio = await db.Portfolios.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellationToken)
            ?? throw new NotFoundException("portfolio");
        return TypedResults.Ok(PortfolioView.Of(portfolio));
    }

    private static async Task<Ok<PortfolioView>> ChangeAsync(
        ClaimsPrincipal user, PortfolioSetup portfolios, Guid id, PortfolioPatch patch, CancellationToken cancellationToken) =>
        TypedResults.Ok(PortfolioView.Of(
            await portfolios.ChangeAsync(id, patch.Name, patch.BaseCurrency, Caller.Of(user).Actor, cancellationToken)));

    private static async Task<NoContent> RemoveAsync(
        ClaimsPrincipal user, PortfolioSetup portfolios, Guid id, CancellationToken cancellationToken)
    {
        await portfolios.RemoveAsync(id, Caller.Of(user).Actor, cancellationToken);
        return TypedResults.NoContent();
    }
}
