using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Exports;

/// <summary>
/// Puts the transactions of one account, oldest first, into double entry. Every entry adds up to exactly nothing: a cost by unit that has no end
/// is rounded, and what that makes goes to <c>Expenses:…:Rounding</c>. Lots are named by us, first in first out, so that Beancount has nothing to
/// choose.
/// </summary>
internal sealed class BeancountBook(ExportedAccount account, BeancountNames names, ExportWarnings warnings)
{
    private const int CostDecimals = 10;
    private const int QuantityDecimals = 9;

    // Beancount reckons with 28 digits, as we do.
    private const int MostDigits = 28;

    private readonly string _name = names.AccountOf(account);
    private readonly Dictionary<(Guid Instrument, string Currency), BeancountLots> _lots = [];

    /// <summary>The account's cash.</summary>
    public string Cash => $"Assets:{_name}:Cash";

    /// <summary>Units that the transactions so far make, by instrument.</summary>
    public ILookup<Guid, decimal> Units => _lots.ToLookup(l => l.Key.Instrument, l => l.Value.Units);

    /// <summary>The legs; none when the transaction says too little to be booked, which is warned of.</summary>
    public BeancountEntry Book(Transaction t)
    {
        var entry = new BeancountEntry();
        switch (t.Kind)
        {
            case TransactionKind.Buy or TransactionKind.TransferIn or TransactionKind.Bonus when HasUnits(t) && !IsTurned(t):
                Receive(entry, t, t.Instrument!);
                break;
            case TransactionKind.Sell or TransactionKind.TransferOut when HasUnits(t) && !IsTurned(t):
                Give(entry, t, t.Instrument!);
                break;
            case TransactionKind.Split when HasUnits(t) && LotsOf(t).Units > 0:
                Split(entry, t, t.Instrument!);
                break;
            case TransactionKind.Adjustment when t.Instrument is not null && (t.Quantity ?? t.Price) is not null:
                Adjust(entry, t, t.Instrument);
                break;
            default:
                Pay(entry, t);
                break;
        }

        if (entry.Postings.Count == 0)
        {
            warnings.Add("Transactions that tell neither units nor money to be booked are written as notes");
        }

        return entry;
    }

    private static bool HasUnits(Transaction t) => t.Instrument is not null && t.Quantity is > 0;

    /// <summary>True when the money went the other way than the kind says.</summary>
    private static bool IsTurned(Transaction t) => t.Kind switch
    {
        TransactionKind.Buy => t.Amount > 0,
        TransactionKind.Sell => t.Amount < 0,
        _ => false,
    };

    private static bool IsDerivative(Instrument instrument) => instrument.AssetClass is AssetClass.Option or AssetClass.Future;

    /// <summary>What the units were paid with or sold for; null when that is not known.</summary>
    private static decimal? GrossOf(Transaction t) => t.Kind switch
    {
        TransactionKind.Bonus => 0m,
        _ when t.Kind is TransactionKind.Buy or TransactionKind.Sell && t.Amount is { } amount => Math.Abs(amount),
        _ when IsDerivative(t.Instrument!) => null,
        _ => t.Quantity * t.Price,
    };

    private void Receive(BeancountEntry entry, Transaction t, Instrument instrument)
    {
        var lots = LotsOf(t);
        if (GrossOf(t) is not { } gross)
        {
            WithoutCost(entry, t, instrument, t.Quantity!.Value);
            Charge(entry, t, t.Amount ?? 0m);
            entry.Balance(Equity("Transfers"), t.Currency);
            return;
        }

        var lot = new BeancountLot(account.DayOf(t), t.Quantity!.Value, CostOf(gross, t.Quantity.Value, t.Price));
        lots.Add(lot);
        entry.Add(Held(instrument, lot.Units, lot, t.Currency));
        Charge(entry, t, t.Kind == TransactionKind.Buy ? -gross : t.Amount ?? 0m);
        entry.Balance(t.Kind == TransactionKind.Buy ? Expenses("Rounding") : Equity("Transfers"), t.Currency);
    }

    private void Give(BeancountEntry entry, Transaction t, Instrument instrument)
    {
        var lots = LotsOf(t);
        var gross = GrossOf(t);
        var isSale = t.Kind == TransactionKind.Sell;
        var price = isSale && gross is { } g ? CostOf(g, t.Quantity!.Value, t.Price) : default(decimal?);
        var taken = lots.Take(t.Quantity!.Value);
        foreach (var lot in taken)
        {
            entry.Add(Held(instrument, -lot.Units, lot, t.Currency) with { Price = price });
        }

        var rest = t.Quantity.Value - taken.Sum(lot => lot.Units);
        if (rest > 0 && price is not null)
        {
            // Money against units: no cost, and so no gain, is made up.
            lots.WithoutCost -= rest;
            entry.Comments.Add("The cost of some of these units is unknown: no transaction here brought them.");
            warnings.Add("Units were sold or given away of which no transaction tells the cost; see Assets:...:UnknownCost");
            entry.Add(new BeancountPosting(UnknownCost, -rest, Commodity(instrument), null, price, t.Currency));
        }
        else if (rest > 0)
        {
            WithoutCost(entry, t, instrument, -rest);
        }

        Charge(entry, t, isSale ? gross ?? 0m : t.Amount ?? 0m);
        entry.Balance(
            !isSale ? Equity("Transfers")
            : gross is null ? Equity("UnknownProceeds")
            : taken.Count > 0 ? $"Income:{_name}:Gains"
            : Expenses("Rounding"),
            t.Currency);
    }

