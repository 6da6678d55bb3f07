using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Zerodha;

/// <summary>
/// The holdings that Kite's web page hands out as CSV. They have no day and no ISIN, and do not say whether pledged units are among them:
/// nothing is closed because of such a file. The statement of Console is better.
/// </summary>
internal sealed class ZerodhaKiteHoldings : ITableFormat
{
    private static readonly Column Instrument = new("Instrument");
    private static readonly Column Quantity = new("Qty.");
    private static readonly Column AverageCost = new("Avg. cost");
    private static readonly Column LastPrice = new("LTP");
    private static readonly Column Value = new("Cur. val");

    private static readonly TableLayout Layout = new(Instrument, Quantity, AverageCost, LastPrice, Value);

    public StatementFormat Format { get; } = new("zerodha-kite-holdings", "Zerodha Kite holdings", [".csv"]);

    public IReadOnlyList<Table> Find(SheetBook book, CancellationToken cancellationToken) => Layout.FindAll(book, cancellationToken);

    public StatementReport Read(SheetBook book, IReadOnlyList<Table> tables, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        var log = new StatementLog();
        log.Warn("as-of-unknown", "The file does not say of which day it is; the day of the upload is taken.");
        var holdings = new List<ReportedHolding>();
        foreach (var row in tables[0].Rows(untilGap: false, cancellationToken))
        {
            if (Map(row, log) is { } holding)
            {
                holdings.Add(holding);
            }
        }

        log.RequireAnyReadable();
        return new StatementReport
        {
            Holdings = new HoldingsReport
            {
                Holdings = holdings,
                IsComplete = false,
                AsOf = receivedAt.ToUniversalTime(),
                SkippedRows = log.Skipped,
                Warnings = log.TakeRest(),
            },
        };
    }

    /// <summary>Null for a row that is no holding, or a fund: without its ISIN it would become a second fund beside the one that is known.</summary>
    private static ReportedHolding? Map(StatementRow row, StatementLog log)
    {
        var symbol = row.Text(Instrument);
        var quantity = row.NotNegative(Quantity);
        var average = ZerodhaMapping.Known(row.NotNegativeOrNull(AverageCost));
        var last = ZerodhaMapping.Known(row.NotNegativeOrNull(LastPrice));
        if (log.SkipIfUnreadable(row) || quantity == 0)
        {
            return null;
        }

        // No share has a symbol with a space in it, and every fund has a name with several.
        if (symbol.Contains(' ', StringComparison.Ordinal))
        {
            log.Skip(row, "fund-without-isin", "is a fund without its ISIN; upload Console's holdings statement for funds");
            return null;
        }

        return new ReportedHolding
        {
            Instrument = ZerodhaMapping.Share(
                symbol, exchange: null, isin: null, ZerodhaAssetClass.OfShare(isin: null, symbol) ?? AssetClass.Equity),
            Quantity = quantity,
            AveragePrice = average,
            LastPrice = last,
        };
    }
}
