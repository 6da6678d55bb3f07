using Foliosync.Core.Portfolios;

namespace Foliosync.Core.Sync.Reviews;

/// <summary>
/// A report of one account that was not applied because it is not plausible, and what became of it. Written in the transaction of the
/// run that met it; an account has at most one that is open.
/// </summary>
public sealed class Review
{
    /// <summary>Time-ordered id.</summary>
    public Guid Id { get; set; }

    /// <summary>The person the account belongs to.</summary>
    public Guid OwnerId { get; set; }

    /// <summary>The connection that read the report.</summary>
    public Guid ConnectionId { get; set; }

    /// <summary>The account.</summary>
    public Guid AccountId { get; set; }

    /// <summary>The account.</summary>
    public BrokerAccount? Account { get; set; }

    /// <summary>The first run in which the broker said so.</summary>
    public Guid RunId { get; set; }

    /// <summary>The last run in which the broker said so. Its report is the one that is applied when a person accepts.</summary>
    public Guid LastRunId { get; set; }

    /// <summary>One sentence for people: why a person should look.</summary>
    public required string Reason { get; set; }

    /// <summary>Fingerprint of the reported units: the same units are the same review, whatever the prices do.</summary>
    public required byte[] Fingerprint { get; set; }

    /// <summary>What would vanish and what would change, as it was in the first run.</summary>
    public required ReviewDiff Diff { get; set; }

    /// <summary>What became of it.</summary>
    public ReviewState State { get; set; }

    /// <summary>UTC instant from which the report waits.</summary>
    public DateTimeOffset Since { get; set; }

    /// <summary>UTC instant at which it stopped waiting; null while it waits.</summary>
    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>Who accepted or rejected it; null for the command line of the machine's owner, and when nobody did.</summary>
    public Guid? DecidedBy { get; set; }
}

/// <summary>What became of a report that waited for a person.</summary>
public enum ReviewState
{
    /// <summary>A person, or time, has to decide.</summary>
    Waiting,

    /// <summary>A person said that it is right; it was applied.</summary>
    Accepted,

    /// <summary>A person said that it is wrong; the data stays, and the same report is not asked about again.</summary>
    Rejected,

    /// <summary>The broker said the same for long enough; it was applied.</summary>
    Confirmed,

    /// <summary>The broker does not say so any more.</summary>
    Withdrawn,
}
