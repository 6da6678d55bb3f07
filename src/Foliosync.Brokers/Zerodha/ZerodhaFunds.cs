using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Zerodha;

/// <summary>Turns the rows of <c>GET /mf/holdings</c> into fund units, one row for each fund and folio.</summary>
internal static class ZerodhaFunds
{
    public const string Path = "mf/holdings";

    public static HoldingsReport Report(ZerodhaRows<ZerodhaFund> rows, DateTimeOffset asOf)
    {
        var log = new ZerodhaRowLog("funds");
        log.SkipUnreadable(rows, Path);
        var holdings = new List<ReportedHolding>(rows.Readable.Count);
        foreach (var row in rows.Readable)
        {
            if (NonsenseOf(row) is { } field)
            {
                log.Skip(ZerodhaRowLog.Shown(row.Tradingsymbol), field);
            }
            else if (row.Quantity > 0)
            {
                holdings.Add(Map(row, log));
            }
        }

        return log.Report(holdings, rows.Count, Path, asOf);
    }

    private static string? NonsenseOf(ZerodhaFund row) =>
        string.IsNullOrWhiteSpace(row.Tradingsymbol) ? "tradingsymbol"
        : !ZerodhaMapping.CanBeHeld(row.Quantity) ? "quantity"
        : !ZerodhaMapping.CanBeHeld(row.PledgedQuantity) ? "pledged_quantity"
        : null;

    /// <summary>Pledged units are part of the quantity here. Kite's profit is always 0 and is not used.</summary>
    private static ReportedHolding Map(ZerodhaFund row, ZerodhaRowLog log) => new()
    {
        Instrument = ZerodhaMapping.Fund(
            row.Tradingsymbol, row.Fund, ZerodhaMapping.CheckIsin(row.Tradingsymbol, row.Tradingsymbol, log)),
        Quantity = row.Quantity,
        PledgedQuantity = row.PledgedQuantity ?? 0,
        AveragePrice = row.Discrepancy is true ? null : ZerodhaMapping.Known(row.AveragePrice),
        LastPrice = ZerodhaMapping.Known(row.LastPrice),
        PricedAt = ZerodhaTime.Read(row.LastPriceDate),
        Folio = string.IsNullOrWhiteSpace(row.Folio) ? null : row.Folio,
    };
}
