using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Exports;

/// <summary>
/// Transactions as rows of Foliosync's own formats, the way their reader (<c>docs/import-format.md</c>) takes them: what is written is read
/// back as it was, or there is a warning.
/// </summary>
/// <param name="ledger">Tells whether accounts have to be told apart.</param>
/// <param name="warnings">What cannot be said as it is.</param>
internal sealed class FoliosyncRows(ExportedLedger ledger, ExportWarnings warnings)
{
    // Ids that the reader gave to rows of such a file. They go back as they were written there.
    private const string ReadersPrefix = "file:";

    /// <summary>The columns. The last three are for people and other programs; the reader passes them over.</summary>
    public static IReadOnlyList<string> Columns { get; } =
    [
        "date", "kind", "symbol", "isin", "exchange", "name", "assetClass", "quantity", "price", "amount", "fees", "taxes", "currency",
        "settledOn", "id", "note", "account", "source", "confidence",
    ];

    /// <summary>The cells of a row in the order of <see cref="Columns"/>; null where there is nothing to say.</summary>
    public string?[] CellsOf(ExportedAccount account, Transaction transaction)
    {
        var row = Expressed(transaction);
        var instrument = row.Instrument;
        return
        [
            LocalTime(account, transaction),
            ExportText.Of(row.Kind),
            SymbolOf(transaction),
            instrument?.Isin,
            instrument is null ? null : ExportText.Clean(transaction.Exchange ?? instrument.Mic),
            ExportText.Line(instrument?.Name),
            instrument is null ? null : ExportText.Of(instrument.AssetClass),
            ExportText.Of(row.Quantity),
            ExportText.Of(row.Price),
            ExportText.Of(row.Amount),
            ExportText.Of(transaction.Fees),
            ExportText.Of(transaction.Taxes),
            transaction.Currency,
            ExportText.Of(transaction.SettledOn),
            IdOf(account, transaction),
            ExportText.Clean(transaction.Note),
            ExportText.Line(account.Name),
            ExportText.Of(transaction.Source),
            ExportText.Of(transaction.Confidence),
        ];
    }

    private static string? SymbolOf(Transaction transaction) =>
        transaction.Instrument is null ? null : ExportText.Line(transaction.Symbol ?? transaction.Instrument.Symbol);

    /// <summary>The time in the broker's zone, so that the day is the trading day.</summary>
    private static string LocalTime(ExportedAccount account, Transaction transaction) =>
        account.LocalTimeOf(transaction).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFzzz", CultureInfo.InvariantCulture);

    /// <summary>Ids are unique in an account; where several are in one file, the account is made part of them.</summary>
    private string IdOf(ExportedAccount account, Transaction transaction)
    {
        var id = transaction.ExternalId.StartsWith(ReadersPrefix, StringComparison.Ordinal) && transaction.ExternalId.Length > ReadersPrefix.Length
            ? transaction.ExternalId[ReadersPrefix.Length..]
            : transaction.ExternalId;
        return ledger.Accounts.Count > 1 ? $"{account.Id:N}:{id}" : id;
    }

    /// <summary>What the format can say of a transaction.</summary>
    private Row Expressed(Transaction t)
    {
        var row = new Row(t.Kind, t.Instrument, t.Quantity, t.Price, t.Amount);
        if (IsTrade(t.Kind) && t.Price is null && t.Amount is null)
        {
            warnings.Add("Purchases and sales of which neither price nor amount is known are written as transfers");
            row = row with { Kind = t.Kind == TransactionKind.Buy ? TransactionKind.TransferIn : TransactionKind.TransferOut };
        }

        if (MovesUnits(row.Kind) && (t.Instrument is null || t.Quantity is null or 0))
        {
            warnings.Add("Transactions that move units and do not tell how many of what are written as unclassified");
            return row with { Kind = TransactionKind.Unclassified };
        }

        if (IsTurned(row.Kind, t.Amount))
        {
            warnings.Add("Transactions whose money went the other way than their kind says are written as adjustments of cash");
            return row with { Kind = TransactionKind.Adjustment, Quantity = null, Price = null };
        }

        if (MovesUnits(row.Kind) || row.Kind is TransactionKind.Unclassified || t.Amount is not null)
        {
            return row;
        }

        // No cash moved but the charges: that is what an amount of 0 says.
        if ((row.Kind is TransactionKind.Adjustment && t.Instrument is not null)
            || (row.Kind is TransactionKind.Fee or TransactionKind.Tax && (t.Fees ?? t.Taxes) is not null))
        {
            return row with { Amount = 0m };
        }

        warnings.Add("Transactions that move cash and do not tell how much are written as unclassified");
        return row with { Kind = TransactionKind.Unclassified };
    }

    private static bool IsTrade(TransactionKind kind) => kind is TransactionKind.Buy or TransactionKind.Sell;

    private static bool MovesUnits(TransactionKind kind) => IsTrade(kind)
        || kind is TransactionKind.TransferIn or TransactionKind.TransferOut or TransactionKind.Split or TransactionKind.Bonus;

    /// <summary>True when the sign is another than the one that the kind implies, which is all that the reader goes by.</summary>
    private static bool IsTurned(TransactionKind kind, decimal? amount) => kind switch
    {
        TransactionKind.Sell or TransactionKind.Dividend or TransactionKind.Deposit => amount < 0,
        TransactionKind.Buy or TransactionKind.Withdrawal or TransactionKind.Fee or TransactionKind.Tax => amount > 0,
        _ => false,
    };

    private sealed record Row(TransactionKind Kind, Instrument? Instrument, decimal? Quantity, decimal? Price, decimal? Amount);
}
