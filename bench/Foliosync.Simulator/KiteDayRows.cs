using System.Globalization;
using System.Text.Json;

namespace Foliosync.Simulator;

/// <summary>The day's side of an account: positions, trades and margins.</summary>
internal static class KiteDayRows
{
    public const int FutureUnits = 75;
    public const decimal FutureAverage = 24_310.5m;

    private const decimal FutureClose = 24_402m;

    /// <summary>Today's purchase, and a future that is carried from day to day.</summary>
    public static void WritePositions(Utf8JsonWriter json, KiteHolding purchase, KiteMoment moment)
    {
        json.WriteStartObject();
        foreach (var list in (ReadOnlySpan<string>)["net", "day"])
        {
            json.WriteStartArray(list);
            WritePurchase(json, purchase, moment);
            if (list == "net")
                WriteFuture(json, moment);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>The fill that made today's purchase.</summary>
    public static void WriteTrades(Utf8JsonWriter json, KiteHolding purchase, KiteMoment moment)
    {
        var filled = KiteJson.Day(moment.Today) + " 09:16:39";
        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteString("trade_id"u8, (10_000_000 + purchase.Share.Index).ToString(CultureInfo.InvariantCulture));
        json.WriteString("order_id"u8, (200_000_000_000_000 + purchase.Share.Index).ToString(CultureInfo.InvariantCulture));
        json.WriteString("exchange"u8, purchase.Share.Exchange);
        json.WriteString("tradingsymbol"u8, purchase.Share.Symbol);
        json.WriteNumber("instrument_token"u8, purchase.Share.Token);
        json.WriteString("product"u8, "CNC"u8);
        json.WriteNumber("average_price"u8, purchase.AveragePrice);
        json.WriteNumber("quantity"u8, purchase.Settled);
        json.WriteString("exchange_order_id"u8, (300_000_000_000_000 + purchase.Share.Index).ToString(CultureInfo.InvariantCulture));
        json.WriteString("transaction_type"u8, "BUY"u8);
        json.WriteString("fill_timestamp"u8, filled);
        json.WriteString("order_timestamp"u8, "09:16:39"u8);
        json.WriteString("exchange_timestamp"u8, filled);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    public static void WriteMargins(Utf8JsonWriter json, IEnumerable<KiteSegment> segments)
    {
        json.WriteStartObject();
        foreach (var segment in segments)
            WriteSegment(json, segment);
        json.WriteEndObject();
    }

    public static decimal FuturePriceAt(KiteMoment moment) => FutureClose + moment.PriceTicks;

    private static void WritePurchase(Utf8JsonWriter json, KiteHolding purchase, KiteMoment moment)
    {
        var (share, units, _, average) = purchase;
        var last = share.PriceAt(moment);

        json.WriteStartObject();
        json.WriteString("tradingsymbol"u8, share.Symbol);
        json.WriteString("exchange"u8, share.Exchange);
        json.WriteNumber("instrument_token"u8, share.Token);
        json.WriteString("product"u8, "CNC"u8);
        WriteFigures(json, units, carried: 0, average, close: 0, last);
        json.WriteEndObject();
    }

    private static void WriteFuture(Utf8JsonWriter json, KiteMoment moment)
    {
        json.WriteStartObject();
        json.WriteString("tradingsymbol"u8, KiteMarket.FutureSymbol);
        json.WriteString("exchange"u8, "NFO"u8);
        json.WriteNumber("instrument_token"u8, KiteMarket.FutureToken);
        json.WriteString("product"u8, "NRML"u8);
        WriteFigures(json, FutureUnits, carried: FutureUnits, FutureAverage, FutureClose, FuturePriceAt(moment));
        json.WriteEndObject();
    }

    private static void WriteFigures(Utf8JsonWriter json, int units, int carried, decimal average, decimal close, decimal last)
    {
        var bought = units - carried;
        var gain = (last - average) * units;

        json.WriteNumber("quantity"u8, units);
        json.WriteNumber("overnight_quantity"u8, carried);
        json.WriteNumber("multiplier"u8, 1);
        json.WriteNumber("average_price"u8, average);
        json.WriteNumber("close_price"u8, close);
        json.WriteNumber("last_price"u8, last);
        json.WriteNumber("value"u8, -average * units);
        json.WriteNumber("pnl"u8, gain);
        json.WriteNumber("m2m"u8, carried == 0 ? gain : (last - close) * units);
        json.WriteNumber("unrealised"u8, gain);
        json.WriteNumber("realised"u8, 0);
        json.WriteNumber("buy_quantity"u8, units);
        json.WriteNumber("buy_price"u8, average);
        json.WriteNumber("buy_value"u8, average * units);
        json.WriteNumber("buy_m2m"u8, (carried == 0 ? average : close) * units);
        foreach (var name in (ReadOnlySpan<string>)["sell_quantity", "sell_price", "sell_value", "sell_m2m"])
            json.WriteNumber(name, 0);
        json.WriteNumber("day_buy_quantity"u8, bought);
        json.WriteNumber("day_buy_price"u8, bought == 0 ? 0 : average);
        json.WriteNumber("day_buy_value"u8, average * bought);
        foreach (var name in (ReadOnlySpan<string>)["day_sell_quantity", "day_sell_price", "day_sell_value"])
            json.WriteNumber(name, 0);
    }

    private static void WriteSegment(Utf8JsonWriter json, KiteSegment segment)
    {
        var (name, cash, collateral, debits) = segment;
        json.WriteStartObject(name);
        json.WriteBoolean("enabled"u8, true);
        json.WriteNumber("net"u8, segment.Net);
        json.WriteStartObject("available"u8);
        json.WriteNumber("adhoc_margin"u8, 0);
        json.WriteNumber("cash"u8, cash);
        json.WriteNumber("opening_balance"u8, cash);
        json.WriteNumber("live_balance"u8, cash - debits);
        json.WriteNumber("collateral"u8, collateral);
        json.WriteNumber("intraday_payin"u8, 0);
        json.WriteEndObject();
        json.WriteStartObject("utilised"u8);
        json.WriteNumber("debits"u8, debits);
        foreach (var field in (ReadOnlySpan<string>)
            [
                "exposure", "m2m_realised", "m2m_unrealised", "option_premium", "payout", "span", "holding_sales", "turnover",
                "liquid_collateral",
            ])
            json.WriteNumber(field, 0);
        json.WriteNumber("stock_collateral"u8, collateral);
        json.WriteNumber("delivery"u8, 0);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
