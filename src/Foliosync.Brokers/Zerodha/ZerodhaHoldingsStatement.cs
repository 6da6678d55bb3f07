using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Zerodha;

/// <summary>Console's holdings statement: shares and funds on separate sheets, with the day they are of.</summary>
internal sealed class ZerodhaHoldingsStatement : ITableFormat
{
    private static readonly Column Symbol = new("Symbol");
    private static readonly Column IsinCode = new("ISIN");
    private static readonly Column Sector = new("Sector") { IsRequired = false };
    private static readonly Column InstrumentType = new("Instrument Type") { IsRequired = false };
    private static readonly Column Available = new("Quantity Available");
    private static readonly Column Discrepant = new("Quantity Discrepant") { IsRequired = false };
    private static readonly Column PledgedMargin = new("Quantity Pledged (Margin)") { IsRequired = false };
    private static readonly Column PledgedLoan = new("Quantity Pledged (Loan)") { IsRequired = false };
    private static readonly Column Pledged = new("Quantity Pledged") { IsRequired = false };
    private static readonly Column AveragePrice = new("Average Price");
    private static readonly Column ClosingPrice = new("Previous Closing Price", "Closing Price");

    private static readonly TableLayout Layout = new(
        Symbol, IsinCode, Sector, InstrumentType, Available, Discrepant, PledgedMargin, PledgedLoan, Pledged, AveragePrice, ClosingPrice);

    public StatementFormat Format { get; } = new("zerodha-holdings", "Zerodha Console holdings statement", [".xlsx"]);

    public IReadOnlyList<Table> Find(SheetBook book, CancellationToken cancellationToken)
    {
        var tables = Layout.FindAll(book, cancellationToken);

        // The combined sheet repeats the others.
        var apart = tables.Where(table => !table.Sheet.Equals("Combined", StringComparison.OrdinalIgnoreCase)).ToList();
        return apart.Count > 0 ? apart : tables;
    }

    public StatementReport Read(SheetBook book, IReadOnlyList<Table> tables, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        var log = new StatementLog();
        var day = tables.Select(ZerodhaPreamble.DayOf).FirstOrDefault(day => day is not null);
        if (day is null)
        {
            log.Warn("as-of-unknown", "The file does not say of which day it is; the day of the upload is taken.");
        }

        var asOf = day is { } known ? ZerodhaTime.StartOf(known) : receivedAt.ToUniversalTime();
        return new StatementReport
        {
            AccountExternalId = tables.Select(ZerodhaPreamble.ClientIdOf).FirstOrDefault(id => id is not null),
            Holdings = Report(tables, funds: false, asOf, cancellationToken),
            Funds = Report(tables, funds: true, asOf, cancellationToken),
            Warnings = log.TakeRest(),
        };
    }

    /// <summary>Null when no sheet speaks of them.</summary>
    private static HoldingsReport? Report(IReadOnlyList<Table> tables, bool funds, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        var log = new StatementLog();
        var holdings = new List<ReportedHolding>();
        var isSpokenOf = false;
        foreach (var table in tables.Where(table => IsCombined(table) || IsOfFunds(table) == funds))
        {
            isSpokenOf = true;
            foreach (var row in table.Rows(untilGap: true, cancellationToken))
            {
                var isFund = IsCombined(table) ? row[Symbol].Contains(' ', StringComparison.Ordinal) : funds;
                if (isFund == funds && Map(row, funds, log) is { } holding)
                {
                    holdings.Add(holding);
                }
            }
        }

        log.RequireAnyReadable();
        return isSpokenOf
            ? new HoldingsReport
            {
                Holdings = holdings,
                IsComplete = log.Skipped == 0,
                AsOf = asOf,
                SkippedRows = log.Skipped,
                Warnings = log.TakeRest(),
            }
            : null;
    }

    private static bool IsCombined(Table table) => table.Sheet.Equals("Combined", StringComparison.OrdinalIgnoreCase);

    private static bool IsOfFunds(Table table) =>
        table.Has(InstrumentType) || table.Sheet.Equals("Mutual Funds", StringComparison.OrdinalIgnoreCase);

    /// <summary>Null for a row that is no holding.</summary>
    private static ReportedHolding? Map(StatementRow row, bool isFund, StatementLog log)
    {
        if (row[IsinCode].Length == 0 && row[Symbol].StartsWith("Total", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var symbol = row.Text(Symbol);
        var pledged = (row.NotNegativeOrNull(PledgedMargin) ?? 0) + (row.NotNegativeOrNull(PledgedLoan) ?? 0) + (row.NotNegativeOrNull(Pledged) ?? 0);
        var owned = row.NotNegative(Available) + pledged;
        var discrepant = row.NotNegativeOrNull(Discrepant) ?? 0;
        var average = ZerodhaMapping.Known(row.NotNegativeOrNull(AveragePrice));
        var close = ZerodhaMapping.Known(row.NotNegativeOrNull(ClosingPrice));
        if (log.SkipIfUnreadable(row) || owned == 0)
        {
            return null;
        }

        if (discrepant > 0)
        {
            log.Warn("cost-unreliable", $"{row.Place}: Zerodha does not know what some of the units of {PersonalData.Shown(symbol)} cost; the cost is unknown.");
        }

        return new ReportedHolding
        {
            Instrument = InstrumentOf(row, symbol, isFund, log),
            Quantity = owned,
            PledgedQuantity = pledged,
            AveragePrice = discrepant > 0 ? null : average,
            LastPrice = close,
        };
    }

    private static ReportedInstrument InstrumentOf(StatementRow row, string symbol, bool isFund, StatementLog log)
    {
        var isin = Isin.IsValid(row[IsinCode]) ? row[IsinCode] : null;
        if (isin is null)
        {
            log.Warn("isin-invalid", $"{row.Place}: {PersonalData.Shown(symbol)} has no valid ISIN; it is recognised by its symbol.");
        }

        if (isFund)
        {
            return ZerodhaMapping.Fund(isin ?? symbol, symbol, isin);
        }

        var isEtf = row[Sector].Equals("ETF", StringComparison.OrdinalIgnoreCase);
        return ZerodhaMapping.Share(
            symbol, exchange: null, isin, isEtf ? AssetClass.Etf : ZerodhaAssetClass.OfShare(isin, symbol) ?? AssetClass.Equity);
    }
}
