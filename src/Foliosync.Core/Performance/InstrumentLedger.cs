using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Performance;

/// <summary>Fills buckets with the values of instruments, and with the money that went into and came out of them.</summary>
internal static class InstrumentLedger
{
    public static void Fill(ValuationInput input, Dictionary<Guid, ValuedAccount> accounts, Buckets buckets)
    {
        var histories = Gather(input, buckets);
        // One price of each day is in use at a time.
        var (prices, marks) = (new decimal[buckets.Days], new DayMarks[buckets.Days]);
        foreach (var instrument in input.Instruments)
        {
            if (!histories.TryGetValue(instrument.Id, out var holders))
            {
                continue;
            }

            var factors = Complete(holders, accounts, buckets);
            input.Prices.Fill(instrument, buckets.First, factors, input.Rates, prices, marks);
            foreach (var (accountId, history) in holders)
            {
                var bucket = buckets.Of(accountId, instrument.Class, instrument.Currency);
                AddValues(bucket, history, prices, marks);
                AddFlows(bucket, accounts[accountId], instrument, history, prices, marks);
            }
        }
    }

    /// <summary>What was held at the close of the only day of an input, and the prices it was worth.</summary>
    public static List<HeldUnits> HeldOn(ValuationInput input)
    {
        var buckets = new Buckets(input.Last, 1);
        var accounts = input.Accounts.ToDictionary(a => a.Id);
        var instruments = input.Instruments.ToDictionary(i => i.Id);
        var held = new List<HeldUnits>();
        var (prices, marks) = (new decimal[1], new DayMarks[1]);
        foreach (var (instrumentId, holders) in Gather(input, buckets))
        {
            var factors = Complete(holders, accounts, buckets);
            input.Prices.Fill(instruments[instrumentId], buckets.First, factors, input.Rates, prices, marks);
            foreach (var (accountId, history) in holders)
            {
                if (history.Changes.TakeWhile(c => c.Key <= 0).Sum(c => c.Value) is not 0m and var units)
                {
                    decimal? price = (marks[0] & DayMarks.PriceMissing) == 0 ? prices[0] : null;
                    held.Add(new HeldUnits(accountId, instrumentId, units, price, input.Prices.Find(instrumentId, input.Last)));
                }
            }
        }

        return held;
    }

    private static Dictionary<int, UnitsFactor>? Complete(
        Dictionary<Guid, UnitsHistory> holders, Dictionary<Guid, ValuedAccount> accounts, Buckets buckets)
    {
        Dictionary<int, UnitsFactor>? factors = null;
        foreach (var (accountId, history) in holders)
        {
            history.Complete(buckets.Days, accounts[accountId].ReportedFrom is { } reported ? buckets.IndexOf(reported) : null);
            foreach (var (day, factor) in history.Factors())
            {
                factors ??= [];
                factors[buckets.First + day] = factor with { ExDay = buckets.First + factor.ExDay };
            }
        }

        return factors;
    }

    private static Dictionary<Guid, Dictionary<Guid, UnitsHistory>> Gather(ValuationInput input, Buckets buckets)
    {
        var histories = new Dictionary<Guid, Dictionary<Guid, UnitsHistory>>();
        foreach (var units in input.Units)
        {
            Of(units.InstrumentId, units.AccountId).Add(
                buckets.IndexOf(units.From), units.To is { } to ? buckets.IndexOf(to) : buckets.Days, units.Units);
        }

        foreach (var entry in input.Entries)
        {
            if (entry.InstrumentId is { } instrumentId && entry.Day <= input.Last)
            {
                Of(instrumentId, entry.AccountId).Add(buckets.IndexOf(entry.Day), entry);
            }
        }

        return histories;

        UnitsHistory Of(Guid instrumentId, Guid accountId)
        {
            if (!histories.TryGetValue(instrumentId, out var holders))
            {
                histories.Add(instrumentId, holders = []);
            }

            if (!holders.TryGetValue(accountId, out var history))
            {
                holders.Add(accountId, history = new UnitsHistory());
            }

            return history;
        }
    }

