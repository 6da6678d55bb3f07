namespace Foliosync.Simulator;

/// <summary>
/// What an account holds. Accounts share a few dozen portfolios: enough variety for whoever reads them, and few enough answers
/// to keep each rendered, so that the simulator leaves the processor to what is measured.
/// </summary>
/// <param name="Shape">Number of the portfolio.</param>
/// <param name="Holdings">Holdings on the first day.</param>
internal readonly record struct KitePortfolio(int Shape, int Holdings)
{
    private const int Shapes = 64;
    private const int UnitsBoughtADay = 5;

    public static KitePortfolio Of(int account, int holdings) => new(account % Shapes, holdings);

    /// <summary>The holdings on a day: the first ones, and one more for each day since. Yesterday's is not delivered yet.</summary>
    public IEnumerable<KiteHolding> HoldingsAt(KiteMoment moment)
    {
        for (var place = 0; place < Holdings; place++)
        {
            var share = ShareAt(place);
            var units = 1 + Scatter.Pick(Shape, share.Index, 400) + KiteMarket.Touches(share.Index, moment.QuantityTicks);
            yield return new KiteHolding(share, units, 0, AverageOf(share));
        }

        for (var day = 0; day < moment.Day; day++)
        {
            var share = ShareAt(Holdings + day);
            yield return day == moment.Day - 1
                ? new KiteHolding(share, 0, UnitsBoughtADay, AverageOf(share))
                : new KiteHolding(share, UnitsBoughtADay, 0, AverageOf(share));
        }
    }

    /// <summary>What was bought today: a position until tomorrow.</summary>
    public KiteHolding PurchaseAt(KiteMoment moment)
    {
        var share = ShareAt(Holdings + moment.Day);
        return new KiteHolding(share, UnitsBoughtADay, 0, AverageOf(share));
    }

    /// <summary>The money. What a tick of quantities buys is paid from it.</summary>
    public IEnumerable<KiteSegment> SegmentsAt(KiteMoment moment) =>
    [
        new KiteSegment("equity", 25_000.75m + (Shape * 1_000) - (100.25m * moment.QuantityTicks), Collateral: 12_500, Debits: 4_321.5m),
        new KiteSegment("commodity", Shape * 10, Collateral: 0, Debits: 0),
    ];

    private KiteShare ShareAt(int place) => new(((Shape * 31) + place) % KiteMarket.Shares);

    private decimal AverageOf(KiteShare share) =>
        Math.Round(share.ClosePrice * (70 + Scatter.Pick(share.Index, Shape + 1_000, 60)) / 100m, 4);
}

/// <summary>Units of a share: delivered, bought yesterday, and what one cost.</summary>
internal readonly record struct KiteHolding(KiteShare Share, int Settled, int NotDelivered, decimal AveragePrice);

/// <summary>Money of one segment, in rupees.</summary>
internal readonly record struct KiteSegment(string Name, decimal Cash, decimal Collateral, decimal Debits)
{
    /// <summary>Kite's identity: net = cash + collateral - debits.</summary>
    public decimal Net => Cash + Collateral - Debits;

    /// <summary>What is the person's own.</summary>
    public decimal Own => Cash - Debits;
}
