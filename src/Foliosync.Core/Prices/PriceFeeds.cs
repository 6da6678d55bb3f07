using Foliosync.Brokers.Contract;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Prices;

/// <summary>How reading a source stands, for people.</summary>
/// <param name="Source">The source.</param>
/// <param name="IsEnabled">False when it is switched off.</param>
/// <param name="NewestDay">Last day of which it has a price or rate; null when there is none.</param>
/// <param name="State">When it was asked, and what went wrong; null before the first time.</param>
public sealed record PriceFeedStatus(PriceSource Source, bool IsEnabled, DateOnly? NewestDay, PriceFeedState? State);

/// <summary>
/// Reads prices and rates from the sources that are switched on: not before something new is expected, only while something stored
/// needs them, and less and less often while a source is in trouble.
/// </summary>
public sealed class PriceFeeds
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(12);

    private readonly Database _database;
    private readonly PriceSettings _settings;
    private readonly TimeProvider _clock;
    private readonly List<IPriceFeed> _feeds;

    /// <summary>Takes what it works with.</summary>
    public PriceFeeds(Database database, PriceHttp http, PriceSettings settings, TimeProvider clock)
    {
        _database = database;
        _settings = settings;
        _clock = clock;
        _feeds =
        [
            new EcbFeed(database, http, clock),
            new PriceFileFeed("fetch-navs", new AmfiNavs(), database, http, clock),
            new PriceFileFeed("fetch-closes-nse", Bhavcopy.OfNse, database, http, clock),
            new PriceFileFeed("fetch-closes-bse", Bhavcopy.OfBse, database, http, clock),
            new QuoteFeed("fetch-quotes-yahoo", new YahooQuotes(), database, http, clock),
            new QuoteFeed("fetch-quotes-stooq", new StooqQuotes(), database, http, clock),
        ];
    }

    /// <summary>The recurring job that reads a source when something new is expected.</summary>
    public IRecurringJob JobOf(PriceSource source) => new FetchJob(this, _feeds.Single(f => f.Source == source));

    /// <summary>Asks a source now, whether or not anything new is expected.</summary>
    /// <returns>How many prices or rates were written.</returns>
    /// <exception cref="BrokerException">The source cannot be read; the problem is noted, too.</exception>
    /// <exception cref="InputException">The source is switched off.</exception>
    public async Task<int> FetchAsync(PriceSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!_settings.IsEnabled(source))
        {
            throw new InputException(
                $"{source.Name} is switched off. {source.Terms} It is set by FOLIOSYNC_PRICES__{source.Id.ToUpperInvariant()}__ENABLED.");
        }

        var feed = _feeds.Single(f => f.Source == source);
        return await FetchAsync(feed, await StateOfAsync(feed, cancellationToken).ConfigureAwait(false), isWanted: true, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>How reading every source stands.</summary>
    public async Task<IReadOnlyList<PriceFeedStatus>> StatusAsync(CancellationToken cancellationToken)
    {
        await using var db = _database.Open(OwnerScope.Everyone);
        var states = await db.PriceFeeds.AsNoTracking().ToDictionaryAsync(s => s.Source, cancellationToken).ConfigureAwait(false);
        var newest = await db.Prices.GroupBy(p => p.Source).Select(g => new { g.Key, Day = g.Max(p => p.Day) })
            .ToDictionaryAsync(p => p.Key, p => p.Day, cancellationToken).ConfigureAwait(false);
        foreach (var rates in await db.FxRates.GroupBy(r => r.Source).Select(g => new { g.Key, Day = g.Max(r => r.Day) })
            .ToListAsync(cancellationToken).ConfigureAwait(false))
        {
            newest[rates.Key] = rates.Day;
        }

        return
        [
            .. PriceSource.All.Select(s => new PriceFeedStatus(
                s, _settings.IsEnabled(s), newest.TryGetValue(s.Id, out var day) ? day : null, states.GetValueOrDefault(s.Id))),
        ];
    }

    private async Task<PriceFeedState> StateOfAsync(IPriceFeed feed, CancellationToken cancellationToken)
    {
        var state = new PriceFeedState { Source = feed.Source.Id };
        var look = SqlScript.For(_database);
        look.Query(
            "select address, etag, last_modified, asked_at, succeeded_at, next_at, failures, problem from price_feeds where source = @source",
            ids: null,
            row =>
            {
                state.Address = row.TextOrNull(0);
                state.Etag = row.TextOrNull(1);
                state.LastModified = row.InstantOrNull(2);
                state.AskedAt = row.InstantOrNull(3);
                state.SucceededAt = row.InstantOrNull(4);
                state.NextAt = row.InstantOrNull(5);
                state.Failures = row.GetInt32(6);
                state.Problem = row.TextOrNull(7);
            },
            ("source", feed.Source.Id));
        await look.ReadAsync(_database, cancellationToken).ConfigureAwait(false);
        return state;
    }

    private async Task FetchDueAsync(IPriceFeed feed, CancellationToken cancellationToken)
    {
        var state = await StateOfAsync(feed, cancellationToken).ConfigureAwait(false);
        if ((state.NextAt is null || state.NextAt <= _clock.GetUtcNow()) && await feed.IsNeededAsync(cancellationToken).ConfigureAwait(false))
        {
            await FetchAsync(feed, state, isWanted: false, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<int> FetchAsync(IPriceFeed feed, PriceFeedState state, bool isWanted, CancellationToken cancellationToken)
    {
        state.AskedAt = _clock.GetUtcNow();
        try
        {
            var written = await feed.FetchAsync(state, isWanted, cancellationToken).ConfigureAwait(false);
            state.SucceededAt = state.AskedAt;
            state.Failures = 0;
            state.Problem = null;
            state.NextAt = await feed.NextAfterAsync(_clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            return written;
        }
        catch (BrokerException e)
        {
            state.Failures++;
            state.Problem = e.Message;
            var pause = FirstPause * Math.Pow(2, Math.Min(state.Failures - 1, 10));
            pause = pause < LongestPause ? pause : LongestPause;
            state.NextAt = _clock.GetUtcNow() + (e.RetryAfter is { } asked && asked > pause ? asked : pause);
            throw;
        }
        finally
        {
            await _database.WriteAsync(PriceStatements.PutState, [state], CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Starts often and mostly finds that nothing is due.</summary>
    private sealed class FetchJob(PriceFeeds feeds, IPriceFeed feed) : IRecurringJob
    {
        public string Name => feed.JobName;

        public TimeSpan Every => TimeSpan.FromMinutes(10);

        public Task RunAsync(CancellationToken cancellationToken) => feeds.FetchDueAsync(feed, cancellationToken);
    }
}
