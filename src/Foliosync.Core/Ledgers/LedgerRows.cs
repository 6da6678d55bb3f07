using System.Data.Common;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Ledgers;

/// <summary>Reads rows of transactions on the bulk path as the ledger reckons with them.</summary>
internal static class LedgerRows
{
    /// <summary>The columns of <see cref="ToEntry"/>.</summary>
    public const string Columns =
        "id, external_id, kind, instrument_id, quantity, price, amount, fees, taxes, currency, traded_at, source, superseded_by";

    /// <summary>Place of the first column that a query may add.</summary>
    public const int Next = 13;

    /// <summary>Notes on rows which other row counts in their place; null for none.</summary>
    public static readonly RowStatement<(Guid Id, Guid? By)> SetMarks = new(
        "update transactions set superseded_by = r.superseded_by from {rows} where transactions.id = r.id",
        Column.Of<(Guid Id, Guid? By)>("id", m => m.Id),
        Column.Of<(Guid Id, Guid? By)>("superseded_by", m => m.By));

    /// <summary>The entry of a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="zone">The broker's time zone.</param>
    public static LedgerEntry ToEntry(DbDataReader row, TimeZoneInfo zone) => new()
    {
        Id = row.Id(0),
        ExternalId = row.GetString(1),
        Kind = SqlValues.Parse<TransactionKind>(row.GetString(2)),
        InstrumentId = row.IdOrNull(3),
        Quantity = row.NumberOrNull(4),
        Price = row.NumberOrNull(5),
        Amount = row.NumberOrNull(6),
        Fees = row.NumberOrNull(7),
        Taxes = row.NumberOrNull(8),
        Currency = row.GetString(9),
        TradedAt = TimeZoneInfo.ConvertTime(row.Instant(10), zone),
        Source = SqlValues.Parse<TransactionSource>(row.GetString(11)),
        RecordedAt = SqlValues.InstantOf(row.Id(0)),
    };

    /// <summary>The row that counts in this one's place; null when it counts itself.</summary>
    public static Guid? SupersededBy(DbDataReader row) => row.IdOrNull(12);

    /// <summary>The beginning of a day in the broker's time zone, as a UTC instant.</summary>
    public static DateTimeOffset StartOf(DateOnly day, TimeZoneInfo zone)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
    }

    /// <summary>The day of an instant in the broker's time zone.</summary>
    public static DateOnly DayOf(DateTimeOffset at, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);
}
