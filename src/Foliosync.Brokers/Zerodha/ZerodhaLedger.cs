using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Zerodha;

/// <summary>
/// Console's statement of funds. Money paid in and out and charges are transactions; the settlement of trades is not, the tradebook has the
/// trades. Particulars of payments may name bank accounts and UPI handles and are not kept.
/// </summary>
internal sealed class ZerodhaLedger : ITableFormat
{
    private const decimal Paise = 0.01m;

    private static readonly Column Particulars = new("particulars", "particular");
    private static readonly Column PostingDate = new("posting_date");
    private static readonly Column CostCenter = new("cost_center") { IsRequired = false };
    private static readonly Column VoucherType = new("voucher_type");
    private static readonly Column Debit = new("debit");
    private static readonly Column Credit = new("credit");
    private static readonly Column Balance = new("net_balance");

    private static readonly TableLayout Layout = new(Particulars, PostingDate, CostCenter, VoucherType, Debit, Credit, Balance);

    public StatementFormat Format { get; } = new("zerodha-ledger", "Zerodha Console funds statement", [".csv", ".xlsx"]);

    public IReadOnlyList<Table> Find(SheetBook book, CancellationToken cancellationToken) => Layout.FindAll(book, cancellationToken);

    public StatementReport Read(SheetBook book, IReadOnlyList<Table> tables, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        var log = new StatementLog();
        return new StatementReport
        {
            AccountExternalId = tables.Select(ZerodhaPreamble.ClientIdOf).FirstOrDefault(id => id is not null),
            Transactions = TransactionPages.Of(tables.SelectMany(table => Rows(table, log, cancellationToken)), log, cancellationToken),
        };
    }

    private static IEnumerable<ReportedTransaction> Rows(Table table, StatementLog log, CancellationToken cancellationToken)
    {
        var ids = new RowIds("zerodha-ledger");
        decimal? balance = null;
        foreach (var row in table.Rows(untilGap: false, cancellationToken))
        {
            var debit = row.NotNegativeOrNull(Debit) ?? 0;
            var credit = row.NotNegativeOrNull(Credit) ?? 0;
            var after = row.NumberOrNull(Balance);

            // The first and the last row are anchors without a date, not movements.
            if (row[PostingDate].Length == 0 && row.Unreadable is null && IsAnchor(row))
            {
                balance ??= after;
                continue;
            }

            var day = row.Day(PostingDate);
            var voucher = row.Text(VoucherType);
            if (log.SkipIfUnreadable(row))
            {
                balance = after;
                continue;
            }

            if (balance is { } before && after is { } told && Math.Abs(before - debit + credit - told) > Paise)
            {
                log.Warn(
                    "balance-chain-broken", $"{row.Place}: the balance does not follow from the row before it. A row may be missing from the file.");
            }

            balance = after ?? (balance - debit + credit);
            if (Map(row, day, voucher, credit - debit, ids, log) is { } transaction)
            {
                yield return transaction;
            }
        }
    }

    private static bool IsAnchor(StatementRow row) =>
        row[Particulars].Equals("Opening Balance", StringComparison.OrdinalIgnoreCase)
        || row[Particulars].Equals("Closing Balance", StringComparison.OrdinalIgnoreCase);

    /// <summary>Null for what is no movement of its own.</summary>
    private static ReportedTransaction? Map(StatementRow row, DateOnly day, string voucher, decimal amount, RowIds ids, StatementLog log)
    {
        var kind = voucher.ToUpperInvariant() switch
        {
            "BANK RECEIPTS" or "BANK RECEIPT" => TransactionKind.Deposit,
            "BANK PAYMENTS" or "BANK PAYMENT" => TransactionKind.Withdrawal,
            "BOOK VOUCHER" => (TransactionKind?)null,
            "JOURNAL ENTRY" => KindOfEntry(row[Particulars], amount),
            _ => TransactionKind.Unclassified,
        };
        if (kind is null || amount == 0)
        {
            return null;
        }

        if (kind is TransactionKind.Unclassified)
        {
            log.Warn(
                "type-unknown", $"{row.Place}: the voucher type {PersonalData.Shown(voucher)} is not known; the row is kept as unclassified.");
        }

        var isPayment = kind is TransactionKind.Deposit or TransactionKind.Withdrawal;

        // A payment that was taken back stands in the other column, and would turn its kind round.
        var isTakenBack = (kind is TransactionKind.Deposit && amount < 0) || (kind is TransactionKind.Withdrawal && amount > 0);
        return new ReportedTransaction
        {
            ExternalId = ids.Next(
                StatementValues.Canonical(day), voucher.ToUpperInvariant(), row[Particulars], StatementValues.Canonical(amount)),
            Kind = isTakenBack ? TransactionKind.Adjustment : kind.Value,
            Amount = amount,
            Currency = ZerodhaMapping.Currency,
            TradedAt = ZerodhaTime.StartOf(day),
            Note = isPayment ? null : PersonalData.Note(row[Particulars]),
        };
    }

    private static TransactionKind KindOfEntry(string particulars, decimal amount) =>
        particulars.Contains("interest", StringComparison.OrdinalIgnoreCase) || particulars.Contains("delayed payment", StringComparison.OrdinalIgnoreCase)
            ? TransactionKind.Interest
            : amount < 0 ? TransactionKind.Fee : TransactionKind.Adjustment;
}
