using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Zerodha;

/// <summary>
/// Kite does not say what a holding is. The ISIN tells most, the ending of the symbol (the NSE series) some, and the rest are shares.
/// </summary>
internal static class ZerodhaAssetClass
{
    /// <summary>The class of a holding; null when neither ISIN nor series tells it.</summary>
    public static AssetClass? OfShare(string? isin, string symbol) => OfIsin(isin, symbol) ?? OfSeries(symbol);

    /// <summary>The class of a derivative by the ending of its symbol.</summary>
    public static AssetClass OfDerivative(string symbol) =>
        symbol.EndsWith("FUT", StringComparison.Ordinal) ? AssetClass.Future
        : symbol.EndsWith("CE", StringComparison.Ordinal) || symbol.EndsWith("PE", StringComparison.Ordinal) ? AssetClass.Option
        : AssetClass.Other;

    // INE company, INF fund, IN0 state. The eighth and ninth character of a company's code are the kind of paper.
    private static AssetClass? OfIsin(string? isin, string symbol)
    {
        if (isin is null)
        {
            return null;
        }

        if (isin.StartsWith("INF", StringComparison.Ordinal))
        {
            return OfSeries(symbol) is AssetClass.MutualFund ? AssetClass.MutualFund : AssetClass.Etf;
        }

        if (isin.StartsWith("IN0", StringComparison.Ordinal))
        {
            return AssetClass.GovernmentBond;
        }

        if (!isin.StartsWith("INE", StringComparison.Ordinal))
        {
            return null;
        }

        return isin.AsSpan(7, 2) switch
        {
            "01" => AssetClass.Equity,
            "07" or "08" => AssetClass.Bond,
            "23" or "25" => AssetClass.Fund,
            _ => null,
        };
    }

    private static AssetClass? OfSeries(string symbol)
    {
        var dash = symbol.LastIndexOf('-');
        var series = dash < 0 ? default : symbol.AsSpan(dash + 1);
        return series switch
        {
            "GB" or "GS" or "SG" or "TB" => AssetClass.GovernmentBond,
            "RR" or "IV" => AssetClass.Fund,
            "MF" => AssetClass.MutualFund,
            "EQ" or "BE" or "BZ" or "SM" or "ST" or "BL" => AssetClass.Equity,
            ['N' or 'Y', _] => AssetClass.Bond,
            _ => null,
        };
    }
}
