using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Demo;

/// <summary>What the demo accounts trade: well-known instruments under their real ISINs.</summary>
internal static class DemoCatalog
{
    public static DemoInstrument Infosys { get; } = IndianShare("INE009A01021", "INFY", "Infosys Limited", 1_480m, 0.06m);

    public static DemoInstrument Reliance { get; } = IndianShare("INE002A01018", "RELIANCE", "Reliance Industries Limited", 1_310m, 0.09m);

    public static DemoInstrument HdfcBank { get; } = IndianShare("INE040A01034", "HDFCBANK", "HDFC Bank Limited", 820m, 0.11m);

    public static DemoInstrument Tcs { get; } = IndianShare("INE467B01029", "TCS", "Tata Consultancy Services Limited", 3_350m, -0.05m);

    public static DemoInstrument Itc { get; } = IndianShare("INE154A01025", "ITC", "ITC Limited", 412m, 0.03m);

    public static DemoInstrument StateBank { get; } = IndianShare("INE062A01020", "SBIN", "State Bank of India", 790m, 0.12m);

    public static DemoInstrument BhartiAirtel { get; } = IndianShare("INE397D01024", "BHARTIARTL", "Bharti Airtel Limited", 1_520m, 0.15m);

    public static DemoInstrument NiftyBees { get; } = IndianEtf("INF204KB14I2", "NIFTYBEES", "Nippon India ETF Nifty 50 BeES", 262m, 0.1m);

    public static DemoInstrument GoldBees { get; } = IndianEtf("INF204KB17I5", "GOLDBEES", "Nippon India ETF Gold BeES", 61m, 0.18m);

    public static DemoInstrument GovernmentBond2033 { get; } = new(
        new ReportedInstrument
        {
            Isin = "IN0020230085",
            Symbol = "718GS2033-GS",
            Exchange = "NSE",
            Mic = "XNSE",
            BrokerKey = "NSE:718GS2033-GS",
            Name = "7.18% Government of India 2033",
            AssetClass = AssetClass.GovernmentBond,
            Currency = "INR",
        },
        101.4m,
        0.004m)
    { Tick = 0.01m, UnitStep = 1m, Liveliness = 0.08m, PricedDaily = true };

    public static DemoInstrument ParagParikhFlexiCap { get; } =
        MutualFund("INF879O01027", "Parag Parikh Flexi Cap Fund - Direct Plan - Growth", 76.4m, 0.13m, "1017254/38");

    public static DemoInstrument UtiNifty50 { get; } =
        MutualFund("INF789F01XA0", "UTI Nifty 50 Index Fund - Direct Plan - Growth", 158.2m, 0.1m, "50391874562");

    public static DemoInstrument SbiSmallCap { get; } =
        MutualFund("INF200K01T51", "SBI Small Cap Fund - Direct Plan - Growth", 182.7m, 0.14m, "22640915");

    public static DemoInstrument Apple { get; } =
        American("US0378331005", "AAPL", "XNAS", "Apple Inc.", AssetClass.Equity, 214m, 0.11m);

    public static DemoInstrument Microsoft { get; } =
        American("US5949181045", "MSFT", "XNAS", "Microsoft Corporation", AssetClass.Equity, 428m, 0.1m);

    public static DemoInstrument Nvidia { get; } =
        American("US67066G1040", "NVDA", "XNAS", "NVIDIA Corporation", AssetClass.Equity, 118m, 0.24m);

    public static DemoInstrument CocaCola { get; } =
        American("US1912161007", "KO", "XNYS", "The Coca-Cola Company", AssetClass.Equity, 63m, 0.05m);

    public static DemoInstrument BerkshireHathaway { get; } =
        American("US0846707026", "BRK.B", "XNYS", "Berkshire Hathaway Inc. Class B", AssetClass.Equity, 442m, 0.08m);

    public static DemoInstrument VanguardSp500 { get; } =
        American("US9229083632", "VOO", "ARCX", "Vanguard S&P 500 ETF", AssetClass.Etf, 503m, 0.1m);

    public static DemoInstrument VanguardTotalBond { get; } =
        American("US9219378356", "BND", "XNAS", "Vanguard Total Bond Market ETF", AssetClass.Etf, 72.6m, 0.01m) with { Liveliness = 0.2m };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<DemoInstrument> All { get; } =
    [
        Infosys, Reliance, HdfcBank, Tcs, Itc, StateBank, BhartiAirtel, NiftyBees, GoldBees, GovernmentBond2033,
        ParagParikhFlexiCap, UtiNifty50, SbiSmallCap, Apple, Microsoft, Nvidia, CocaCola, BerkshireHathaway, VanguardSp500, VanguardTotalBond,
    ];

    private static DemoInstrument IndianShare(string isin, string symbol, string name, decimal basePrice, decimal drift) =>
        OnNse(isin, symbol, name, AssetClass.Equity, basePrice, drift) with { Tick = 0.05m };

    private static DemoInstrument IndianEtf(string isin, string symbol, string name, decimal basePrice, decimal drift) =>
        OnNse(isin, symbol, name, AssetClass.Etf, basePrice, drift) with { Liveliness = 0.7m };

    private static DemoInstrument OnNse(string isin, string symbol, string name, AssetClass assetClass, decimal basePrice, decimal drift) =>
        new(
            new ReportedInstrument
            {
                Isin = isin,
                Symbol = symbol,
                Exchange = "NSE",
                Mic = "XNSE",
                BrokerKey = $"NSE:{symbol}",
                Name = name,
                AssetClass = assetClass,
                Currency = "INR",
            },
            basePrice,
            drift)
        { Tick = 0.01m, UnitStep = 1m };

    private static DemoInstrument MutualFund(string isin, string name, decimal basePrice, decimal drift, string folio) =>
        new(
            new ReportedInstrument
            {
                Isin = isin,
                Symbol = isin,
                BrokerKey = $"MF:{isin}",
                Name = name,
                AssetClass = AssetClass.MutualFund,
                Currency = "INR",
            },
            basePrice,
            drift)
        { Tick = 0.0001m, UnitStep = 0.001m, Liveliness = 0.7m, PricedDaily = true, Folio = folio };

    private static DemoInstrument American(
        string isin, string symbol, string mic, string name, AssetClass assetClass, decimal basePrice, decimal drift) =>
        new(
            new ReportedInstrument
            {
                Isin = isin,
                Symbol = symbol,
                Exchange = mic,
                Mic = mic,
                BrokerKey = $"{mic}:{symbol}",
                Name = name,
                AssetClass = assetClass,
                Currency = "USD",
            },
            basePrice,
            drift)
        { Tick = 0.01m, UnitStep = 0.000001m };
}
