using System.Text.Json;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Imports;

/// <summary>What an export of Ghostfolio tells about the things its activities name. It has profiles of a person's own symbols only.</summary>
internal sealed class GhostfolioProfiles
{
    private static readonly Column Symbol = new("symbol");
    private static readonly Column DataSource = new("dataSource");
    private static readonly Column Name = new("name");
    private static readonly Column IsinCode = new("isin");
    private static readonly Column Class = new("assetClass");
    private static readonly Column SubClass = new("assetSubClass");

    // The endings that Yahoo gives to the symbols of an exchange.
    private static readonly Dictionary<string, string> Exchanges = new(StringComparer.Ordinal)
    {
        ["NS"] = "XNSE",
        ["BO"] = "XBOM",
        ["L"] = "XLON",
        ["DE"] = "XETR",
        ["F"] = "XFRA",
        ["PA"] = "XPAR",
        ["AS"] = "XAMS",
        ["MI"] = "XMIL",
        ["SW"] = "XSWX",
        ["VI"] = "XWBO",
        ["TO"] = "XTSE",
        ["AX"] = "XASX",
        ["HK"] = "XHKG",
        ["T"] = "XTKS",
        ["ST"] = "XSTO",
        ["CO"] = "XCSE",
    };

    private readonly Dictionary<(string Source, string Symbol), StatementRow> _profiles = [];

    public static GhostfolioProfiles Of(JsonElement root)
    {
        var profiles = new GhostfolioProfiles();
        foreach (var row in JsonFile.Rows(root, "assetProfiles") ?? [])
        {
            profiles._profiles.TryAdd((row[DataSource], row[Symbol]), row);
        }

        return profiles;
    }

    public ReportedInstrument Instrument(string source, string symbol, string currency)
    {
        var profile = _profiles.GetValueOrDefault((source, symbol));
        var (ticker, mic) = source == "YAHOO" ? Split(symbol) : (symbol, null);
        return new ReportedInstrument
        {
            Isin = profile is not null && Isin.IsValid(profile[IsinCode]) ? profile[IsinCode] : null,
            Symbol = ticker,
            Exchange = mic,
            Mic = mic,
            BrokerKey = $"{source}:{symbol}",
            Name = profile is not null && profile[Name].Length > 0 ? profile[Name] : null,
            AssetClass = ClassOf(source, profile),
            Currency = currency,
        };
    }

    private static (string Ticker, string? Mic) Split(string symbol)
    {
        var point = symbol.LastIndexOf('.');
        return point > 0 && Exchanges.TryGetValue(symbol[(point + 1)..], out var mic) ? (symbol[..point], mic) : (symbol, null);
    }

    private static AssetClass ClassOf(string source, StatementRow? profile) => (profile?[SubClass], profile?[Class]) switch
    {
        ("ETF", _) => AssetClass.Etf,
        ("MUTUALFUND", _) => AssetClass.MutualFund,
        ("BOND", _) or (_, "FIXED_INCOME") => AssetClass.Bond,
        ("CRYPTOCURRENCY", _) => AssetClass.Crypto,
        (_, "EQUITY") => AssetClass.Equity,
        (_, not (null or "")) => AssetClass.Other,
        _ => source == "COINGECKO" ? AssetClass.Crypto : AssetClass.Equity,
    };
}
