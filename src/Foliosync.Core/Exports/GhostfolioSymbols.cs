using System.Text.Json;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Exports;

/// <summary>
/// What Ghostfolio is to call things. Shares and funds of exchanges whose symbols Yahoo has go by these, so that it finds prices; all others
/// are the person's own (MANUAL) with a profile, under the id of the instrument, as Ghostfolio wants it.
/// </summary>
internal sealed class GhostfolioSymbols
{
    private const string Manual = "MANUAL";

    // In London Yahoo tells pence, which is another currency to Ghostfolio.
    private static readonly Dictionary<string, string> YahooEndings = new(StringComparer.Ordinal)
    {
        ["XNSE"] = ".NS",
        ["XBOM"] = ".BO",
        ["XETR"] = ".DE",
        ["XNAS"] = "",
        ["XNYS"] = "",
        ["ARCX"] = "",
        ["XASE"] = "",
        ["BATS"] = "",
    };

    private readonly Dictionary<string, Profile> _profiles = new(StringComparer.Ordinal);

    /// <summary>Source and symbol for a transaction.</summary>
    public (string DataSource, string Symbol) Of(Transaction transaction, string type)
    {
        if (type is not "FEE" && transaction.Instrument is { } instrument)
        {
            var symbol = ExportText.Line(transaction.Symbol) ?? instrument.Symbol;
            return YahooSymbolOf(instrument, symbol) is { } known ? ("YAHOO", known) : OwnSymbol(instrument, symbol);
        }

        var own = $"GF_{type}_{transaction.Currency}";
        _profiles.TryAdd(own, new Profile($"{type[0]}{type[1..].ToLowerInvariant()} ({transaction.Currency})", transaction.Currency, null, null, null));
        return (Manual, own);
    }

    /// <summary>Writes the profiles of the symbols that were asked for and are nobody else's.</summary>
    public void WriteProfiles(Utf8JsonWriter json)
    {
        json.WriteStartArray("assetProfiles");
        foreach (var (symbol, profile) in _profiles)
        {
            json.WriteStartObject();
            json.WriteString("symbol", symbol);
            json.WriteString("dataSource", Manual);
            json.WriteString("currency", profile.Currency);
            json.WriteString("name", profile.Name);
            WriteIfKnown(json, "isin", profile.Isin);
            WriteIfKnown(json, "assetClass", profile.Class);
            WriteIfKnown(json, "assetSubClass", profile.SubClass);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string? YahooSymbolOf(Instrument instrument, string symbol) =>
        instrument.AssetClass is AssetClass.Equity or AssetClass.Etf && instrument.Mic is { } mic && YahooEndings.TryGetValue(mic, out var ending)
            ? symbol + ending
            : null;

    private (string DataSource, string Symbol) OwnSymbol(Instrument instrument, string symbol)
    {
        var own = instrument.Id.ToString();
        var (kind, subKind) = instrument.AssetClass switch
        {
            AssetClass.Equity => ("EQUITY", "STOCK"),
            AssetClass.Etf => ("EQUITY", "ETF"),
            AssetClass.MutualFund => ("EQUITY", "MUTUALFUND"),
            AssetClass.Bond or AssetClass.GovernmentBond => ("FIXED_INCOME", "BOND"),
            AssetClass.Crypto => ("LIQUIDITY", "CRYPTOCURRENCY"),
            _ => (default(string), default(string)),
        };
        _profiles.TryAdd(own, new Profile(ExportText.Line(instrument.Name) ?? symbol, instrument.Currency, instrument.Isin, kind, subKind));
        return (Manual, own);
    }

    private static void WriteIfKnown(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private sealed record Profile(string Name, string Currency, string? Isin, string? Class, string? SubClass);
}
