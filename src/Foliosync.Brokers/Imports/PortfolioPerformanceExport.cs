using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Imports;

/// <summary>
/// The CSV of transactions that Portfolio Performance exports, of accounts and of securities accounts, in English or German. A purchase is in
/// both kinds of file; it gets the same id from both.
/// </summary>
internal sealed class PortfolioPerformanceExport : IStatementReader
{
    private readonly TableStatements _tables = new(new PortfolioPerformanceCsv());

    public IReadOnlyList<StatementFormat> Formats => _tables.Formats;

    public Task<StatementFormat?> RecogniseAsync(Stream file, CancellationToken cancellationToken) =>
        _tables.RecogniseAsync(file, cancellationToken);

    public Task<StatementReport> ReadStatementAsync(
        StatementFormat format, Stream file, DateTimeOffset receivedAt, CancellationToken cancellationToken) =>
        _tables.ReadStatementAsync(format, file, receivedAt, cancellationToken);
}

/// <summary>The format itself.</summary>
internal sealed class PortfolioPerformanceCsv : ITableFormat
{
    private static readonly Column Date = new("Date", "Datum");
    private static readonly Column Type = new("Type", "Typ");
    private static readonly Column Value = new("Value", "Wert");
    private static readonly Column Currency = new("Transaction Currency", "Buchungswährung");
    private static readonly Column Fees = new("Fees", "Gebühren");
    private static readonly Column Taxes = new("Taxes", "Steuern");
    private static readonly Column Shares = new("Shares", "Stück");
    private static readonly Column IsinCode = new("ISIN");
    private static readonly Column Wkn = new("WKN") { IsRequired = false };
    private static readonly Column Ticker = new("Ticker Symbol", "Ticker-Symbol");
    private static readonly Column Name = new("Security Name", "Wertpapiername");
    private static readonly Column Note = new("Note", "Notiz") { IsRequired = false };

    private static readonly TableLayout Layout = new(Date, Type, Value, Currency, Fees, Taxes, Shares, IsinCode, Wkn, Ticker, Name, Note);

