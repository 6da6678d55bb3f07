using System.Security.Claims;
using Foliosync.Core.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Api;

/// <summary>Own money in one account, segment and currency.</summary>
internal sealed record CashBalanceView(Guid Id, Guid AccountId, string Currency, decimal Amount, string Segment, DateTimeOffset AsOf);

/// <summary><c>/api/v1/cash-balances</c>.</summary>
internal static class CashBalancesApi
{
    public static void Map(RouteGroupBuilder api) => api.MapGroup("/cash-balances").WithTags("Cash balances")
        .MapGet("/", ListAsync).WithName("listCashBalances").WithSummary("List cash balances").ProducesProblem(400).ProducesProblem(404);

    private static async Task<Ok<Page<CashBalanceView>>> ListAsync(
        ClaimsPrincipal user,
        Database database,
        [AsParameters] PageQuery page,
        Guid? portfolioId,
        Guid? connectionId,
        Guid? accountId,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        await OwnIds.RequireAsync(db, portfolioId, connectionId, accountId, cancellationToken);
        var balances = db.CashBalances.AsNoTracking();
        balances = page.AfterId is { } after ? balances.Where(c => c.Id > after) : balances;
        balances = portfolioId is null ? balances : balances.Where(c => c.Account!.PortfolioId == portfolioId);
        balances = connectionId is null ? balances : balances.Where(c => c.Account!.ConnectionId == connectionId);
        balances = accountId is null ? balances : balances.Where(c => c.AccountId == accountId);
        return TypedResults.Ok(await page.ReadAsync(
            balances.OrderBy(c => c.Id).Select(c => new CashBalanceView(c.Id, c.AccountId, c.Currency, c.Amount, c.Segment, c.AsOf)),
            c => PageQuery.CursorOf(c.Id),
            cancellationToken));
    }
}
