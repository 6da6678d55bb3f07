namespace Foliosync.Brokers.Contract;

/// <summary>One ledger at the broker.</summary>
/// <param name="ExternalId">The broker's permanent id of the account.</param>
/// <param name="Name">For people.</param>
/// <param name="Currency">Main currency as ISO 4217, for example <c>INR</c>.</param>
public sealed record ReportedAccount(string ExternalId, string Name, string Currency);

/// <summary>What can be held. The engine matches by ISIN, then MIC and symbol, then the broker's key.</summary>
public sealed record ReportedInstrument
{
    /// <summary>ISO 6166 code; null when the broker does not tell.</summary>
    public string? Isin { get; init; }

    /// <summary>Symbol as traded, for example <c>INFY</c>; for funds without one, the ISIN.</summary>
    public required string Symbol { get; init; }

    /// <summary>The broker's exchange code (NSE, BSE, MCX) or the MIC; null for instruments not traded on an exchange.</summary>
    public string? Exchange { get; init; }

    /// <summary>ISO 10383 code of the exchange; null when unknown or not traded on one.</summary>
    public string? Mic { get; init; }

    /// <summary>
    /// What the broker itself tells instruments apart by, permanent and the same on every day and in every report of this broker.
    /// </summary>
    public required string BrokerKey { get; init; }

    /// <summary>Full name; null when this report does not tell.</summary>
    public string? Name { get; init; }

    /// <summary>The kind of instrument.</summary>
    public required AssetClass AssetClass { get; init; }

    /// <summary>Currency of its prices as ISO 4217.</summary>
    public required string Currency { get; init; }
}

/// <summary>The kind of instrument.</summary>
public enum AssetClass
{
    /// <summary>A share in a company.</summary>
    Equity,

    /// <summary>An exchange-traded fund.</summary>
    Etf,

    /// <summary>A mutual fund unit.</summary>
    MutualFund,

    /// <summary>A bond of a company.</summary>
    Bond,

    /// <summary>A bond of a state, treasury bill or sovereign gold bond.</summary>
    GovernmentBond,

    /// <summary>A crypto asset.</summary>
    Crypto,

    /// <summary>An option.</summary>
    Option,

    /// <summary>A future.</summary>
    Future,

    /// <summary>Another pooled investment, for example a REIT or InvIT unit.</summary>
    Fund,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>Units of one instrument in one account, as the broker says.</summary>
public sealed record ReportedHolding
{
    /// <summary>What is held.</summary>
    public required ReportedInstrument Instrument { get; init; }

    /// <summary>All units owned: settled, unsettled, pledged. Negative for a short derivative position.</summary>
    public required decimal Quantity { get; init; }

    /// <summary>Of these, bought and not delivered yet.</summary>
    public decimal UnsettledQuantity { get; init; }

    /// <summary>Of these, pledged as security.</summary>
    public decimal PledgedQuantity { get; init; }

    /// <summary>Average purchase price of one unit, in the instrument's currency; null when unknown. Unknown is not zero.</summary>
    public decimal? AveragePrice { get; init; }

    /// <summary>
    /// Purchase price of all units, for brokers that tell it and round <see cref="AveragePrice"/>; null to multiply the average.
    /// </summary>
    public decimal? CostBasis { get; init; }

    /// <summary>Last price of one unit, in the instrument's currency; null when unknown.</summary>
    public decimal? LastPrice { get; init; }

    /// <summary>UTC instant of <see cref="LastPrice"/>; null when the broker does not tell, then the report's time counts.</summary>
    public DateTimeOffset? PricedAt { get; init; }

    /// <summary>Value of one unit is price times this; 1 save for derivatives.</summary>
    public decimal Multiplier { get; init; } = 1m;

    /// <summary>True for units bought with the broker's money. They are a lot of their own.</summary>
    public bool MarginFunded { get; init; }

    /// <summary>The fund house's folio number; null when there is none. Each folio is a lot of its own.</summary>
    public string? Folio { get; init; }
}

/// <summary>What an account holds, as the broker says.</summary>
public sealed record HoldingsReport
{
    /// <summary>The rows; several may name the same instrument, they add up.</summary>
    public required IReadOnlyList<ReportedHolding> Holdings { get; init; }

    /// <summary>True when a holding that is not in the report is not held. Only then does the engine close holdings.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>UTC instant that the report describes.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>What a person should know.</summary>
    public IReadOnlyList<BrokerWarning> Warnings { get; init; } = [];

