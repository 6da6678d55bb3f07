using System.Security.Claims;
using Foliosync.Core;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Api;

/// <summary>A person's set of accounts.</summary>
/// <param name="Id">The portfolio.</param>
/// <param name="Name">Unique for its owner.</param>
/// <param name="BaseCurrency">ISO 4217.</param>
/// <param name="CreatedAt">UTC instant of creation.</param>
/// <param name="SharedBy">E-mail of the owner who shares it; null for an own one.</param>
/// <param name="SharedAs">What may be done with a shared one; null for an own one.</param>
internal sealed record PortfolioView(Guid Id, string Name, string BaseCurrency, DateTimeOffset CreatedAt, string? SharedBy, ShareRole? SharedAs)
{
    public static PortfolioView Of(Portfolio p, OwnerScope rows)
    {
        var shared = rows.FindShared(p.Id);
        return new PortfolioView(p.Id, p.Name, p.BaseCurrency, p.CreatedAt, shared?.OwnerEmail, shared?.Role);
    }
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
        var caller = Caller.Of(user);
        await using var db = database.Open(caller.Rows);
        var rows = db.Portfolios.AsNoTracking();
        rows = page.AfterId is { } after ? rows.Where(p => p.Id > after) : rows;
        var found = await page.ReadAsync(rows.OrderBy(p => p.Id), p => PageQuery.CursorOf(p.Id), cancellationToken);
        return TypedResults.Ok(new Page<PortfolioView>([.. found.Items.Select(p => PortfolioView.Of(p, caller.Rows))], found.Next));
    }

    private static async Task<Created<PortfolioView>> CreateAsync(
        ClaimsPrincipal user, PortfolioSetup portfolios, PortfolioInput input, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var made = await portfolios.CreateAsync(caller.UserId, input.Name ?? string.Empty, input.BaseCurrency, caller.Actor, cancellationToken);
        return TypedResults.Created($"/api/v1/portfolios/{made.Id}", PortfolioView.Of(made, caller.Rows));
    }

    private static async Task<Ok<PortfolioView>> GetAsync(
        ClaimsPrincipal user, Database database, Guid id, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        await using var db = database.Open(caller.Rows);
        var portfolio = await db.Portfolios.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellationToken)
            ?? throw new NotFoundException("portfolio");
        return TypedResults.Ok(PortfolioView.Of(portfolio, caller.Rows));
    }

    private static async Task<Ok<PortfolioView>> ChangeAsync(
        ClaimsPrincipal user, PortfolioSetup portfolios, Guid id, PortfolioPatch patch, CancellationToken cancellationToken) =>
        TypedResults.Ok(PortfolioView.Of(
            await portfolios.ChangeAsync(id, patch.Name, patch.BaseCurrency, Caller.Of(user).Actor, cancellationToken), Caller.Of(user).Rows));

    private static async Task<NoContent> RemoveAsync(
        ClaimsPrincipal user, PortfolioSetup portfolios, Guid id, CancellationToken cancellationToken)
    {
        await portfolios.RemoveAsync(id, Caller.Of(user).Actor, cancellationToken);
        return TypedResults.NoContent();
    }
}
