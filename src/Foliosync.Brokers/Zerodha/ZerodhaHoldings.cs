using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Zerodha;

/// <summary>Turns the rows of <c>GET /portfolio/holdings</c> into what is owned.</summary>
internal static class ZerodhaHoldings
{
    public const string Path = "portfolio/holdings";

    public static HoldingsReport Report(ZerodhaRows<ZerodhaHolding> rows, DateTimeOffset asOf)
    {
        var log = new ZerodhaRowLog("holdings");
        log.SkipUnreadable(rows, Path);
        var holdings = new List<ReportedHolding>(rows.Readable.Count);
        foreach (var row in rows.Readable)
        {
            Add(row, holdings, log);
        }

        return log.Report(holdings, rows.Count, Path, asOf);
    }

    private static void Add(ZerodhaHolding row, List<ReportedHolding> holdings, ZerodhaRowLog log)
    {
        if (NonsenseOf(row) is { } field)
        {
            log.Skip(ZerodhaRowLog.Shown(row.Tradingsymbol), field);
            return;
        }

        var owned = OwnedUnits(row, log);
        var marginFunded = row.Mtf?.Quantity ?? 0;
        if (owned == 0 && marginFunded == 0)
        {
            return;
        }

        var instrument = InstrumentOf(row, log);
        var lastPrice = ZerodhaMapping.Known(row.LastPrice);
        if (owned != 0)
        {
            holdings.Add(new ReportedHolding
            {
                Instrument = instrument,
                Quantity = owned,
                UnsettledQuantity = row.T1Quantity ?? 0,
                PledgedQuantity = row.CollateralQuantity ?? 0,
                AveragePrice = CostOf(row, log),
                LastPrice = lastPrice,
            });
        }

        if (marginFunded != 0)
        {
            holdings.Add(new ReportedHolding
            {
                Instrument = instrument,
                Quantity = marginFunded,
                AveragePrice = ZerodhaMapping.Known(row.Mtf?.AveragePrice),
                LastPrice = lastPrice,
                MarginFunded = true,
            });
        }
    }

    /// <summary>The field whose value cannot be meant; null when there is none.</summary>
    private static string? NonsenseOf(ZerodhaHolding row) =>
        string.IsNullOrWhiteSpace(row.Tradingsymbol) ? "tradingsymbol"
        : !ZerodhaMapping.CanBeHeld(row.Quantity) ? "quantity"
        : !ZerodhaMapping.CanBeHeld(row.T1Quantity) ? "t1_quantity"
        : !ZerodhaMapping.CanBeHeld(row.CollateralQuantity) ? "collateral_quantity"
        : !ZerodhaMapping.CanBeHeld(row.Mtf?.Quantity) ? "mtf.quantity"
        : null;

    /// <summary>
    /// Settled, bought yesterday and pledged units. The documents do not say whether <c>quantity</c> contains the pledged ones, so the row's
    /// own figures decide: the units carried into the day less those sold, and the profit divided by the profit of one unit.
    /// </summary>
    private static decimal OwnedUnits(ZerodhaHolding row, ZerodhaRowLog log)
    {
        var pledged = row.CollateralQuantity ?? 0;
        var withoutPledged = row.Quantity + (row.T1Quantity ?? 0);
        var all = withoutPledged + pledged;
        if (row.OpeningQuantity is not { } opening)
        {
            return all;
        }

        var carried = opening - (row.UsedQuantity ?? 0);
        if (all == carried || ExplainsProfit(row, all))
        {
            return all;
        }

        if (pledged == 0)
        {
            log.Warn(
                "quantity-unclear",
                $"{ZerodhaRowLog.Shown(row.Tradingsymbol)}: {all:0.####} units are counted, but Zerodha's own figures for this row disagree.");
            return all;
        }

        // A quantity cannot contain more pledged units than it has.
        if (withoutPledged >= pledged && (withoutPledged == carried || ExplainsProfit(row, withoutPledged)))
        {
            return withoutPledged;
        }

        log.Warn(
            "pledged-units-unclear",
            $"{ZerodhaRowLog.Shown(row.Tradingsymbol)}: it is unclear whether {pledged:0.####} pledged units are part of the quantity; they were added.");
        return all;
    }

    /// <summary>True when profit divided by profit of one unit, rounded, is this many units. Without a division, which might not fit.</summary>
    private static bool ExplainsProfit(ZerodhaHolding row, decimal units)
    {
        if (row is not { Pnl: { } profit, LastPrice: { } last, AveragePrice: { } average }
            || !ZerodhaMapping.IsPlausible(last) || !ZerodhaMapping.IsPlausible(average))
        {
            return false;
        }

        var profitOfOne = Math.Abs(last - average);
        return profitOfOne > 0 && Math.Abs(profit - (units * (last - average))) < profitOfOne / 2;
    }

    /// <summary>The cost of one unit, unknown where Kite marks it as unreliable: a wrong cost would show as a gain nobody made.</summary>
    private static decimal? CostOf(ZerodhaHolding row, ZerodhaRowLog log)
    {
        var cost = ZerodhaMapping.Known(row.AveragePrice);
        if (row.Discrepancy is not true)
        {
            return cost;
        }

        if (cost is not null)
        {
            log.Warn("cost-unreliable", $"{ZerodhaRowLog.Shown(row.Tradingsymbol)}: Zerodha marks its average price as unreliable; the cost is unknown.");
        }

        return null;
    }

    private static ReportedInstrument InstrumentOf(ZerodhaHolding row, ZerodhaRowLog log)
    {
        var isin = ZerodhaMapping.CheckIsin(row.Isin, row.Tradingsymbol, log);
        var assetClass = ZerodhaAssetClass.OfShare(isin, row.Tradingsymbol);
        if (assetClass is null && isin is not null)
        {
            log.Warn("asset-class-assumed", $"{ZerodhaRowLog.Shown(row.Tradingsymbol)} is taken for a share: neither its ISIN nor its series tells what it is.");
        }

        return ZerodhaMapping.Share(row.Tradingsymbol, row.Exchange, isin, assetClass ?? AssetClass.Equity);
    }
}
