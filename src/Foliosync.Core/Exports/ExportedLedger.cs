using Foliosync.Core.Portfolios;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Exports;

/// <summary>What is written: one account, or all of a portfolio.</summary>
/// <param name="Name">Of the portfolio or account, for people.</param>
/// <param name="BaseCurrency">ISO 4217.</param>
/// <param name="AsOf">UTC instant that holdings and cash are of.</param>
/// <param name="Accounts">In a fixed order.</param>
internal sealed record ExportedLedger(string Name, string BaseCurrency, DateTimeOffset AsOf, IReadOnlyList<ExportedAccount> Accounts);

/// <summary>One account with what is in it. Nothing here is secret: neither connection nor session nor the broker's answers are reached.</summary>
internal sealed record ExportedAccount
{
    /// <summary>Id.</summary>
    public required Guid Id { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>Main currency as ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>The broker's time zone, in which trading days are told.</summary>
    public required TimeZoneInfo Zone { get; init; }

    /// <summary>UTC instant of the last report; null before the first.</summary>
    public DateTimeOffset? ReportedAt { get; init; }

    /// <summary>Holdings with their instruments.</summary>
    public IReadOnlyList<Holding> Holdings { get; init; } = [];

    /// <summary>Cash balances.</summary>
    public IReadOnlyList<CashBalance> Cash { get; init; } = [];

    /// <summary>Transactions with their instruments, oldest first. Read while they are asked for, each time anew.</summary>
    public required IAsyncEnumerable<Transaction> Transactions { get; init; }

    /// <summary>The instant of a trade in the broker's time zone.</summary>
    public DateTimeOffset LocalTimeOf(Transaction transaction) => TimeZoneInfo.ConvertTime(transaction.TradedAt, Zone);

    /// <summary>The trading day.</summary>
    public DateOnly DayOf(Transaction transaction) => DateOnly.FromDateTime(LocalTimeOf(transaction).DateTime);
}
