using System.Security.Claims;
using Foliosync.Core;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Foliosync.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Api;

/// <summary>One ledger at a broker.</summary>
/// <param name="Id">Id.</param>
/// <param name="ConnectionId">The connection that reads it.</param>
/// <param name="PortfolioId">The portfolio it counts for.</param>
/// <param name="Broker">The broker's id.</param>
/// <param name="ExternalId">The broker's id of the account.</param>
/// <param name="Name">For people.</param>
/// <param name="Currency">Main currency as ISO 4217.</param>
/// <param name="ReportedAt">What the last applied report describes; null before the first.</param>
/// <param name="ReviewSince">Since when a report waits for review; null when none does.</param>
/// <param name="RemindAfterDays">For an account that only files feed: days without one until its owner is reminded; null for the usual time, 0 for never.</param>
/// <param name="CostMethod">Which units leave first, and what they cost.</param>
internal sealed record AccountView(
    Guid Id,
    Guid ConnectionId,
    Guid PortfolioId,
    string Broker,
    string ExternalId,
    string Name,
    string Currency,
    DateTimeOffset? ReportedAt,
    DateTimeOffset? ReviewSince,
    int? RemindAfterDays,
    CostMethod CostMethod);

/// <summary>What a person changes about an account; what is left out stays.</summary>
/// <param name="RemindAfterDays">Days without a file until the owner is reminded, at most 3660; 0 for never.</param>
/// <param name="CostMethod">Which units leave first, and what they cost.</param>
internal sealed record AccountPatch(int? RemindAfterDays, CostMethod? CostMethod);

/// <summary><c>/api/v1/accounts</c>.</summary>
internal static class AccountsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/accounts").WithTags("Accounts");
        group.MapGet("/", ListAsync).WithName("listAccounts").WithSummary("List accounts").ProducesProblem(400).ProducesProblem(404);
        group.MapGet("/{id:guid}", GetAsync).WithName("getAccount").WithSummary("Get an account").ProducesProblem(404);
        group.MapPatch("/{id:guid}", ChangeAsync).WithName("changeAccount").WithSummary("Change an account").ProducesProblem(404).ProducesProblem(422);
    }

    private static async Task<Ok<Page<AccountView>>> ListAsync(
        ClaimsPrincipal user,
        Database database,
        [AsParameters] PageQuery page,
        Guid? portfolioId,
        Guid? connectionId,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        await OwnIds.RequireAsync(db, portfolioId, connectionId, null, cancellationToken);
        IQueryable<BrokerAccount> accounts = db.Accounts;
        accounts = page.AfterId is { } after ? accounts.Where(a => a.Id > after) : accounts;
        accounts = portfolioId is null ? accounts : accounts.Where(a => a.PortfolioId == portfolioId);
        accounts = connectionId is null ? accounts : accounts.Where(a => a.ConnectionId == connectionId);
        return TypedResults.Ok(await page.ReadAsync(Views(accounts.OrderBy(a => a.Id)), a => PageQuery.CursorOf(a.Id), cancellationToken));
    }

    private static async Task<Ok<AccountView>> GetAsync(
        ClaimsPrincipal user, Database database, Guid id, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        return TypedResults.Ok(
            await Views(db.Accounts.Where(a => a.Id == id)).SingleOrDefaultAsync(cancellationToken) ?? throw new NotFoundException("account"));
    }

    private static async Task<Ok<AccountView>> ChangeAsync(
        ClaimsPrincipal user, Database database, TimeProvider clock, Guid id, AccountPatch patch, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        await AccountSettings.ChangeAsync(
            database, id, new AccountChange(patch.RemindAfterDays, patch.CostMethod), caller.Actor, clock.GetUtcNow(), cancellationToken);
        return await GetAsync(user, database, id, cancellationToken);
    }

    private static IQueryable<AccountView> Views(IQueryable<BrokerAccount> accounts) => accounts.Select(a => new AccountView(
        a.Id, a.ConnectionId, a.PortfolioId, a.Connection!.BrokerId, a.ExternalId, a.Name, a.Currency, a.ReportedAt, a.ReviewSince, a.RemindAfterDays, a.CostMethod));
}
