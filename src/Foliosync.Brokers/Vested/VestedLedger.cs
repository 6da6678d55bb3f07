using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Vested;

/// <summary>All Transactions: every movement of cash with the balance after it. Tells the cash, and proves that no movement is missing.</summary>
internal sealed class VestedLedger
{
    private const decimal Cents = 0.02m;

    private readonly List<VestedLedgerRow> _newestFirst;

    /// <param name="rows">In the order of the file.</param>
    public VestedLedger(IEnumerable<VestedLedgerRow> rows)
    {
        _newestFirst = [.. rows];

        // The file is written newest first. A person may have sorted it the other way round, rows of the same second included.
        if (_newestFirst.Count > 1 && _newestFirst[0].At < _newestFirst[^1].At)
        {
            _newestFirst.Reverse();
        }

        _newestFirst = [.. _newestFirst.OrderByDescending(row => row.At)];
    }

    /// <summary>Newest first; of the same second, the one that came later first.</summary>
    public IReadOnlyList<VestedLedgerRow> Rows => _newestFirst;

    /// <summary>The cash after the newest row; null when there is none.</summary>
    public CashReport? Cash => _newestFirst is [var newest, ..]
        ? new CashReport { Balances = [new ReportedCash("", VestedMapping.Currency, newest.Balance)], AsOf = newest.At }
        : null;

    /// <summary>What a row did to the cash: what its code says, else what the balances say; null for the oldest row of an unknown code.</summary>
    public decimal? EffectOf(int place)
    {
        var row = _newestFirst[place];
        if (row.Effect is { } effect)
        {
            return effect;
        }

        return place + 1 < _newestFirst.Count && row.Balance - _newestFirst[place + 1].Balance is var change
            && Math.Abs(Math.Abs(change) - Math.Abs(row.Amount)) <= Cents
            ? Math.Sign(change) * Math.Abs(row.Amount)
            : null;
    }

    /// <summary>Names every row whose balance does not follow from the one before.</summary>
    public void CheckBalances(StatementLog log)
    {
        for (var i = _newestFirst.Count - 2; i >= 0; i--)
        {
            var expected = _newestFirst[i + 1].Balance + (EffectOf(i) ?? 0);
            if (Math.Abs(expected - _newestFirst[i].Balance) > Cents)
            {
                log.Warn(
                    "balance-chain-broken",
                    $"{_newestFirst[i].Place}: the balance does not follow from the row before it. A movement may be missing from the file.");
            }
        }
    }
}
