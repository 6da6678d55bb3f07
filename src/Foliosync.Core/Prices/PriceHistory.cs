using Foliosync.Core.Performance;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Prices;

/// <summary>Reads stored prices into the form that values are computed from.</summary>
public sealed class PriceHistory(Database database)
{
    /// <summary>Loads all prices of some instruments until a day. Those of brokers come before those of price sources.</summary>
    /// <param name="instrumentIds">The instruments.</param>
    /// <param name="to">Last day.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<PriceTable> LoadAsync(IReadOnlyCollection<Guid> instrumentIds, DateOnly to, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var prices = db.Prices.Where(p => instrumentIds.Contains(p.InstrumentId) && p.Day <= to)
            .Select(p => new { p.InstrumentId, p.Day, p.Value, p.Currency, p.Source });
        var sources = PriceSource.All.Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        var table = new PriceTable();
        await foreach (var price in prices.AsAsyncEnumerable().WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            table.Add(
                price.InstrumentId, price.Day, price.Value, price.Currency, sources.Contains(price.Source) ? PriceRank.Source : PriceRank.Broker);
        }

        return table;
    }
}
