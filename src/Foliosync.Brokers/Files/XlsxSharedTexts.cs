using System.Text;
using System.Xml;
using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Files;

/// <summary>The texts that the cells of a workbook share. They are the only part of it that is held in memory.</summary>
internal static class XlsxSharedTexts
{
    private const int MostCharacters = 64 * 1024 * 1024;

    /// <exception cref="BrokerException">Of kind InvalidData when there is more text than any statement has.</exception>
    public static List<string> Read(XmlReader xml, CancellationToken cancellationToken)
    {
        using (xml)
        {
            var texts = new List<string>();
            var text = new StringBuilder();
            var total = 0L;
            while (xml.Read())
            {
                if (xml is { NodeType: XmlNodeType.Element, LocalName: "si" })
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    text.Clear();
                    ReadRuns(xml, text);
                    texts.Add(text.ToString());

                    // An empty text needs memory too.
                    total += text.Length + 16;
                    if (total > MostCharacters)
                    {
                        throw BrokerException.InvalidData(
                            "The workbook has more text than a statement can have, so it was not read. Download it again, for a shorter time.");
                    }
                }
            }

            return texts;
        }
    }

    /// <summary>Puts the runs of a rich text together; pronunciation hints are no part of it.</summary>
    public static void ReadRuns(XmlReader xml, StringBuilder text)
    {
        if (xml.IsEmptyElement)
        {
            return;
        }

        var depth = xml.Depth;
        var hints = -1;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml is { NodeType: XmlNodeType.Element, LocalName: "rPh" } && !xml.IsEmptyElement)
            {
                hints = xml.Depth;
            }
            else if (xml.NodeType is XmlNodeType.EndElement && xml.Depth == hints)
            {
                hints = -1;
            }
            else if (hints < 0 && xml is { NodeType: XmlNodeType.Element, LocalName: "t" })
            {
                text.Append(ReadText(xml));
            }
        }
    }

    /// <summary>The text of the element that the reader stands on; afterwards it stands on the element's end.</summary>
    public static string ReadText(XmlReader xml)
    {
        if (xml.IsEmptyElement)
        {
            return "";
        }

        var text = "";
        var depth = xml.Depth;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace)
            {
                text = text.Length == 0 ? xml.Value : text + xml.Value;
            }
        }

        return text;
    }
}
