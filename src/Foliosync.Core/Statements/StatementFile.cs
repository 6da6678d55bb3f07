using Foliosync.Brokers.Contract;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Statements;

/// <summary>A file that a person hands in for an account.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Content">The file: readable and seekable, and the caller's to close. It is read twice, to check it and to store it.</param>
public sealed record StatementFile(Guid AccountId, Stream Content)
{
    /// <summary>Id of its format; null to recognise it.</summary>
    public string? Format { get; init; }

    /// <summary>True to see what would come of it and change nothing.</summary>
    public bool DryRun { get; init; }

    /// <summary>True when the person knows that most of what is held is not in the file any more, and means it.</summary>
    public bool Confirmed { get; init; }
}

/// <summary>What came of a file, or would come of it.</summary>
public sealed record StatementResult
{
    /// <summary>The run that imported it; null for a dry run.</summary>
    public Guid? RunId { get; init; }

    /// <summary>The account.</summary>
    public required Guid AccountId { get; init; }

    /// <summary>Its format.</summary>
    public required StatementFormat Format { get; init; }

    /// <summary>UTC instant that its holdings and cash are of; null when it has neither.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>Day of its first transaction in the broker's time zone; null when it has none.</summary>
    public DateOnly? FirstDay { get; init; }

    /// <summary>Day of its last transaction in the broker's time zone; null when it has none.</summary>
    public DateOnly? LastDay { get; init; }

    /// <summary>What became of its rows, as the run tells it.</summary>
    public required SyncCounts Counts { get; init; }

    /// <summary>Of its transactions, those that nobody had told before.</summary>
    public required int NewTransactions { get; init; }

    /// <summary>Of its transactions, those that were known as they are in the file.</summary>
    public required int KnownTransactions { get; init; }

    /// <summary>Of its transactions, those that were known and said otherwise, each with a warning.</summary>
    public required int ConflictingTransactions { get; init; }

    /// <summary>What a person should know, naming the row where it is about one.</summary>
    public required IReadOnlyList<BrokerWarning> Warnings { get; init; }
}
