using Foliosync.Core.Instruments;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Valuations;

namespace Foliosync.Core.Prices;

/// <summary>What is written of prices and rates. Column names are those of the generated migrations.</summary>
internal static class PriceStatements
{
    // On SQLite others wait for a writer, so a long history is stored in parts.
    private const int RowsAtOnce = 5_000;

    public static readonly RowStatement<FxRate> PutRates = new(
        """
        insert into fx_rates (currency, day, source, per_euro, fetched_at)
        select r.currency, r.day, r.source, r.per_euro, r.fetched_at from {rows}
        where true on conflict (currency, day, source) do update set per_euro = excluded.per_euro, fetched_at = excluded.fetched_at
        where fx_rates.per_euro <> excluded.per_euro
        """,
        Column.Of<FxRate>("currency", r => r.Currency),
        Column.Of<FxRate>("day", r => (DateOnly?)r.Day),
        Column.Of<FxRate>("source", r => r.Source),
        Column.Of<FxRate>("per_euro", r => r.PerEuro),
        Column.Of<FxRate>("fetched_at", r => r.FetchedAt));

    public static readonly RowStatement<Price> PutPrices = new(
        """
        insert into prices (instrument_id, day, source, value, currency, at, fetched_at)
        select r.instrument_id, r.day, r.source, r.value, r.currency, r.at, r.fetched_at from {rows}
        where true on conflict (instrument_id, day, source) do update set value = excluded.value, currency = excluded.currency,
            at = excluded.at, fetched_at = excluded.fetched_at
        where prices.at <= excluded.at and (prices.value <> excluded.value or prices.at <> excluded.at)
        """,
        Column.Of<Price>("instrument_id", p => p.InstrumentId),
        Column.Of<Price>("day", p => (DateOnly?)p.Day),
        Column.Of<Price>("source", p => p.Source),
        Column.Of<Price>("value", p => p.Value),
        Column.Of<Price>("currency", p => p.Currency),
        Column.Of<Price>("at", p => p.At),
        Column.Of<Price>("fetched_at", p => p.FetchedAt));

    public static readonly RowStatement<PriceFeedState> PutState = new(
        """
        insert into price_feeds (source, address, etag, last_modified, asked_at, succeeded_at, next_at, failures, problem)
        select r.source, r.address, r.etag, r.last_modified, r.asked_at, r.succeeded_at, r.next_at, r.failures, r.problem from {rows}
        where true on conflict (source) do update set address = excluded.address, etag = excluded.etag,
            last_modified = excluded.last_modified, asked_at = excluded.asked_at, succeeded_at = excluded.succeeded_at,
            next_at = excluded.next_at, failures = excluded.failures, problem = excluded.problem
        """,
        Column.Of<PriceFeedState>("source", s => s.Source),
        Column.Of<PriceFeedState>("address", s => s.Address),
        Column.Of<PriceFeedState>("etag", s => s.Etag),
        Column.Of<PriceFeedState>("last_modified", s => s.LastModified),
        Column.Of<PriceFeedState>("asked_at", s => s.AskedAt),
        Column.Of<PriceFeedState>("succeeded_at", s => s.SucceededAt),
        Column.Of<PriceFeedState>("next_at", s => s.NextAt),
        Column.Of<PriceFeedState>("failures", s => s.Failures),
        Column.Of<PriceFeedState>("problem", s => s.Problem));

    /// <summary>Writes prices of a source, and touches the values that they are part of. Give them in the order of their keys.</summary>
    public static async Task WritePricesAsync(this Database database, IReadOnlyList<Price> prices, CancellationToken cancellationToken)
    {
        foreach (var some in prices.Chunk(RowsAtOnce))
        {
            var script = SqlScript.For(database);
            script.Rows(ValuationStatements.TouchHolders, some);
            script.Rows(ValuationStatements.TouchTraders, some);
            script.Rows(PutPrices, some);
            await script.WriteAsync(database, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes rows. Give them in the order of their keys, so that two processes cannot wait for each other.</summary>
    public static async Task WriteAsync<TRow>(
        this Database database, RowStatement<TRow> statement, IEnumerable<TRow> rows, CancellationToken cancellationToken)
    {
        foreach (var some in rows.Chunk(RowsAtOnce))
        {
            var script = SqlScript.For(database);
            script.Rows(statement, some);
            await script.WriteAsync(database, cancellationToken).ConfigureAwait(false);
        }
    }
}
