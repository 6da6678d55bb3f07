using System.Globalization;
using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Zerodha;

/// <summary>Turns today's trades and the fund orders of the last week into transactions. Kite tells no fees and no history.</summary>
internal static class ZerodhaTrades
{
    public const string Path = "trades";
    public const string FundOrdersPath = "mf/orders";

    /// <param name="trades">Trades of every product: an intraday trade is owned by nobody, but it moves money.</param>
    /// <param name="orders">Fund orders; null when this login may not read them.</param>
    public static TransactionsPage Page(ZerodhaRows<ZerodhaTrade> trades, ZerodhaRows<ZerodhaFundOrder>? orders)
    {
        var transactions = new List<ReportedTransaction>(trades.Count);
        List<BrokerWarning> warnings = [.. AddTrades(trades, transactions)];
        if (orders is null)
        {
            warnings.Add(new BrokerWarning(
                "fund-orders-not-available", "Zerodha does not let this login read fund orders; only trades were read."));
        }
        else
        {
            warnings.AddRange(AddOrders(orders, transactions));
        }

        return new TransactionsPage([.. transactions.OrderBy(transaction => transaction.TradedAt)], Cursor: null, warnings);
    }

    private static IReadOnlyList<BrokerWarning> AddTrades(ZerodhaRows<ZerodhaTrade> rows, List<ReportedTransaction> transactions)
    {
        var log = new ZerodhaRowLog("trades");
        log.SkipUnreadable(rows, Path);
        foreach (var row in rows.Readable)
        {
            var tradedAt = ZerodhaTime.Read(row.FillTimestamp) ?? ZerodhaTime.Read(row.ExchangeTimestamp);
            if (tradedAt is null)
            {
                log.Skip(ZerodhaRowLog.Shown(row.Tradingsymbol), "fill_timestamp");
            }
            else if (NonsenseOf(row.TradeId, row.Quantity, row.AveragePrice) is { } field)
            {
                log.Skip(ZerodhaRowLog.Shown(row.Tradingsymbol), field);
            }
            else
            {
                transactions.Add(Map(row, tradedAt.Value));
            }
        }

        return log.Warnings;
    }

    private static IReadOnlyList<BrokerWarning> AddOrders(ZerodhaRows<ZerodhaFundOrder> rows, List<ReportedTransaction> transactions)
    {
        var log = new ZerodhaRowLog("fund orders");
        log.SkipUnreadable(rows, FundOrdersPath);
        foreach (var row in rows.Readable)
        {
            // Units and price are 0 until the fund house allots them; the order comes again on the days after.
            if (row.Status != "COMPLETE" || row is not { Quantity: { } units and not 0, AveragePrice: { } price and not 0 })
            {
                continue;
            }

            var tradedAt = ZerodhaTime.Read(row.ExchangeTimestamp) ?? ZerodhaTime.Read(row.OrderTimestamp);
            if (tradedAt is null)
            {
                log.Skip(ZerodhaRowLog.Shown(row.Tradingsymbol), "order_timestamp");
            }
            else if (NonsenseOf(row.OrderId, units, price) is { } field)
            {
                log.Skip(ZerodhaRowLog.Shown(row.Tradingsymbol), field);
            }
            else
            {
                transactions.Add(Map(row, units, price, tradedAt.Value, log));
            }
        }

        return log.Warnings;
    }

    private static string? NonsenseOf(string id, decimal quantity, decimal price) =>
        string.IsNullOrWhiteSpace(id) ? "id"
        : !ZerodhaMapping.CanBeHeld(quantity) ? "quantity"
        : !ZerodhaMapping.CanBeHeld(price) ? "average_price"
        : null;

    private static ReportedTransaction Map(ZerodhaTrade row, DateTimeOffset tradedAt)
    {
        var kind = KindOf(row.TransactionType);
        var instrument = ZerodhaMapping.IsShareExchange(row.Exchange)
            ? ZerodhaMapping.Share(
                row.Tradingsymbol, row.Exchange, isin: null, ZerodhaAssetClass.OfShare(isin: null, row.Tradingsymbol) ?? AssetClass.Equity)
            : ZerodhaMapping.Derivative(row.Tradingsymbol, row.Exchange);
        return Of(kind, instrument, row.Exchange, row.Quantity, row.AveragePrice, tradedAt) with
        {
            ExternalId = IdOf(row.Exchange, row.TradeId, ZerodhaTime.DayOf(tradedAt)),
            Note = kind is TransactionKind.Unclassified ? ZerodhaRowLog.Shown(row.TransactionType) : null,
        };
    }

    /// <summary>A trade is unique by exchange, number and day; the tradebook of Console has the same three.</summary>
    public static string IdOf(string exchange, string tradeId, DateOnly day) =>
        $"{exchange}:{tradeId}:{day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";

    /// <summary>A trade without its id.</summary>
    public static ReportedTransaction Of(
        TransactionKind kind, ReportedInstrument instrument, string exchange, decimal quantity, decimal price, DateTimeOffset tradedAt) => new()
        {
            ExternalId = "",
            Kind = kind,
            Instrument = instrument,
            Quantity = quantity,
            Price = price,
            Amount = IsPaidInFull(exchange, instrument.AssetClass) ? AmountOf(kind, quantity, price) : null,
            Currency = ZerodhaMapping.Currency,
            TradedAt = tradedAt,
        };

    private static ReportedTransaction Map(
        ZerodhaFundOrder row, decimal units, decimal price, DateTimeOffset tradedAt, ZerodhaRowLog log)
    {
        var kind = KindOf(row.TransactionType);
        return new ReportedTransaction
        {
            ExternalId = $"mf:{row.OrderId}",
            Kind = kind,
            Instrument = ZerodhaMapping.Fund(
                row.Tradingsymbol, row.Fund, ZerodhaMapping.CheckIsin(row.Tradingsymbol, row.Tradingsymbol, log)),
            Quantity = units,
            Price = price,
            Amount = AmountOf(kind, units, price),
            Currency = ZerodhaMapping.Currency,
            TradedAt = tradedAt,
            Note = kind is TransactionKind.Unclassified ? ZerodhaRowLog.Shown(row.TransactionType) : null,
        };
    }

    /// <summary>The kind by the word of the API, which is in upper case.</summary>
    public static TransactionKind KindOf(string type) => type switch
    {
        "BUY" => TransactionKind.Buy,
        "SELL" => TransactionKind.Sell,
        _ => TransactionKind.Unclassified,
    };

    /// <summary>
    /// Shares, funds, and options on shares and indices are paid when they are bought. Futures are not, they settle from day to day; and for
    /// commodities and currencies a trade does not tell how many units a contract has.
    /// </summary>
    private static bool IsPaidInFull(string exchange, AssetClass assetClass) =>
        ZerodhaMapping.IsShareExchange(exchange) || (exchange is "NFO" or "BFO" && assetClass is AssetClass.Option);

    private static decimal? AmountOf(TransactionKind kind, decimal quantity, decimal price) => kind switch
    {
        TransactionKind.Buy => -quantity * price,
        TransactionKind.Sell => quantity * price,
        _ => null,
    };
}
