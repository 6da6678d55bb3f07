using System.ComponentModel;
using System.Security.Claims;
using System.Text.Json;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Foliosync.Api;

/// <summary>Units of one instrument in one account. What is unknown is null, never 0.</summary>
/// <param name="Id">Id.</param>
/// <param name="AccountId">The account.</param>
/// <param name="Broker">The broker's id.</param>
/// <param name="Symbol">Symbol at the broker.</param>
/// <param name="Name">Full name of the instrument.</param>
/// <param name="Exchange">The broker's exchange code; null for funds.</param>
/// <param name="Isin">ISO 6166.</param>
/// <param name="AssetClass">Kind of instrument.</param>
/// <param name="Quantity">Everything owned: settled, unsettled, pledged.</param>
/// <param name="UnsettledQuantity">Of these, bought and not delivered yet; null for the past.</param>
/// <param name="PledgedQuantity">Of these, pledged; null for the past.</param>
/// <param name="AveragePrice">Average purchase price of one unit.</param>
/// <param name="LastPrice">Last price of one unit by the broker; null for the past.</param>
/// <param name="Currency">Currency of all prices and amounts.</param>
/// <param name="CostBasis">Purchase price of all units.</param>
/// <param name="MarketValue">Quantity times price, times the multiplier of derivatives.</param>
/// <param name="UnrealisedGain">Market value less cost basis.</param>
/// <param name="MarginFunded">True for units bought with the broker's money.</param>
/// <param name="Multiplier">Value of one unit is price times this; 1 save for derivatives.</param>
/// <param name="Folio">The fund house's folio number; null when there is none.</param>
/// <param name="AsOf">When the broker reported it; for the past the instant that was asked for.</param>
/// <param name="Source">Who reported it.</param>
internal sealed record HoldingView(
    Guid Id,
    Guid AccountId,
    string Broker,
    string Symbol,
    string? Name,
    string? Exchange,
    string? Isin,
    AssetClass AssetClass,
    decimal Quantity,
    decimal? UnsettledQuantity,
    decimal? PledgedQuantity,
    decimal? AveragePrice,
    decimal? LastPrice,
    string Currency,
    decimal? CostBasis,
    decimal? MarketValue,
    decimal? UnrealisedGain,
    bool MarginFunded,
    decimal Multiplier,
    string? Folio,
    DateTimeOffset? AsOf,
    string Source);

/// <summary><c>/api/v1/holdings</c>.</summary>
internal static class HoldingsApi
{
    public static void Map(RouteGroupBuilder api) => api.MapGroup("/holdings").WithTags("Holdings")
        .MapGet("/", ListAsync).WithName("listHoldings").WithSummary("List holdings, now or at an instant of the past")
        .Produces<Page<HoldingView>>().ProducesProblem(400).ProducesProblem(404);

    private static async Task<FileContentHttpResult> ListAsync(
        ClaimsPrincipal user,
        Database database,
        HoldingPages pages,
        TimeProvider clock,
        IOptions<JsonOptions> json,
        [AsParameters] PageQuery page,
        Guid? portfolioId,
        Guid? connectionId,
        Guid? accountId,
        [Description("An instant of the past, ISO 8601; now if not given.")] Instant? asOf,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var filter = new HoldingFilter(caller.Rows, portfolioId, connectionId, accountId, page.AfterId ?? Guid.Empty, page.Rows + 1);
        var bytes = asOf is { Value: var instant } && instant < clock.GetUtcNow()
            ? await WriteAsync(db => HoldingQueries.AtAsync(db, filter, instant, cancellationToken))
            : await pages.GetAsync(
                filter, () => WriteAsync(db => HoldingQueries.NowAsync(db, filter, cancellationToken)), cancellationToken);
        return TypedResults.Bytes(bytes, "application/json; charset=utf-8");

        async Task<byte[]> WriteAsync(Func<FoliosyncDb, Task<List<HoldingView>>> read)
        {
            await using var db = database.Open(caller.Rows);
            var rows = await read(db);
            if (rows.Count == 0)
            {
                // Only an empty answer can hide an id of somebody else.
                await OwnIds.RequireAsync(db, portfolioId, connectionId, accountId, cancellationToken);
            }

            return JsonSerializer.SerializeToUtf8Bytes(
                page.Cut(rows, h => PageQuery.CursorOf(h.Id)), json.Value.SerializerOptions);
        }
    }
}
