using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Vested;

/// <summary>The Holdings workbook. Of the sheet about the person, only the day that the figures are of is read.</summary>
internal sealed class VestedHoldings : ITableFormat
{
    private const string AsOfPrefix = "As of ";

    /// <summary>The figures are rounded to cents.</summary>
    private const decimal Cents = 0.05m;

    private static readonly Column Name = new("Name");
    private static readonly Column Ticker = new("Ticker");
    private static readonly Column Shares = new("Total Shares Held");
    private static readonly Column Price = new("Current Price (USD)");
    private static readonly Column Value = new("Current Value (USD)");
    private static readonly Column AverageCost = new("Average Cost (USD)");
    private static readonly Column Invested = new("Total Amount Invested (USD)");

    private static readonly Column Period = new("Period");
    private static readonly Column TotalValue = new("Current Equity Value (USD)");

    private static readonly TableLayout Holdings = new(
        Name, Ticker, Shares, Price, Value, AverageCost, Invested,
        new Column("Investment Returns (USD)") { IsRequired = false }, new Column("Investment Returns (%)") { IsRequired = false },
        new Column("Daily Change (USD)") { IsRequired = false }, new Column("Daily Change (%)") { IsRequired = false });

    private static readonly TableLayout Person = new(Period);
    private static readonly TableLayout Summary = new(TotalValue, Invested);

    public StatementFormat Format { get; } = new("vested-holdings", "Vested Holdings report", [".xlsx"]);

    public IReadOnlyList<Table> Find(SheetBook book, CancellationToken cancellationToken) => Holdings.FindAll(book, cancellationToken);

    public StatementReport Read(SheetBook book, IReadOnlyList<Table> tables, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        var log = new StatementLog();
        VestedTransactions.WarnOfUnknownColumns(tables[0], log);
        var asOf = FindDay(book, cancellationToken) is { } day ? VestedMapping.Midnight(day) : (DateTimeOffset?)null;
        if (asOf is null)
        {
            log.Warn("as-of-unknown", "The file does not say of which day it is; the day of the upload is taken.");
        }

        var holdings = new List<ReportedHolding>();
        var value = 0m;
        foreach (var row in tables[0].Rows(untilGap: false, cancellationToken))
        {
            var holding = Map(row, log);
            if (holding is not null)
            {
                holdings.Add(holding);
                value += row.NumberOrNull(Value) ?? 0;
            }
        }

        log.RequireAnyReadable();
        var isWhole = AgreesWithSummary(book, value, holdings.Count, log, cancellationToken);
        return new StatementReport
        {
            Holdings = new HoldingsReport
            {
                Holdings = holdings,
                IsComplete = isWhole && log.Skipped == 0,
                AsOf = asOf ?? receivedAt.ToUniversalTime(),
                SkippedRows = log.Skipped,
                Warnings = log.TakeRest(),
            },
        };
    }

    /// <summary>Null for a row that is no holding.</summary>
    private static ReportedHolding? Map(StatementRow row, StatementLog log)
    {
        if (row[Ticker].Length == 0 && row[Name].StartsWith("Total", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var ticker = row.Text(Ticker);
        var shares = row.NotNegative(Shares);
        var price = row.NotNegativeOrNull(Price);
        var invested = row.NotNegativeOrNull(Invested);
        var average = row.NotNegativeOrNull(AverageCost);
        row.NumberOrNull(Value);
        if (log.SkipIfUnreadable(row) || shares == 0)
        {
            return null;
        }

        // Average Cost is rounded to cents, so shares times it is not what was paid. Ten decimals are more than any price has.
        return new ReportedHolding
        {
            Instrument = VestedMapping.Instrument(ticker, row[Name]),
            Quantity = shares,
            AveragePrice = invested is { } paid ? Math.Round(paid / shares, 10) : average,
            CostBasis = invested,
            LastPrice = price,
        };
    }

    private static DateOnly? FindDay(SheetBook book, CancellationToken cancellationToken)
    {
        foreach (var table in Person.FindAll(book, cancellationToken))
        {
            foreach (var row in table.Rows(untilGap: true, cancellationToken))
            {
                var text = row[Period];
                if (text.StartsWith(AsOfPrefix, StringComparison.OrdinalIgnoreCase) && StatementValues.TryDay(text[AsOfPrefix.Length..].Trim(), out var day))
                {
                    return day;
                }
            }
        }

        return null;
    }

    /// <summary>True when the values add up to what the file says they do; a file that says nothing must at least have a row.</summary>
    private static bool AgreesWithSummary(
        SheetBook book, decimal value, int count, StatementLog log, CancellationToken cancellationToken)
    {
        if (Summary.FindAll(book, cancellationToken) is not [{ IsWhole: true } summary, ..]
            || summary.Rows(untilGap: true, cancellationToken).FirstOrDefault() is not { } row
            || !StatementValues.TryNumber(row[TotalValue], out var total))
        {
            return count > 0;
        }

        // Each value may be off by half a cent.
        if (Math.Abs(total - value) <= Math.Max(Cents, count * 0.005m))
        {
            return true;
        }

        log.Warn(
            "summary-disagrees",
            $"{row.Place}: the Current Equity Value is not the sum of the holdings, so some may be missing. Nothing is closed because of this file.");
        return false;
    }
}
