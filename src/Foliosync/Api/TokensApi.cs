using System.Security.Claims;
using Foliosync.Core;
using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Api;

/// <summary>A bearer token, without its text.</summary>
internal sealed record TokenView(
    Guid Id, string Name, TokenScope Scope, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt);

/// <summary>A bearer token that was just made.</summary>
/// <param name="Id">Id of the token; not secret.</param>
/// <param name="Name">What the person calls it.</param>
/// <param name="Scope">How far it reaches.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Token">The token itself. Shown this once.</param>
internal sealed record NewTokenView(Guid Id, string Name, TokenScope Scope, DateTimeOffset CreatedAt, string Token);

/// <summary>A token to make.</summary>
/// <param name="Name">What the person calls it.</param>
/// <param name="Scope">How far it reaches, at most as far as the token that makes it; read if not given.</param>
internal sealed record TokenInput(string? Name, TokenScope? Scope);

/// <summary><c>/api/v1/tokens</c>.</summary>
internal static class TokensApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/tokens").WithTags("Tokens");
        group.MapGet("/", ListAsync).WithName("listTokens").WithSummary("List API tokens, revoked ones too");
        group.MapPost("/", CreateAsync).WithName("createToken").WithSummary("Make an API token; its text is shown this once").ProducesProblem(422);
        group.MapDelete("/{id:guid}", RevokeAsync).WithName("revokeToken").WithSummary("Revoke an API token").ProducesProblem(404);
    }

    private static async Task<Ok<Page<TokenView>>> ListAsync(
        ClaimsPrincipal user, Database database, [AsParameters] PageQuery page, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        var tokens = db.ApiTokens.AsNoTracking();
        tokens = page.AfterId is { } after ? tokens.Where(t => t.Id > after) : tokens;
        return TypedResults.Ok(await page.ReadAsync(
            tokens.OrderBy(t => t.Id).Select(t => new TokenView(t.Id, t.Name, t.Scope, t.CreatedAt, t.LastUsedAt, t.RevokedAt)),
            t => PageQuery.CursorOf(t.Id),
            cancellationToken));
    }

    private static async Task<Created<NewTokenView>> CreateAsync(
        ClaimsPrincipal user, ApiTokens tokens, TokenInput input, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var scope = input.Scope ?? TokenScope.Read;
        if (scope > caller.Scope)
        {
            throw new InputException("A token cannot make one that reaches further than itself. Choose a smaller scope.", "scope");
        }

        var made = await tokens.CreateAsync(caller.UserId, input.Name ?? string.Empty, scope, caller.Actor, cancellationToken);
        return TypedResults.Created(
            $"/api/v1/tokens/{made.Token.Id}",
            new NewTokenView(made.Token.Id, made.Token.Name, made.Token.Scope, made.Token.CreatedAt, made.Text));
    }

    private static async Task<NoContent> RevokeAsync(ClaimsPrincipal user, ApiTokens tokens, Guid id, CancellationToken cancellationToken)
    {
        await tokens.RevokeAsync(id, Caller.Of(user).Actor, cancellationToken);
        return TypedResults.NoContent();
    }
}
