using Foliosync.Core.Portfolios;

namespace Foliosync.Core.Statements;

/// <summary>
/// A file that was imported: what it spoke of and what its import changed. The file itself is not kept, for it may hold personal data.
/// </summary>
public sealed class ImportedStatement
{
    /// <summary>Id of the run that imported it.</summary>
    public Guid Id { get; set; }

    /// <summary>The account.</summary>
    public Guid AccountId { get; set; }

    /// <summary>The account.</summary>
    public BrokerAccount? Account { get; set; }

    /// <summary>Id of its format, for example <c>zerodha-tradebook</c>.</summary>
    public required string Format { get; set; }

    /// <summary>SHA-256 of the file.</summary>
    public required byte[] Fingerprint { get; set; }

    /// <summary>UTC instant.</summary>
    public DateTimeOffset ImportedAt { get; set; }

    /// <summary>Day of its first transaction in the broker's time zone; null when it has none.</summary>
    public DateOnly? FirstDay { get; set; }

    /// <summary>Day of its last transaction in the broker's time zone; null when it has none.</summary>
    public DateOnly? LastDay { get; set; }

    /// <summary>UTC instant that the securities taken from it are of; null when none were.</summary>
    public DateTimeOffset? HoldingsAsOf { get; set; }

    /// <summary>UTC instant that the mutual funds taken from it are of; null when none were.</summary>
    public DateTimeOffset? FundsAsOf { get; set; }

    /// <summary>UTC instant that the cash taken from it is of; null when none was.</summary>
    public DateTimeOffset? CashAsOf { get; set; }

    /// <summary>Earlier imports that told some of its transactions already, and so must not be undone before it.</summary>
    public IReadOnlyList<Guid> BuiltOn { get; set; } = [];

    /// <summary>What its holdings and cash replaced, as JSON; null when it changed neither.</summary>
    public string? Replaced { get; set; }

    /// <summary>UTC instant at which it was undone; null when it was not.</summary>
    public DateTimeOffset? UndoneAt { get; set; }
}
