using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Foliosync.Simulator;

/// <summary>What can be read from Kite.</summary>
internal enum KiteResource
{
    Profile,
    Holdings,
    Positions,
    Funds,
    FundOrders,
    Margins,
    Trades,
    Instruments,
}

/// <summary>The bodies of good answers, each rendered once for a portfolio and a moment.</summary>
internal sealed class KiteAnswers
{
    private readonly ConcurrentDictionary<(KiteResource, KitePortfolio), (KiteMoment Moment, byte[] Body)> _rendered = new();

    public byte[] For(KiteResource resource, KitePortfolio portfolio, KiteMoment moment)
    {
        var key = (resource, resource == KiteResource.Instruments ? default : portfolio);
        if (_rendered.TryGetValue(key, out var known) && known.Moment == moment)
            return known.Body;

        var body = Render(resource, portfolio, moment);
        _rendered[key] = (moment, body);
        return body;
    }

    /// <summary>The profile names the account, so it is rendered for each call; it is small.</summary>
    public static byte[] Profile(string userId) => KiteJson.Render(json =>
    {
        json.WriteStartObject();
        KiteJson.WritePerson(json, userId);
        json.WriteEndObject();
    });

    private static byte[] Render(KiteResource resource, KitePortfolio portfolio, KiteMoment moment) => resource switch
    {
        KiteResource.Holdings => KiteJson.Render(json => WriteList(json, portfolio.HoldingsAt(moment), moment)),
        KiteResource.Positions => KiteJson.Render(json => KiteDayRows.WritePositions(json, portfolio.PurchaseAt(moment), moment)),
        KiteResource.Trades => KiteJson.Render(json => KiteDayRows.WriteTrades(json, portfolio.PurchaseAt(moment), moment)),
        KiteResource.Funds => KiteJson.Render(json => KiteFundRows.WriteHoldings(json, portfolio.Shape)),
        KiteResource.FundOrders => KiteJson.Render(json => KiteFundRows.WriteOrders(json, portfolio.Shape, moment)),
        KiteResource.Margins => KiteJson.Render(json => KiteDayRows.WriteMargins(json, portfolio.SegmentsAt(moment))),
        KiteResource.Instruments => InstrumentsFile(),
        _ => throw new ArgumentOutOfRangeException(nameof(resource), resource, "The profile is rendered by account."),
    };

    private static void WriteList(Utf8JsonWriter json, IEnumerable<KiteHolding> holdings, KiteMoment moment)
    {
        json.WriteStartArray();
        foreach (var holding in holdings)
            WriteHolding(json, holding, moment);
        json.WriteEndArray();
    }

    // Every field that Kite documents for a holding, in its order; `pnl` covers the settled and the undelivered units.
    private static void WriteHolding(Utf8JsonWriter json, KiteHolding holding, KiteMoment moment)
    {
        var (share, settled, notDelivered, average) = holding;
        var last = share.PriceAt(moment);
        var change = last - share.ClosePrice;

        json.WriteStartObject();
        json.WriteString("tradingsymbol"u8, share.Symbol);
        json.WriteString("exchange"u8, share.Exchange);
        json.WriteNumber("instrument_token"u8, share.Token);
        json.WriteString("isin"u8, share.Isin);
        json.WriteString("product"u8, "CNC"u8);
        json.WriteNumber("price"u8, 0);
        json.WriteNumber("quantity"u8, settled);
        json.WriteNumber("used_quantity"u8, 0);
        json.WriteNumber("t1_quantity"u8, notDelivered);
        json.WriteNumber("realised_quantity"u8, settled);
        json.WriteNumber("authorised_quantity"u8, 0);
        json.WriteString("authorised_date"u8, KiteJson.Day(moment.Today) + " 00:00:00");
        json.WriteStartObject("authorisation"u8);
        json.WriteEndObject();
        json.WriteNumber("opening_quantity"u8, settled + notDelivered);
        json.WriteNumber("short_quantity"u8, 0);
        json.WriteNumber("collateral_quantity"u8, 0);
        json.WriteString("collateral_type"u8, ""u8);
        json.WriteBoolean("discrepancy"u8, false);
        json.WriteNumber("average_price"u8, average);
        json.WriteNumber("last_price"u8, last);
        json.WriteNumber("close_price"u8, share.ClosePrice);
        json.WriteNumber("pnl"u8, (last - average) * (settled + notDelivered));
        json.WriteNumber("day_change"u8, change);
        json.WriteNumber("day_change_percentage"u8, Math.Round(change * 100 / share.ClosePrice, 8));
        json.WriteStartObject("mtf"u8);
        json.WriteNumber("quantity"u8, 0);
        json.WriteNumber("used_quantity"u8, 0);
        json.WriteNumber("average_price"u8, 0);
        json.WriteNumber("value"u8, 0);
        json.WriteNumber("initial_margin"u8, 0);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static byte[] InstrumentsFile()
    {
        var csv = new StringBuilder("instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange\n");
        for (var index = 0; index < KiteMarket.Shares; index++)
        {
            var share = new KiteShare(index);
            csv.Append(
                CultureInfo.InvariantCulture,
                $"{share.Token},{share.Token >> 8},{share.Symbol},\"SIMULATED COMPANY {index:D4}, LIMITED\",0,,0,0.05,1,EQ,{share.Exchange},{share.Exchange}\n");
        }

        csv.Append(
            CultureInfo.InvariantCulture,
            $"{KiteMarket.FutureToken},{KiteMarket.FutureToken >> 8},{KiteMarket.FutureSymbol},\"SIMNIFTY\",0,2030-12-31,0,0.05,75,FUT,NFO-FUT,NFO\n");
        return Compress(Encoding.UTF8.GetBytes(csv.ToString()));
    }

    private static byte[] Compress(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(plain);
        return packed.ToArray();
    }
}
