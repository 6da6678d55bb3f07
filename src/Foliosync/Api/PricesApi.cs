using System.ComponentModel;
using Foliosync.Core;
using Foliosync.Core.Prices;
using Foliosync.Core.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Api;

/// <summary>The price of one unit on one day by one source.</summary>
/// <param name="Day">Day of the source.</param>
/// <param name="Price">Price of one unit in the currency.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Source">Who said so: a broker or a price source.</param>
/// <param name="AsOf">When it was the price.</param>
/// <param name="FetchedAt">When it was read; null when that was not kept.</param>
/// <param name="Stale">True for the newest price of an instrument when it is more than a week old.</param>
internal sealed record PriceView(
    DateOnly Day, decimal Price, string Currency, string Source, DateTimeOffset AsOf, DateTimeOffset? FetchedAt, bool Stale);

/// <summary><c>/api/v1/instruments/{id}/prices</c>. Instruments and their prices are the same for everybody.</summary>
internal static class PricesApi
{
    public static void Map(RouteGroupBuilder api) => api.MapGroup("/instruments").WithTags("Prices and rates")
        .MapGet("/{id:guid}/prices", ListAsync).WithName("listPrices").WithSummary("List the prices of an instrument, newest first")
        .ProducesProblem(400).ProducesProblem(404);

    private static async Task<Ok<Page<PriceView>>> ListAsync(
        Database database,
        TimeProvider clock,
        Guid id,
        [AsParameters] PageQuery page,
        [Description("First day.")] DateOnly? from,
        [Description("Last day.")] DateOnly? to,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        if (!await db.Instruments.AnyAsync(i => i.Id == id, cancellationToken))
        {
            throw new NotFoundException("instrument");
        }

        var all = db.Prices.AsNoTracking().Where(p => p.InstrumentId == id);
        var newest = await all.MaxAsync(p => (DateOnly?)p.Day, cancellationToken);
        var isStale = newest < DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-FxTable.CarriedDays);
        var prices = from is { } first ? all.Where(p => p.Day >= first) : all;
        prices = to is { } last ? prices.Where(p => p.Day <= last) : prices;
        if (page.AfterDay is { } after)
        {
            prices = prices.Where(p => p.Day < after.Day || (p.Day == after.Day && string.Compare(p.Source, after.Name) > 0));
        }

        return TypedResults.Ok(await page.ReadAsync(
            prices.OrderByDescending(p => p.Day).ThenBy(p => p.Source)
                .Select(p => new PriceView(p.Day, p.Value, p.Currency, p.Source, p.At, p.FetchedAt, isStale && p.Day == newest)),
            p => PageQuery.CursorOf(p.Day, p.Source),
            cancellationToken));
    }
}
