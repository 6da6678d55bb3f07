using Foliosync.Core.Connections;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Sync;

/// <summary>What we hold of an account before a report.</summary>
/// <param name="Holdings">The open holdings.</param>
/// <param name="Cash">The balances.</param>
/// <param name="KnownTransactions">Of the report's transactions, the external ids that are stored already.</param>
public sealed record AccountState(
    IReadOnlyList<Holding> Holdings, IReadOnlyList<CashBalance> Cash, IReadOnlySet<string> KnownTransactions)
{
    /// <summary>An account that was never reported.</summary>
    public static AccountState Empty { get; } = new([], [], new HashSet<string>());
}

/// <summary>What a report changes. Nothing in it is stored yet.</summary>
public sealed class AccountChanges
{
    /// <summary>Holdings that are new, or open again.</summary>
    public List<Holding> Opened { get; } = [];

    /// <summary>Holdings with their new values.</summary>
    public List<Holding> Changed { get; } = [];

    /// <summary>Holdings that are not held any more.</summary>
    public List<Holding> Closed { get; } = [];

    /// <summary>What holdings were until now, for every one that is closed or whose quantity or cost changed.</summary>
    public List<HoldingPeriod> Ended { get; } = [];

    /// <summary>Balances that are new.</summary>
    public List<CashBalance> CashOpened { get; } = [];

    /// <summary>Balances with their new amounts.</summary>
    public List<CashBalance> CashChanged { get; } = [];

    /// <summary>Balances that are gone.</summary>
    public List<CashBalance> CashClosed { get; } = [];

    /// <summary>Transactions that are new.</summary>
    public List<Transaction> Transactions { get; } = [];

    /// <summary>Rows that are as they were.</summary>
    public int Unchanged { get; set; }

    /// <summary>Why a person should look before this is applied, in words; null when it is plausible.</summary>
    public string? Suspicion { get; set; }
}

/// <summary>
/// Compares a report with what we hold and decides the changes. Pure: no database, no network, no clock.
/// </summary>
/// <remarks>
/// A holding is closed only when every read that it was found in was complete and does not name it. What is not named and not closed
/// is kept and marked with the time of its last report. History is appended, never rewritten.
/// </remarks>
public static class Reconciler
{
    // More than this part of the value gone at once is looked at by a person.
    private const decimal SuspiciousLoss = 0.5m;

    // Small accounts often sell half of what they hold.
    private const int ManyHoldings = 5;

    /// <summary>Decides what <paramref name="report"/> changes.</summary>
    /// <param name="accountId">The account of both.</param>
    /// <param name="before">What we hold.</param>
    /// <param name="lastReportedAt">UTC instant of the report before this one; null when there was none.</param>
    /// <param name="report">What the broker said.</param>
    /// <param name="newId">Makes ids for new rows.</param>
    public static AccountChanges Reconcile(
        Guid accountId, AccountState before, DateTimeOffset? lastReportedAt, AccountReport report, Func<Guid> newId)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(newId);
        var changes = new AccountChanges();
        Holdings(accountId, before, lastReportedAt, report, newId, changes);
        Cash(accountId, before, report, newId, changes);
        foreach (var transaction in report.Transactions)
        {
            if (before.KnownTransactions.Contains(transaction.ExternalId))
            {
                changes.Unchanged++;
            }
            else
            {
                changes.Transactions.Add(transaction);
            }
        }

