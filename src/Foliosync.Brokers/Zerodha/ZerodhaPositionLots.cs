using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Zerodha;

/// <summary>
/// Turns <c>net</c> of <c>GET /portfolio/positions</c> into what is owned: derivatives, and shares bought today for delivery, which Kite
/// lists among the holdings only from the next day. Intraday trades are not owned; sales have left the holdings already.
/// </summary>
internal static class ZerodhaPositionLots
{
    public const string Path = "portfolio/positions";

    /// <summary>True when a row is a purchase of the day, which the holdings may list as well once the day has changed.</summary>
    public static bool HasPurchases(ZerodhaRows<ZerodhaPosition> rows)
    {
        foreach (var row in rows.Readable)
        {
            if (ZerodhaMapping.IsShareExchange(row.Exchange) && NonsenseOf(row) is null && PurchasedUnits(row) > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <param name="rows">The positions.</param>
    /// <param name="settling">
    /// The holdings, where a purchase may be listed among them already; null while the market of the day is or was open.
    /// </param>
    /// <param name="asOf">When both were read.</param>
    public static HoldingsReport Report(ZerodhaRows<ZerodhaPosition> rows, ZerodhaRows<ZerodhaHolding>? settling, DateTimeOffset asOf)
    {
        var log = new ZerodhaRowLog("positions");
        log.SkipUnreadable(rows, Path);
        var lots = new List<ReportedHolding>();
        foreach (var row in rows.Readable)
        {
            if (NonsenseOf(row) is { } field)
            {
                log.Skip(ZerodhaRowLog.Shown(row.Tradingsymbol), field);
            }
            else if (!ZerodhaMapping.IsShareExchange(row.Exchange))
            {
                AddDerivative(row, lots);
            }
            else if (PurchasedUnits(row) is > 0 and var units)
            {
                AddPurchase(row, units, settling, lots, log);
            }
        }

        return log.Report(lots, rows.Count, Path, asOf);
    }

    private static string? NonsenseOf(ZerodhaPosition row) =>
        string.IsNullOrWhiteSpace(row.Tradingsymbol) ? "tradingsymbol"
        : !ZerodhaMapping.IsPlausible(row.Quantity) ? "quantity"
        : row.Multiplier is { } multiplier && (multiplier <= 0 || !ZerodhaMapping.IsPlausible(multiplier)) ? "multiplier"
        : !ZerodhaMapping.CanBeHeld(row.DayBuyQuantity) ? "day_buy_quantity"
        : !ZerodhaMapping.CanBeHeld(row.DaySellQuantity) ? "day_sell_quantity"
        : null;

    private static void AddDerivative(ZerodhaPosition row, List<ReportedHolding> lots)
    {
        // A quantity of 0 is a position that was closed today.
        if (row.Quantity != 0)
        {
            lots.Add(new ReportedHolding
            {
                Instrument = ZerodhaMapping.Derivative(row.Tradingsymbol, row.Exchange),
                Quantity = row.Quantity,
                AveragePrice = ZerodhaMapping.Known(row.AveragePrice),
                LastPrice = ZerodhaMapping.Known(row.LastPrice),
                Multiplier = row.Multiplier ?? 1m,
            });
        }
    }

    /// <summary>What is left of today's purchases for delivery; 0 for intraday products and for sales.</summary>
    private static decimal PurchasedUnits(ZerodhaPosition row)
    {
        if (row.Product is not ("CNC" or "MTF"))
        {
            return 0;
        }

        var remainder = (row.DayBuyQuantity ?? 0) - (row.DaySellQuantity ?? 0);
        return Math.Max(0, Math.Min(remainder, row.Quantity));
    }

    private static void AddPurchase(
        ZerodhaPosition row, decimal units, ZerodhaRows<ZerodhaHolding>? settling, List<ReportedHolding> lots, ZerodhaRowLog log)
    {
        var marginFunded = row.Product == "MTF";
        if (settling is not null && IsAmong(settling, row.Tradingsymbol, units, marginFunded))
        {
            log.Warn(
                "purchase-already-settling",
                $"{ZerodhaRowLog.Shown(row.Tradingsymbol)}: the purchase of {units:0.####} units is counted among the holdings already.");
            return;
        }

        var assetClass = ZerodhaAssetClass.OfShare(isin: null, row.Tradingsymbol) ?? AssetClass.Equity;
        lots.Add(new ReportedHolding
        {
            Instrument = ZerodhaMapping.Share(row.Tradingsymbol, row.Exchange, isin: null, assetClass),
            Quantity = units,
            UnsettledQuantity = units,
            AveragePrice = ZerodhaMapping.Known(row.DayBuyPrice),
            LastPrice = ZerodhaMapping.Known(row.LastPrice),
            MarginFunded = marginFunded,
        });
    }

    /// <summary>True when the holdings list at least as many units of the share on their way as were bought.</summary>
    private static bool IsAmong(ZerodhaRows<ZerodhaHolding> holdings, string symbol, decimal units, bool marginFunded)
    {
        var key = ZerodhaMapping.ShareKey(symbol);
        var found = 0m;
        foreach (var row in holdings.Readable)
        {
            var arriving = marginFunded ? row.Mtf?.Quantity : row.T1Quantity;
            if (ZerodhaMapping.CanBeHeld(arriving) && ZerodhaMapping.ShareKey(row.Tradingsymbol) == key)
            {
                found += arriving ?? 0;
            }
        }

        return found >= units;
    }
}
