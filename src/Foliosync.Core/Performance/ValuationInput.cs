using Foliosync.Brokers.Contract;
using Foliosync.Core.Prices;

namespace Foliosync.Core.Performance;

/// <summary>Everything that values and flows are computed from. Days are those of the person's time zone.</summary>
public sealed record ValuationInput
{
    /// <summary>ISO 4217.</summary>
    public required string BaseCurrency { get; init; }

    /// <summary>
    /// The first day to value; null for the first on which anything is told. What is told of the time before still counts, only that no
    /// value is made of it.
    /// </summary>
    public DateOnly? First { get; init; }

    /// <summary>The last day to value, most often today.</summary>
    public required DateOnly Last { get; init; }

    /// <summary>The accounts. What follows names no others.</summary>
    public required IReadOnlyList<ValuedAccount> Accounts { get; init; }

    /// <summary>The instruments. What follows names no others.</summary>
    public required IReadOnlyList<ValuedInstrument> Instruments { get; init; }

    /// <summary>Units held, by change; what overlaps adds up (lots).</summary>
    public IReadOnlyList<UnitsPeriod> Units { get; init; } = [];

    /// <summary>Cash balances, by change; what overlaps adds up (segments). Only of accounts that track cash.</summary>
    public IReadOnlyList<CashPeriod> Cash { get; init; } = [];

    /// <summary>The transactions, in any order.</summary>
    public IReadOnlyList<LedgerEntry> Entries { get; init; } = [];

    /// <summary>Prices of one unit.</summary>
    public required PriceTable Prices { get; init; }

    /// <summary>Exchange rates.</summary>
    public required FxTable Rates { get; init; }
}

/// <summary>An account to value.</summary>
/// <param name="Id">Id.</param>
/// <param name="Currency">Its main currency as ISO 4217.</param>
/// <param name="TracksCash">
/// True when its cash is part of the value: then deposits and withdrawals are the money that comes and goes. False when only
/// instruments are known: then purchases, sales and income are.
/// </param>
/// <param name="ReportedFrom">
/// First day on which reports tell everything it holds: from then on what no <see cref="UnitsPeriod"/> names is not held. Null when
/// there are no reports: transactions alone tell then what is held of instruments without one.
/// </param>
/// <param name="CashFrom">
/// First day on which cash is part of the value, where it is; until then purchases, sales and income are the money that comes and goes. Null
/// when it always is.
/// </param>
public sealed record ValuedAccount(
    Guid Id, string Currency, bool TracksCash, DateOnly? ReportedFrom = null, DateOnly? CashFrom = null)
{
    internal bool TracksCashOn(DateOnly day) => TracksCash && (CashFrom is not { } from || day >= from);
}

/// <summary>An instrument to value.</summary>
/// <param name="Id">Id.</param>
/// <param name="Class">Kind of instrument.</param>
/// <param name="Currency">Currency of its prices as ISO 4217; prices in another are converted.</param>
public sealed record ValuedInstrument(Guid Id, AssetClass Class, string Currency);

/// <summary>Units held from the close of one day until before the close of another.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="InstrumentId">The instrument.</param>
/// <param name="Units">Units times multiplier; negative when short.</param>
/// <param name="From">First day at whose close they were held.</param>
/// <param name="To">First day at whose close they were not; null when they still are.</param>
public readonly record struct UnitsPeriod(Guid AccountId, Guid InstrumentId, decimal Units, DateOnly From, DateOnly? To);

/// <summary>A cash balance from the close of one day until before the close of another.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Amount">Negative when owed.</param>
/// <param name="From">First day at whose close it was so.</param>
/// <param name="To">First day at whose close it was not; null when it still is.</param>
public readonly record struct CashPeriod(Guid AccountId, string Currency, decimal Amount, DateOnly From, DateOnly? To);

/// <summary>A transaction in the terms of a valuation.</summary>
public sealed record LedgerEntry
{
    /// <summary>The account.</summary>
    public required Guid AccountId { get; init; }

    /// <summary>Day of the trade.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>The kind.</summary>
    public required TransactionKind Kind { get; init; }

    /// <summary>What was traded; null for pure cash.</summary>
    public Guid? InstrumentId { get; init; }

    /// <summary>Units times multiplier, never negative; for a split or bonus the units added. Null for pure cash.</summary>
    public decimal? Units { get; init; }

    /// <summary>
    /// Cash effect before fees and taxes, negative for money that left; of a transfer the value of the units, if known. Null when
    /// unknown: units then count with the price of the day.
    /// </summary>
    public decimal? Amount { get; init; }

    /// <summary>Never negative; null when unknown, which is marked.</summary>
    public decimal? Fees { get; init; }

    /// <summary>Never negative; null when unknown or none.</summary>
    public decimal? Taxes { get; init; }

    /// <summary>ISO 4217 of the amounts.</summary>
    public required string Currency { get; init; }

    internal decimal Costs => (Fees ?? 0) + (Taxes ?? 0);

    /// <summary>What the account's cash gained; 0 where the amount is unknown or is no cash.</summary>
    internal decimal CashEffect =>
        (Kind is TransactionKind.TransferIn or TransactionKind.TransferOut && InstrumentId is not null ? 0 : Amount ?? 0) - Costs;

    /// <summary>What the units held gained.</summary>
    internal decimal UnitsEffect => Kind switch
    {
        TransactionKind.Buy or TransactionKind.TransferIn or TransactionKind.Split or TransactionKind.Bonus => Units ?? 0,
        TransactionKind.Sell or TransactionKind.TransferOut => -(Units ?? 0),
        _ => 0,
    };
}
