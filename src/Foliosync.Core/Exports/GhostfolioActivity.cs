using Foliosync.Brokers.Contract;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Exports;

/// <summary>What Ghostfolio keeps of a transaction. None of its numbers may be negative.</summary>
/// <param name="Type">BUY, SELL, DIVIDEND, INTEREST or FEE.</param>
/// <param name="Quantity">Units; 1 for money alone, 0 for a fee.</param>
/// <param name="UnitPrice">Of one unit.</param>
/// <param name="Fee">Fees and taxes.</param>
internal sealed record GhostfolioActivity(string Type, decimal Quantity, decimal UnitPrice, decimal Fee)
{
    /// <summary>Null, and a warning, for what Ghostfolio has no activity for.</summary>
    public static GhostfolioActivity? Of(Transaction t, ExportWarnings warnings)
    {
        var activity = t.Kind switch
        {
            TransactionKind.Buy or TransactionKind.Sell => Trade(t),
            TransactionKind.Bonus when t.Instrument is not null && t.Quantity > 0 => new GhostfolioActivity("BUY", t.Quantity.Value, 0m, ChargesOf(t)),
            TransactionKind.Dividend when t.Amount >= 0 => new GhostfolioActivity("DIVIDEND", 1m, t.Amount.Value, ChargesOf(t)),
            TransactionKind.Interest when t.Amount >= 0 => new GhostfolioActivity("INTEREST", 1m, t.Amount.Value, ChargesOf(t)),
            TransactionKind.Fee or TransactionKind.Tax when t.Amount <= 0 || (t.Amount is null && ChargesOf(t) > 0) =>
                new GhostfolioActivity("FEE", 0m, 0m, ChargesOf(t) - (t.Amount ?? 0m)),
            _ => null,
        };
        if (activity is null)
        {
            warnings.Add(ReasonOf(t));
            return null;
        }

        Warn(t, warnings);
        return activity;
    }

    private static GhostfolioActivity? Trade(Transaction t)
    {
        var isBuy = t.Kind == TransactionKind.Buy;
        if (t.Instrument is not { } instrument || t.Quantity is not > 0 || (isBuy ? t.Amount > 0 : t.Amount < 0))
        {
            return null;
        }

        // Price times units is not what a derivative costs; its amount is.
        var isDerivative = instrument.AssetClass is AssetClass.Option or AssetClass.Future;
        var price = isDerivative || t.Price is null ? Math.Abs(t.Amount ?? -1m) / t.Quantity.Value : t.Price.Value;
        return t.Amount is null && (isDerivative || t.Price is null)
            ? null
            : new GhostfolioActivity(isBuy ? "BUY" : "SELL", t.Quantity.Value, price, ChargesOf(t));
    }

    private static decimal ChargesOf(Transaction t) => (t.Fees ?? 0m) + (t.Taxes ?? 0m);

    private static string ReasonOf(Transaction t) => t.Kind switch
    {
        TransactionKind.Buy or TransactionKind.Sell => "Purchases and sales whose price is not known are left out: Ghostfolio wants one",
        TransactionKind.Deposit or TransactionKind.Withdrawal => "Deposits and withdrawals are left out: Ghostfolio has no such activity, it takes the balance of an account",
        TransactionKind.TransferIn or TransactionKind.TransferOut => "Transfers of units are left out: Ghostfolio has no such activity, and will show other holdings",
        TransactionKind.Split => "Splits are left out: Ghostfolio has no such activity, and will show other holdings",
        TransactionKind.Interest => "Interest paid is left out: Ghostfolio takes no negative numbers",
        TransactionKind.Adjustment => "Adjustments are left out: Ghostfolio has no such activity",
        TransactionKind.Unclassified => "Unclassified transactions are left out: Ghostfolio has no such activity",
        _ => "Transactions whose money is not known, or went the other way than their kind says, are left out",
    };

    private static void Warn(Transaction t, ExportWarnings warnings)
    {
        if (t.Fees is null && t.Kind is TransactionKind.Buy or TransactionKind.Sell)
        {
            warnings.Add("Fees that are not known are written as 0: Ghostfolio wants a number");
        }

        if (t.Taxes is > 0 || t.Kind is TransactionKind.Tax)
        {
            warnings.Add("Taxes are written as fees: Ghostfolio has no field for them");
        }

        if (t.Kind is TransactionKind.Bonus)
        {
            warnings.Add("Bonus units are written as purchases at a price of 0");
        }
    }
}
