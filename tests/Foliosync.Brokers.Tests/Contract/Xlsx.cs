using System.Globalization;
using System.IO.Compression;
using System.Security;
using System.Text;

namespace Foliosync.Brokers.Tests.Contract;

/// <summary>
/// Writes small workbooks for tests, part by part, so that a test can spoil any of them. A cell is text, a number if it looks like one, a day
/// if it is <c>#yyyy-MM-dd</c>, and text for certain after <c>'</c>.
/// </summary>
internal sealed class Xlsx
{
    private const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    private const string Office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string Head = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>""";

    private static readonly DateOnly SerialZero = new(1899, 12, 30);

    private readonly List<string> _shared = [];

    /// <summary>The parts by their name in the archive.</summary>
    public Dictionary<string, byte[]> Parts { get; } = [];

    public static Xlsx Of(params (string Name, string[][] Rows)[] sheets)
    {
        var xlsx = new Xlsx();
        for (var i = 0; i < sheets.Length; i++)
        {
            var rows = sheets[i].Rows.Select((cells, row) => Row(row + 1, cells.Select((cell, column) => xlsx.Cell(cell, $"{Letter(column)}{row + 1}"))));
            xlsx.Set($"xl/worksheets/sheet{i + 1}.xml", $"""{Head}<worksheet xmlns="{Main}"><sheetData>{string.Concat(rows)}</sheetData></worksheet>""");
        }

        xlsx.Set("xl/sharedStrings.xml", $"""{Head}<sst xmlns="{Main}">{string.Concat(xlsx._shared.Select(text => $"<si><t>{SecurityElement.Escape(text)}</t></si>"))}</sst>""");
        xlsx.Set("xl/styles.xml", $"""{Head}<styleSheet xmlns="{Main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>""");
        xlsx.Set("xl/workbook.xml", $"""
            {Head}<workbook xmlns="{Main}" xmlns:r="{Office}"><sheets>{string.Concat(sheets.Select((sheet, i) =>
                $"""<sheet name="{SecurityElement.Escape(sheet.Name)}" sheetId="{i + 1}" r:id="rId{i + 1}"/>"""))}</sheets></workbook>
            """);
        xlsx.Set("xl/_rels/workbook.xml.rels", $"""
            {Head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{string.Concat(sheets.Select((_, i) =>
                $"""<Relationship Id="rId{i + 1}" Type="{Office}/worksheet" Target="worksheets/sheet{i + 1}.xml"/>"""))}<Relationship Id="rIdS" Type="{Office}/styles" Target="styles.xml"/><Relationship Id="rIdT" Type="{Office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>
            """);
        xlsx.Set("[Content_Types].xml", $"""{Head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>""");
        return xlsx;
    }

    /// <summary>A workbook as a text: <c>[Sheet]</c> begins a sheet, each line after it is a row, cells are parted by bars.</summary>
    public static Xlsx Parse(string text)
    {
        var sheets = new List<(string Name, List<string[]> Rows)>();
        foreach (var line in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            if (line is ['[', .., ']'])
            {
                sheets.Add((line[1..^1], []));
            }
            else
            {
                sheets[^1].Rows.Add(line.Length == 0 ? [] : [.. line.Split('|').Select(cell => cell.Trim())]);
            }
        }

        return Of([.. sheets.Select(sheet => (sheet.Name, sheet.Rows.ToArray()))]);
    }

    public Xlsx Set(string part, string content)
    {
        Parts[part] = Encoding.UTF8.GetBytes(content);
        return this;
    }

    /// <summary>Changes a part that is there.</summary>
    public Xlsx Change(string part, string old, string replacement)
    {
        var text = Encoding.UTF8.GetString(Parts[part]);
        return text.Contains(old, StringComparison.Ordinal)
            ? Set(part, text.Replace(old, replacement, StringComparison.Ordinal))
            : throw new ArgumentException($"{part} has no '{old}': {text}", nameof(old));
    }

    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in Parts)
            {
                using var entry = archive.CreateEntry(name, CompressionLevel.Optimal).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    private static string Row(int number, IEnumerable<string> cells) => $"""<row r="{number}">{string.Concat(cells)}</row>""";

    private static string Letter(int column) => ((char)('A' + column)).ToString();

    private string Cell(string cell, string name)
    {
        if (cell.Length == 0)
        {
            return "";
        }

        if (cell[0] == '#' && DateOnly.TryParseExact(cell[1..], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return $"""<c r="{name}" s="1"><v>{day.DayNumber - SerialZero.DayNumber}</v></c>""";
        }

        if (double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            return $"""<c r="{name}"><v>{cell}</v></c>""";
        }

        _shared.Add(cell[0] == '\'' ? cell[1..] : cell);
        return $"""<c r="{name}" t="s"><v>{_shared.Count - 1}</v></c>""";
    }
}
