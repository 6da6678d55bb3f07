using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Imports;

/// <summary>The fields that say what a row is about.</summary>
internal static class FoliosyncInstrument
{
    private static readonly Column IsinCode = new("isin") { IsRequired = false };
    private static readonly Column Exchange = new("exchange") { IsRequired = false };
    private static readonly Column Name = new("name") { IsRequired = false };
    private static readonly Column Class = new("assetClass") { IsRequired = false };

    public static Column Symbol { get; } = new("symbol") { IsRequired = false };

    public static IReadOnlyList<Column> Columns { get; } = [Symbol, IsinCode, Exchange, Name, Class];

    /// <summary>Null when the row has neither symbol nor ISIN.</summary>
    public static ReportedInstrument? Of(StatementRow row, string currency)
    {
        var isin = row[IsinCode].Length == 0 ? null : Isin.IsValid(row[IsinCode]) ? row[IsinCode] : row.Reject(IsinCode, "");
        var symbol = row[Symbol].Length > 0 ? row[Symbol] : isin;
        if (string.IsNullOrEmpty(symbol))
        {
            return null;
        }

        var exchange = row[Exchange].Length == 0 ? null : row[Exchange].ToUpperInvariant();
        return new ReportedInstrument
        {
            Isin = isin,
            Symbol = symbol,
            Exchange = exchange,
            Mic = MicOf(exchange),
            BrokerKey = symbol,
            Name = row[Name].Length == 0 ? null : row[Name],
            AssetClass = ClassOf(row),
            Currency = currency,
        };
    }

    /// <summary>The ISO 10383 code of an exchange; null when it is not certain.</summary>
    public static string? MicOf(string? exchange) => exchange switch
    {
        "NSE" => "XNSE",
        "BSE" => "XBOM",
        "NASDAQ" => "XNAS",
        "NYSE" => "XNYS",
        "LSE" => "XLON",
        "AMEX" => "XASE",
        "XETRA" => "XETR",
        { Length: 4 } => exchange,
        _ => null,
    };

    private static AssetClass ClassOf(StatementRow row)
    {
        if (row[Class].Length == 0)
        {
            return AssetClass.Equity;
        }

        return char.IsAsciiLetter(row[Class][0]) && Enum.TryParse<AssetClass>(row[Class], ignoreCase: true, out var known)
            ? known
            : row.Reject(Class, AssetClass.Other);
    }
}
