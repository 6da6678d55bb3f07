using System.Security.Claims;
using Foliosync.Core;
using Foliosync.Core.Portfolios;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Foliosync.Api;

/// <summary>Somebody whom a portfolio is shared with.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Email">The person's e-mail.</param>
/// <param name="Role">What the person may do.</param>
/// <param name="CreatedAt">UTC instant since when.</param>
internal sealed record ShareView(Guid UserId, string Email, ShareRole Role, DateTimeOffset CreatedAt)
{
    public static ShareView Of(SharedTo shared) => new(shared.UserId, shared.Email, shared.Role, shared.CreatedAt);
}

/// <summary>Somebody to share a portfolio with.</summary>
/// <param name="Email">Of somebody of this instance.</param>
/// <param name="Role">What that person may do.</param>
internal sealed record ShareInput(string? Email, ShareRole? Role);

/// <summary>What somebody may do from now on.</summary>
/// <param name="Role">What that person may do.</param>
internal sealed record SharePatch(ShareRole? Role);

/// <summary><c>/api/v1/portfolios/{id}/shares</c>.</summary>
internal static class SharesApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/portfolios").WithTags("Portfolios").ProducesProblem(404);
        group.MapGet("/{id:guid}/shares", ListAsync).WithName("listShares").WithSummary("List whom a portfolio is shared with");
        group.MapPost("/{id:guid}/shares", AddAsync).WithName("sharePortfolio").WithSummary("Share a portfolio with somebody else of this instance").ProducesProblem(422);
        group.MapPatch("/{id:guid}/shares/{userId:guid}", ChangeAsync).WithName("changeShare").WithSummary("Change what somebody may do").ProducesProblem(422);
        group.MapDelete("/{id:guid}/shares/{userId:guid}", EndAsync).WithName("endShare").WithSummary("End the sharing with somebody");
    }

    private static async Task<Ok<Page<ShareView>>> ListAsync(ClaimsPrincipal user, PortfolioSharing sharing, Guid id, CancellationToken cancellationToken) =>
        TypedResults.Ok(await ReadAsync(user, sharing, id, cancellationToken));

    private static async Task<Created<ShareView>> AddAsync(
        ClaimsPrincipal user, PortfolioSharing sharing, Guid id, ShareInput input, CancellationToken cancellationToken)
    {
        var added = await sharing.AddAsync(id, input.Email ?? string.Empty, Require(input.Role), Caller.Of(user).Actor, cancellationToken);
        return TypedResults.Created($"/api/v1/portfolios/{id}/shares/{added.UserId}", ShareView.Of(added));
    }

    private static async Task<Ok<Page<ShareView>>> ChangeAsync(
        ClaimsPrincipal user, PortfolioSharing sharing, Guid id, Guid userId, SharePatch patch, CancellationToken cancellationToken)
    {
        await sharing.ChangeAsync(id, userId, Require(patch.Role), Caller.Of(user).Actor, cancellationToken);
        return TypedResults.Ok(await ReadAsync(user, sharing, id, cancellationToken));
    }

    private static async Task<NoContent> EndAsync(
        ClaimsPrincipal user, PortfolioSharing sharing, Guid id, Guid userId, CancellationToken cancellationToken)
    {
        await sharing.EndAsync(id, userId, Caller.Of(user).Actor, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Page<ShareView>> ReadAsync(ClaimsPrincipal user, PortfolioSharing sharing, Guid id, CancellationToken cancellationToken) =>
        new([.. (await sharing.ListAsync(id, Caller.Of(user).Rows, cancellationToken)).Select(ShareView.Of)], Next: null);

    private static ShareRole Require(ShareRole? role) => role ?? throw new InputException("Say what the person may do: viewer or editor.", "role");
}
