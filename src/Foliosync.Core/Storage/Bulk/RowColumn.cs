using Npgsql;
using NpgsqlTypes;

namespace Foliosync.Core.Storage.Bulk;

/// <summary>One column of the rows that a bulk statement works on.</summary>
internal abstract class RowColumn<TRow>(string name)
{
    public string Name => name;

    /// <summary>All values of the column as one PostgreSQL array.</summary>
    public abstract NpgsqlParameter ToArray(IReadOnlyList<TRow> rows);

    /// <summary>One value in the form SQLite keeps it.</summary>
    public abstract object ToSqlite(TRow row);
}

/// <summary>Makes columns: name, and how to read the value off a row.</summary>
internal static class Column
{
    public static RowColumn<TRow> Of<TRow>(string name, Func<TRow, Guid> get) =>
        new Typed<TRow, Guid>(name, NpgsqlDbType.Uuid, get, v => SqlValues.ToText(v));

    public static RowColumn<TRow> Of<TRow>(string name, Func<TRow, Guid?> get) =>
        new Typed<TRow, Guid?>(name, NpgsqlDbType.Uuid, get, v => v is { } id ? SqlValues.ToText(id) : DBNull.Value);

    public static RowColumn<TRow> Of<TRow>(string name, Func<TRow, string?> get) =>
        new Typed<TRow, string?>(name, NpgsqlDbType.Text, get, v => v ?? (object)DBNull.Value);

    public static RowColumn<TRow> Of<TRow>(string name, Func<TRow, decimal> get) =>
        new Typed<TRow, decimal>(name, NpgsqlDbType.Numeric, get, v => SqlValues.ToText(v));

    public static RowColumn<TRow> Of<TRow>(string name, Func<TRow, decimal?> get) =>
        new Typed<TRow, decimal?>(name, NpgsqlDbType.Numeric, get, v => v is { } d ? SqlValues.ToText(d) : DBNull.Value);

    public static RowColumn<TRow> Of<TRow>(string name, Func<TRow, int> get) =>
        new Typed<TRow, int>(name, NpgsqlDbType.Integer, get, v => v);

    public static RowColumn<TRow> Of<TRow>(string name, Func<TRow, DateTimeOffset> get) =>
        new Typed<TRow, DateTimeOffset>(name, NpgsqlDbType.TimestampTz, row => get(row).ToUniversalTime(), v => SqlValues.ToMicroseconds(v));

    public static RowColumn<TRow> Of<TRow>(string name, Func<TRow, DateTimeOffset?> get) =>
        new Typed<TRow, DateTimeOffset?>(
            name, NpgsqlDbType.TimestampTz, row => get(row)?.ToUniversalTime(), v => v is { } at ? SqlValues.ToMicroseconds(at) : DBNull.Value);

    public static RowColumn<TRow> Of<TRow>(string name, Func<TRow, DateOnly?> get) =>
        new Typed<TRow, DateOnly?>(name, NpgsqlDbType.Date, get, v => v is { } day ? SqlValues.ToText(day) : DBNull.Value);

    public static RowColumn<TRow> Of<TRow>(string name, Func<TRow, byte[]?> get) =>
        new Typed<TRow, byte[]?>(name, NpgsqlDbType.Bytea, get, v => v ?? (object)DBNull.Value);

    private sealed class Typed<TRow, TValue>(string name, NpgsqlDbType type, Func<TRow, TValue> get, Func<TValue, object> toSqlite)
        : RowColumn<TRow>(name)
    {
        public override NpgsqlParameter ToArray(IReadOnlyList<TRow> rows)
        {
            var values = new TValue[rows.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = get(rows[i]);
            }

            return new NpgsqlParameter<TValue[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };
        }

        public override object ToSqlite(TRow row) => toSqlite(get(row));
    }
}
