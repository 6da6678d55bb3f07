using Foliosync.Core.Portfolios;
using Foliosync.Core.Sync;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Tests.Sync;

/// <summary>What the database is for an account, in memory: takes changes over the way the store does.</summary>
internal sealed class Ledger
{
    private readonly Guid _account = Guid.NewGuid();
    private DateTimeOffset? _reportedAt;

    public List<Holding> Holdings { get; } = [];

    public List<HoldingPeriod> Periods { get; } = [];

    public List<CashBalance> Cash { get; } = [];

    public List<Transaction> Transactions { get; } = [];

    /// <summary>What a report would change.</summary>
    public AccountChanges Compare(AccountReport report) => Reconciler.Reconcile(_account, State, _reportedAt, report, Guid.NewGuid);

    /// <summary>What is held.</summary>
    public AccountState State => new([.. Holdings], [.. Cash], Transactions.Select(t => t.ExternalId).ToHashSet());

    /// <summary>Takes a report over, a suspicious one too: as if a person had confirmed it.</summary>
    public AccountChanges Take(AccountReport report)
    {
        var changes = Compare(report);
        Replace(Holdings, h => h.Id, changes.Closed, changes.Changed, changes.Opened);
        Replace(Cash, c => c.Id, changes.CashClosed, changes.CashChanged, changes.CashOpened);
        Periods.AddRange(changes.Ended);
        Transactions.AddRange(changes.Transactions);
        _reportedAt = report.AsOf;
        return changes;
    }

    /// <summary>The only holding of that symbol.</summary>
    public Holding this[string symbol] => Holdings.Single(h => h.Symbol == symbol);

    private static void Replace<T>(List<T> rows, Func<T, Guid> id, List<T> closed, List<T> changed, List<T> opened)
    {
        foreach (var row in closed.Concat(changed))
        {
            rows.Remove(rows.Single(r => id(r) == id(row)));
        }

        rows.AddRange(changed);
        rows.AddRange(opened);
    }
}
