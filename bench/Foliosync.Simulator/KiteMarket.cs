using System.Globalization;

namespace Foliosync.Simulator;

/// <summary>How far the simulated world has come. Answers are rendered once for each.</summary>
/// <param name="Today">Today's date in India.</param>
/// <param name="Day">Trading days since the start.</param>
/// <param name="SessionDay">Counts the mornings on which Kite ended all sessions.</param>
/// <param name="PriceTicks">Each moved the price of a tenth of the instruments.</param>
/// <param name="QuantityTicks">Each added a unit to a tenth of the holdings.</param>
internal sealed record KiteMoment(DateOnly Today, int Day, int SessionDay, int PriceTicks, int QuantityTicks);

/// <summary>An invented share with a valid ISIN.</summary>
internal readonly record struct KiteShare(int Index)
{
    public string Symbol => string.Create(CultureInfo.InvariantCulture, $"SIM{Index:D4}");

    public string Exchange => Index % 5 == 4 ? "BSE" : "NSE";

    // As at Kite: the low byte is the segment (1 NSE, 4 BSE), the rest the exchange's own token.
    public int Token => ((Index + 1) << 8) | (Exchange == "NSE" ? 1 : 4);

    public string Isin => KiteMarket.WithCheckDigit(string.Create(CultureInfo.InvariantCulture, $"INE{Index:D4}0101"));

    public decimal ClosePrice => 40m + (Scatter.Pick(Index, 1, 60_000) * 0.05m);

    public decimal PriceAt(KiteMoment moment) => ClosePrice + (0.05m * KiteMarket.Touches(Index, moment.PriceTicks));
}

/// <summary>The instruments that exist, and what ticks do to them.</summary>
internal static class KiteMarket
{
    /// <summary>Shares that exist. A multiple of ten, so that a tick changes exactly a tenth of a portfolio of tens.</summary>
    public const int Shares = 10_000;

    /// <summary>The one derivative that every account holds.</summary>
    public const string FutureSymbol = "SIMNIFTY30DECFUT";

    public const int FutureToken = 9_000_002;

    /// <summary>How many of the first ticks changed an instrument. Each tick changes every tenth one, so each is changed in turn.</summary>
    public static int Touches(int index, int ticks) => (ticks + (index % 10)) / 10;

    /// <summary>ISO 6166: letters count as two digits (A = 10), then Luhn.</summary>
    public static string WithCheckDigit(string eleven)
    {
        var digits = string.Concat(eleven.Select(c => char.IsAsciiDigit(c) ? $"{c}" : $"{c - 'A' + 10}"));
        var sum = digits.Reverse()
            .Select((c, place) => (c - '0') * (place % 2 == 0 ? 2 : 1))
            .Sum(product => (product / 10) + (product % 10));
        return eleven + (char)('0' + ((10 - (sum % 10)) % 10));
    }
}
