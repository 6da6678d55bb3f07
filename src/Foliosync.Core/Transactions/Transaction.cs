using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;
using Foliosync.Core.Portfolios;

namespace Foliosync.Core.Transactions;

/// <summary>Something that changed units or cash of an account.</summary>
public sealed class Transaction
{
    /// <summary>Id.</summary>
    public Guid Id { get; set; }

    /// <summary>The account.</summary>
    public Guid AccountId { get; set; }

    /// <summary>The account.</summary>
    public BrokerAccount? Account { get; set; }

    /// <summary>What was traded; null for pure cash.</summary>
    public Guid? InstrumentId { get; set; }

    /// <summary>What was traded; null for pure cash.</summary>
    public Instrument? Instrument { get; set; }

    /// <summary>The broker's permanent id. Of one source it is unique in the account; several sources may tell the same event.</summary>
    public required string ExternalId { get; set; }

    /// <summary>The kind.</summary>
    public TransactionKind Kind { get; set; }

    /// <summary>Symbol under which the broker listed it; null for pure cash.</summary>
    public string? Symbol { get; set; }

    /// <summary>The broker's exchange code; null when there is none.</summary>
    public string? Exchange { get; set; }

    /// <summary>Units, never negative; null for pure cash.</summary>
    public decimal? Quantity { get; set; }

    /// <summary>Price of one unit in <see cref="Currency"/>; null when unknown.</summary>
    public decimal? Price { get; set; }

    /// <summary>Cash effect before fees and taxes; negative for money that left; null when unknown.</summary>
    public decimal? Amount { get; set; }

    /// <summary>Never negative; null when unknown.</summary>
    public decimal? Fees { get; set; }

    /// <summary>Never negative; null when unknown.</summary>
    public decimal? Taxes { get; set; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; set; }

    /// <summary>UTC instant of the trade.</summary>
    public DateTimeOffset TradedAt { get; set; }

    /// <summary>Day of settlement in the broker's time zone; null when unknown.</summary>
    public DateOnly? SettledOn { get; set; }

    /// <summary>Where it comes from.</summary>
    public TransactionSource Source { get; set; }

    /// <summary>From 0 to 1 for inferred transactions; null for all others.</summary>
    public decimal? Confidence { get; set; }

    /// <summary>The broker's words; those of the person for what was typed. Null when there are none.</summary>
    public string? Note { get; set; }

    /// <summary>What the person noted on it; null when nothing.</summary>
    public string? OwnNote { get; set; }

    /// <summary>The person's tags.</summary>
    public ICollection<TransactionTag> Tags { get; } = [];

    /// <summary>The run that told of it first; null when it was stored by a version that did not note this.</summary>
    public Guid? RunId { get; set; }

    /// <summary>
    /// For inferred transactions: UTC instant of the earlier of the two reports that it was concluded from. The later report is that of
    /// <see cref="RunId"/>, and the transaction has its time.
    /// </summary>
    public DateTimeOffset? InferredSince { get; set; }

    /// <summary>For inferred transactions: the run of the earlier report; null when there is none or it is not known any more.</summary>
    public Guid? InferredSinceRunId { get; set; }

    /// <summary>The row of a better source that counts in its place, see <see cref="LedgerMerge"/>; null when this one counts.</summary>
    public Guid? SupersededBy { get; set; }

    /// <summary>A transaction as an adapter told it, not stored yet.</summary>
    /// <param name="told">What was told.</param>
    /// <param name="id">Id of the new row.</param>
    /// <param name="accountId">The account.</param>
    /// <param name="instrumentId">The instrument that was found for it; null for pure cash.</param>
    /// <param name="source">How it was told.</param>
    /// <param name="runId">The run that brings it.</param>
    internal static Transaction Of(ReportedTransaction told, Guid id, Guid accountId, Guid? instrumentId, TransactionSource source, Guid runId) => new()
    {
        Id = id,
        AccountId = accountId,
        InstrumentId = instrumentId,
        ExternalId = told.ExternalId,
        Kind = told.Kind,
        Symbol = told.Instrument?.Symbol,
        Exchange = told.Instrument?.Exchange,
        Quantity = told.Quantity,
        Price = told.Price,
        Amount = told.Amount,
        Fees = told.Fees,
        Taxes = told.Taxes,
        Currency = told.Currency,
        TradedAt = told.TradedAt,
        SettledOn = told.SettledOn,
        Source = source,
        Note = told.Note,
        RunId = runId,
    };
}

/// <summary>A word by which a person finds transactions again.</summary>
public sealed class TransactionTag
{
    /// <summary>The transaction.</summary>
    public Guid TransactionId { get; set; }

    /// <summary>The transaction.</summary>
    public Transaction? Transaction { get; set; }

    /// <summary>The word, as the person wrote it first; at most 40 characters.</summary>
    public required string Tag { get; set; }
}

/// <summary>Where a transaction comes from.</summary>
public enum TransactionSource
{
    /// <summary>The broker's API.</summary>
    Api,

    /// <summary>A file of the broker.</summary>
    Statement,

    /// <summary>Typed by a person.</summary>
    Manual,

    /// <summary>Concluded from changed holdings.</summary>
    Inferred,
}
