using System.Text.Json.Serialization;

namespace Foliosync.Brokers.Zerodha;

// The answers as sent, with only the fields that are used: parsing is the hottest part of a sync. Setters instead of `required` and
// `init`: for those the serializer boxes every value of a row on its way into the constructor.

/// <summary>What every answer is wrapped in.</summary>
internal sealed class ZerodhaAnswer<T>
    where T : class
{
    [JsonRequired]
    public string Status { get; set; } = "";

    public T? Data { get; set; }

    public string? ErrorType { get; set; }
}

/// <summary>What an answer of an error code says.</summary>
internal sealed class ZerodhaFailure
{
    public string? ErrorType { get; set; }

    public string? Message { get; set; }
}

/// <summary>A row of <c>GET /portfolio/holdings</c>.</summary>
internal sealed class ZerodhaHolding
{
    [JsonRequired]
    public string Tradingsymbol { get; set; } = "";

    [JsonRequired]
    public string Exchange { get; set; } = "";

    public string? Isin { get; set; }

    [JsonRequired]
    public decimal Quantity { get; set; }

    public decimal? T1Quantity { get; set; }

    public decimal? CollateralQuantity { get; set; }

    public decimal? OpeningQuantity { get; set; }

    public decimal? UsedQuantity { get; set; }

    public bool? Discrepancy { get; set; }

    public decimal? AveragePrice { get; set; }

    public decimal? LastPrice { get; set; }

    public decimal? Pnl { get; set; }

    public ZerodhaMarginFunded? Mtf { get; set; }
}

/// <summary>The margin trading facility's part of a holdings row: units bought with Zerodha's money.</summary>
internal sealed class ZerodhaMarginFunded
{
    public decimal? Quantity { get; set; }

    public decimal? AveragePrice { get; set; }
}

/// <summary>The answer of <c>GET /portfolio/positions</c>. <c>day</c> repeats a part of <c>net</c> and is not read.</summary>
[JsonConverter(typeof(ZerodhaPositionsConverter))]
internal sealed class ZerodhaPositions
{
    public ZerodhaRows<ZerodhaPosition>? Net { get; set; }
}

/// <summary>A row of <c>net</c>.</summary>
internal sealed class ZerodhaPosition
{
    [JsonRequired]
    public string Tradingsymbol { get; set; } = "";

    [JsonRequired]
    public string Exchange { get; set; } = "";

    [JsonRequired]
    public string Product { get; set; } = "";

    [JsonRequired]
    public decimal Quantity { get; set; }

    public decimal? Multiplier { get; set; }

    public decimal? AveragePrice { get; set; }

    public decimal? LastPrice { get; set; }

    public decimal? DayBuyQuantity { get; set; }

    public decimal? DayBuyPrice { get; set; }

    public decimal? DaySellQuantity { get; set; }
}

/// <summary>A row of <c>GET /mf/holdings</c>.</summary>
internal sealed class ZerodhaFund
{
    /// <summary>The fund's ISIN.</summary>
    [JsonRequired]
    public string Tradingsymbol { get; set; } = "";

    [JsonRequired]
    public decimal Quantity { get; set; }

    [JsonConverter(typeof(TextOrNumberConverter))]
    public string? Folio { get; set; }

    public string? Fund { get; set; }

    public decimal? PledgedQuantity { get; set; }

    public bool? Discrepancy { get; set; }

    public decimal? AveragePrice { get; set; }

    public decimal? LastPrice { get; set; }

    public string? LastPriceDate { get; set; }
}

/// <summary>The answer of <c>GET /user/margins</c>: the parts of the account that hold money.</summary>
internal sealed class ZerodhaMargins
{
    public ZerodhaSegment? Equity { get; set; }

    public ZerodhaSegment? Commodity { get; set; }
}

/// <summary>One part of the account.</summary>
internal sealed class ZerodhaSegment
{
    public bool? Enabled { get; set; }

    [JsonRequired]
    public decimal Net { get; set; }

    [JsonRequired]
    public ZerodhaAvailable Available { get; set; } = new();

    public ZerodhaUtilised? Utilised { get; set; }
}

/// <summary>What adds to <see cref="ZerodhaSegment.Net"/>.</summary>
internal sealed class ZerodhaAvailable
{
    public decimal? Cash { get; set; }

    public decimal? Collateral { get; set; }

    public decimal? AdhocMargin { get; set; }

    public decimal? IntradayPayin { get; set; }
}

/// <summary>What is taken from <see cref="ZerodhaSegment.Net"/>.</summary>
internal sealed class ZerodhaUtilised
{
    public decimal? Debits { get; set; }
}

/// <summary>A row of <c>GET /trades</c>.</summary>
internal sealed class ZerodhaTrade
{
    [JsonRequired]
    [JsonConverter(typeof(TextOrNumberConverter))]
    public string TradeId { get; set; } = "";

    [JsonRequired]
    public string Tradingsymbol { get; set; } = "";

    [JsonRequired]
    public string Exchange { get; set; } = "";

    [JsonRequired]
    public string TransactionType { get; set; } = "";

    [JsonRequired]
    public decimal Quantity { get; set; }

    [JsonRequired]
    public decimal AveragePrice { get; set; }

    public string? FillTimestamp { get; set; }

    public string? ExchangeTimestamp { get; set; }
}

/// <summary>A row of <c>GET /mf/orders</c>.</summary>
internal sealed class ZerodhaFundOrder
{
    [JsonRequired]
    [JsonConverter(typeof(TextOrNumberConverter))]
    public string OrderId { get; set; } = "";

    [JsonRequired]
    public string Status { get; set; } = "";

    [JsonRequired]
    public string Tradingsymbol { get; set; } = "";

    [JsonRequired]
    public string TransactionType { get; set; } = "";

    public string? Fund { get; set; }

    public decimal? Quantity { get; set; }

    public decimal? AveragePrice { get; set; }

    public string? ExchangeTimestamp { get; set; }

    public string? OrderTimestamp { get; set; }
}

/// <summary>The answer of <c>GET /user/profile</c>.</summary>
internal sealed class ZerodhaProfile
{
    [JsonRequired]
    public string UserId { get; set; } = "";

    public string? UserName { get; set; }
}

/// <summary>The answer of <c>POST /session/token</c>.</summary>
internal sealed class ZerodhaLoginAnswer
{
    [JsonRequired]
    public string UserId { get; set; } = "";

    public string? UserName { get; set; }

    [JsonRequired]
    public string AccessToken { get; set; } = "";

    public string? LoginTime { get; set; }
}
