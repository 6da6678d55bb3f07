using Foliosync.Brokers.Contract;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Prices;

/// <summary>
/// Reads the euro reference rates once somebody has anything in a currency that is not the base currency of its portfolio, from the
/// first day on which it is needed. All currencies are kept: a new one then has its history at once.
/// </summary>
internal sealed class EcbFeed(Database database, PriceHttp http, TimeProvider clock) : IPriceFeed
{
    private const string Daily = "eurofxref-daily.xml";
    private const string Last90Days = "eurofxref-hist-90d.xml";
    private const string AllDays = "eurofxref-hist.zip";

    // The file of 90 days has that many calendar days; a few less make sure that nothing is missed.
    private const int Covered = 85;

    private static readonly DateOnly FirstEver = new(1999, 1, 4);

    // About 16:00 in Frankfurt. On a holiday the day stays without rates; after three hours of asking it is taken for one.
    private static readonly PublishingTimes Times = new("Europe/Berlin", everyDay: false, new TimeOnly(16, 5));
    private static readonly TimeOnly GiveUp = new(19, 0);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(20);

    // An import of old transactions needs older rates; that is looked for this often, without asking the source.
    private static readonly TimeSpan LookAgain = TimeSpan.FromHours(6);

    public PriceSource Source => PriceSource.Ecb;

    public string JobName => "fetch-rates";

    /// <summary>The UTC instant at which the rates of a day are published.</summary>
    public static DateTimeOffset PublishedAt(DateOnly day) => Times.At(day, new TimeOnly(16, 0));

    public async Task<bool> IsNeededAsync(CancellationToken cancellationToken) => await NeededFromAsync(cancellationToken).ConfigureAwait(false) is not null;

    public async Task<int> FetchAsync(PriceFeedState state, bool isWanted, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var stored = await StoredAsync(cancellationToken).ConfigureAwait(false);
        var needed = await NeededFromAsync(cancellationToken).ConfigureAwait(false) ?? Times.LastPublished(now);
        var name = FileFor(stored, needed, now) ?? (isWanted ? Daily : null);
        if (name is null)
        {
            return 0;
        }

        await using var file = await http.GetAsync(Source, name, state, cancellationToken).ConfigureAwait(false);
        if (file is null)
        {
            return 0;
        }

        if (!file.IsFound || file.IsPage)
        {
            throw BrokerException.Transient($"{Source.Name} gave no rates. It is asked again later.", detail: name);
        }

        await using var content = await file.ReadAllAsync(cancellationToken).ConfigureAwait(false);
        var published = name == AllDays ? ReadArchive(content) : EcbRates.ReadXml(content);
        // What is older than anything stored needs no room. A week more makes sure that the first day needed is not before the first one
        // stored even when it is a holiday: it would be looked for again and again.
        var rows = published.Where(r => r.Day >= needed.AddDays(-FxTable.CarriedDays)).Select(r => new FxRate
        {
            Currency = r.Currency,
            Day = r.Day,
            Source = Source.Id,
            PerEuro = r.PerEuro,
            FetchedAt = now,
        }).OrderBy(r => r.Day).ThenBy(r => r.Currency, StringComparer.Ordinal).ToList();
        await database.WriteAsync(PriceStatements.PutRates, rows, cancellationToken).ConfigureAwait(false);
        file.NoteIn(state);
        return rows.Count;
    }

    public async Task<DateTimeOffset> NextAfterAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var newest = (await StoredAsync(cancellationToken).ConfigureAwait(false))?.Last;
        var local = Times.LocalTime(now);
        var isLate = Times.LastPublished(now) == DateOnly.FromDateTime(local) && newest < DateOnly.FromDateTime(local);
        if (isLate && TimeOnly.FromDateTime(local) < GiveUp)
        {
            return now + AskAgain;
        }

        var next = Times.NextAfter(now);
        return next < now + LookAgain ? next : now + LookAgain;
    }

    /// <summary>The smallest file that has what is missing; null when nothing can be.</summary>
    internal static string? FileFor((DateOnly First, DateOnly Last)? stored, DateOnly needed, DateTimeOffset now)
    {
        var expected = Times.LastPublished(now);
        var missing = stored is not { } span || needed < span.First ? needed : span.Last.AddDays(1);
        var workdays = Enumerable.Range(0, Math.Max(0, expected.DayNumber - missing.DayNumber + 1))
            .Count(offset => !PublishingTimes.IsWeekend(missing.AddDays(offset)));
        return workdays == 0 ? null
            : workdays == 1 && stored is not null && missing > stored.Value.First ? Daily
            : missing >= expected.AddDays(-Covered) ? Last90Days
            : AllDays;
    }

    /// <summary>The first and the last day whose rates are stored; null when none are.</summary>
    private async Task<(DateOnly First, DateOnly Last)?> StoredAsync(CancellationToken cancellationToken)
    {
        (DateOnly, DateOnly)? stored = null;
        var look = SqlScript.For(database);
        look.Query("select min(day), max(day) from fx_rates", ids: null, row => stored = row.IsDBNull(0) ? null : (row.Day(0), row.Day(1)));
        await look.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return stored;
    }

    /// <summary>The first day whose rates are needed, with room for a weekend and holidays before it; null when none are.</summary>
    private async Task<DateOnly?> NeededFromAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset? needed = null;
        var look = SqlScript.For(database);
        look.Query(
            """
            with bases as (select a.id, p.base_currency from accounts a join portfolios p on p.id = a.portfolio_id)
            select min(at) from (
                select min(t.traded_at) as at from bases b join transactions t on t.account_id = b.id and t.currency <> b.base_currency
                union all
                select min(h.since) from bases b join holdings h on h.account_id = b.id
                    join instruments i on i.id = h.instrument_id and i.currency <> b.base_currency
                union all
                select min(p."from") from bases b join holding_periods p on p.account_id = b.id
                    join instruments i on i.id = p.instrument_id and i.currency <> b.base_currency
                union all
                select min(c.as_of) from bases b join cash_balances c on c.account_id = b.id and c.currency <> b.base_currency) firsts
            """,
            ids: null,
            row => needed = row.InstantOrNull(0));
        await look.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        if (needed is not { } instant)
        {
            return null;
        }

        var day = DateOnly.FromDateTime(instant.UtcDateTime);
        return day > FirstEver.AddDays(FxTable.CarriedDays) ? day.AddDays(-FxTable.CarriedDays) : FirstEver;
    }

    private List<PublishedRate> ReadArchive(MemoryStream archive)
    {
        using var csv = new StreamReader(SingleFileArchive.Unpack(archive, Source.Name, PriceHttp.MaxBytes));
        return EcbRates.ReadCsv(csv);
    }
}
