using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Zerodha;

/// <summary>
/// Every field that Kite Connect v3 documents for the routes that are read, those too that are passed over. A field that is not here is
/// new, and someone should look whether it matters.
/// </summary>
internal static class ZerodhaFields
{
    private static readonly string[] Envelope = ["status", "message", "error_type"];

    private static readonly string[] Position =
    [
        "tradingsymbol", "exchange", "instrument_token", "product", "quantity", "overnight_quantity", "multiplier", "average_price",
        "close_price", "last_price", "value", "pnl", "m2m", "unrealised", "realised", "buy_quantity", "buy_price", "buy_value", "buy_m2m",
        "sell_quantity", "sell_price", "sell_value", "sell_m2m", "day_buy_quantity", "day_buy_price", "day_buy_value",
        "day_sell_quantity", "day_sell_price", "day_sell_value",
    ];

    private static readonly string[] Segment =
    [
        "enabled", "net", "available.adhoc_margin", "available.cash", "available.opening_balance", "available.live_balance",
        "available.collateral", "available.intraday_payin", "utilised.debits", "utilised.exposure", "utilised.m2m_realised",
        "utilised.m2m_unrealised", "utilised.option_premium", "utilised.payout", "utilised.span", "utilised.holding_sales",
        "utilised.turnover", "utilised.liquid_collateral", "utilised.stock_collateral", "utilised.equity", "utilised.delivery",
    ];

    public static IReadOnlyList<KnownAnswer> All { get; } =
    [
        Of(ZerodhaHoldings.Path, Under(
            "data[].",
            "tradingsymbol", "exchange", "instrument_token", "isin", "product", "price", "quantity", "used_quantity", "t1_quantity",
            "realised_quantity", "authorised_quantity", "authorised_date", "authorisation.*", "opening_quantity", "short_quantity",
            "collateral_quantity", "collateral_type", "discrepancy", "average_price", "last_price", "close_price", "pnl", "day_change",
            "day_change_percentage", "mtf.quantity", "mtf.used_quantity", "mtf.average_price", "mtf.value", "mtf.initial_margin")),
        Of(ZerodhaPositionLots.Path, [.. Under("data.net[].", Position), .. Under("data.day[].", Position)]),
        Of(ZerodhaFunds.Path, Under(
            "data[].",
            "folio", "fund", "tradingsymbol", "average_price", "last_price", "last_price_date", "pnl", "quantity", "pledged_quantity",
            "discrepancy")),
        Of(ZerodhaCash.Path, [.. Under("data.equity.", Segment), .. Under("data.commodity.", Segment)]),
        Of(ZerodhaTrades.Path, Under(
            "data[].",
            "trade_id", "order_id", "exchange_order_id", "exchange", "tradingsymbol", "instrument_token", "product", "average_price",
            "quantity", "transaction_type", "fill_timestamp", "order_timestamp", "exchange_timestamp")),
        Of(ZerodhaTrades.FundOrdersPath, Under(
            "data[].",
            "order_id", "exchange_order_id", "tradingsymbol", "status", "status_message", "folio", "fund", "order_timestamp",
            "exchange_timestamp", "settlement_id", "transaction_type", "variety", "purchase_type", "quantity", "amount", "last_price",
            "last_price_date", "average_price", "placed_by", "tag")),
    ];

    private static KnownAnswer Of(string route, IEnumerable<string> fields) => new(route, [.. Envelope, .. fields]);

    private static IEnumerable<string> Under(string container, params IEnumerable<string> fields) => fields.Select(field => container + field);
}
