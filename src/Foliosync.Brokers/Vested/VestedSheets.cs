using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Vested;

/// <summary>The tables of the Transactions workbook, row by row as sent.</summary>
internal static class VestedSheets
{
    private static readonly Column Date = new("Date");
    private static readonly Column Time = new("Time (in UTC)");
    private static readonly Column Type = new("Type");
    private static readonly Column LedgerAmount = new("Amount", "Amount (in USD)", "Amount (USD)");
    private static readonly Column Balance = new("Account Balance", "Account Balance (in USD)", "Account Balance (USD)");
    private static readonly Column Comment = new("Comment") { IsRequired = false };
    private static readonly Column Name = new("Name") { IsRequired = false };
    private static readonly Column Ticker = new("Ticker");
    private static readonly Column Activity = new("Activity");
    private static readonly Column OrderType = new("Order Type") { IsRequired = false };
    private static readonly Column Quantity = new("Quantity");
    private static readonly Column Price = new("Price Per Share (in USD)");
    private static readonly Column Cash = new("Cash Amount (in USD)");
    private static readonly Column Commission = new("Commission Charges (in USD)");
    private static readonly Column Gross = new("Gross Cash Amount (in USD)");

    public static TableLayout Ledger { get; } = new(Date, Time, Type, LedgerAmount, Balance, Comment);

    public static TableLayout Trades { get; } = new(Date, Time, Name, Ticker, Activity, OrderType, Quantity, Price, Cash, Commission);

    public static TableLayout Income { get; } = new(Date, Time, Activity, Ticker, Gross);

    public static TableLayout Transfers { get; } = new(Date, Time, Activity, Cash);

    public static VestedLedgerRow LedgerRow(StatementRow row) => new(
        row.Place, VestedMapping.At(row, Date, Time), row.Text(Type).ToUpperInvariant(), row.Number(LedgerAmount), row.Number(Balance), row[Comment]);

    public static VestedTradeRow TradeRow(StatementRow row) => new(
        row.Place, VestedMapping.At(row, Date, Time), row[Name], row.Text(Ticker), row.Text(Activity), row.NotNegative(Quantity),
        row.NotNegative(Price), row.NotNegative(Cash), row.NotNegativeOrNull(Commission) ?? 0);

    public static VestedIncomeRow IncomeRow(StatementRow row) =>
        new(row.Place, VestedMapping.At(row, Date, Time), row.Text(Activity), row[Ticker], row.Number(Gross));

    public static VestedTransferRow TransferRow(StatementRow row) =>
        new(row.Place, VestedMapping.At(row, Date, Time), row.Text(Activity), row.Number(Cash));
}

/// <summary>A row of All Transactions.</summary>
/// <param name="Place">The row for people.</param>
/// <param name="At">UTC.</param>
/// <param name="Type">DriveWealth's code of the kind, in upper case.</param>
/// <param name="Amount">As printed: without a sign for most codes.</param>
/// <param name="Balance">Cash after the row.</param>
/// <param name="Comment">The company's name and what was done; never a ticker, save for commissions.</param>
internal sealed record VestedLedgerRow(string Place, DateTimeOffset At, string Type, decimal Amount, decimal Balance, string Comment)
{
    /// <summary>What the row does to the cash; null when the code does not tell the direction.</summary>
    public decimal? Effect => Type switch
    {
        "SSAL" or "CSR" => Math.Abs(Amount),
        "SPUR" or "CSD" or "CSW" or "FEE" or "COMM" => -Math.Abs(Amount),
        "DIV" or "INT" or "DIVTAX" or "DIVNRA" => Amount,
        _ => null,
    };
}

/// <summary>A row of Trades; all numbers are positive.</summary>
internal sealed record VestedTradeRow(
    string Place, DateTimeOffset At, string Name, string Ticker, string Activity, decimal Quantity, decimal Price, decimal Cash, decimal Commission)
{
    public bool IsBuy => Activity.Equals("Buy", StringComparison.OrdinalIgnoreCase);

    public bool IsSell => Activity.Equals("Sell", StringComparison.OrdinalIgnoreCase);
}

/// <summary>A row of Income. A tax is negative; the ticker of interest is empty.</summary>
internal sealed record VestedIncomeRow(string Place, DateTimeOffset At, string Activity, string Ticker, decimal Gross);

/// <summary>A row of Transfers.</summary>
internal sealed record VestedTransferRow(string Place, DateTimeOffset At, string Activity, decimal Cash);
