using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Portfolios;

/// <summary>Everything a person holds now, in memory: a page sorts, groups and adds it up without asking the database again.</summary>
/// <param name="Accounts">The person's accounts.</param>
/// <param name="Lots">What is held, one for each holding.</param>
/// <param name="Cash">Own money.</param>
public sealed record HeldSheet(IReadOnlyList<HeldAccount> Accounts, IReadOnlyList<HeldLot> Lots, IReadOnlyList<HeldCash> Cash)
{
    /// <summary>Only what counts for a portfolio.</summary>
    public HeldSheet Of(Guid portfolioId) => new(
        [.. Accounts.Where(a => a.PortfolioId == portfolioId)],
        [.. Lots.Where(l => l.Account.PortfolioId == portfolioId)],
        [.. Cash.Where(c => c.Account.PortfolioId == portfolioId)]);
}

/// <summary>An account and where it belongs.</summary>
public sealed record HeldAccount
{
    /// <summary>Id.</summary>
    public required Guid Id { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>The portfolio it counts for.</summary>
    public required Guid PortfolioId { get; init; }

    /// <summary>The connection that reads it.</summary>
    public required Guid ConnectionId { get; init; }

    /// <summary>What the person calls the connection.</summary>
    public required string ConnectionLabel { get; init; }

    /// <summary>Id of the adapter.</summary>
    public required string BrokerId { get; init; }

    /// <summary>UTC instant of the last applied report; null before the first.</summary>
    public DateTimeOffset? ReportedAt { get; init; }
}

/// <summary>Units of one instrument in one account, with what they cost and what they are worth. What is unknown is null, never 0.</summary>
public sealed record HeldLot
{
    /// <summary>Id of the holding.</summary>
    public required Guid Id { get; init; }

    /// <summary>The account.</summary>
    public required HeldAccount Account { get; init; }

    /// <summary>The instrument.</summary>
    public required Guid InstrumentId { get; init; }

    /// <summary>Symbol at the broker.</summary>
    public required string Symbol { get; init; }

    /// <summary>The instrument's name; null when nobody has told it.</summary>
    public string? Name { get; init; }

    /// <summary>ISO 6166; null when nobody has told it.</summary>
    public string? Isin { get; init; }

    /// <summary>The broker's exchange code; null for funds.</summary>
    public string? Exchange { get; init; }

    /// <summary>Kind of instrument.</summary>
    public required AssetClass AssetClass { get; init; }

    /// <summary>ISO 4217 of all prices and amounts.</summary>
    public required string Currency { get; init; }

    /// <summary>See <see cref="Holding.Lot"/>.</summary>
    public required string Lot { get; init; }

    /// <summary>All units owned.</summary>
    public required decimal Quantity { get; init; }

    /// <summary>Of these, bought and not delivered yet.</summary>
    public decimal Unsettled { get; init; }

    /// <summary>Of these, pledged.</summary>
    public decimal Pledged { get; init; }

    /// <summary>Average purchase price of one unit.</summary>
    public decimal? AveragePrice { get; init; }

    /// <summary>Purchase price of all units.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Last price of one unit, by the broker.</summary>
    public decimal? Price { get; init; }

    /// <summary>UTC instant of <see cref="Price"/>, or of the report that told it.</summary>
    public DateTimeOffset? PricedAt { get; init; }

    /// <summary>UTC instant of the last report that named it.</summary>
    public DateTimeOffset? ReportedAt { get; init; }

    /// <summary>Value of one unit is price times this.</summary>
    public decimal Multiplier { get; init; } = 1m;

    /// <summary>The broker's price of the trading day before that of <see cref="Price"/>; null when unknown, or when the units changed since.</summary>
    public decimal? PriceBefore { get; init; }

    /// <summary>What all units are worth.</summary>
    public decimal? Value => Quantity * Price * Multiplier;

    /// <summary>Value less cost.</summary>
    public decimal? Gain => Value - Cost;

    /// <summary>What the last change of price made of the units.</summary>
    public decimal? DayChange => Quantity * (Price - PriceBefore) * Multiplier;
}

/// <summary>Own money in one account and segment.</summary>
/// <param name="Account">The account.</param>
/// <param name="Segment">The broker's part of the account; empty when there is only one.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Amount">Negative when owed.</param>
/// <param name="AsOf">UTC instant of the report that last changed it.</param>
public sealed record HeldCash(HeldAccount Account, string Segment, string Currency, decimal Amount, DateTimeOffset AsOf);
