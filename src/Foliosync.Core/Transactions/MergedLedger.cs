using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Transactions;

/// <summary>What a file says that it tells completely: every entry of these kinds on these days.</summary>
/// <param name="From">First day, in the broker's time zone.</param>
/// <param name="To">Last day.</param>
/// <param name="RecordedAt">UTC instant at which the file was read.</param>
public sealed record LedgerCoverage(DateOnly From, DateOnly To, DateTimeOffset RecordedAt)
{
    private static readonly HashSet<TransactionKind> Trades = [TransactionKind.Buy, TransactionKind.Sell];

    /// <summary>The kinds told; purchases and sales, if nothing else is said. A tradebook has no splits, bonus units or transfers.</summary>
    public IReadOnlySet<TransactionKind> Kinds { get; init; } = Trades;

    /// <summary>The instruments told, also those without a row; null for all. For files of one segment.</summary>
    public IReadOnlySet<Guid>? Instruments { get; init; }

    /// <summary>True when the file would have a row for this, had it happened.</summary>
    public bool Tells(Guid? instrumentId, TransactionKind kind, DateOnly first, DateOnly last) =>
        From <= first && last <= To && Kinds.Contains(kind) && (Instruments is null || (instrumentId is { } id && Instruments.Contains(id)));
}

/// <summary>The rows that count, those that do not, and what a person should decide.</summary>
public sealed record MergedLedger
{
    /// <summary>The rows that count, in order.</summary>
    public required IReadOnlyList<LedgerEntry> Effective { get; init; }

    /// <summary>The rows that do not count, each with the reason. They stay stored.</summary>
    public required IReadOnlyList<SupersededEntry> Superseded { get; init; }

    /// <summary>Rows that count although another source speaks against them.</summary>
    public required IReadOnlyList<LedgerConflict> Conflicts { get; init; }
}

/// <summary>A row that does not count.</summary>
/// <param name="Entry">The row.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">Id of the row that counts in its place; null when a file told by silence.</param>
public sealed record SupersededEntry(LedgerEntry Entry, SupersededReason Reason, Guid? By);

/// <summary>Why a row does not count.</summary>
public enum SupersededReason
{
    /// <summary>The same external id came again; the later or better source counts.</summary>
    SameRow,

    /// <summary>A better source tells the same event under another id.</summary>
    Confirmed,

    /// <summary>A better source tells the events of that day, instrument and kind otherwise.</summary>
    Replaced,

    /// <summary>It was inferred, and what really happened was learnt later.</summary>
    InferenceReplaced,

    /// <summary>It was inferred, and a file that covers those days has nothing of the kind.</summary>
    InferenceRefuted,
}

/// <summary>A row that counts although another source speaks against it.</summary>
/// <param name="Entry">The row.</param>
/// <param name="Message">What is at odds, in words.</param>
public sealed record LedgerConflict(LedgerEntry Entry, string Message);