    /// <summary>Rows that could not be read and were left out, each with a warning. A report with any is not complete.</summary>
    public int SkippedRows { get; init; }
}

/// <summary>A cash balance as the broker says.</summary>
/// <param name="Segment">The broker's part of the account, for example <c>equity</c>; empty when there is only one.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Amount">Own money, without collateral or credit; negative when owed.</param>
public sealed record ReportedCash(string Segment, string Currency, decimal Amount);

/// <summary>The cash of an account, complete: a segment that is not in the report has no balance.</summary>
public sealed record CashReport
{
    /// <summary>The balances, one for each segment and currency.</summary>
    public required IReadOnlyList<ReportedCash> Balances { get; init; }

    /// <summary>UTC instant that the report describes.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>What a person should know.</summary>
    public IReadOnlyList<BrokerWarning> Warnings { get; init; } = [];
}

/// <summary>The kind of a transaction.</summary>
public enum TransactionKind
{
    /// <summary>Units bought.</summary>
    Buy,

    /// <summary>Units sold.</summary>
    Sell,

    /// <summary>Cash dividend. One that was paid in units is a dividend and a buy.</summary>
    Dividend,

    /// <summary>Interest received (positive) or paid (negative).</summary>
    Interest,

    /// <summary>A charge of the broker.</summary>
    Fee,

    /// <summary>A tax.</summary>
    Tax,

    /// <summary>Money paid in.</summary>
    Deposit,

    /// <summary>Money paid out.</summary>
    Withdrawal,

    /// <summary>Units that came from another account; the price is their cost, null when unknown.</summary>
    TransferIn,

    /// <summary>Units that went to another account.</summary>
    TransferOut,

    /// <summary>Units divided or consolidated; the quantity is the units held after it.</summary>
    Split,

    /// <summary>Free units.</summary>
    Bonus,

    /// <summary>A correction. With an instrument, its quantity and price are what is held, and at which cost each, from then on.</summary>
    Adjustment,

    /// <summary>The broker's kind is not known to the adapter. Kept, never dropped.</summary>
    Unclassified,
}

/// <summary>A transaction as the broker says.</summary>
public sealed record ReportedTransaction
{
    /// <summary>Permanent id, unique in the account; the same transaction always has the same.</summary>
    public required string ExternalId { get; init; }

    /// <summary>The kind.</summary>
    public required TransactionKind Kind { get; init; }

    /// <summary>What was traded; null for pure cash.</summary>
    public ReportedInstrument? Instrument { get; init; }

    /// <summary>Units, never negative; null for pure cash.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>Price of one unit in <see cref="Currency"/>; null when unknown or for pure cash.</summary>
    public decimal? Price { get; init; }

    /// <summary>
    /// Cash effect before fees and taxes in <see cref="Currency"/>: negative for money that left the account; null when unknown.
    /// </summary>
    public decimal? Amount { get; init; }

    /// <summary>Fees, never negative; null when the broker does not tell.</summary>
    public decimal? Fees { get; init; }

    /// <summary>Taxes, never negative; null when the broker does not tell.</summary>
    public decimal? Taxes { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>UTC instant of the trade; for brokers that tell only a day, that day's midnight in the broker's time zone.</summary>
    public required DateTimeOffset TradedAt { get; init; }

    /// <summary>Day of settlement in the broker's time zone; null when unknown.</summary>
    public DateOnly? SettledOn { get; init; }

    /// <summary>The broker's own words; null when there are none.</summary>
    public string? Note { get; init; }
}

/// <summary>Where a read of transactions goes on. Opaque to the engine.</summary>
/// <param name="Value">Whatever the adapter needs, at most 1,000 characters, without secrets.</param>
public sealed record SyncCursor(string Value);

/// <summary>Some transactions and the place after them.</summary>
/// <param name="Transactions">In the order of trading where the broker keeps one.</param>
/// <param name="Cursor">Stored with this page; null when the broker only ever tells the present.</param>
/// <param name="Warnings">What a person should know.</param>
public sealed record TransactionsPage(
    IReadOnlyList<ReportedTransaction> Transactions, SyncCursor? Cursor, IReadOnlyList<BrokerWarning> Warnings)
{
    /// <summary>Rows that could not be read and were left out, each with a warning unless there are very many.</summary>
    public int SkippedRows { get; init; }
}

/// <summary>A line of a broker's instrument list.</summary>
/// <param name="BrokerKey">The same key that <see cref="ReportedInstrument.BrokerKey"/> carries.</param>
/// <param name="Symbol">Symbol as traded.</param>
/// <param name="Exchange">The broker's exchange code; null when there is none.</param>
/// <param name="Name">Full name; null when the list has none.</param>
/// <param name="AssetClass">The kind, where the list tells it for certain; else null.</param>
public sealed record ListedInstrument(string BrokerKey, string Symbol, string? Exchange, string? Name, AssetClass? AssetClass);
