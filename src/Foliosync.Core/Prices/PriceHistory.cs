using System.Buffers.Text;
using System.Text;
using Foliosync.Core.Performance;
using Foliosync.Core.Storage;
using Npgsql;

namespace Foliosync.Core.Prices;

/// <summary>Reads stored prices into the form that values are computed from. Twelve years of a large portfolio are a million rows.</summary>
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
        await using var read = await database.BeginReadAsync(cancellationToken).ConfigureAwait(false);
        await ReadAsync(read, table, instrumentIds, DateOnly.MinValue, to, broker: null, cancellationToken).ConfigureAwait(false);
        return table;
    }

    /// <summary>Adds prices from the last one that is known on a day.</summary>
    /// <param name="read">The state of the database to read from.</param>
    /// <param name="table">Receives the prices.</param>
    /// <param name="instrumentIds">The instruments.</param>
    /// <param name="from">First day; of each instrument the last price before it comes, too.</param>
    /// <param name="to">Last day.</param>
    /// <param name="broker">The broker whose own prices come first; null when every broker's do.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    internal static async Task ReadAsync(
        ReadSnapshot read,
        PriceTable table,
        IReadOnlyCollection<Guid> instrumentIds,
        DateOnly from,
        DateOnly to,
        string? broker,
        CancellationToken cancellationToken)
    {
        if (instrumentIds.Count == 0)
        {
            return;
        }

        if (read.Connection is not NpgsqlConnection postgres)
        {
            await ReadSqliteAsync(read, table, instrumentIds, from, to, broker, cancellationToken).ConfigureAwait(false);
            return;
        }

        await using var command = new NpgsqlCommand(
            """
            select p.instrument_id, p.day, p.source, p.value, p.currency
            from (select i.id, coalesce((select max(q.day) from prices q where q.instrument_id = i.id and q.day <= $2), $2) as first
                from instruments i where i.id = any($1)) f
            join prices p on p.instrument_id = f.id and p.day >= f.first and p.day <= $3
            """,
            postgres,
            (NpgsqlTransaction)read.Transaction);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. instrumentIds] });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = from });
        command.Parameters.Add(new NpgsqlParameter<DateOnly> { TypedValue = to });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        PriceSeries? series = null;
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var id = rows.GetGuid(0);
            series = series?.InstrumentId == id ? series : table.SeriesOf(id);
            var source = rows.GetString(2);
            series.Add(rows.GetFieldValue<DateOnly>(1), rows.GetDecimal(3), rows.GetString(4), RankOf(source, broker), source);
        }
    }

    // The driver makes a text of each cell, and a million rows have five million. SQLite joins the prices of an instrument to one text.
    private static async Task ReadSqliteAsync(
        ReadSnapshot read,
        PriceTable table,
        IReadOnlyCollection<Guid> instrumentIds,
        DateOnly from,
        DateOnly to,
        string? broker,
        CancellationToken cancellationToken)
    {
        await using var command = read.Connection.CreateCommand();
        command.Transaction = read.Transaction;
        command.CommandText =
            """
            select i.id, i.currency, (select cast(group_concat(
                p.day || p.value || iif(p.source = @broker and p.currency = i.currency, '', ' ' || p.source || ' ' || p.currency), char(10)) as blob)
                from prices p where p.instrument_id = i.id and p.day <= @to
                and p.day >= coalesce((select max(q.day) from prices q where q.instrument_id = i.id and q.day <= @from), @from))
            from instruments i where i.id in (select value from json_each(@ids))
            """;
        Add("@ids", "[" + string.Join(',', instrumentIds.Select(id => $"\"{SqlValues.ToText(id)}\"")) + "]");
        Add("@from", SqlValues.ToText(from));
        Add("@to", SqlValues.ToText(to));
        Add("@broker", broker ?? string.Empty);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!rows.IsDBNull(2))
            {
                Parse(rows.GetFieldValue<byte[]>(2), table.SeriesOf(rows.GetGuid(0)), rows.GetString(1), broker);
            }
        }

        void Add(string name, string value)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }

    // Lines of day and price, 2026-01-31101.5, and source and currency where they are not the usual ones.
    private static void Parse(ReadOnlySpan<byte> lines, PriceSeries series, string currency, string? broker)
    {
        while (lines.Length > 0)
        {
            var end = lines.IndexOf((byte)'\n');
            var line = end < 0 ? lines : lines[..end];
            lines = end < 0 ? [] : lines[(end + 1)..];
            var day = new DateOnly(Digits(line[..4]), Digits(line[5..7]), Digits(line[8..10]));
            if (!Utf8Parser.TryParse(line[10..], out decimal value, out var length))
            {
                throw new InvalidDataException("A stored price is no number.");
            }

            var (source, told) = (broker ?? string.Empty, currency);
            if (10 + length < line.Length)
            {
                var rest = Encoding.UTF8.GetString(line[(10 + length + 1)..]);
                var space = rest.LastIndexOf(' ');
                (source, told) = (rest[..space], rest[(space + 1)..]);
            }

            series.Add(day, value, told, RankOf(source, broker), source);
        }
    }

    private static int Digits(ReadOnlySpan<byte> text)
    {
        var number = 0;
        foreach (var digit in text)
        {
            number = (number * 10) + (digit - '0');
        }

        return number;
    }

    private static PriceRank RankOf(string source, string? broker) =>
        (broker is null ? !Sources.Contains(source) : string.Equals(source, broker, StringComparison.Ordinal)) ? PriceRank.Broker : PriceRank.Source;
}
