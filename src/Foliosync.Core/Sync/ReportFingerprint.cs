using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Foliosync.Core.Sync;

/// <summary>
/// A short digest of what a report says. Two reports with the same one say the same, so the second needs no look at the stored rows.
/// The order of rows and the time of the report do not count.
/// </summary>
internal static class ReportFingerprint
{
    private const int Size = 16;

    // Changes when the meaning of the digest changes, so that every account is compared row by row once.
    private const int Version = 1;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    public static byte[] Of(AccountReport report)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(16 * 1024);
        buffer.ResetWrittenCount();

        Write(buffer, Version);
        Write(buffer, (int)report.Reads);
        Write(buffer, (int)report.CompleteReads);
        foreach (var lot in InOrder(report.Lots))
        {
            Write(buffer, lot.InstrumentId);
            Write(buffer, lot.Lot);
            Write(buffer, (int)lot.Reads);
            Write(buffer, lot.Symbol);
            Write(buffer, lot.Exchange ?? string.Empty);
            Write(buffer, lot.Quantity);
            Write(buffer, lot.UnsettledQuantity);
            Write(buffer, lot.PledgedQuantity);
            Write(buffer, lot.AveragePrice);
            Write(buffer, lot.CostBasis);
            Write(buffer, lot.LastPrice);
            Write(buffer, lot.PricedAt?.UtcTicks ?? 0);
            Write(buffer, lot.Multiplier);
        }

        foreach (var cash in (report.Cash ?? []).OrderBy(c => (c.Segment, c.Currency)))
        {
            Write(buffer, cash.Segment);
            Write(buffer, cash.Currency);
            Write(buffer, cash.Amount);
        }

        foreach (var transaction in report.Transactions.OrderBy(t => t.ExternalId, StringComparer.Ordinal))
        {
            Write(buffer, transaction.ExternalId);
        }

        Write(buffer, report.TransactionsCursor ?? string.Empty);
        return SHA256.HashData(buffer.WrittenSpan)[..Size];
    }

    /// <summary>A digest of what is held, without prices and cost: whether a surprising report still says the same later.</summary>
    public static byte[] OfUnits(AccountReport report)
    {
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(16 * 1024);
        buffer.ResetWrittenCount();

        Write(buffer, (int)report.CompleteReads);
        foreach (var lot in InOrder(report.Lots))
        {
            Write(buffer, lot.InstrumentId);
            Write(buffer, lot.Lot);
            Write(buffer, lot.Quantity.ToString("0.#############################", CultureInfo.InvariantCulture));
        }

        return SHA256.HashData(buffer.WrittenSpan)[..Size];
    }

    private static ReportedLot[] InOrder(IReadOnlyList<ReportedLot> lots)
    {
        var ordered = lots.ToArray();
        Array.Sort(ordered, static (a, b) =>
        {
            var byInstrument = a.InstrumentId.CompareTo(b.InstrumentId);
            return byInstrument != 0 ? byInstrument : string.CompareOrdinal(a.Lot, b.Lot);
        });
        return ordered;
    }

    private static void Write(ArrayBufferWriter<byte> buffer, string text)
    {
        Write(buffer, text.Length);
        Encoding.UTF8.GetBytes(text, buffer);
    }

    private static void Write(ArrayBufferWriter<byte> buffer, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(buffer.GetSpan(4), value);
        buffer.Advance(4);
    }

    private static void Write(ArrayBufferWriter<byte> buffer, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(buffer.GetSpan(8), value);
        buffer.Advance(8);
    }

    private static void Write(ArrayBufferWriter<byte> buffer, Guid value)
    {
        value.TryWriteBytes(buffer.GetSpan(16));
        buffer.Advance(16);
    }

    private static void Write(ArrayBufferWriter<byte> buffer, decimal? value)
    {
        Write(buffer, value is null ? 0 : 1);
        Write(buffer, value.GetValueOrDefault());
    }

    private static void Write(ArrayBufferWriter<byte> buffer, decimal value)
    {
        decimal.GetBits(value, MemoryMarshal.Cast<byte, int>(buffer.GetSpan(16)[..16]));
        buffer.Advance(16);
    }
}
