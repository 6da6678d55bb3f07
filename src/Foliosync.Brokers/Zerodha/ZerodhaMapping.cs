using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Zerodha;

/// <summary>What the mappings of holdings, positions, funds and trades have in common.</summary>
internal static class ZerodhaMapping
{
    public const string Currency = "INR";

    /// <summary>More units or rupees than this cannot be meant; it also keeps every product of two numbers within a decimal.</summary>
    private const decimal Limit = 1_000_000_000_000m;

    private const string Nse = "NSE";
    private const string Bse = "BSE";

    // Series of the same share: trade for trade (BE, BZ), small companies (SM, ST, SZ), block deals (BL), settlement on the day (T0).
    // Other endings name other instruments, for example -N8 a bond, or belong to the name, as in BAJAJ-AUTO.
    private static readonly string[] ShareSeries = ["-BE", "-BZ", "-SM", "-ST", "-SZ", "-BL", "-EQ", "-T0"];

    /// <summary>True for the exchanges of shares; every other one deals in derivatives.</summary>
    public static bool IsShareExchange(string exchange) => exchange is Nse or Bse;

    /// <summary>
    /// A share, fund or bond. Kite names one by its symbol alone: the exchange it is priced on and the NSE series may change from one day
    /// to the next, and positions carry no ISIN to be recognised by.
    /// </summary>
    /// <param name="symbol">Kite's symbol, with or without series.</param>
    /// <param name="exchange">Kite's code; null where a file does not tell.</param>
    /// <param name="isin">ISO 6166; null when unknown.</param>
    /// <param name="assetClass">The kind.</param>
    public static ReportedInstrument Share(string symbol, string? exchange, string? isin, AssetClass assetClass) => new()
    {
        Isin = isin,
        Symbol = symbol,
        Exchange = exchange,
        Mic = MicOf(exchange),
        BrokerKey = ShareKey(symbol),
        AssetClass = assetClass,
        Currency = Currency,
    };

    /// <summary>A future or option, unique by exchange and symbol until it expires.</summary>
    public static ReportedInstrument Derivative(string symbol, string exchange) => new()
    {
        Symbol = symbol,
        Exchange = exchange,
        Mic = MicOf(exchange),
        BrokerKey = DerivativeKey(symbol, exchange),
        AssetClass = ZerodhaAssetClass.OfDerivative(symbol),
        Currency = Currency,
    };

    /// <summary>A mutual fund, which Kite names by its ISIN.</summary>
    public static ReportedInstrument Fund(string symbol, string? name, string? isin) => new()
    {
        Isin = isin,
        Symbol = symbol,
        BrokerKey = symbol,
        Name = string.IsNullOrWhiteSpace(name) ? null : name,
        AssetClass = AssetClass.MutualFund,
        Currency = Currency,
    };

    public static string ShareKey(string symbol)
    {
        foreach (var series in ShareSeries)
        {
            if (symbol.Length > series.Length && symbol.EndsWith(series, StringComparison.Ordinal))
            {
                return symbol[..^series.Length];
            }
        }

        return symbol;
    }

    public static string DerivativeKey(string symbol, string exchange) => $"{exchange}:{symbol}";

    /// <summary>A price or cost; Kite writes 0 for one it does not know.</summary>
    public static decimal? Known(decimal? price) => price is > 0 and < Limit ? price : null;

    /// <summary>True for a number of units or a multiplier that can be meant.</summary>
    public static bool IsPlausible(decimal amount) => amount is > -Limit and < Limit;

    /// <summary>True for a number of units that can be held.</summary>
    public static bool CanBeHeld(decimal? quantity) => quantity is null or (>= 0 and < Limit);

    /// <summary>The code, or null with a warning: an instrument under a wrong ISIN would be joined with a stranger.</summary>
    public static string? CheckIsin(string? isin, string symbol, ZerodhaRowLog log)
    {
        if (Isin.IsValid(isin))
        {
            return isin;
        }

        log.Warn("isin-invalid", $"{ZerodhaRowLog.Shown(symbol)} has no valid ISIN; it is recognised by its symbol.");
        return null;
    }

    // Only the codes that are certain; the derivative segments are left to exchange and symbol.
    private static string? MicOf(string? exchange) => exchange switch
    {
        Nse => "XNSE",
        Bse => "XBOM",
        "MCX" => "XIMC",
        _ => null,
    };
}
