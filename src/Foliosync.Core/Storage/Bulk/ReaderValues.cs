using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace Foliosync.Core.Storage.Bulk;

/// <summary>Reads values as both databases keep them.</summary>
internal static class ReaderValues
{
    public static Guid Id(this DbDataReader reader, int column) => reader.GetGuid(column);

    public static Guid? IdOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetGuid(column);

    public static string? TextOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static decimal Number(this DbDataReader reader, int column) => reader is NpgsqlDataReader
        ? reader.GetDecimal(column)
        : decimal.Parse(reader.GetString(column), NumberStyles.Float, CultureInfo.InvariantCulture);

    public static decimal? NumberOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.Number(column);

    public static DateTimeOffset Instant(this DbDataReader reader, int column) => reader is NpgsqlDataReader
        ? reader.GetFieldValue<DateTimeOffset>(column)
        : SqlValues.FromMicroseconds(reader.GetInt64(column));

    public static DateTimeOffset? InstantOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.Instant(column);

    public static DateOnly Day(this DbDataReader reader, int column) => reader.GetFieldValue<DateOnly>(column);

    public static DateOnly? DayOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.Day(column);

    public static byte[]? BytesOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);
}
