using System.Globalization;
using System.Text;
using System.Xml;
using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Files;

/// <summary>Turns cells into text, the same text that a CSV of the sheet would have.</summary>
internal sealed class XlsxCellText(IReadOnlyList<string> shared, XlsxStyles styles, bool isFrom1904)
{
    private const int DaysTo1904 = 1462;

    /// <summary>31 December 9999.</summary>
    private const double LastDay = 2_958_465;

    /// <summary>The text of the cell that the reader stands on; afterwards it stands on the cell's end.</summary>
    /// <exception cref="BrokerException">Of kind InvalidData for a formula that was saved without a value.</exception>
    public string Read(XmlReader xml, int row, int column, string sheet)
    {
        var type = xml.GetAttribute("t");
        var style = xml.GetAttribute("s");
        string? value = null;
        StringBuilder? inline = null;
        var hasFormula = false;
        if (xml.IsEmptyElement)
        {
            return "";
        }

        var depth = xml.Depth;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType is not XmlNodeType.Element)
            {
                continue;
            }

            switch (xml.LocalName)
            {
                case "f":
                    hasFormula = true;
                    break;
                case "v":
                    value = XlsxSharedTexts.ReadText(xml);
                    break;
                case "is":
                    inline = new StringBuilder();
                    XlsxSharedTexts.ReadRuns(xml, inline);
                    break;
                default:
                    break;
            }
        }

        if (hasFormula && string.IsNullOrEmpty(value) && type != "str")
        {
            throw BrokerException.InvalidData(
                $"Cell {NameOf(row, column)} of {PersonalData.Shown(sheet)} is a formula without a saved value. Open and save the file in a spreadsheet program, then upload it again.");
        }

        return type switch
        {
            "s" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place < shared.Count ? shared[place] : "",
            "inlineStr" => inline?.ToString() ?? "",
            "b" => value == "1" ? "true" : "false",
            "str" or "e" or "d" => value ?? "",
            _ => OfNumber(value ?? "", style),
        };
    }

    /// <summary>The place of a cell named like <c>C5</c>, from 0; null when it has no such name.</summary>
    public static int? ColumnOf(string? name)
    {
        var column = 0;
        var letters = 0;
        while (name is not null && letters < name.Length && letters < 4 && char.IsAsciiLetterUpper(name[letters]))
        {
            column = (column * 26) + (name[letters] - 'A' + 1);
            letters++;
        }

        return letters == 0 ? null : column - 1;
    }

    /// <summary>The name of a cell, for example <c>C5</c>.</summary>
    public static string NameOf(int row, int column)
    {
        var letters = "";
        for (var rest = column + 1; rest > 0; rest = (rest - 1) / 26)
        {
            letters = (char)('A' + ((rest - 1) % 26)) + letters;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{letters}{row}");
    }

    /// <summary>
    /// A spreadsheet program keeps numbers as doubles and writes up to 17 digits, some of them noise: the shortest text of the same double is
    /// what a person sees. A long id is kept as it is written.
    /// </summary>
    private string OfNumber(string text, string? style)
    {
        if (text.Length <= 18 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0 && !styles.IsTime(style))
        {
            return text;
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !double.IsFinite(number))
        {
            return text;
        }

        if (styles.IsTime(style) && number >= 0 && number <= LastDay)
        {
            return OfTime(number);
        }

        var shortest = number.ToString("R", CultureInfo.InvariantCulture);
        return decimal.TryParse(shortest, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact)
            ? exact.ToString(CultureInfo.InvariantCulture)
            : shortest;
    }

    private string OfTime(double number)
    {
        var day = Math.Floor(number);
        var time = TimeSpan.FromSeconds(Math.Round((number - day) * 86_400));
        if (day == 0)
        {
            return time.ToString(@"hh\:mm\:ss", CultureInfo.InvariantCulture);
        }

        day += isFrom1904 ? DaysTo1904 : 0;
        if (day > LastDay)
        {
            return "";
        }

        var instant = DateTime.FromOADate(day) + time;
        return instant.ToString(time == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
    }
}
