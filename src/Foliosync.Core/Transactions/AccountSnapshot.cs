namespace Foliosync.Core.Transactions;

/// <summary>What a broker said an account held at an instant. Of several a day, the ledger takes the last.</summary>
/// <param name="Id">Id of the snapshot.</param>
/// <param name="At">Instant of it, told in the broker's time zone: its date is the trading day.</param>
/// <param name="Lots">What was held, each instrument and lot once.</param>
/// <param name="IsComplete">True when what is not in it was not held.</param>
public sealed record AccountSnapshot(Guid Id, DateTimeOffset At, IReadOnlyList<SnapshotLot> Lots, bool IsComplete = true)
{
    /// <summary>This snapshot, completed by what an earlier one tells of the lots that this one is silent about.</summary>
    internal AccountSnapshot On(AccountSnapshot earlier)
    {
        if (IsComplete)
        {
            return this;
        }

        var named = Lots.Select(l => l.Key).ToHashSet();
        return this with { Lots = [.. Lots, .. earlier.Lots.Where(l => !named.Contains(l.Key))] };
    }
}

/// <summary>Units of one instrument and lot in a snapshot.</summary>
public sealed record SnapshotLot
{
    /// <summary>The instrument.</summary>
    public required Guid InstrumentId { get; init; }

    /// <summary>See <see cref="Portfolios.Holding.Lot"/>.</summary>
    public string Lot { get; init; } = string.Empty;

    /// <summary>For people.</summary>
    public required string Symbol { get; init; }

    /// <summary>ISO 6166 code; null when unknown.</summary>
    public string? Isin { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>All units owned; negative for a short derivative position.</summary>
    public required decimal Quantity { get; init; }

    /// <summary>Purchase price of all units, multiplier included; null when unknown.</summary>
    public decimal? CostBasis { get; init; }

    /// <summary>Last price of one unit; null when unknown.</summary>
    public decimal? LastPrice { get; init; }

    /// <summary>Value of one unit is price times this.</summary>
    public decimal Multiplier { get; init; } = 1m;

    internal LotKey Key => new(InstrumentId, Lot);

    /// <summary>Cost of one unit; null when unknown.</summary>
    internal decimal? UnitCost => Quantity == 0 ? null : CostBasis / (Quantity * Multiplier);

    internal SnapshotLot Empty => this with { Quantity = 0m, CostBasis = 0m };
}

/// <summary>Units that are kept apart from all others.</summary>
internal readonly record struct LotKey(Guid InstrumentId, string Lot);
