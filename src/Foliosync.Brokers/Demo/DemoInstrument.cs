using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Demo;

/// <summary>A real instrument with an invented price.</summary>
/// <param name="Reported">How the reports name it.</param>
/// <param name="BasePrice">Price of one unit on <see cref="DemoMarket.OpeningDay"/>, before the market's moves.</param>
/// <param name="YearlyDrift">How much of the base price a year adds, for example 0.08.</param>
internal sealed record DemoInstrument(ReportedInstrument Reported, decimal BasePrice, decimal YearlyDrift)
{
    /// <summary>Prices are multiples of this.</summary>
    public required decimal Tick { get; init; }

    /// <summary>Units are multiples of this.</summary>
    public required decimal UnitStep { get; init; }

    /// <summary>How strongly the price moves; 1 for shares.</summary>
    public decimal Liveliness { get; init; } = 1m;

    /// <summary>True for instruments that have one price a day.</summary>
    public bool PricedDaily { get; init; }

    /// <summary>Folio number of the holding; null for instruments without one.</summary>
    public string? Folio { get; init; }

    /// <summary>Symbol as traded.</summary>
    public string Symbol => Reported.Symbol;

    /// <summary>True for mutual funds, which are reported apart.</summary>
    public bool IsFund => Reported.AssetClass == AssetClass.MutualFund;
}
