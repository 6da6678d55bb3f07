using System.Buffers.Binary;
using System.Text;
using Foliosync.Core.Performance;

namespace Foliosync.Core.Valuations;

/// <summary>
/// How the days of a month are written: one byte of marks a day, its value unless it is that of the day before, then the flows. A month is
/// a few hundred bytes.
/// </summary>
internal static class MonthCode
{
    private const byte Version = 1;

    // Marks need seven bits; the eighth says that the value is that of the day before.
    private const byte Same = 0x80;
    private const byte Negative = 0x80;

    /// <summary>Writes some days.</summary>
    /// <param name="values">By day of the month, from its first.</param>
    /// <param name="marks">As many.</param>
    /// <param name="flows">Their days count from the first of the month.</param>
    public static byte[] Encode(ReadOnlySpan<decimal> values, ReadOnlySpan<DayMarks> marks, IReadOnlyCollection<BucketFlow> flows)
    {
        using var bytes = new MemoryStream(256);
        using var writer = new BinaryWriter(bytes, Encoding.ASCII);
        writer.Write(Version);
        writer.Write((byte)values.Length);
        var before = 0m;
        for (var i = 0; i < values.Length; i++)
        {
            var isSame = values[i] == before;
            writer.Write((byte)((byte)marks[i] | (isSame ? Same : 0)));
            if (!isSame)
            {
                Write(writer, values[i]);
                before = values[i];
            }
        }

        writer.Write7BitEncodedInt(flows.Count);
        foreach (var flow in flows)
        {
            writer.Write((byte)flow.Day);
            writer.Write((byte)flow.Kind);
            Write(writer, flow.Amount);
            writer.Write(flow.Currency);
        }

        return bytes.ToArray();
    }

    /// <summary>Reads a month into arrays of a longer time.</summary>
    /// <param name="data">The month.</param>
    /// <param name="bucket">Receives it.</param>
    /// <param name="offset">Days from the bucket's first day to the first of the month; may be negative.</param>
    /// <param name="until">Days from this index on are left out.</param>
    public static void Decode(byte[] data, Bucket bucket, int offset, int until)
    {
        using var reader = new BinaryReader(new MemoryStream(data, writable: false), Encoding.ASCII);
        if (reader.ReadByte() is not Version and var other)
        {
            throw new InvalidDataException($"Values are stored in form {other}, which this version does not know.");
        }

        var days = reader.ReadByte();
        var value = 0m;
        for (var i = 0; i < days; i++)
        {
            var marks = reader.ReadByte();
            value = (marks & Same) != 0 ? value : ReadNumber(reader);
            if (offset + i >= 0 && offset + i < until)
            {
                bucket.Values[offset + i] = value;
                bucket.Marks[offset + i] = (DayMarks)(marks & ~Same);
            }
        }

        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            var (day, kind, amount, currency) = (reader.ReadByte(), (FlowKind)reader.ReadByte(), ReadNumber(reader), reader.ReadString());
            if (offset + day < until)
            {
                bucket.Add(offset + day, kind, amount, string.Equals(currency, bucket.Currency, StringComparison.Ordinal) ? bucket.Currency : string.Intern(currency));
            }
        }
    }

    // Scale and sign, how many bytes, and those of the digits without leading zeros.
    private static void Write(BinaryWriter writer, decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        Span<byte> digits = stackalloc byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(digits, bits[0]);
        BinaryPrimitives.WriteInt32LittleEndian(digits[4..], bits[1]);
        BinaryPrimitives.WriteInt32LittleEndian(digits[8..], bits[2]);
        var length = digits.LastIndexOfAnyExcept((byte)0) + 1;
        writer.Write((byte)(((bits[3] >> 16) & 0x1F) | (bits[3] < 0 ? Negative : 0)));
        writer.Write((byte)length);
        writer.Write(digits[..length]);
    }

    private static decimal ReadNumber(BinaryReader reader)
    {
        var head = reader.ReadByte();
        var length = reader.ReadByte();
        Span<byte> digits = stackalloc byte[12];
        digits.Clear();
        reader.BaseStream.ReadExactly(digits[..length]);
        return new decimal(
            BinaryPrimitives.ReadInt32LittleEndian(digits),
            BinaryPrimitives.ReadInt32LittleEndian(digits[4..]),
            BinaryPrimitives.ReadInt32LittleEndian(digits[8..]),
            (head & Negative) != 0,
            (byte)(head & 0x1F));
    }
}
