using System.Globalization;
using System.Xml;

namespace Foliosync.Brokers.Files;

/// <summary>Which of the cell styles of a workbook show a number as a day or time.</summary>
internal sealed class XlsxStyles(IReadOnlyList<bool> times)
{
    public static XlsxStyles None { get; } = new([]);

    public static XlsxStyles Read(XmlReader xml)
    {
        using (xml)
        {
            var own = new Dictionary<int, bool>();
            var times = new List<bool>();
            var isInCells = false;
            while (xml.Read())
            {
                if (xml.LocalName == "cellXfs")
                {
                    isInCells = xml.NodeType is XmlNodeType.Element && !xml.IsEmptyElement;
                }
                else if (xml is { NodeType: XmlNodeType.Element, LocalName: "numFmt" } && NumberOf(xml.GetAttribute("numFmtId")) is { } id)
                {
                    own[id] = IsTimeFormat(xml.GetAttribute("formatCode") ?? "");
                }
                else if (isInCells && xml is { NodeType: XmlNodeType.Element, LocalName: "xf" })
                {
                    var format = NumberOf(xml.GetAttribute("numFmtId")) ?? 0;
                    times.Add(own.TryGetValue(format, out var isTime) ? isTime : IsBuiltInTime(format));
                }
            }

            return new XlsxStyles(times);
        }
    }

    /// <summary>True when the style shows a day or time.</summary>
    public bool IsTime(string? style) => NumberOf(style) is { } place && place < times.Count && times[place];

    private static int? NumberOf(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    // ECMA-376, 18.8.30: the formats that need no definition.
    private static bool IsBuiltInTime(int format) => format is (>= 14 and <= 22) or (>= 27 and <= 36) or (>= 45 and <= 47) or (>= 50 and <= 58);

    /// <summary>True when there is a letter of a day or time outside quotes, brackets and escapes.</summary>
    private static bool IsTimeFormat(string code)
    {
        if (code.Equals("General", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        for (var i = 0; i < code.Length; i++)
        {
            switch (code[i])
            {
                case '"' or '[':
                    var end = code.IndexOf(code[i] == '"' ? '"' : ']', i + 1);
                    i = end < 0 ? code.Length : end;
                    break;
                case '\\' or '_' or '*':
                    i++;
                    break;
                case 'y' or 'Y' or 'm' or 'M' or 'd' or 'D' or 'h' or 'H' or 's' or 'S':
                    return true;
                default:
                    break;
            }
        }

        return false;
    }
}
