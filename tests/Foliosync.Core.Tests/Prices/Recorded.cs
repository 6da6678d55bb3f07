using System.IO.Compression;
using System.Text;

namespace Foliosync.Core.Tests.Prices;

/// <summary>Files in the form of the sources, with numbers of our own.</summary>
internal static class Recorded
{
    public static MemoryStream Xml(params (string Day, string Currency, string Rate)[] rates)
    {
        var text = new StringBuilder("""
            <?xml version="1.0" encoding="UTF-8"?>
            <gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
            <gesmes:subject>Reference rates</gesmes:subject><Cube>
            """);
        foreach (var day in rates.GroupBy(r => r.Day))
        {
            text.Append($"<Cube time=\"{day.Key}\">");
            foreach (var rate in day)
            {
                text.Append($"<Cube currency='{rate.Currency}' rate='{rate.Rate}'/>");
            }

            text.Append("</Cube>");
        }

        return Bytes(text.Append("</Cube></gesmes:Envelope>").ToString());
    }

    public static MemoryStream Zip(string name, string content, int files = 1)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var i = 0; i < files; i++)
            {
                using var file = new StreamWriter(zip.CreateEntry(i + name).Open());
                file.Write(content);
            }
        }

        bytes.Position = 0;
        return bytes;
    }

    public static MemoryStream Bytes(string text) => new(Encoding.UTF8.GetBytes(text));
}
