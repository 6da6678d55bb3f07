using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Prices;

/// <summary>Reads a file of prices and keeps those of the instruments that somebody holds.</summary>
internal sealed class PriceFileFeed(string jobName, IPriceFile prices, Database database, PriceHttp http, TimeProvider clock) : IPriceFeed
{
    public PriceSource Source => prices.Source;

    public string JobName => jobName;

    public async Task<bool> IsNeededAsync(CancellationToken cancellationToken) => (await HeldAsync(most: 1, cancellationToken).ConfigureAwait(false)).Count > 0;

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

        var held = await HeldAsync(most: int.MaxValue, cancellationToken).ConfigureAwait(false);
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

    // Bare SQL: an idle server looks every few minutes, and needs no model of the whole database in memory for that.
    private async Task<Dictionary<string, Guid>> HeldAsync(int most, CancellationToken cancellationToken)
    {
        var held = new Dictionary<string, Guid>(StringComparer.Ordinal);
        var look = SqlScript.For(database);
        look.Query(
            """
            select i.isin, i.id from instruments i
            where i.isin is not null and i.asset_class = any(@kinds) and exists (select 1 from holdings h where h.instrument_id = i.id)
            limit @most
            """,
            ids: null,
            row => held.Add(row.GetString(0), row.Id(1)),
            ("kinds", prices.Kinds.Select(SqlValues.ToText).ToArray()),
            ("most", most));
        await look.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return held;
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
