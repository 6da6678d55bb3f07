namespace Foliosync.Core.Prices;

/// <summary>Somebody who publishes prices or rates.</summary>
/// <param name="Id">Permanent id, the <see cref="FxRate.Source"/> of its rates or the source of its prices.</param>
/// <param name="Name">For people.</param>
/// <param name="BaseUrl">Where its files lie.</param>
/// <param name="Hosts">The hosts that may be asked.</param>
/// <param name="OnByDefault">False when an operator has to decide that the source may be used.</param>
/// <param name="Terms">What its publisher says about use, as far as known; one or two sentences.</param>
public sealed record PriceSource(string Id, string Name, Uri BaseUrl, IReadOnlyList<string> Hosts, bool OnByDefault, string Terms)
{
    /// <summary>Reference rates of the European Central Bank.</summary>
    public static PriceSource Ecb { get; } = new(
        "ecb",
        "European Central Bank",
        new Uri("https://www.ecb.europa.eu/stats/eurofxref/"),
        ["www.ecb.europa.eu"],
        OnByDefault: true,
        "Free to use when the ECB is named as the source. The rates are for information; they are not those of Indian tax rules.");

    /// <summary>Net asset values of Indian mutual funds.</summary>
    public static PriceSource Amfi { get; } = new(
        "amfi",
        "AMFI",
        new Uri("https://portal.amfiindia.com/spages/"),
        ["portal.amfiindia.com", "www.amfiindia.com"],
        OnByDefault: true,
        "For personal, non-commercial use. Switch it off where that does not fit.");

    /// <summary>Closing prices of the National Stock Exchange of India.</summary>
    public static PriceSource Nse { get; } = new(
        "nse",
        "NSE",
        new Uri("https://nsearchives.nseindia.com/content/cm/"),
        ["nsearchives.nseindia.com"],
        OnByDefault: false,
        "NSE's terms forbid systematic automated collection. Switch it on only when you have its consent.");

    /// <summary>Closing prices of BSE.</summary>
    public static PriceSource Bse { get; } = new(
        "bse",
        "BSE",
        new Uri("https://www.bseindia.com/download/BhavCopy/Equity/"),
        ["www.bseindia.com"],
        OnByDefault: false,
        "No terms for programs are known and some are turned away. Switch it on only when you may use it.");

    /// <summary>Prices in the form of Yahoo's charts.</summary>
    public static PriceSource Yahoo { get; } = new(
        "yahoo",
        "Yahoo Finance",
        new Uri("https://query1.finance.yahoo.com/v8/finance/chart/"),
        ["query1.finance.yahoo.com", "query2.finance.yahoo.com"],
        OnByDefault: false,
        "Undocumented and without a contract, for personal use at most; it can stop any day. Switch it on only when you may use it.");

    /// <summary>Prices in the form of Stooq's files.</summary>
    public static PriceSource Stooq { get; } = new(
        "stooq",
        "Stooq",
        new Uri("https://stooq.com/q/d/l/"),
        ["stooq.com"],
        OnByDefault: false,
        "Its terms for programs are unclear and it has a daily limit. Switch it on only when you may use it.");

    /// <summary>Every source this program can read.</summary>
    public static IReadOnlyList<PriceSource> All { get; } = [Ecb, Amfi, Nse, Bse, Yahoo, Stooq];
}

/// <summary>What the settings <c>FOLIOSYNC_PRICES__ID__…</c> say about one source.</summary>
/// <param name="Url">Another folder for its files, for tests; its host joins the allow-list. Null for the source's own.</param>
/// <param name="Enabled">Whether it is read; null for the source's default.</param>
public sealed record PriceSourceOverride(Uri? Url = null, bool? Enabled = null);

/// <summary>The sources of this instance, with its settings applied.</summary>
/// <param name="Overrides">What is set, by id in lower case.</param>
public sealed record PriceSettings(IReadOnlyDictionary<string, PriceSourceOverride> Overrides)
{
    /// <summary>Nothing set: every source as it is by default.</summary>
    public static PriceSettings Default { get; } = new(new Dictionary<string, PriceSourceOverride>());

    /// <summary>Every source switched off: nothing is asked of anybody.</summary>
    public static PriceSettings None { get; } = new(PriceSource.All.ToDictionary(s => s.Id, _ => new PriceSourceOverride { Enabled = false }));

    /// <summary>Whether a source is read.</summary>
    public bool IsEnabled(PriceSource source) => Of(source)?.Enabled ?? source.OnByDefault;

    /// <summary>The folder set in place of the source's own; null when none is.</summary>
    public Uri? UrlOf(PriceSource source) => Of(source)?.Url;

    private PriceSourceOverride? Of(PriceSource source) => Overrides.GetValueOrDefault(source.Id);
}
