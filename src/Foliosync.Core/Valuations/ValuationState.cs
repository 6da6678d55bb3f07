using Foliosync.Core.Portfolios;

namespace Foliosync.Core.Valuations;

/// <summary>How far an account is valued, and from which day on what is stored of it no longer fits what is known.</summary>
public sealed class ValuationState
{
    /// <summary>
    /// Days before a changed transaction or report from which values are computed anew: so far apart a trade and the report of its units
    /// can still be told together.
    /// </summary>
    public const int LedgerReach = 21;

    /// <summary>The account.</summary>
    public Guid AccountId { get; set; }

    /// <summary>The account.</summary>
    public BrokerAccount? Account { get; set; }

    /// <summary>First day whose values no longer fit; null when all do.</summary>
    public DateOnly? StaleFrom { get; set; }

    /// <summary>How often something was changed; tells a change that came while values were being computed.</summary>
    public long Touches { get; set; }

    /// <summary>How often values were stored.</summary>
    public long Generation { get; set; }

    /// <summary>First day with values; null when there are none.</summary>
    public DateOnly? FirstDay { get; set; }

    /// <summary>Last day with values; null before the first computation.</summary>
    public DateOnly? LastDay { get; set; }

    /// <summary>UTC instant of the last computation; null before the first.</summary>
    public DateTimeOffset? ComputedAt { get; set; }

    /// <summary>First day on which reports tell everything that is held; null when there are none.</summary>
    public DateOnly? ReportedFrom { get; set; }

    /// <summary>First day on which cash is part of the value; null when it never is.</summary>
    public DateOnly? CashFrom { get; set; }

    /// <summary>
    /// First day from which values can be computed without everything before it: what is held then is told by reports. Null when
    /// transactions alone tell it.
    /// </summary>
    public DateOnly? RangesFrom { get; set; }
}

/// <summary>Values and flows of one month of one account and class, in the currency of the prices; see <see cref="MonthCode"/>.</summary>
public sealed class ValuationMonth
{
    /// <summary>The account.</summary>
    public Guid AccountId { get; set; }

    /// <summary>The account.</summary>
    public BrokerAccount? Account { get; set; }

    /// <summary>The first day of the month.</summary>
    public DateOnly Month { get; set; }

    /// <summary>Kind of instrument in camelCase; <c>cash</c> for cash and for charges that belong to no instrument.</summary>
    public required string Class { get; set; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; set; }

    /// <summary>The values and flows.</summary>
    public required byte[] Data { get; set; }
}
