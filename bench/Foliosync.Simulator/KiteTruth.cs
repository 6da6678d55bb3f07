namespace Foliosync.Simulator;

/// <summary>What whoever reads an account without any fault must have.</summary>
/// <param name="Account">Number of the account.</param>
/// <param name="UserId">Kite's user id.</param>
/// <param name="Holdings">Everything owned, from all three lists.</param>
/// <param name="Cash">Own money by segment.</param>
public sealed record KiteTruth(int Account, string UserId, IReadOnlyList<TrueHolding> Holdings, IReadOnlyList<TrueCash> Cash)
{
    internal static KiteTruth Of(KiteAccount account, KitePortfolio portfolio, KiteMoment moment) => new(
        account.Number,
        account.UserId,
        [
            .. portfolio.HoldingsAt(moment).Select(h => Share("holdings", h, moment)),
            Share("positions", portfolio.PurchaseAt(moment), moment),
            new TrueHolding(
                "positions", KiteMarket.FutureSymbol, "NFO", KiteDayRows.FutureUnits, 0, KiteDayRows.FutureAverage, KiteDayRows.FuturePriceAt(moment)),
            .. KiteFundRows.HoldingsOf(portfolio.Shape).Select(f => new TrueHolding("funds", f.Isin, null, f.Units, 0, f.AveragePrice, f.Price)),
        ],
        [.. portfolio.SegmentsAt(moment).Select(s => new TrueCash(s.Name, "INR", s.Own))]);

    // Today's purchase is delivered in two days: all of it is unsettled.
    private static TrueHolding Share(string read, KiteHolding holding, KiteMoment moment) => new(
        read,
        holding.Share.Symbol,
        holding.Share.Exchange,
        holding.Settled + holding.NotDelivered,
        read == "positions" ? holding.Settled : holding.NotDelivered,
        holding.AveragePrice,
        holding.Share.PriceAt(moment));
}

/// <summary>Units of one instrument.</summary>
/// <param name="Read">The list it is in: holdings, positions or funds.</param>
/// <param name="Symbol">Symbol at Kite; the ISIN of a fund.</param>
/// <param name="Exchange">Kite's exchange code; null for funds.</param>
/// <param name="Quantity">Everything owned.</param>
/// <param name="UnsettledQuantity">Of these, not delivered yet.</param>
/// <param name="AveragePrice">What a unit cost, in rupees.</param>
/// <param name="LastPrice">What a unit is worth, in rupees.</param>
public sealed record TrueHolding(
    string Read, string Symbol, string? Exchange, decimal Quantity, decimal UnsettledQuantity, decimal AveragePrice, decimal LastPrice);

/// <summary>Own money in one segment: without collateral, after debits.</summary>
public sealed record TrueCash(string Segment, string Currency, decimal Amount);
