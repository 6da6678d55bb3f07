using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;

namespace Foliosync.Core.Portfolios;

/// <summary>
/// Units of one instrument in one account, now. One row for each lot: own units, margin-funded units and each fund folio apart.
/// </summary>
public sealed class Holding
{
    /// <summary>Id; stays the same while the holding is open.</summary>
    public Guid Id { get; set; }

    /// <summary>The account.</summary>
    public Guid AccountId { get; set; }

    /// <summary>The account.</summary>
    public BrokerAccount? Account { get; set; }

    /// <summary>The instrument.</summary>
    public Guid InstrumentId { get; set; }

    /// <summary>The instrument.</summary>
    public Instrument? Instrument { get; set; }

    /// <summary>Empty for own units, <c>margin</c> for margin-funded ones, <c>folio:…</c> for a fund folio.</summary>
    public required string Lot { get; set; }

    /// <summary>Which reads it was found in.</summary>
    public ReadKinds Reads { get; set; }

    /// <summary>Symbol under which the account's broker lists it.</summary>
    public required string Symbol { get; set; }

    /// <summary>The broker's exchange code; null for funds.</summary>
    public string? Exchange { get; set; }

    /// <summary>All units owned: settled, unsettled, pledged. Negative for a short derivative position.</summary>
    public decimal Quantity { get; set; }

    /// <summary>Of these, bought and not delivered yet.</summary>
    public decimal UnsettledQuantity { get; set; }

    /// <summary>Of these, pledged as security.</summary>
    public decimal PledgedQuantity { get; set; }

    /// <summary>Average purchase price of one unit in the instrument's currency; null when unknown.</summary>
    public decimal? AveragePrice { get; set; }

    /// <summary>Purchase price of all units in the instrument's currency, multiplier included; null when unknown.</summary>
    public decimal? CostBasis { get; set; }

    /// <summary>Last price of one unit in the instrument's currency, by the broker; null when unknown.</summary>
    public decimal? LastPrice { get; set; }

    /// <summary>Last price of one unit when quantity and cost became what they are, at <see cref="Since"/>; null when it was unknown.</summary>
    public decimal? FirstPrice { get; set; }

    /// <summary>UTC instant of <see cref="LastPrice"/>, if the broker told it; else the report's time counts.</summary>
    public DateTimeOffset? PricedAt { get; set; }

    /// <summary>Value of one unit is price times this.</summary>
    public decimal Multiplier { get; set; } = 1m;

    /// <summary>UTC instant from which quantity and cost are as they are.</summary>
    public DateTimeOffset Since { get; set; }

    /// <summary>
    /// UTC instant of the last report that named it, when that is not the account's last one: the last report was incomplete or did
    /// not read this kind. Null when the account's last report named it.
    /// </summary>
    public DateTimeOffset? LastReportedAt { get; set; }
}

/// <summary>What a holding was for a time that is over. Appended, never changed; the time still running is the holding itself.</summary>
public sealed class HoldingPeriod
{
    /// <summary>Id.</summary>
    public Guid Id { get; set; }

    /// <summary>The account.</summary>
    public Guid AccountId { get; set; }

    /// <summary>The account.</summary>
    public BrokerAccount? Account { get; set; }

    /// <summary>The instrument.</summary>
    public Guid InstrumentId { get; set; }

    /// <summary>See <see cref="Holding.Lot"/>.</summary>
    public required string Lot { get; set; }

    /// <summary>Units owned in that time.</summary>
    public decimal Quantity { get; set; }

    /// <summary>Purchase price of all units in the instrument's currency; null when unknown.</summary>
    public decimal? CostBasis { get; set; }

    /// <summary>Value of one unit was price times this.</summary>
    public decimal Multiplier { get; set; } = 1m;

    /// <summary>Last price of one unit at <see cref="From"/>; null when it was unknown.</summary>
    public decimal? FirstPrice { get; set; }

    /// <summary>Last price of one unit that was told in that time; null when it was unknown.</summary>
    public decimal? LastPrice { get; set; }

    /// <summary>UTC instant of the first report that said so.</summary>
    public DateTimeOffset From { get; set; }

    /// <summary>UTC instant of the first report that said otherwise.</summary>
    public DateTimeOffset To { get; set; }
}

/// <summary>Own money in one account, segment and currency.</summary>
public sealed class CashBalance
{
    /// <summary>Id.</summary>
    public Guid Id { get; set; }

    /// <summary>The account.</summary>
    public Guid AccountId { get; set; }

    /// <summary>The account.</summary>
    public BrokerAccount? Account { get; set; }

    /// <summary>The broker's part of the account; empty when there is only one.</summary>
    public required string Segment { get; set; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; set; }

    /// <summary>Negative when owed.</summary>
    public decimal Amount { get; set; }

    /// <summary>UTC instant of the report that last changed it.</summary>
    public DateTimeOffset AsOf { get; set; }
}

/// <summary>What a cash balance was for a time that is over. Appended, never changed; the time still running is the balance itself.</summary>
public sealed class CashBalancePeriod
{
    /// <summary>Id.</summary>
    public Guid Id { get; set; }

    /// <summary>The account.</summary>
    public Guid AccountId { get; set; }

    /// <summary>The account.</summary>
    public BrokerAccount? Account { get; set; }

    /// <summary>See <see cref="CashBalance.Segment"/>.</summary>
    public required string Segment { get; set; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; set; }

    /// <summary>Negative when owed.</summary>
    public decimal Amount { get; set; }

    /// <summary>UTC instant of the first report that said so.</summary>
    public DateTimeOffset From { get; set; }

    /// <summary>UTC instant of the first report that said otherwise.</summary>
    public DateTimeOffset To { get; set; }
}