    /// <summary>Each lot stays a lot, with the day on which it was bought.</summary>
    private void Split(BeancountEntry entry, Transaction t, Instrument instrument)
    {
        var lots = LotsOf(t);
        var before = lots.Units;
        var after = t.Quantity!.Value;
        var old = lots.TakeAll();
        foreach (var lot in old)
        {
            entry.Add(Held(instrument, -lot.Units, lot, t.Currency));
        }

        var left = after;
        foreach (var lot in old)
        {
            var isLast = lots.WithoutCost == 0 && lot == old[^1];
            var units = isLast ? left : Math.Round(lot.Units * after / before, QuantityDecimals);
            left -= units;
            if (units > 0)
            {
                var changed = new BeancountLot(lot.Day, units, CostOf(lot.Units * lot.Cost, units, null));
                lots.Add(changed);
                entry.Add(Held(instrument, units, changed, t.Currency));
            }
        }

        if (lots.WithoutCost != 0)
        {
            WithoutCost(entry, t, instrument, left - lots.WithoutCost);
        }

        Charge(entry, t, t.Amount ?? 0m);
        entry.Balance(Expenses("Rounding"), t.Currency);
    }

    /// <summary>From now on so many units are held at such a price; what is not told stays as it was.</summary>
    private void Adjust(BeancountEntry entry, Transaction t, Instrument instrument)
    {
        var lots = LotsOf(t);
        var units = t.Quantity ?? Math.Max(lots.Units, 0m);
        var old = lots.TakeAll();
        foreach (var lot in old)
        {
            entry.Add(Held(instrument, -lot.Units, lot, t.Currency));
        }

        var isKnown = t.Price is not null && units > 0;
        if (isKnown)
        {
            var lot = new BeancountLot(account.DayOf(t), units, CostOf(units * t.Price!.Value, units, t.Price));
            lots.Add(lot);
            entry.Add(Held(instrument, units, lot, t.Currency));
        }

        if ((isKnown ? 0m : units) - lots.WithoutCost is not 0m and var change)
        {
            WithoutCost(entry, t, instrument, change);
        }

        Charge(entry, t, t.Amount ?? 0m);
        entry.Balance(Equity("Adjustments"), t.Currency);
    }

    private void Pay(BeancountEntry entry, Transaction t)
    {
        var charges = (t.Fees ?? 0m) + (t.Taxes ?? 0m);
        if (t.Amount is null && charges == 0)
        {
            return;
        }

        Charge(entry, t, t.Amount ?? 0m);
        if (t.Kind is TransactionKind.Buy or TransactionKind.Sell or TransactionKind.Split or TransactionKind.Bonus
            or TransactionKind.TransferIn or TransactionKind.TransferOut)
        {
            warnings.Add("Trades that do not say how many of what, or whose money went the other way than their kind says, are booked as money only");
        }

        entry.Balance(
            t.Kind switch
            {
                TransactionKind.Dividend => $"Income:{_name}:Dividends",
                TransactionKind.Interest => $"Income:{_name}:Interest",
                TransactionKind.Fee => Expenses("Fees"),
                TransactionKind.Tax => Expenses("Taxes"),
                TransactionKind.Deposit or TransactionKind.Withdrawal => Equity("Transfers"),
                TransactionKind.Adjustment => Equity("Adjustments"),
                _ => Equity("Unclassified"),
            },
            t.Currency);
    }

    /// <summary>Cash, less fees and taxes as far as they are known.</summary>
    private void Charge(BeancountEntry entry, Transaction t, decimal amount)
    {
        entry.Add(new BeancountPosting(Expenses("Fees"), t.Fees ?? 0m, t.Currency));
        entry.Add(new BeancountPosting(Expenses("Taxes"), t.Taxes ?? 0m, t.Currency));
        entry.Add(new BeancountPosting(Cash, amount - (t.Fees ?? 0m) - (t.Taxes ?? 0m), t.Currency));
    }

    /// <summary>Units that come or go, and nobody knows what they cost.</summary>
    private void WithoutCost(BeancountEntry entry, Transaction t, Instrument instrument, decimal units)
    {
        LotsOf(t).WithoutCost += units;
        entry.Comments.Add("The cost of some of these units is unknown.");
        warnings.Add("Units were received or given away at a cost that is unknown; see Assets:...:UnknownCost");
        entry.Add(new BeancountPosting(UnknownCost, units, Commodity(instrument)));
        entry.Add(new BeancountPosting(Equity("UnknownCost"), -units, Commodity(instrument)));
    }

    private BeancountLots LotsOf(Transaction t)
    {
        var key = (t.Instrument!.Id, t.Currency);
        return _lots.TryGetValue(key, out var lots) ? lots : _lots[key] = new BeancountLots();
    }

    private BeancountPosting Held(Instrument instrument, decimal units, BeancountLot lot, string currency) =>
        new($"Assets:{_name}:{Commodity(instrument)}", units, Commodity(instrument), lot, null, currency);

    /// <summary>
    /// The cost of one unit: the price that was told if it comes to about as much, else what was paid by unit. With no more digits than leave
    /// its product with the units exact.
    /// </summary>
    private static decimal CostOf(decimal gross, decimal units, decimal? price)
    {
        var cost = price is { } told && Math.Abs((told * units) - gross) <= 1m ? told : gross / units;
        var whole = ExportText.Of(decimal.Truncate(cost)).Length;
        var decimals = MostDigits - whole - ExportText.Of(units).Count(char.IsAsciiDigit);
        return Math.Round(cost, Math.Clamp(decimals, 0, CostDecimals));
    }

    private string UnknownCost => $"Assets:{_name}:UnknownCost";

    private string Commodity(Instrument instrument) => names.CommodityOf(instrument);

    private string Expenses(string what) => $"Expenses:{_name}:{what}";

    private string Equity(string what) => $"Equity:{_name}:{what}";
}
