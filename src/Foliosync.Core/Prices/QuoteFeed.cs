using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Prices;

/// <summary>
/// Asks a source for one instrument after another: those that somebody holds and that no broker or other source has priced lately.
/// One call a second, and not more than <see cref="MostAtOnce"/> at a time.
/// </summary>
internal sealed class QuoteFeed(string jobName, IQuoteSource quotes, Database database, PriceHttp http, TimeProvider clock) : IPriceFeed
{
    private const int MostAtOnce = 300;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskAgain = TimeSpan.FromHours(12);
    private static readonly TimeSpan Lately = TimeSpan.FromDays(3);

    public PriceSource Source => quotes.Source;

    public string JobName => jobName;

    public async Task<bool> IsNeededAsync(CancellationToken cancellationToken) =>
        (await UnpricedAsync(cancellationToken).ConfigureAwait(false)).Count > 0;

    public async Task<int> FetchAsync(PriceFeedState state, bool isWanted, CancellationToken cancellationToken)
    {
        var unpriced = await UnpricedAsync(cancellationToken).ConfigureAwait(false);
        var written = 0;
        foreach (var instrument in unpriced.Take(MostAtOnce))
        {
            if (instrument != unpriced[0])
            {
                await Task.Delay(Pause, clock, cancellationToken).ConfigureAwait(false);
            }

            written += await FetchAsync(instrument, cancellationToken).ConfigureAwait(false);
        }

        return written;
    }

    public Task<DateTimeOffset> NextAfterAsync(DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult(now + AskAgain);

    private async Task<int> FetchAsync(Instrument instrument, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var address = quotes.AddressOf(instrument, DateOnly.FromDateTime(now.UtcDateTime))!;
        await using var file = await http.GetAsync(Source, address, known: null, cancellationToken).ConfigureAwait(false);
        if (file!.IsPage)
        {
            throw BrokerException.Transient($"{Source.Name} sent a page in place of prices. It is asked again later.");
        }

        await using var body = await file.ReadAllAsync(cancellationToken).ConfigureAwait(false);
        var prices = quotes.Read(body, instrument)
            .GroupBy(q => q.Day)
            .Select(g => g.Last()) // the last bar of the day can come twice
            .OrderBy(q => q.Day)
            .Select(q => new Price
            {
                InstrumentId = instrument.Id,
                Day = q.Day,
                Source = Source.Id,
                Value = q.Close,
                Currency = q.Currency,
                At = q.At,
                FetchedAt = now,
            })
            .ToList();
        await database.WritePricesAsync(prices, cancellationToken).ConfigureAwait(false);
        return prices.Count;
    }

    private async Task<List<Instrument>> UnpricedAsync(CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var since = today.AddDays(-Lately.Days);
        // Its own prices count only when they are of today: yesterday's are no reason not to ask.
        var held = await db.Holdings.AsNoTracking()
            .Select(h => h.Instrument!)
            .Where(i => i.Mic != null && !db.Prices.Any(p => p.InstrumentId == i.Id && p.Day >= (p.Source == Source.Id ? today : since)))
            .Distinct()
            .OrderBy(i => i.Id)
            .ToListAsync(cancellationToken)
            .ConfigureAwait(false);
        return [.. held.Where(i => quotes.AddressOf(i, today) is not null)];
    }
}
