using System.IO.Compression;
using System.Text;
using Foliosync.Brokers.Tests.Contract;

namespace Foliosync.Brokers.Tests.Files;

/// <summary>Makes files that are wrong in one way each.</summary>
internal static class MalformedFiles
{
    public const string GoodRow = "INFY,INE009A01021,2025-04-01,NSE,EQ,EQ,buy,false,10,1500.5,1,11,2025-04-01T09:30:00";

    private const string Header =
        "symbol,isin,trade_date,exchange,segment,series,trade_type,auction,quantity,price,trade_id,order_id,order_execution_time";

    private const string Sheet = "xl/worksheets/sheet1.xml";

    /// <summary>Files that cannot be read, and a part of what must be said.</summary>
    public static IReadOnlyList<(string Name, string Says, Func<byte[]> Bytes)> Refused { get; } =
    [
        ("empty file", "empty", () => []),
        ("one byte", "columns", () => [(byte)'a']),
        ("binary junk", "neither a workbook nor a text", () => [.. Enumerable.Range(0, 4_000).Select(i => (byte)(i * 37 % 251))]),
        ("zeros", "neither a workbook nor a text", () => new byte[1_000]),
        ("text with a zero byte", "neither a workbook nor a text", () => [.. Tradebook(GoodRow), 0]),
        ("UTF-16 without a mark", "neither a workbook nor a text", () => Encoding.Unicode.GetBytes(Header)),
        ("UTF-16 cut in the middle of a character", "neither a workbook nor a text", () => [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Header)[..^1]]),
        ("UTF-32", "neither a workbook nor a text", () => [.. Encoding.UTF32.Preamble, .. Encoding.UTF32.GetBytes(Header)]),
        ("web page", "web page", () => "<!DOCTYPE html><html><body>Session expired</body></html>"u8.ToArray()),
        ("XML with entities", "web page or XML", () => "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"u8.ToArray()),
        ("PDF", "PDF", () => "%PDF-1.7\n1 0 obj"u8.ToArray()),
        ("gzip", "packed", () => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0]),
        ("RAR", "packed", () => "Rar!\u001a\u0007\0"u8.ToArray()),
        ("old Excel", "old Excel workbook", () => [.. Ole, .. new byte[2_000]]),
        ("password-protected workbook", "protected by a password", () => [.. Ole, .. new byte[70_000], .. Encoding.Unicode.GetBytes("EncryptedPackage")]),
        ("no known column", "other columns", () => "a,b,c\n1,2,3\n"u8.ToArray()),
        ("JSON", "other columns", () => """{"a": 1}"""u8.ToArray()),
        ("quote that is not closed", "damaged", () => Encoding.UTF8.GetBytes($"\"{Header}\n{GoodRow}\n")),
        ("line of two megabytes", "Line 1", () => Encoding.UTF8.GetBytes($"\"{new string('x', 2_000_000)}\"\n")),
        ("cell of a hundred thousand characters", "characters", () => Encoding.UTF8.GetBytes($"{new string('x', 100_000)},b\n{Header}\n")),
        ("thousand columns", "columns", () => Encoding.UTF8.GetBytes(string.Join(',', Enumerable.Range(0, 1_000)) + "\n")),
        ("zip that is no workbook", "not an Excel workbook", () => Zip(("statement.csv", "a,b"u8.ToArray()))),
        ("empty zip", "not an Excel workbook", () => Zip()),
        ("workbook cut off", "damaged", () => Workbook().ToBytes()[..^60]),
        ("workbook cut in half", "damaged", () => Workbook().ToBytes() is var whole ? whole[..(whole.Length / 2)] : []),
        ("macros", "macros", () => Put(Workbook(), "xl/vbaProject.bin", [1, 2, 3]).ToBytes()),
        ("no list of sheets", "not an Excel workbook", () => Workbook().Set("xl/workbook.xml", "<workbook/>").ToBytes()),
        ("sheet that is not there", "not an Excel workbook", () => Without(Workbook(), Sheet).ToBytes()),
        ("no relationships", "not an Excel workbook", () => Without(Workbook(), "xl/_rels/workbook.xml.rels").ToBytes()),
        ("XML that is not closed", "damaged", () => Workbook().Change(Sheet, "</sheetData>", "").ToBytes()),
        ("document type in a sheet", "damaged", () => Workbook().Change(Sheet, "<worksheet", "<!DOCTYPE w [<!ENTITY a \"b\">]><worksheet").ToBytes()),
        ("entities that grow in the texts", "damaged", () => Workbook().Change("xl/sharedStrings.xml", "<sst", "<!DOCTYPE s [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><sst").ToBytes()),
        ("external entity", "damaged", () => Workbook().Change(Sheet, "<worksheet", "<!DOCTYPE w SYSTEM \"file:///etc/passwd\"><worksheet").ToBytes()),
        ("zip bomb", "unpacks to far more", () => Put(Workbook(), "xl/media/image.bin", new byte[40_000_000]).ToBytes()),
        ("text without end in a sheet", "unpacks to far more", () => Workbook().Change(Sheet, "<sheetData>", $"<sheetData><!--{Noise(3_000_000)}-->").ToBytes()),
        ("thousands of parts", "unpacks to far more", () => Many(Workbook()).ToBytes()),
        ("formula without a value", "Cell J2 of Trades is a formula", () => Workbook().Change(Sheet, "<v>1500.5</v>", "<f>1500+0.5</f>").ToBytes()),
        ("cell far to the right", "columns", () => Workbook().Change(Sheet, "r=\"A1\"", "r=\"ZZZ1\"").ToBytes()),
        ("cell text longer than a cell", "characters", () => Workbook().Change(Sheet, "<v>1500.5</v>", $"<v>{new string('1', 40_000)}</v>").ToBytes()),
        ("encrypted zip entry", "protected by a password", () => Encrypted(Workbook().ToBytes())),
    ];

    /// <summary>Rows of a tradebook that cannot be meant, and the field that tells.</summary>
    public static IReadOnlyList<(string Name, string Field, string Row)> UnreadableRows { get; } =
    [
        ("not a number", "price", GoodRow.Replace("1500.5", "abc", StringComparison.Ordinal)),
        ("NaN", "price", GoodRow.Replace("1500.5", "NaN", StringComparison.Ordinal)),
        ("Infinity", "price", GoodRow.Replace("1500.5", "Infinity", StringComparison.Ordinal)),
        ("1e400", "price", GoodRow.Replace("1500.5", "1e400", StringComparison.Ordinal)),
        ("more than there is", "price", GoodRow.Replace("1500.5", "1000000000000", StringComparison.Ordinal)),
        ("decimal comma", "price", GoodRow.Replace("1500.5", "\"1,5\"", StringComparison.Ordinal)),
        ("error value", "price", GoodRow.Replace("1500.5", "#N/A", StringComparison.Ordinal)),
        ("no price", "price", GoodRow.Replace("1500.5", "", StringComparison.Ordinal)),
        ("negative price", "price", GoodRow.Replace("1500.5", "-1500.5", StringComparison.Ordinal)),
        ("negative quantity", "quantity", GoodRow.Replace(",10,", ",-10,", StringComparison.Ordinal)),
        ("no symbol", "symbol", GoodRow.Replace("INFY,", ",", StringComparison.Ordinal)),
        ("no day", "trade_date", GoodRow.Replace(",2025-04-01,", ",,", StringComparison.Ordinal)),
        ("day that does not exist", "trade_date", GoodRow.Replace(",2025-04-01,", ",2025-02-30,", StringComparison.Ordinal)),
        ("American day", "trade_date", GoodRow.Replace(",2025-04-01,", ",04/01/2025,", StringComparison.Ordinal)),
        ("day long ago", "trade_date", GoodRow.Replace(",2025-04-01,", ",0001-01-01,", StringComparison.Ordinal)),
        ("day in the far future", "trade_date", GoodRow.Replace(",2025-04-01,", ",9999-12-31,", StringComparison.Ordinal)),
        ("hour that does not exist", "order_execution_time", GoodRow.Replace("T09:30:00", "T25:61:00", StringComparison.Ordinal)),
        ("short row", "segment", "INFY,INE009A01021,2025-04-01"),
    ];

    private static byte[] Ole => [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

    public static byte[] Tradebook(params string[] rows) => Encoding.UTF8.GetBytes(string.Concat([$"{Header}\n", .. rows.Select(row => $"{row}\n")]));

    /// <summary>A good workbook with one row.</summary>
    public static Xlsx Workbook() => Xlsx.Of(("Trades", [Header.Split(','), GoodRow.Split(',')]));

    private static Xlsx Put(Xlsx workbook, string part, byte[] content)
    {
        workbook.Parts[part] = content;
        return workbook;
    }

    private static Xlsx Without(Xlsx workbook, string part)
    {
        workbook.Parts.Remove(part);
        return workbook;
    }

    private static Xlsx Many(Xlsx workbook)
    {
        for (var i = 0; i < 2_500; i++)
        {
            workbook.Parts[$"xl/part{i}.xml"] = [];
        }

        return workbook;
    }

    /// <summary>Text that does not shrink much, so that only its length gives it away.</summary>
    private static string Noise(int length)
    {
        var random = new Random(1);
        return string.Create(length, random, static (text, random) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = (char)('a' + random.Next(26));
            }
        });
    }

    private static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    /// <summary>Sets the flag for encryption in every header of the archive.</summary>
    private static byte[] Encrypted(byte[] zip)
    {
        for (var i = 0; i < zip.Length - 10; i++)
        {
            if (zip.AsSpan(i).StartsWith("PK\u0003\u0004"u8))
            {
                zip[i + 6] |= 1;
            }
            else if (zip.AsSpan(i).StartsWith("PK\u0001\u0002"u8))
            {
                zip[i + 8] |= 1;
            }
        }

        return zip;
    }
}