    private static readonly Dictionary<string, TransactionKind> Kinds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Buy"] = TransactionKind.Buy,
        ["Kauf"] = TransactionKind.Buy,
        ["Sell"] = TransactionKind.Sell,
        ["Verkauf"] = TransactionKind.Sell,
        ["Dividend"] = TransactionKind.Dividend,
        ["Dividende"] = TransactionKind.Dividend,
        ["Interest"] = TransactionKind.Interest,
        ["Zinsen"] = TransactionKind.Interest,
        ["Interest Charge"] = TransactionKind.Interest,
        ["Zinsbelastung"] = TransactionKind.Interest,
        ["Deposit"] = TransactionKind.Deposit,
        ["Einlage"] = TransactionKind.Deposit,
        ["Removal"] = TransactionKind.Withdrawal,
        ["Entnahme"] = TransactionKind.Withdrawal,
        ["Fees"] = TransactionKind.Fee,
        ["Gebühren"] = TransactionKind.Fee,
        ["Fees Refund"] = TransactionKind.Adjustment,
        ["Gebührenerstattung"] = TransactionKind.Adjustment,
        ["Taxes"] = TransactionKind.Tax,
        ["Steuern"] = TransactionKind.Tax,
        ["Tax Refund"] = TransactionKind.Adjustment,
        ["Steuerrückerstattung"] = TransactionKind.Adjustment,
        ["Delivery (Inbound)"] = TransactionKind.TransferIn,
        ["Einlieferung"] = TransactionKind.TransferIn,
        ["Delivery (Outbound)"] = TransactionKind.TransferOut,
        ["Auslieferung"] = TransactionKind.TransferOut,
        ["Transfer (Inbound)"] = TransactionKind.TransferIn,
        ["Umbuchung (Eingang)"] = TransactionKind.TransferIn,
        ["Transfer (Outbound)"] = TransactionKind.TransferOut,
        ["Umbuchung (Ausgang)"] = TransactionKind.TransferOut,
    };

    public StatementFormat Format { get; } = new("portfolio-performance", "Portfolio Performance CSV", [".csv"]);

    public IReadOnlyList<Table> Find(SheetBook book, CancellationToken cancellationToken) => Layout.FindAll(book, cancellationToken);

    public StatementReport Read(SheetBook book, IReadOnlyList<Table> tables, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        var log = new StatementLog();
        return new StatementReport { Transactions = TransactionPages.Of(Rows(tables, log, cancellationToken), log, cancellationToken) };
    }

    private static IEnumerable<ReportedTransaction> Rows(IReadOnlyList<Table> tables, StatementLog log, CancellationToken cancellationToken)
    {
        var ids = new RowIds("portfolio-performance");
        foreach (var row in tables.SelectMany(table => table.Rows(untilGap: false, cancellationToken)))
        {
            if (Map(WithPoints(row), ids, log) is { } transaction)
            {
                yield return transaction;
            }
        }
    }

    /// <summary>
    /// Numbers are written as the person's computer does. The value always has two decimals, so the character before them is the decimal mark
    /// of the row.
    /// </summary>
    private static StatementRow WithPoints(StatementRow row)
    {
        var hasComma = row[Value] is { Length: > 3 } value && value[^3] == ',';
        return new StatementRow(row.Place, column => column == Value || column == Fees || column == Taxes || column == Shares
            ? Plain(row[column], hasComma)
            : row[column]);
    }

    private static string Plain(string number, bool hasComma)
    {
        var kept = number.Where(character => !char.IsWhiteSpace(character) && character is not ('\'' or '’') && character != (hasComma ? '.' : ','));
        return string.Concat(kept).Replace(',', '.');
    }

    private static ReportedTransaction? Map(StatementRow row, RowIds ids, StatementLog log)
    {
        var day = row.Day(Date);
        var at = new DateTimeOffset(day, TimeOf(row), TimeSpan.Zero);
        var type = row.Text(Type);
        var kind = Kinds.GetValueOrDefault(type, TransactionKind.Unclassified);
        var value = Math.Abs(row.Number(Value));
        var currency = FoliosyncTransaction.CurrencyOf(row, Currency);
        var fees = row.NotNegativeOrNull(Fees);
        var taxes = row.NotNegativeOrNull(Taxes);
        var shares = row.NotNegativeOrNull(Shares);
        var instrument = InstrumentOf(row, currency);
        if (log.SkipIfUnreadable(row))
        {
            return null;
        }

        if (kind is TransactionKind.Unclassified)
        {
            log.Warn("type-unknown", $"{row.Place}: the type {PersonalData.Shown(type)} is not known; it is kept as unclassified.");
        }

        // The value is what moved on the account: with costs for a purchase, without them for everything that is received.
        var costs = (fees ?? 0) + (taxes ?? 0);
        var isTrade = kind is TransactionKind.Buy or TransactionKind.Sell or TransactionKind.TransferIn or TransactionKind.TransferOut;
        var isPaid = kind is TransactionKind.Buy or TransactionKind.TransferIn;
        var gross = isPaid ? value - costs : value + costs;
        var isMoney = instrument is null && kind is TransactionKind.TransferIn or TransactionKind.TransferOut;
        return new ReportedTransaction
        {
            ExternalId = ids.Next(
                StatementValues.Canonical(at), kind.ToString(), StatementValues.Canonical(value), currency, StatementValues.Canonical(shares),
                instrument?.BrokerKey ?? ""),
            Kind = isMoney ? (kind is TransactionKind.TransferIn ? TransactionKind.Deposit : TransactionKind.Withdrawal) : kind,
            Instrument = instrument,
            Quantity = isTrade ? shares : null,
            Price = isTrade && shares is > 0 ? Math.Round(gross / shares.Value, 10) : null,
            Amount = isMoney ? (isPaid ? value : -value) : AmountOf(kind, type, value, gross),
            Fees = fees,
            Taxes = taxes,
            Currency = currency,
            TradedAt = at,
            Note = PersonalData.Note(row[Note]),
        };
    }

    private static decimal? AmountOf(TransactionKind kind, string type, decimal value, decimal gross) => kind switch
    {
        TransactionKind.Buy => -gross,
        TransactionKind.Sell or TransactionKind.Dividend => gross,
        TransactionKind.Interest => IsCharge(type) ? -value : gross,
        TransactionKind.Deposit or TransactionKind.Adjustment => value,
        TransactionKind.Withdrawal or TransactionKind.Fee or TransactionKind.Tax => -value,

        // Units that come from or go to another account move no cash.
        _ => null,
    };

    private static bool IsCharge(string type) =>
        type.Equals("Interest Charge", StringComparison.OrdinalIgnoreCase) || type.Equals("Zinsbelastung", StringComparison.OrdinalIgnoreCase);

    private static TimeOnly TimeOf(StatementRow row) =>
        row[Date] is { Length: > 11 } text && TimeOnly.TryParse(text[11..], CultureInfo.InvariantCulture, out var time) ? time : TimeOnly.MinValue;

    private static ReportedInstrument? InstrumentOf(StatementRow row, string currency)
    {
        var isin = Isin.IsValid(row[IsinCode]) ? row[IsinCode] : null;
        string[] keys = [row[Ticker], isin ?? "", row[Wkn], row[Name]];
        return Array.Find(keys, key => key.Length > 0) is { } symbol
            ? new ReportedInstrument
            {
                Isin = isin,
                Symbol = symbol,
                BrokerKey = isin ?? symbol,
                Name = row[Name].Length > 0 ? row[Name] : null,
                AssetClass = AssetClass.Equity,
                Currency = currency,
            }
            : null;
    }
}
