using System.Globalization;
using System.Xml;
using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Prices;

/// <summary>A rate as published: so many units of the currency for one euro.</summary>
internal readonly record struct PublishedRate(DateOnly Day, string Currency, decimal PerEuro);

/// <summary>Reads the euro reference rates in the forms of the ECB: XML of a day, of 90 days or of all time, and CSV of the same.</summary>
/// <remarks>See https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates.</remarks>
internal static class EcbRates
{
    private const string Namespace = "http://www.ecb.int/vocabulary/2002-08-01/eurofxref";

    // A file from outside has no business with entities, documents elsewhere, or endless content.
    private static readonly XmlReaderSettings Strict = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = PriceHttp.MaxBytes,
        IgnoreComments = true,
        IgnoreWhitespace = true,
    };

    /// <summary>Reads the XML form. The rates come in the order of the file.</summary>
    /// <exception cref="BrokerException">InvalidData: it is not such a file, or has a document type.</exception>
    public static List<PublishedRate> ReadXml(Stream xml)
    {
        try
        {
            return ReadCubes(xml);
        }
        catch (XmlException e)
        {
            throw BrokerException.InvalidData("The European Central Bank sent rates that are not XML of the known form.", $"line {e.LineNumber}", e);
        }
    }

    /// <summary>Reads the CSV form; days are ISO or <c>11 September 2026</c>, and <c>N/A</c> is no rate.</summary>
    /// <exception cref="BrokerException">InvalidData: it is not such a file.</exception>
    public static List<PublishedRate> ReadCsv(TextReader csv)
    {
        ArgumentNullException.ThrowIfNull(csv);
        var header = csv.ReadLine()?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        if (header.Length < 2 || header[0] != "Date")
        {
            throw Unreadable("header");
        }

        var rates = new List<PublishedRate>();
        for (var number = 2; csv.ReadLine() is { } line; number++)
        {
            var cells = line.Split(',', StringSplitOptions.TrimEntries);
            if (cells is [""])
            {
                continue;
            }

            if (cells.Length != header.Length
                || !DateOnly.TryParseExact(cells[0], ["yyyy-MM-dd", "d MMMM yyyy"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                throw Unreadable($"line {number}");
            }

            for (var i = 1; i < cells.Length; i++)
            {
                // The last column is empty: every line ends with a comma.
                if (header[i].Length > 0 && cells[i] is not ("N/A" or ""))
                {
                    rates.Add(Rate(day, header[i], cells[i], $"line {number}"));
                }
            }
        }

        return rates;
    }

    private static List<PublishedRate> ReadCubes(Stream xml)
    {
        using var reader = XmlReader.Create(xml, Strict);
        var rates = new List<PublishedRate>();
        DateOnly? day = null;
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element || reader.LocalName != "Cube" || reader.NamespaceURI != Namespace)
            {
                continue;
            }

            if (reader.GetAttribute("time") is { } time)
            {
                day = DateOnly.TryParseExact(time, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed)
                    ? parsed
                    : throw Unreadable("time");
            }
            else if (reader.GetAttribute("currency") is { } currency)
            {
                rates.Add(Rate(day ?? throw Unreadable("time"), currency, reader.GetAttribute("rate"), "rate"));
            }
        }

        return rates.Count > 0 ? rates : throw Unreadable("Cube");
    }

    private static PublishedRate Rate(DateOnly day, string currency, string? rate, string where) =>
        currency.Length == 3 && currency.All(char.IsAsciiLetterUpper)
        && decimal.TryParse(rate, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var perEuro) && perEuro > 0
            ? new PublishedRate(day, currency, perEuro)
            : throw Unreadable(where);

    private static BrokerException Unreadable(string where) =>
        BrokerException.InvalidData("The European Central Bank sent rates of a form that is not known. The rates of before are kept.", where);
}
