using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Vested;

/// <summary>
/// The Transactions workbook. Each movement is in All Transactions, and once more with its details in Trades, Transfers or Income; it is
/// taken from where the details are. The sheet about the person is not read.
/// </summary>
internal sealed class VestedTransactions : ITableFormat
{
    /// <summary>The sheets are small and have to be compared, so they are held in memory; a person's file has some thousand rows.</summary>
    private const int MostRows = 250_000;

    public StatementFormat Format { get; } = new("vested-transactions", "Vested Transactions report", [".xlsx"]);

    public IReadOnlyList<Table> Find(SheetBook book, CancellationToken cancellationToken)
    {
        List<Table> found = [];
        for (var sheet = 0; sheet < book.Sheets.Count; sheet++)
        {
            // Trades has all columns of Transfers, even when it lacks one of its own: the most columns tell which it is.
            TableLayout[] layouts = [VestedSheets.Ledger, VestedSheets.Trades, VestedSheets.Income, VestedSheets.Transfers];
            var tables = layouts.Select(layout => layout.Find(book, sheet, cancellationToken)).OfType<Table>().ToList();
            if (tables.MaxBy(table => table.KnownColumns) is { } table)
            {
                found.Add(table);
            }
        }

        return found;
    }

    public StatementReport Read(SheetBook book, IReadOnlyList<Table> tables, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        var log = new StatementLog();
        foreach (var table in tables)
        {
            WarnOfUnknownColumns(table, log);
        }

        var ledgerRows = ReadAll(tables, VestedSheets.Ledger, VestedSheets.LedgerRow, log, cancellationToken);
        var isLedgerWhole = log.Skipped == 0;
        var trades = ReadAll(tables, VestedSheets.Trades, VestedSheets.TradeRow, log, cancellationToken);
        var income = ReadAll(tables, VestedSheets.Income, VestedSheets.IncomeRow, log, cancellationToken);
        var transfers = ReadAll(tables, VestedSheets.Transfers, VestedSheets.TransferRow, log, cancellationToken);
        var ledger = ledgerRows is null ? null : new VestedLedger(ledgerRows);
        var translation = new VestedTranslation(log, ledger, trades, income, transfers);
        var transactions = translation.Translate();
        ledger?.CheckBalances(log);
        if (ledger is not null && !isLedgerWhole)
        {
            log.Warn("cash-unclear", "A row of All Transactions could not be read, so the cash was not taken from it.");
        }

        return new StatementReport
        {
            Cash = isLedgerWhole ? ledger?.Cash : null,
            Transactions = TransactionPages.Of(transactions.OrderBy(transaction => transaction.TradedAt), log, cancellationToken),
        };
    }

    /// <summary>Columns that Vested adds later are no reason to refuse a file, but a person should know.</summary>
    public static void WarnOfUnknownColumns(Table table, StatementLog log)
    {
        if (table.UnknownColumns > 0)
        {
            var where = table.Sheet.Length == 0 ? "The file" : $"The sheet {PersonalData.Shown(table.Sheet)}";
            log.Warn("columns-not-read", $"{where} has columns that are not known ({table.UnknownColumns}); they were not read.");
        }
    }

    /// <summary>The rows of a layout; null when no sheet has it.</summary>
    private static List<T>? ReadAll<T>(
        IReadOnlyList<Table> tables, TableLayout layout, Func<StatementRow, T> read, StatementLog log, CancellationToken cancellationToken)
    {
        List<T>? all = null;
        foreach (var table in tables.Where(table => table.Layout == layout))
        {
            all ??= [];
            foreach (var row in table.Rows(untilGap: false, cancellationToken))
            {
                var one = read(row);
                if (log.SkipIfUnreadable(row))
                {
                    continue;
                }

                all.Add(one);
                if (all.Count > MostRows)
                {
                    throw BrokerException.InvalidData("The file has more rows than an account has. Download it again, for a shorter time.");
                }
            }
        }

        return all;
    }
}
