using System.ComponentModel;
using System.Security.Claims;
using Foliosync.Brokers.Contract;
using Foliosync.Core;
using Foliosync.Core.Storage;
using Foliosync.Core.Transactions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Api;

/// <summary>Something that changed units or cash of an account. What is unknown is null, never 0.</summary>
internal sealed record TransactionView(
    Guid Id,
    Guid AccountId,
    TransactionKind Kind,
    string? Symbol,
    string? Isin,
    string? Exchange,
    decimal? Quantity,
    decimal? Price,
    decimal? Amount,
    decimal? Fees,
    decimal? Taxes,
    string Currency,
    DateTimeOffset TradedAt,
    DateOnly? SettledOn,
    string ExternalId,
    TransactionSource Source,
    decimal? Confidence,
    string? Note,
    InferredFromView? InferredFrom);

/// <summary>The two reports that an inferred transaction was concluded from.</summary>
/// <param name="EarlierRunId">The run of the earlier report; null when there is none or it is not known.</param>
/// <param name="EarlierAt">What the earlier report is of.</param>
/// <param name="LaterRunId">The run of the later report; null when it is not known.</param>
/// <param name="LaterAt">What the later report is of.</param>
internal sealed record InferredFromView(Guid? EarlierRunId, DateTimeOffset? EarlierAt, Guid? LaterRunId, DateTimeOffset LaterAt);

/// <summary><c>/api/v1/transactions</c>.</summary>
internal static class TransactionsApi
{
    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/transactions").WithTags("Transactions");
        group.MapGet("/", ListAsync).WithName("listTransactions").WithSummary("List transactions, newest first")
            .ProducesProblem(400).ProducesProblem(404);
        group.MapGet("/{id:guid}", GetAsync).WithName("getTransaction").WithSummary("Get a transaction").ProducesProblem(404);
    }

    private static async Task<Ok<Page<TransactionView>>> ListAsync(
        ClaimsPrincipal user,
        Database database,
        [AsParameters] PageQuery page,
        Guid? portfolioId,
        Guid? connectionId,
        Guid? accountId,
        Named<TransactionKind>? kind,
        [Description("Traded at this instant or later.")] Instant? from,
        [Description("Traded before this instant.")] Instant? to,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        await OwnIds.RequireAsync(db, portfolioId, connectionId, accountId, cancellationToken);
        // What another row counts for is no second transaction.
        var rows = db.Transactions.AsNoTracking().Where(t => t.SupersededBy == null);
        if (page.AfterTime is { } after)
        {
            rows = rows.Where(t => t.TradedAt < after.Time || (t.TradedAt == after.Time && t.Id < after.Id));
        }

        rows = portfolioId is null ? rows : rows.Where(t => t.Account!.PortfolioId == portfolioId);
        rows = connectionId is null ? rows : rows.Where(t => t.Account!.ConnectionId == connectionId);
        rows = accountId is null ? rows : rows.Where(t => t.AccountId == accountId);
        rows = kind is { Value: var wanted } ? rows.Where(t => t.Kind == wanted) : rows;
        rows = from is { Value: var first } ? rows.Where(t => t.TradedAt >= first) : rows;
        rows = to is { Value: var last } ? rows.Where(t => t.TradedAt < last) : rows;
        return TypedResults.Ok(await page.ReadAsync(
            Views(rows.OrderByDescending(t => t.TradedAt).ThenByDescending(t => t.Id)),
            t => PageQuery.CursorOf(t.TradedAt, t.Id),
            cancellationToken));
    }

    private static async Task<Ok<TransactionView>> GetAsync(
        ClaimsPrincipal user, Database database, Guid id, CancellationToken cancellationToken)
    {
        await using var db = database.Open(Caller.Of(user).Rows);
        return TypedResults.Ok(await Views(db.Transactions.Where(t => t.Id == id)).SingleOrDefaultAsync(cancellationToken)
            ?? throw new NotFoundException("transaction"));
    }

    private static IQueryable<TransactionView> Views(IQueryable<Transaction> rows) => rows.Select(t => new TransactionView(
        t.Id, t.AccountId, t.Kind, t.Symbol, t.Instrument!.Isin, t.Exchange, t.Quantity, t.Price, t.Amount, t.Fees, t.Taxes, t.Currency,
        t.TradedAt, t.SettledOn, t.ExternalId, t.Source, t.Confidence, t.Note,
        t.Source == TransactionSource.Inferred ? new InferredFromView(t.InferredSinceRunId, t.InferredSince, t.RunId, t.TradedAt) : null));
}
