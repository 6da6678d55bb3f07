using Foliosync.Brokers.Contract;
using Foliosync.Core.Performance;
using static Foliosync.Core.Transactions.LedgerEntry;

namespace Foliosync.Core.Valuations;

/// <summary>
/// Tells stored transactions in the terms of a valuation: splits by the units that they add, adjustments by the units that came or went,
/// and amounts that follow from price and units.
/// </summary>
internal sealed class EntryTranslation(AccountFacts account, DateOnly? reportedFrom, IReadOnlyDictionary<Guid, decimal> multipliers)
{
    private readonly Dictionary<Guid, decimal> _units = [];

    /// <summary>Translates all transactions of the instruments that they name.</summary>
    public List<LedgerEntry> Translate(List<TransactionRow> rows)
    {
        rows.Sort(static (a, b) => a.TradedAt != b.TradedAt ? a.TradedAt.CompareTo(b.TradedAt)
            : RankOf(a.Kind) != RankOf(b.Kind) ? RankOf(a.Kind).CompareTo(RankOf(b.Kind))
            : a.Id.CompareTo(b.Id));
        return rows.ConvertAll(Translate);
    }

    private LedgerEntry Translate(TransactionRow row)
    {
        var day = account.DayOf(row.TradedAt);
        var multiplier = row.InstrumentId is { } id ? multipliers.GetValueOrDefault(id, 1m) : 1m;
        var (kind, units, amount) = (row.Kind, row.Quantity * multiplier, AmountOf(row, multiplier));
        if (row.InstrumentId is { } instrument)
        {
            var before = _units.GetValueOrDefault(instrument);
            (kind, units) = row.Kind switch
            {
                // What a report tells counts; before the first one the transactions have to tell it.
                TransactionKind.Split => (kind, day >= reportedFrom || before <= 0 || units is null ? null : units - before),
                TransactionKind.Adjustment when units is not null && (reportedFrom is null || day < reportedFrom) =>
                    (units >= before ? TransactionKind.TransferIn : TransactionKind.TransferOut, Math.Abs(units.Value - before)),
                _ => (kind, units),
            };
            amount = kind == row.Kind ? amount : null;
        }

        var entry = new LedgerEntry
        {
            AccountId = account.Id,
            Day = day,
            Kind = kind,
            InstrumentId = row.InstrumentId,
            Units = row.InstrumentId is null ? null : units,
            Amount = amount,
            Fees = row.Fees,
            Taxes = row.Taxes,
            Currency = row.Currency,
        };
        if (row.InstrumentId is { } traded)
        {
            _units[traded] = _units.GetValueOrDefault(traded) + entry.UnitsEffect;
        }

        return entry;
    }

    private static decimal? AmountOf(TransactionRow row, decimal multiplier) => row.Kind switch
    {
        // A transfer moves units; what it tells as a price is what they cost, and not what they are worth.
        TransactionKind.TransferIn or TransactionKind.TransferOut when row.InstrumentId is not null => row.Amount is 0 ? null : row.Amount,
        _ when row.Amount is not null => row.Amount,
        TransactionKind.Buy when multiplier == 1m => -(row.Quantity * row.Price),
        TransactionKind.Sell when multiplier == 1m => row.Quantity * row.Price,
        TransactionKind.Split or TransactionKind.Bonus => 0m,
        TransactionKind.Adjustment or TransactionKind.Unclassified when row.InstrumentId is not null => 0m,
        TransactionKind.Fee or TransactionKind.Tax when row.Fees is not null || row.Taxes is not null => 0m,
        _ => null,
    };
}
