using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Sync;

/// <summary>
/// What a broker said about one account in one run, all reads together, with instruments resolved and rows of one lot added up.
/// </summary>
public sealed record AccountReport
{
    /// <summary>UTC instant that the report describes.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>What was read.</summary>
    public required ReadKinds Reads { get; init; }

    /// <summary>Of these, what was complete: what is missing from it is not held.</summary>
    public required ReadKinds CompleteReads { get; init; }

    /// <summary>True when it tells what is held, not money alone.</summary>
    public bool TellsUnits => (Reads & (ReadKinds.Holdings | ReadKinds.Positions | ReadKinds.Funds)) != 0;

    /// <summary>The lots, each once.</summary>
    public required IReadOnlyList<ReportedLot> Lots { get; init; }

    /// <summary>The balances; null when cash was not read.</summary>
    public IReadOnlyList<ReportedCash>? Cash { get; init; }

    /// <summary>The transactions, each external id once.</summary>
    public IReadOnlyList<Transaction> Transactions { get; init; } = [];

    /// <summary>Where the next read of transactions goes on; null to keep the present place.</summary>
    public string? TransactionsCursor { get; init; }

    /// <summary>Rows the broker reported, before lots were added up.</summary>
    public int Received { get; init; }

    /// <summary>Rows that could not be read.</summary>
    public int Skipped { get; init; }
}

/// <summary>Units of one instrument and lot, as the broker said in one or several rows.</summary>
public sealed record ReportedLot
{
    /// <summary>The lot of margin-funded units.</summary>
    public const string Margin = "margin";

    private const string FolioPrefix = "folio:";

    /// <summary>The instrument.</summary>
    public required Guid InstrumentId { get; init; }

    /// <summary>See <see cref="Portfolios.Holding.Lot"/>.</summary>
    public required string Lot { get; init; }

    /// <summary>The reads it was found in.</summary>
    public required ReadKinds Reads { get; init; }

    /// <summary>Symbol of the first row.</summary>
    public required string Symbol { get; init; }

    /// <summary>The broker's exchange code of the first row.</summary>
    public string? Exchange { get; init; }

    /// <summary>All units owned.</summary>
    public required decimal Quantity { get; init; }

    /// <summary>Of these, not delivered yet.</summary>
    public decimal UnsettledQuantity { get; init; }

    /// <summary>Of these, pledged.</summary>
    public decimal PledgedQuantity { get; init; }

    /// <summary>Average purchase price of one unit; null when it is unknown for any unit.</summary>
    public decimal? AveragePrice { get; init; }

    /// <summary>Purchase price of all units, multiplier included; null when it is unknown for any unit.</summary>
    public decimal? CostBasis { get; init; }

    /// <summary>Last price of one unit; null when unknown.</summary>
    public decimal? LastPrice { get; init; }

    /// <summary>UTC instant of the price; null when the broker did not tell.</summary>
    public DateTimeOffset? PricedAt { get; init; }

    /// <summary>Value of one unit is price times this.</summary>
    public decimal Multiplier { get; init; } = 1m;

    /// <summary>The lot of a reported row: own units, margin-funded units and each folio are kept apart.</summary>
    public static string LotOf(ReportedHolding row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.MarginFunded ? Margin : string.IsNullOrEmpty(row.Folio) ? string.Empty : FolioPrefix + row.Folio;
    }

    /// <summary>The folio number in a lot; null when the lot is none of a folio.</summary>
    public static string? FolioOf(string lot)
    {
        ArgumentNullException.ThrowIfNull(lot);
        return lot.StartsWith(FolioPrefix, StringComparison.Ordinal) ? lot[FolioPrefix.Length..] : null;
    }

    /// <summary>The lot of a single row.</summary>
    public static ReportedLot From(ReportedHolding row, Guid instrumentId, ReadKinds read)
    {
        ArgumentNullException.ThrowIfNull(row);
        return new ReportedLot
        {
            InstrumentId = instrumentId,
            Lot = LotOf(row),
            Reads = read,
            Symbol = row.Instrument.Symbol,
            Exchange = row.Instrument.Exchange,
            Quantity = row.Quantity,
            UnsettledQuantity = row.UnsettledQuantity,
            PledgedQuantity = row.PledgedQuantity,
            AveragePrice = row.AveragePrice,
            CostBasis = row.CostBasis ?? (row.AveragePrice * row.Quantity * row.Multiplier),
            LastPrice = row.LastPrice,
            PricedAt = row.PricedAt,
            Multiplier = row.Multiplier,
        };
    }

    /// <summary>Adds another row of the same lot. The cost is known only if it is known for every unit.</summary>
    public ReportedLot Plus(ReportedLot other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var quantity = Quantity + other.Quantity;
        var cost = CostBasis + other.CostBasis;
        var newer = other.LastPrice is not null && (LastPrice is null || other.PricedAt > PricedAt) ? other : this;
        return this with
        {
            Reads = Reads | other.Reads,
            Quantity = quantity,
            UnsettledQuantity = UnsettledQuantity + other.UnsettledQuantity,
            PledgedQuantity = PledgedQuantity + other.PledgedQuantity,
            CostBasis = cost,
            AveragePrice = quantity == 0 || Multiplier == 0 ? null : cost / (quantity * Multiplier),
            LastPrice = newer.LastPrice,
            PricedAt = newer.PricedAt,
        };
    }
}
