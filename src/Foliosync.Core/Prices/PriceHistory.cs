using System.Buffers.Text;
using System.Text;
using Foliosync.Core.Performance;
using Foliosync.Core.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace Foliosync.Core.Prices;

/// <summary>Reads stored prices into the form that values are computed from. Twelve years of a large portfolio are a million rows.</summary>
public sealed class PriceHistory(Database database)
{
    private const string Text =
        """
        select p.instrument_id, p.day, p.source, p.value, p.currency
        from (select i.id, coalesce((select max(q.day) from prices q where q.instrument_id = i.id and q.day <= @from), @from) as first
            from instruments i where i.id {ids}) f
        join prices p on p.instrument_id = f.id and p.day >= f.first and p.day <= @to
        """;

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

        if (read.Connection is SqliteConnection sqlite)
        {
            ReadSqlite(sqlite, table, instrumentIds, from, to, broker, cancellationToken);
            return;
        }

        await using var command = new NpgsqlCommand(
            Text.Replace("{ids}", "= any($1)", StringComparison.Ordinal).Replace("@from", "$2", StringComparison.Ordinal).Replace("@to", "$3", StringComparison.Ordinal),
            (NpgsqlConnection)read.Connection,
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

    // The driver makes a text of each cell. Here a million cells are read where they lie, which is five times as fast.
    private static void ReadSqlite(
        SqliteConnection connection, PriceTable table, IReadOnlyCollection<Guid> instrumentIds, DateOnly from, DateOnly to, string? broker, CancellationToken cancellationToken)
    {
        Check(connection, raw.sqlite3_prepare_v2(
            connection.Handle, Text.Replace("{ids}", "in (select value from json_each(@ids))", StringComparison.Ordinal), out var statement));
        using (statement)
        {
            Bind("@ids", "[" + string.Join(',', instrumentIds.Select(id => $"\"{SqlValues.ToText(id)}\"")) + "]");
            Bind("@from", SqlValues.ToText(from));
            Bind("@to", SqlValues.ToText(to));
            PriceSeries? series = null;
            Span<byte> known = stackalloc byte[36];
            var names = new Utf8Names();
            int result;
            while ((result = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
            {
                var id = raw.sqlite3_column_blob(statement, 0);
                if (series is null || !id.SequenceEqual(known))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    id.CopyTo(known);
                    series = table.SeriesOf(Guid.Parse(id));
                }

                var day = raw.sqlite3_column_blob(statement, 1);
                var source = names.Of(raw.sqlite3_column_blob(statement, 2));
                var value = raw.sqlite3_column_blob(statement, 3);
                series.Add(
                    new DateOnly(Digits(day[..4]), Digits(day[5..7]), Digits(day[8..10])),
                    Utf8Parser.TryParse(value, out decimal number, out var length) && length == value.Length ? number : throw new InvalidDataException("A stored price is no number."),
                    names.Of(raw.sqlite3_column_blob(statement, 4)),
                    RankOf(source, broker),
                    source);
            }

            if (result != raw.SQLITE_DONE)
            {
                Check(connection, result);
            }
        }

        void Bind(string name, string value) =>
            Check(connection, raw.sqlite3_bind_text(statement, raw.sqlite3_bind_parameter_index(statement, name), value));
    }

    private static void Check(SqliteConnection connection, int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw new SqliteException(raw.sqlite3_errmsg(connection.Handle).utf8_to_string(), result);
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

    /// <summary>The few sources and currencies that a million rows name.</summary>
    private sealed class Utf8Names
    {
        private readonly List<(byte[] Bytes, string Name)> _known = [];

        public string Of(ReadOnlySpan<byte> bytes)
        {
            foreach (var (known, name) in _known)
            {
                if (bytes.SequenceEqual(known))
                {
                    return name;
                }
            }

            _known.Add((bytes.ToArray(), Encoding.UTF8.GetString(bytes)));
            return _known[^1].Name;
        }
    }
}
