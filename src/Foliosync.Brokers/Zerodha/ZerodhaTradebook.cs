using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Zerodha;

/// <summary>
/// Console's tradebook of equity, derivatives or funds: one row for each fill, without charges. A row has the id that the API gave the same
/// fill on its day. Splits, bonuses, allotments and transfers are in no tradebook.
/// </summary>
internal sealed class ZerodhaTradebook : ITableFormat
{
    private static readonly Column Symbol = new("symbol", "tradingsymbol");
    private static readonly Column IsinCode = new("isin") { IsRequired = false };
    private static readonly Column TradeDate = new("trade_date");
    private static readonly Column Exchange = new("exchange");
    private static readonly Column Segment = new("segment");
    private static readonly Column Series = new("series") { IsRequired = false };
    private static readonly Column TradeType = new("trade_type");
    private static readonly Column Quantity = new("quantity");
    private static readonly Column Price = new("price");
    private static readonly Column TradeId = new("trade_id");
    private static readonly Column OrderId = new("order_id") { IsRequired = false };
    private static readonly Column ExecutedAt = new("order_execution_time");

    private static readonly TableLayout Layout = new(
        Symbol, IsinCode, TradeDate, Exchange, Segment, Series, TradeType, Quantity, Price, TradeId, OrderId, ExecutedAt);

    public StatementFormat Format { get; } = new("zerodha-tradebook", "Zerodha Console tradebook", [".csv", ".xlsx"]);

    public IReadOnlyList<Table> Find(SheetBook book, CancellationToken cancellationToken) => Layout.FindAll(book, cancellationToken);

    public StatementReport Read(SheetBook book, IReadOnlyList<Table> tables, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        var log = new StatementLog();
        return new StatementReport
        {
            AccountExternalId = tables.Select(ZerodhaPreamble.ClientIdOf).FirstOrDefault(id => id is not null),
            Transactions = TransactionPages.Of(Rows(tables, log, cancellationToken), log, cancellationToken),
        };
    }

    private static IEnumerable<ReportedTransaction> Rows(IReadOnlyList<Table> tables, StatementLog log, CancellationToken cancellationToken)
    {
        var ids = new RowIds("zerodha-tradebook");
        foreach (var row in tables.SelectMany(table => table.Rows(untilGap: false, cancellationToken)))
        {
            if (Map(row, ids, log) is { } transaction)
            {
                yield return transaction;
            }
        }
    }

    private static ReportedTransaction? Map(StatementRow row, RowIds ids, StatementLog log)
    {
        var day = row.Day(TradeDate);
        var symbol = row.Text(Symbol);
        var segment = row.Text(Segment).ToUpperInvariant();
        var exchange = ExchangeOf(row.Text(Exchange).ToUpperInvariant(), segment);
        var quantity = row.NotNegative(Quantity);
        var price = row.NotNegative(Price);
        var kind = ZerodhaTrades.KindOf(row.Text(TradeType).ToUpperInvariant());
        var tradedAt = TimeOf(row, day);
        if (log.SkipIfUnreadable(row))
        {
            return null;
        }

        if (kind is TransactionKind.Unclassified)
        {
            log.Warn("type-unknown", $"{row.Place}: the trade type is not known; the row is kept as unclassified.");
        }

        var instrument = InstrumentOf(row, symbol, segment, exchange, log);
        return ZerodhaTrades.Of(kind, instrument, exchange, quantity, price, tradedAt) with
        {
            // Some funds have no trade id.
            ExternalId = row[TradeId].Length > 0
                ? ZerodhaTrades.IdOf(exchange, row[TradeId], day)
                : ids.Next(
                    StatementValues.Canonical(day), symbol, exchange, segment, kind.ToString(), StatementValues.Canonical(quantity),
                    StatementValues.Canonical(price), row[OrderId]),
        };
    }

    private static DateTimeOffset TimeOf(StatementRow row, DateOnly day)
    {
        var text = row[ExecutedAt].Replace('T', ' ');
        if (text.Length == 0)
        {
            return ZerodhaTime.StartOf(day);
        }

        return ZerodhaTime.Read(text)
            ?? (TimeOnly.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var time)
                ? ZerodhaTime.StartOf(day) + time.ToTimeSpan()
                : row.Reject(ExecutedAt, ZerodhaTime.StartOf(day)));
    }

    /// <summary>The API's code: it names the segments of an exchange apart, the tradebook writes NSE for all of them.</summary>
    private static string ExchangeOf(string exchange, string segment) => (segment, exchange) switch
    {
        ("FO", "NSE") => "NFO",
        ("FO", "BSE") => "BFO",
        ("CDS", "NSE") => "CDS",
        ("CDS", "BSE") => "BCD",
        _ => exchange,
    };

    private static ReportedInstrument InstrumentOf(StatementRow row, string symbol, string segment, string exchange, StatementLog log)
    {
        var isin = Isin.IsValid(row[IsinCode]) ? row[IsinCode] : null;
        if (segment == "MF")
        {
            if (isin is null)
            {
                log.Warn("isin-invalid", $"{row.Place}: the fund has no valid ISIN; it is recognised by its name.");
            }

            return ZerodhaMapping.Fund(isin ?? symbol, symbol, isin);
        }

        if (!ZerodhaMapping.IsShareExchange(exchange))
        {
            return ZerodhaMapping.Derivative(symbol, exchange);
        }

        // The file tells the series in a column of its own; the API writes it behind the symbol.
        var series = row[Series];
        var withSeries = series.Length is 0 or > 2 || symbol.EndsWith($"-{series}", StringComparison.Ordinal) ? symbol : $"{symbol}-{series}";
        return ZerodhaMapping.Share(symbol, exchange, isin, ZerodhaAssetClass.OfShare(isin, withSeries) ?? AssetClass.Equity);
    }
}
