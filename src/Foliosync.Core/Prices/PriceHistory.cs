using System.Data.Common;
using Foliosync.Core.Performance;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Prices;

/// <summary>Reads stored prices into the form that values are computed from.</summary>
public sealed class PriceHistory(Database database)
{
    private static readonly HashSet<string> Sources = PriceSource.All.Select(s => s.Id).ToHashSet(StringComparer.Ordinal);

    /// <summary>Loads all prices of some instruments until a day. Those of brokers come before those of price sources.</summary>
    /// <param name="instrumentIds">The instruments.</param>
    /// <param name="to">Last day.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<PriceTable> LoadAsync(IReadOnlyCollection<Guid> instrumentIds, DateOnly to, CancellationToken cancellationToken)
    {
        var table = new PriceTable();
        var script = SqlScript.For(database);
        Query(script, table, instrumentIds, DateOnly.MinValue, to, broker: null);
        await script.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return table;
    }

    /// <summary>Adds the query for prices from the last one that is known on a day.</summary>
    /// <param name="script">Where the query is added.</param>
    /// <param name="table">Receives the prices.</param>
    /// <param name="instrumentIds">The instruments.</param>
    /// <param name="from">First day; of each instrument the last price before it comes, too.</param>
    /// <param name="to">Last day.</param>
    /// <param name="broker">The broker whose own prices come first; null when every broker's do.</param>
    internal static void Query(
        SqlScript script, PriceTable table, IReadOnlyCollection<Guid> instrumentIds, DateOnly from, DateOnly to, string? broker)
    {
        if (instrumentIds.Count == 0)
        {
            return;
        }

        script.Query(
            """
            select p.instrument_id, p.day, p.source, p.value, p.currency
            from (select i.id, coalesce((select max(q.day) from prices q where q.instrument_id = i.id and q.day <= @from), @from) as first
                from instruments i where i.id {ids}) f
            join prices p on p.instrument_id = f.id and p.day >= f.first and p.day <= @to
            """,
            instrumentIds,
            row => Add(table, row, broker),
            ("from", from),
            ("to", to));
    }

    private static void Add(PriceTable table, DbDataReader row, string? broker)
    {
        var source = row.GetString(2);
        var isFirst = broker is null ? !Sources.Contains(source) : string.Equals(source, broker, StringComparison.Ordinal);
        table.Add(row.Id(0), row.Day(1), row.Number(3), row.GetString(4), isFirst ? PriceRank.Broker : PriceRank.Source, source);
    }
}