    private static void AddValues(Bucket bucket, UnitsHistory history, decimal[] prices, DayMarks[] marks)
    {
        var (units, from) = (0m, 0);
        foreach (var (day, change) in history.Changes)
        {
            AddUntil(day);
            units += change;
            from = day;
        }

        AddUntil(prices.Length);

        void AddUntil(int day)
        {
            if (units == 0)
            {
                return;
            }

            for (var i = Math.Max(from, 0); i < day; i++)
            {
                bucket.Values[i] += units * prices[i];
                bucket.Marks[i] |= marks[i];
            }
        }
    }

    private static void AddFlows(
        Bucket bucket, ValuedAccount account, ValuedInstrument instrument, UnitsHistory history, decimal[] prices, DayMarks[] marks)
    {
        var (explained, unexplained) = history.Explain();
        foreach (var (day, entry, units) in explained)
        {
            if (day < 0)
            {
                continue;
            }

            // A transfer may come from another account of the portfolio, a purchase from the account's own cash.
            var isMove = account.TracksCashOn(entry.Day) || entry.Kind is TransactionKind.TransferIn or TransactionKind.TransferOut;
            var share = units == 0 ? 1 : units / Math.Abs(entry.UnitsEffect);
            AddParts(bucket, day, entry, share);
            if (entry.Kind is TransactionKind.Split or TransactionKind.Bonus)
            {
                continue;
            }

            if (IsPaidOut(entry.Kind))
            {
                bucket.Add(day, isMove ? FlowKind.MovedOut : FlowKind.Out, entry.CashEffect, entry.Currency);
            }
            else if (units != 0 && entry.Amount is null)
            {
                AddAtPrice(day, Math.Sign(entry.UnitsEffect) * units, isMove);
                bucket.AddSigned(day, isMove, entry.Costs * share, entry.Currency);
            }
            else
            {
                bucket.AddSigned(day, isMove, MoneyIn(entry) * share, entry.Currency);
            }
        }

        foreach (var (day, units) in unexplained)
        {
            AddAtPrice(day, units, isMove: false);
        }

        void AddAtPrice(int day, decimal units, bool isMove)
        {
            if (day < 0)
            {
                return;
            }

            bucket.Mark(day, (marks[day] & DayMarks.PriceMissing) != 0 ? DayMarks.FlowUnknown : DayMarks.FlowInferred);
            bucket.AddSigned(day, isMove, units * prices[day], instrument.Currency);
        }
    }

    // What was put into the instrument: the price of units bought and all charges, less what it paid.
    private static decimal MoneyIn(LedgerEntry entry) => entry.Kind switch
    {
        TransactionKind.TransferIn => Math.Abs(entry.Amount ?? 0) + entry.Costs,
        TransactionKind.TransferOut => -Math.Abs(entry.Amount ?? 0) + entry.Costs,
        _ => -entry.CashEffect,
    };

    /// <summary>
    /// Income leaves at the close of its day, and a charge is income below zero: it is no money that could have gained anything.
    /// </summary>
    internal static bool IsPaidOut(TransactionKind kind) =>
        kind is TransactionKind.Dividend or TransactionKind.Interest or TransactionKind.Fee or TransactionKind.Tax;

    internal static void AddParts(Bucket bucket, int day, LedgerEntry entry, decimal share)
    {
        var amount = entry.Amount ?? 0;
        bucket.Add(day, FlowKind.Income, entry.Kind is TransactionKind.Dividend or TransactionKind.Interest ? amount * share : 0, entry.Currency);
        bucket.Add(day, FlowKind.Fees, ((entry.Fees ?? 0) - (entry.Kind == TransactionKind.Fee ? amount : 0)) * share, entry.Currency);
        bucket.Add(day, FlowKind.Taxes, ((entry.Taxes ?? 0) - (entry.Kind == TransactionKind.Tax ? amount : 0)) * share, entry.Currency);
        if (entry.Fees is null && entry.Kind is TransactionKind.Buy or TransactionKind.Sell)
        {
            bucket.Mark(day, DayMarks.FeesUnknown);
        }
    }
}

/// <summary>Units at the close of a day.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="InstrumentId">The instrument.</param>
/// <param name="Units">Units times multiplier.</param>
/// <param name="Price">Of one of them, in the instrument's currency and divided by splits since; null when it has none.</param>
/// <param name="Quote">The price as it was told; null when there is none.</param>
internal sealed record HeldUnits(Guid AccountId, Guid InstrumentId, decimal Units, decimal? Price, PriceQuote? Quote);
