using System.ComponentModel;
using Foliosync.Core.Prices;
using Foliosync.Core.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Api;

/// <summary>What one euro cost on one day.</summary>
/// <param name="Day">Day for which the rate was published.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="PerEuro">Units of the currency for one euro.</param>
/// <param name="Source">Who published it.</param>
/// <param name="AsOf">When it was published.</param>
/// <param name="FetchedAt">When it was read.</param>
/// <param name="Stale">True for the newest rate of a currency when it is more than a week old.</param>
internal sealed record FxRateView(
    DateOnly Day, string Currency, decimal PerEuro, string Source, DateTimeOffset AsOf, DateTimeOffset FetchedAt, bool Stale);

/// <summary><c>/api/v1/fx-rates</c>.</summary>
internal static class FxRatesApi
{
    public static void Map(RouteGroupBuilder api) => api.MapGroup("/fx-rates").WithTags("Prices and rates")
        .MapGet("/", ListAsync).WithName("listFxRates").WithSummary("List exchange rates of the euro, newest first").ProducesProblem(400);

    private static async Task<Ok<Page<FxRateView>>> ListAsync(
        Database database,
        TimeProvider clock,
        [AsParameters] PageQuery page,
        [Description("ISO 4217; all if not given.")] string? currency,
        [Description("First day.")] DateOnly? from,
        [Description("Last day.")] DateOnly? to,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var rates = db.FxRates.AsNoTracking().Where(r => r.Source == PriceSource.Ecb.Id);
        if (currency is not null)
        {
            var wanted = currency.ToUpperInvariant();
            rates = rates.Where(r => r.Currency == wanted);
        }

        rates = from is { } first ? rates.Where(r => r.Day >= first) : rates;
        rates = to is { } last ? rates.Where(r => r.Day <= last) : rates;
        if (page.AfterDay is { } after)
        {
            rates = rates.Where(r => r.Day < after.Day || (r.Day == after.Day && string.Compare(r.Currency, after.Name) > 0));
        }

        var rows = await rates.OrderByDescending(r => r.Day).ThenBy(r => r.Currency).Take(page.Rows + 1).ToListAsync(cancellationToken);
        var old = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddDays(-FxTable.CarriedDays);
        var mayBeStale = rows.Where(r => r.Day < old).Select(r => r.Currency).Distinct().ToList();
        var newest = await db.FxRates.Where(r => mayBeStale.Contains(r.Currency)).GroupBy(r => r.Currency)
            .Select(g => new { Currency = g.Key, Day = g.Max(r => r.Day) }).ToDictionaryAsync(r => r.Currency, r => r.Day, cancellationToken);
        var views = rows.ConvertAll(r => new FxRateView(
            r.Day, r.Currency, r.PerEuro, r.Source, FxRates.PublishedAt(r.Day), r.FetchedAt, r.Day < old && newest[r.Currency] == r.Day));
        return TypedResults.Ok(page.Cut(views, r => PageQuery.CursorOf(r.Day, r.Currency)));
    }
}
