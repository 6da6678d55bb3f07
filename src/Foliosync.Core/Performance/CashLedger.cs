using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Performance;

/// <summary>
/// Fills buckets with cash and with the money that came into and left an account. Before the first known balance, the balance follows
/// from the transactions.
/// </summary>
internal static class CashLedger
{
    public static void Fill(ValuationInput input, Dictionary<Guid, ValuedAccount> accounts, Buckets buckets)
    {
        var histories = new Dictionary<(Guid Account, string Currency), CashHistory>();
        foreach (var cash in input.Cash)
        {
            if (accounts[cash.AccountId].TracksCash)
            {
                Of(cash.AccountId, cash.Currency).AddBalance(
                    buckets.IndexOf(cash.From), cash.To is { } to ? buckets.IndexOf(to) : buckets.Days, cash.Amount);
            }
        }

        foreach (var entry in input.Entries)
        {
            if (entry.Day > input.Last)
            {
                continue;
            }

            var day = buckets.IndexOf(entry.Day);
            if (accounts[entry.AccountId].TracksCashOn(entry.Day))
            {
                Of(entry.AccountId, entry.Currency).AddEffect(day, entry.CashEffect);
                AddFlow(buckets.Of(entry.AccountId, null, entry.Currency), day, entry);
            }
            else if (entry.InstrumentId is null)
            {
                AddOutside(buckets.Of(entry.AccountId, null, entry.Currency), day, entry);
            }
        }

        foreach (var ((accountId, currency), history) in histories)
        {
            history.Fill(buckets.Of(accountId, null, currency), currency, buckets.Days);
        }

        CashHistory Of(Guid accountId, string currency)
        {
            if (!histories.TryGetValue((accountId, currency), out var history))
            {
                histories.Add((accountId, currency), history = new CashHistory());
            }

            return history;
        }
    }

    private static void AddFlow(Bucket cash, int day, LedgerEntry entry)
    {
        if (entry.InstrumentId is not null)
        {
            if (InstrumentLedger.IsPaidOut(entry.Kind))
            {
                cash.Add(day, FlowKind.MovedIn, entry.CashEffect, entry.Currency);
            }
            else
            {
                cash.AddSigned(day, isMove: true, entry.CashEffect, entry.Currency);
            }

            return;
        }

        InstrumentLedger.AddParts(cash, day, entry, 1);
        if (!InstrumentLedger.IsPaidOut(entry.Kind))
        {
            // Charges on a payment are a loss and no payment, so the whole amount is what was paid.
            cash.AddSigned(day, isMove: entry.Kind is TransactionKind.TransferIn or TransactionKind.TransferOut, entry.Amount ?? 0, entry.Currency);
            cash.Mark(day, entry.Amount is null ? DayMarks.FlowUnknown
                : entry.Kind is TransactionKind.Adjustment or TransactionKind.Unclassified ? DayMarks.FlowInferred
                : DayMarks.None);
        }
    }

    // Where cash is not part of the value, interest leaves at once and charges are paid from elsewhere.
    private static void AddOutside(Bucket none, int day, LedgerEntry entry)
    {
        if (InstrumentLedger.IsPaidOut(entry.Kind))
        {
            InstrumentLedger.AddParts(none, day, entry, 1);
            none.Add(day, FlowKind.Out, entry.CashEffect, entry.Currency);
        }
    }

    private sealed class CashHistory
    {
        private readonly SortedDictionary<int, decimal> _changes = [];
        private readonly SortedDictionary<int, decimal> _effects = [];

        public void AddBalance(int from, int to, decimal amount)
        {
            if (from < to)
            {
                _changes[from] = _changes.GetValueOrDefault(from) + amount;
                _changes[to] = _changes.GetValueOrDefault(to) - amount;
            }
        }

        public void AddEffect(int day, decimal amount) => _effects[day] = _effects.GetValueOrDefault(day) + amount;

        public void Fill(Bucket cash, string currency, int days)
        {
            _changes.Remove(days);
            // Without a balance the account began with nothing.
            var known = _changes.Count > 0 ? _changes.First().Key : int.MaxValue;
            var opening = known == int.MaxValue ? 0 : _changes[known] - _effects.TakeWhile(e => e.Key <= known).Sum(e => e.Value);
            var start = _effects.Count > 0 ? Math.Min(_effects.First().Key, known) : known;
            var balance = 0m;
            for (var day = start; day < days; day++)
            {
                var effect = _effects.GetValueOrDefault(day);
                var change = day <= known ? effect + (day == start ? opening : 0) : _changes.GetValueOrDefault(day);
                balance += change;
                if (day >= 0)
                {
                    cash.Values[day] += balance;
                }

                if (change != effect)
                {
                    cash.AddSigned(day, isMove: false, change - effect, currency);
                    cash.Mark(day, DayMarks.FlowInferred);
                }
            }
        }
    }
}
