using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Imports;

/// <summary>A transaction of Foliosync's own formats. <c>docs/import-format.md</c> says what each field means.</summary>
internal static class FoliosyncTransaction
{
    private static readonly Column Date = new("date");
    private static readonly Column Kind = new("kind");
    private static readonly Column Currency = new("currency");
    private static readonly Column Quantity = new("quantity") { IsRequired = false };
    private static readonly Column Price = new("price") { IsRequired = false };
    private static readonly Column Amount = new("amount") { IsRequired = false };
    private static readonly Column Fees = new("fees") { IsRequired = false };
    private static readonly Column Taxes = new("taxes") { IsRequired = false };
    private static readonly Column SettledOn = new("settledOn") { IsRequired = false };
    private static readonly Column Id = new("id") { IsRequired = false };
    private static readonly Column Note = new("note") { IsRequired = false };

    private static readonly string[] Instants = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    public static TableLayout Layout { get; } = new(
    [
        Date, Kind, Currency, Quantity, Price, Amount, Fees, Taxes, SettledOn, Id, Note, .. FoliosyncInstrument.Columns,
    ]);

    public static IEnumerable<ReportedTransaction> Map(IEnumerable<StatementRow> rows, StatementLog log)
    {
        var ids = new RowIds("file");
        foreach (var row in rows)
        {
            if (Map(row, ids, log) is { } transaction)
            {
                yield return transaction;
            }
        }
    }

    /// <summary>The UTC instant of a field: ISO 8601, a day alone being its midnight and a time without an offset UTC.</summary>
    public static DateTimeOffset At(StatementRow row, Column column)
    {
        var day = row.Day(column);
        var midnight = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
        if (row.Unreadable is not null || row[column].Length <= 11)
        {
            return midnight;
        }

        return DateTimeOffset.TryParseExact(
            row[column].Replace(' ', 'T'), Instants, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant.ToUniversalTime()
            : row.Reject(column, midnight);
    }

    /// <summary>A currency that looks like one.</summary>
    public static string CurrencyOf(StatementRow row, Column column) =>
        row[column] is { Length: 3 } code && code.All(char.IsAsciiLetter) ? code.ToUpperInvariant() : row.Reject(column, "");

    private static ReportedTransaction? Map(StatementRow row, RowIds ids, StatementLog log)
    {
        var at = At(row, Date);
        var kind = KindOf(row);
        var currency = CurrencyOf(row, Currency);
        var instrument = FoliosyncInstrument.Of(row, currency);
        var quantity = row.NotNegativeOrNull(Quantity);
        var price = row.NotNegativeOrNull(Price);
        var amount = row.NumberOrNull(Amount);
        RequireWhatTheKindNeeds(row, kind, instrument, quantity, price, amount);

        // Price times units is not what a derivative costs.
        var isPlainTrade = IsTrade(kind) && instrument?.AssetClass is not (AssetClass.Option or AssetClass.Future);
        var transaction = new ReportedTransaction
        {
            ExternalId = "",
            Kind = kind,
            Instrument = instrument,
            Quantity = quantity,
            Price = price ?? (isPlainTrade && quantity is > 0 ? Math.Abs(amount ?? 0) / quantity : null),
            Amount = Signed(kind, amount ?? (isPlainTrade ? quantity * price : null)),
            Fees = row.NotNegativeOrNull(Fees),
            Taxes = row.NotNegativeOrNull(Taxes),
            Currency = currency,
            TradedAt = at,
            SettledOn = row[SettledOn].Length == 0 ? null : row.Day(SettledOn),
            Note = PersonalData.Note(row[Note]),
        };
        return log.SkipIfUnreadable(row) ? null : transaction with { ExternalId = IdOf(row, transaction, ids) };
    }

    /// <summary>The id that the file gives, else one of what the row says; a corrected note or name makes no other transaction.</summary>
    private static string IdOf(StatementRow row, ReportedTransaction transaction, RowIds ids) => row[Id].Length > 0
        ? ids.Named(row[Id])
        : ids.Next(
            StatementValues.Canonical(transaction.TradedAt), transaction.Kind.ToString(), transaction.Instrument?.BrokerKey ?? "",
            StatementValues.Canonical(transaction.Quantity), StatementValues.Canonical(transaction.Price),
            StatementValues.Canonical(transaction.Amount), transaction.Currency);

    private static TransactionKind KindOf(StatementRow row) =>
        row.Text(Kind) is { Length: > 0 } text && !char.IsAsciiDigit(text[0]) && text[0] != '-' && !text.Contains(',', StringComparison.Ordinal)
        && Enum.TryParse<TransactionKind>(text, ignoreCase: true, out var kind)
            ? kind
            : row.Reject(Kind, TransactionKind.Unclassified);

    private static void RequireWhatTheKindNeeds(
        StatementRow row, TransactionKind kind, ReportedInstrument? instrument, decimal? quantity, decimal? price, decimal? amount)
    {
        var movesUnits = IsTrade(kind)
            || kind is TransactionKind.TransferIn or TransactionKind.TransferOut or TransactionKind.Split or TransactionKind.Bonus;
        if (movesUnits && instrument is null)
        {
            row.Reject(FoliosyncInstrument.Symbol, 0);
        }
        else if (movesUnits && quantity is null or 0)
        {
            row.Reject(Quantity, 0);
        }
        else if (IsTrade(kind) && price is null && amount is null)
        {
            row.Reject(Price, 0);
        }
        else if (!movesUnits && kind is not TransactionKind.Unclassified && amount is null)
        {
            row.Reject(Amount, 0);
        }
    }

    private static bool IsTrade(TransactionKind kind) => kind is TransactionKind.Buy or TransactionKind.Sell;

    /// <summary>Where the kind tells the direction, the sign in the file does not matter.</summary>
    private static decimal? Signed(TransactionKind kind, decimal? amount) => kind switch
    {
        TransactionKind.Sell or TransactionKind.Dividend or TransactionKind.Deposit => amount is { } received ? Math.Abs(received) : null,
        TransactionKind.Buy or TransactionKind.Withdrawal or TransactionKind.Fee or TransactionKind.Tax => amount is { } paid ? -Math.Abs(paid) : null,
        _ => amount,
    };
}
