using System.Xml;
using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Files;

/// <summary>
/// An Excel workbook (.xlsx), read from its XML in one pass. Formulas are not computed: a cell has the value that was saved with it.
/// </summary>
internal sealed class XlsxBook : SheetBook
{
    private readonly Stream _file;
    private readonly List<string> _names = [];
    private readonly List<string> _parts = [];
    private readonly XlsxCellText _text;

    /// <exception cref="BrokerException">Of kind InvalidData when the file is no workbook, or one that is not safe to read.</exception>
    public XlsxBook(Stream file, CancellationToken cancellationToken)
    {
        _file = file;
        _text = XlsxPackage.Guard(() =>
        {
            using var package = XlsxPackage.Open(file);
            var targets = ReadTargets(package);
            var isFrom1904 = ReadSheets(package, targets);
            var styles = package.Find(targets, "styles") is { } style ? XlsxStyles.Read(package.Read(style)) : XlsxStyles.None;
            var shared = package.Find(targets, "sharedStrings") is { } part ? XlsxSharedTexts.Read(package.Read(part), cancellationToken) : [];
            return new XlsxCellText(shared, styles, isFrom1904);
        });
    }

    public override IReadOnlyList<string> Sheets => _names;

    public override IEnumerable<SheetRow> Rows(int sheet, CancellationToken cancellationToken)
    {
        using var package = XlsxPackage.Guard(() => XlsxPackage.Open(_file));
        using var xml = XlsxPackage.Guard(() => package.Read(_parts[sheet]));
        var number = 0;
        while (XlsxPackage.Guard(() => MoveToRow(xml)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = XlsxPackage.Guard(() => ReadRow(xml, number, _names[sheet]));
            number = row.Number;
            if (row.Cells.Count > 0)
            {
                yield return row;
            }
        }
    }

    /// <summary>Where the parts of the workbook lie, by their relationship id and, for those there is one of, by their type.</summary>
    private static Dictionary<string, string> ReadTargets(XlsxPackage package)
    {
        var targets = new Dictionary<string, string>(StringComparer.Ordinal);
        using var xml = package.Read("xl/_rels/workbook.xml.rels");
        while (xml.Read())
        {
            if (xml is { NodeType: XmlNodeType.Element, LocalName: "Relationship" }
                && xml.GetAttribute("Id") is { } id && xml.GetAttribute("Target") is { } target && xml.GetAttribute("TargetMode") != "External")
            {
                var part = target.StartsWith('/') ? target[1..] : "xl/" + target;
                targets[id] = part;
                targets.TryAdd($"type:{xml.GetAttribute("Type")?.Split('/')[^1]}", part);
            }
        }

        return targets;
    }

    /// <summary>Reads the list of sheets; true when the workbook counts its days from 1904.</summary>
    private bool ReadSheets(XlsxPackage package, Dictionary<string, string> targets)
    {
        var isFrom1904 = false;
        using var xml = package.Read("xl/workbook.xml");
        while (xml.Read())
        {
            if (xml.NodeType is not XmlNodeType.Element)
            {
                continue;
            }

            if (xml.LocalName == "workbookPr")
            {
                isFrom1904 = xml.GetAttribute("date1904") is "1" or "true";
            }
            else if (xml.LocalName == "sheet"
                && (xml.GetAttribute("id", XlsxPackage.Relationships) ?? xml.GetAttribute("id", XlsxPackage.StrictRelationships)) is { } id
                && targets.TryGetValue(id, out var part) && package.Has(part))
            {
                _names.Add(xml.GetAttribute("name") ?? "");
                _parts.Add(part);
            }
        }

        return _names.Count > 0 ? isFrom1904 : throw XlsxPackage.NoWorkbook();
    }

    private static bool MoveToRow(XmlReader xml)
    {
        while (xml.Read())
        {
            if (xml is { NodeType: XmlNodeType.Element, LocalName: "row" })
            {
                return true;
            }
        }

        return false;
    }

    private SheetRow ReadRow(XmlReader xml, int previous, string sheet)
    {
        var number = int.TryParse(xml.GetAttribute("r"), out var told) && told > previous ? told : previous + 1;
        var cells = new List<string>();
        if (xml.IsEmptyElement)
        {
            return new SheetRow(number, cells);
        }

        var depth = xml.Depth;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml is { NodeType: XmlNodeType.Element, LocalName: "c" })
            {
                var column = XlsxCellText.ColumnOf(xml.GetAttribute("r")) ?? cells.Count;
                if (column >= MostColumns)
                {
                    throw BrokerException.InvalidData(
                        $"Row {number} of {PersonalData.Shown(sheet)} has more than {MostColumns} columns, more than any statement. Upload the statement itself.");
                }

                var text = _text.Read(xml, number, column, sheet);
                if (text.Length > LongestCell)
                {
                    throw BrokerException.InvalidData(
                        $"Cell {XlsxCellText.NameOf(number, column)} of {PersonalData.Shown(sheet)} has {text.Length} characters, more than any statement. Upload the statement itself.");
                }

                while (cells.Count <= column)
                {
                    cells.Add("");
                }

                cells[column] = text.Trim();
            }
        }

        return new SheetRow(number, cells);
    }
}
