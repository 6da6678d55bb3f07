using Foliosync.Core.Connections;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Portfolios;

/// <summary>One ledger at a broker, reached through one connection.</summary>
public sealed class BrokerAccount
{
    /// <summary>Id.</summary>
    public Guid Id { get; set; }

    /// <summary>The person it belongs to; always the connection's owner.</summary>
    public Guid OwnerId { get; set; }

    /// <summary>The connection that reads it.</summary>
    public Guid ConnectionId { get; set; }

    /// <summary>The connection that reads it.</summary>
    public BrokerConnection? Connection { get; set; }

    /// <summary>The portfolio it counts for.</summary>
    public Guid PortfolioId { get; set; }

    /// <summary>The broker's permanent id of the account.</summary>
    public required string ExternalId { get; set; }

    /// <summary>For people.</summary>
    public required string Name { get; set; }

    /// <summary>Main currency as ISO 4217.</summary>
    public required string Currency { get; set; }

    /// <summary>UTC instant that the last applied report describes; null before the first.</summary>
    public DateTimeOffset? ReportedAt { get; set; }

    /// <summary>The run that applied the last report; null before the first.</summary>
    public Guid? ReportRunId { get; set; }

    /// <summary>UTC instant that the first applied report with holdings describes: history starts there. Null before it.</summary>
    public DateTimeOffset? FirstReportedAt { get; set; }

    /// <summary>Fingerprint of the last applied report; an equal report writes no rows.</summary>
    public byte[]? ReportFingerprint { get; set; }

    /// <summary>Fingerprint of the units of a report that waits for review; null when none does.</summary>
    public byte[]? ReviewFingerprint { get; set; }

    /// <summary>UTC instant since when <see cref="ReviewFingerprint"/> waits.</summary>
    public DateTimeOffset? ReviewSince { get; set; }

    /// <summary>The review of that report; null when none waits.</summary>
    public Guid? ReviewId { get; set; }

    /// <summary>Where the next read of transactions goes on; null to read from the start.</summary>
    public string? TransactionsCursor { get; set; }

    /// <summary>For an account that files are handed in for: days without one after which its owner is reminded; null for the usual time, 0 for never.</summary>
    public int? RemindAfterDays { get; set; }

    /// <summary>Which units leave first, and what they cost; FIFO unless a person chose otherwise.</summary>
    public CostMethod CostMethod { get; set; }
}
