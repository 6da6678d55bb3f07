using System.Globalization;
using System.Text.Json;

namespace Foliosync.Simulator;

/// <summary>The mutual funds of an account: three holdings, and the last order of one of them.</summary>
internal static class KiteFundRows
{
    private const int Funds = 3;

    public static IEnumerable<KiteFund> HoldingsOf(int shape) => Enumerable.Range(0, Funds).Select(fund => new KiteFund(
        FolioOf(shape, fund), NameOf(fund), IsinOf(fund), 100.125m + (shape * 3) + fund, PriceOf(fund) - 7.125m, PriceOf(fund)));

    public static void WriteHoldings(Utf8JsonWriter json, int shape)
    {
        json.WriteStartArray();
        foreach (var fund in HoldingsOf(shape))
        {
            json.WriteStartObject();
            json.WriteString("folio"u8, fund.Folio);
            json.WriteString("fund"u8, fund.Name);
            json.WriteString("tradingsymbol"u8, fund.Isin);
            json.WriteNumber("average_price"u8, fund.AveragePrice);
            json.WriteNumber("last_price"u8, fund.Price);
            json.WriteString("last_price_date"u8, ""u8);
            json.WriteNumber("pledged_quantity"u8, 0);
            json.WriteNumber("pnl"u8, 0);
            json.WriteNumber("quantity"u8, fund.Units);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteOrders(Utf8JsonWriter json, int shape, KiteMoment moment)
    {
        var day = KiteJson.Day(moment.Today.AddDays(-2));
        var units = 12.345m;

        json.WriteStartArray();
        json.WriteStartObject();
        json.WriteString("status"u8, "COMPLETE"u8);
        json.WriteString("purchase_type"u8, "ADDITIONAL"u8);
        json.WriteString("folio"u8, FolioOf(shape, 0));
        json.WriteString("order_timestamp"u8, day + " 08:33:07");
        json.WriteNumber("average_price"u8, PriceOf(0));
        json.WriteString("exchange_order_id"u8, "254657127"u8);
        json.WriteNumber("last_price"u8, PriceOf(0));
        json.WriteString("tradingsymbol"u8, IsinOf(0));
        json.WriteString("settlement_id"u8, "2122061"u8);
        json.WriteString("transaction_type"u8, "BUY"u8);
        json.WriteString("order_id"u8, string.Create(CultureInfo.InvariantCulture, $"271989e0-a64e-4cf3-b4e4-{moment.Day:x4}{shape:x8}"));
        json.WriteNumber("amount"u8, Math.Round(units * PriceOf(0), 2));
        json.WriteNull("tag"u8);
        json.WriteString("placed_by"u8, "SIM000"u8);
        json.WriteString("exchange_timestamp"u8, day);
        json.WriteString("variety"u8, "sip"u8);
        json.WriteString("last_price_date"u8, day);
        json.WriteString("status_message"u8, ""u8);
        json.WriteString("fund"u8, NameOf(0));
        json.WriteNumber("quantity"u8, units);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static string IsinOf(int fund) => KiteMarket.WithCheckDigit(string.Create(CultureInfo.InvariantCulture, $"INF999K01{fund:D2}"));

    private static string NameOf(int fund) => string.Create(CultureInfo.InvariantCulture, $"SIMULATED FUND {fund} - DIRECT PLAN");

    private static string FolioOf(int shape, int fund) => string.Create(CultureInfo.InvariantCulture, $"{3_108_290_000 + (shape * 10) + fund}");

    private static decimal PriceOf(int fund) => 84.8625m + (fund * 40);
}

/// <summary>Units of a mutual fund in one folio.</summary>
internal readonly record struct KiteFund(string Folio, string Name, string Isin, decimal Units, decimal AveragePrice, decimal Price);
