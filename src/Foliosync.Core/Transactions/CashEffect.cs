using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Transactions;

/// <summary>Cash of one currency, added up from the ledger.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Amount">Sum of all effects, fees and taxes included; negative when owed.</param>
/// <param name="WithoutAmount">Entries that moved cash and do not tell how much; the sum lacks them.</param>
public sealed record LedgerCash(string Currency, decimal Amount, int WithoutAmount);

/// <summary>What entries do to cash.</summary>
public static class CashEffect
{
    /// <summary>
    /// Change of the cash in the entry's currency, after fees and taxes; negative for money that left; null when the entry moved cash
    /// and does not tell how much. Derivatives without an amount are such entries: their price times units is not what is paid.
    /// </summary>
    public static decimal? Of(LedgerEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return (entry.Amount ?? WithoutAmount(entry)) - entry.Charges;
    }

    /// <summary>Adds entries up, currency by currency.</summary>
    public static IReadOnlyList<LedgerCash> Sum(IEnumerable<LedgerEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return
        [
            .. entries.GroupBy(e => e.Currency, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g =>
            {
                var effects = g.Select(Of).ToList();
                return new LedgerCash(g.Key, effects.Sum(e => e ?? 0m), effects.Count(e => e is null));
            }),
        ];
    }

    private static decimal? WithoutAmount(LedgerEntry entry) => entry.Kind switch
    {
        TransactionKind.Buy when entry.Multiplier == 1m => -(entry.Quantity * entry.Price),
        TransactionKind.Sell when entry.Multiplier == 1m => entry.Quantity * entry.Price,
        TransactionKind.Buy or TransactionKind.Sell => null,
        TransactionKind.TransferIn or TransactionKind.TransferOut or TransactionKind.Split or TransactionKind.Bonus => 0m,
        TransactionKind.Adjustment or TransactionKind.Unclassified => entry.InstrumentId is null ? null : 0m,
        TransactionKind.Fee or TransactionKind.Tax when entry.Fees is not null || entry.Taxes is not null => 0m,
        _ => null,
    };
}