        changes.Suspicion = Suspicion(before, report, changes);
        return changes;
    }

    private static void Holdings(
        Guid accountId, AccountState before, DateTimeOffset? lastReportedAt, AccountReport report, Func<Guid> newId, AccountChanges changes)
    {
        var held = new Dictionary<(Guid, string), Holding>(before.Holdings.Count);
        foreach (var holding in before.Holdings)
        {
            held.Add((holding.InstrumentId, holding.Lot), holding);
        }

        foreach (var lot in report.Lots)
        {
            if (!held.Remove((lot.InstrumentId, lot.Lot), out var holding))
            {
                changes.Opened.Add(ToHolding(lot, newId(), accountId, report.AsOf, lot.LastPrice));
            }
            else if (IsSame(holding, lot))
            {
                changes.Unchanged++;
            }
            else
            {
                var moved = holding.Quantity != lot.Quantity || holding.CostBasis != lot.CostBasis || holding.Multiplier != lot.Multiplier;
                if (moved)
                {
                    changes.Ended.Add(Period(holding, newId(), report.AsOf));
                }

                changes.Changed.Add(ToHolding(lot, holding.Id, accountId, moved ? report.AsOf : holding.Since, moved ? lot.LastPrice : holding.FirstPrice));
            }
        }

        foreach (var holding in held.Values)
        {
            if ((holding.Reads & ~report.CompleteReads) == ReadKinds.None)
            {
                changes.Closed.Add(holding);
                changes.Ended.Add(Period(holding, newId(), report.AsOf));
            }
            else if (holding.LastReportedAt is null)
            {
                changes.Changed.Add(NotReported(holding, lastReportedAt ?? holding.Since));
            }
            else
            {
                changes.Unchanged++;
            }
        }
    }

    private static void Cash(Guid accountId, AccountState before, AccountReport report, Func<Guid> newId, AccountChanges changes)
    {
        if (report.Cash is null)
        {
            return;
        }

        var known = before.Cash.ToDictionary(c => (c.Segment, c.Currency));
        foreach (var reported in report.Cash)
        {
            var balance = new CashBalance
            {
                AccountId = accountId,
                Segment = reported.Segment,
                Currency = reported.Currency,
                Amount = reported.Amount,
                AsOf = report.AsOf,
            };
            if (!known.Remove((reported.Segment, reported.Currency), out var present))
            {
                balance.Id = newId();
                changes.CashOpened.Add(balance);
            }
            else if (present.Amount == reported.Amount)
            {
                changes.Unchanged++;
            }
            else
            {
                balance.Id = present.Id;
                changes.CashChanged.Add(balance);
            }
        }

        changes.CashClosed.AddRange(known.Values);
    }

    /// <summary>
    /// A complete report that is suddenly empty, or without most of the holdings or of their value, is more often a fault of the
    /// broker than a sale. Derivatives do not count: they expire together.
    /// </summary>
    private static string? Suspicion(AccountState before, AccountReport report, AccountChanges changes)
    {
        var held = before.Holdings.Where(IsLasting).ToList();
        if (held.Count == 0)
        {
            return null;
        }

        var closed = changes.Closed.Where(IsLasting).ToHashSet();

        // Each kind of read comes from an answer of its own, and each answer can fail on its own.
        foreach (var read in new[] { ReadKinds.Holdings, ReadKinds.Funds })
        {
            var ofRead = held.Where(h => h.Reads.HasFlag(read)).ToList();
            if (ofRead.Count > 0 && ofRead.TrueForAll(closed.Contains) && !report.Lots.Any(l => l.Reads.HasFlag(read)))
            {
                return $"The broker reports none of the {ofRead.Count} {(read == ReadKinds.Funds ? "funds" : "holdings")} any more.";
            }
        }

        if (held.Count >= ManyHoldings && closed.Count > held.Count * SuspiciousLoss)
        {
            return $"The broker does not report {closed.Count} of the {held.Count} holdings any more.";
        }

        // At the old prices, so that a falling market is not taken for missing holdings.
        var now = report.Lots.ToLookup(l => (l.InstrumentId, l.Lot));
        var total = 0m;
        var left = 0m;
        foreach (var holding in held)
        {
            var unitValue = Math.Abs((holding.LastPrice ?? holding.AveragePrice ?? 0m) * holding.Multiplier);
            total += unitValue * Math.Abs(holding.Quantity);
            var quantity = now[(holding.InstrumentId, holding.Lot)].FirstOrDefault()?.Quantity
                ?? (closed.Contains(holding) ? 0m : holding.Quantity);
            left += unitValue * Math.Min(Math.Abs(quantity), Math.Abs(holding.Quantity));
        }

        return total > 0 && total - left > total * SuspiciousLoss
            ? $"More than half of the account's value is missing from the broker's report ({closed.Count} of {held.Count} holdings closed)."
            : null;
    }

    private static bool IsLasting(Holding holding) => (holding.Reads & (ReadKinds.Holdings | ReadKinds.Funds)) != 0;

    private static bool IsSame(Holding holding, ReportedLot lot) =>
        holding.LastReportedAt is null
        && holding.Quantity == lot.Quantity
        && holding.UnsettledQuantity == lot.UnsettledQuantity
        && holding.PledgedQuantity == lot.PledgedQuantity
        && holding.AveragePrice == lot.AveragePrice
        && holding.CostBasis == lot.CostBasis
        && holding.LastPrice == lot.LastPrice
        && holding.PricedAt == lot.PricedAt
        && holding.Multiplier == lot.Multiplier
        && holding.Reads == lot.Reads
        && holding.Symbol == lot.Symbol
        && holding.Exchange == lot.Exchange;

    private static Holding ToHolding(ReportedLot lot, Guid id, Guid accountId, DateTimeOffset since, decimal? firstPrice) => new()
    {
        Id = id,
        AccountId = accountId,
        InstrumentId = lot.InstrumentId,
        Lot = lot.Lot,
        Reads = lot.Reads,
        Symbol = lot.Symbol,
        Exchange = lot.Exchange,
        Quantity = lot.Quantity,
        UnsettledQuantity = lot.UnsettledQuantity,
        PledgedQuantity = lot.PledgedQuantity,
        AveragePrice = lot.AveragePrice,
        CostBasis = lot.CostBasis,
        LastPrice = lot.LastPrice,
        PricedAt = lot.PricedAt,
        Multiplier = lot.Multiplier,
        Since = since,
        FirstPrice = firstPrice,
    };

    private static Holding NotReported(Holding holding, DateTimeOffset lastReportedAt) => new()
    {
        Id = holding.Id,
        AccountId = holding.AccountId,
        InstrumentId = holding.InstrumentId,
        Lot = holding.Lot,
        Reads = holding.Reads,
        Symbol = holding.Symbol,
        Exchange = holding.Exchange,
        Quantity = holding.Quantity,
        UnsettledQuantity = holding.UnsettledQuantity,
        PledgedQuantity = holding.PledgedQuantity,
        AveragePrice = holding.AveragePrice,
        CostBasis = holding.CostBasis,
        LastPrice = holding.LastPrice,
        PricedAt = holding.PricedAt,
        Multiplier = holding.Multiplier,
        Since = holding.Since,
        FirstPrice = holding.FirstPrice,
        LastReportedAt = lastReportedAt,
    };

    private static HoldingPeriod Period(Holding holding, Guid id, DateTimeOffset until) => new()
    {
        Id = id,
        AccountId = holding.AccountId,
        InstrumentId = holding.InstrumentId,
        Lot = holding.Lot,
        Quantity = holding.Quantity,
        CostBasis = holding.CostBasis,
        Multiplier = holding.Multiplier,
        FirstPrice = holding.FirstPrice,
        LastPrice = holding.LastPrice,
        From = holding.Since,
        To = until,
    };
}
