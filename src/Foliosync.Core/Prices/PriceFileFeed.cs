using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Prices;

/// <summary>Reads a file of prices and keeps those of the instruments that somebody holds.</summary>
internal sealed class PriceFileFeed(string jobName, IPriceFile prices, Database database, PriceHttp http, TimeProvider clock) : IPriceFeed
{
    public PriceSource Source => prices.Source;

    public string JobName => jobName;

    public Task<bool> IsNeededAsync(FoliosyncDb db, CancellationToken cancellationToken) => Held(db).AnyAsync(cancellationToken);

    public async Task<int> FetchAsync(PriceFeedState state, bool isWanted, CancellationToken cancellationToken)
    {
        await using var file = await http.GetAsync(Source, prices.AddressAt(clock.GetUtcNow()), state, cancellationToken).ConfigureAwait(false);
        if (file is null || !file.IsFound || (file.IsPage && prices.PageMeansNoFile))
        {
            return 0;
        }

        if (file.IsPage)
        {
            throw BrokerException.Transient($"{Source.Name} sent a page in place of its file. It is asked again later.");
        }

        var held = await HeldAsync(cancellationToken).ConfigureAwait(false);
        var found = new Dictionary<string, Candidate>(StringComparer.Ordinal);
        await foreach (var price in prices.ReadAsync(file, cancellationToken).ConfigureAwait(false))
        {
            if (held.ContainsKey(price.Isin))
            {
                found[price.Isin] = found.TryGetValue(price.Isin, out var other) ? other.Or(price) : new Candidate(price, false);
            }
        }

        var now = clock.GetUtcNow();
        var rows = found.Values.Where(c => !c.IsAmbiguous).Select(c => new Price
        {
            InstrumentId = held[c.Price.Isin],
            Day = c.Price.Day,
            Source = Source.Id,
            Value = c.Price.Value,
            Currency = c.Price.Currency,
            At = prices.InstantOf(c.Price.Day),
            FetchedAt = now,
        }).OrderBy(p => p.InstrumentId).ThenBy(p => p.Day).ToList();
        await database.WritePricesAsync(rows, cancellationToken).ConfigureAwait(false);
        file.NoteIn(state);
        return rows.Count;
    }

    public Task<DateTimeOffset> NextAfterAsync(DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult(prices.NextAfter(now));

    private IQueryable<Instrument> Held(FoliosyncDb db) =>
        db.Holdings.Select(h => h.Instrument!).Where(i => i.Isin != null && prices.Kinds.Contains(i.AssetClass)).Distinct();

    private async Task<Dictionary<string, Guid>> HeldAsync(CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        return await Held(db).ToDictionaryAsync(i => i.Isin!, i => i.Id, StringComparer.Ordinal, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The best row of an ISIN so far. Two equally good ones that differ are none: a guess would be a wrong price half the time.</summary>
    private readonly record struct Candidate(FilePrice Price, bool IsAmbiguous)
    {
        public Candidate Or(FilePrice other)
        {
            var order = (other.Day, -other.Rank).CompareTo((Price.Day, -Price.Rank));
            return order > 0 ? new Candidate(other, false)
                : order == 0 && other.Value != Price.Value ? this with { IsAmbiguous = true }
                : this;
        }
    }
}
