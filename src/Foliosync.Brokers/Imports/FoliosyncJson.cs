using System.Text.Json;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Imports;

/// <summary>The JSON of transactions, holdings and cash. <c>docs/import-format.md</c> describes it.</summary>
internal static class FoliosyncJson
{
    private const string Version = "1";

    private static readonly Column Quantity = new("quantity");
    private static readonly Column AveragePrice = new("averagePrice");
    private static readonly Column CostBasis = new("costBasis");
    private static readonly Column LastPrice = new("lastPrice");
    private static readonly Column Currency = new("currency");
    private static readonly Column Segment = new("segment");
    private static readonly Column Amount = new("amount");
    private static readonly Column AsOf = new("asOf");

    public static bool IsOwn(JsonElement root) => JsonFile.Text(root, "format") == "foliosync";

    /// <exception cref="BrokerException">Of kind InvalidData when it is of another version, or says nothing.</exception>
    public static StatementReport Read(JsonElement root, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        if (JsonFile.Text(root, "version") != Version)
        {
            throw BrokerException.InvalidData($"The file is not of version {Version}, the only one there is. docs/import-format.md describes it.");
        }

        var log = new StatementLog();
        var head = new StatementRow("The file", column => JsonFile.Text(root, column.Name));
        var holdings = JsonFile.Rows(root, "holdings");
        var cash = JsonFile.Rows(root, "cash");
        var transactions = JsonFile.Rows(root, "transactions");
        if (holdings is null && cash is null && transactions is null)
        {
            throw BrokerException.InvalidData("The file has none of the lists transactions, holdings and cash. docs/import-format.md describes it.");
        }

        var asOf = receivedAt.ToUniversalTime();
        if (head[AsOf].Length > 0)
        {
            asOf = FoliosyncTransaction.At(head, AsOf);
            if (head.Unreadable is not null)
            {
                throw BrokerException.InvalidData("The field asOf is no day or time. Write it like 2026-01-31 or 2026-01-31T10:00:00Z.");
            }
        }
        else if (holdings is not null || cash is not null)
        {
            log.Warn("as-of-unknown", "The file does not say of which day it is; the day of the upload is taken.");
        }

        var isComplete = JsonFile.Text(root, "complete") == "true";
        var rows = holdings is null ? null : Holdings(holdings, cancellationToken);
        var transactionLog = new StatementLog();
        return new StatementReport
        {
            Holdings = rows?.Report(asOf, isComplete, funds: false),
            Funds = rows?.Report(asOf, isComplete, funds: true),
            Cash = cash is null ? null : Cash(cash, asOf),
            Transactions = transactions is null
                ? null
                : TransactionPages.Of(FoliosyncTransaction.Map(transactions, transactionLog), transactionLog, cancellationToken),
            Warnings = log.TakeRest(),
        };
    }

    private static HoldingRows Holdings(IEnumerable<StatementRow> rows, CancellationToken cancellationToken)
    {
        var log = new StatementLog();
        var holdings = new List<ReportedHolding>();
        foreach (var row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var currency = FoliosyncTransaction.CurrencyOf(row, Currency);
            var instrument = FoliosyncInstrument.Of(row, currency) ?? row.Reject<ReportedInstrument?>(FoliosyncInstrument.Symbol, null);
            var quantity = row.Number(Quantity);
            var average = row.NotNegativeOrNull(AveragePrice);
            var cost = row.NotNegativeOrNull(CostBasis);
            var last = row.NotNegativeOrNull(LastPrice);
            if (log.SkipIfUnreadable(row) || quantity == 0)
            {
                continue;
            }

            holdings.Add(new ReportedHolding
            {
                Instrument = instrument!,
                Quantity = quantity,
                AveragePrice = average ?? (cost is { } paid && quantity > 0 ? Math.Round(paid / quantity, 10) : null),
                CostBasis = cost,
                LastPrice = last,
            });
        }

        log.RequireAnyReadable();
        return new HoldingRows(holdings, log.Skipped, log.TakeRest());
    }

    /// <exception cref="BrokerException">Of kind InvalidData when a balance cannot be read: the others alone would be wrong.</exception>
    private static CashReport Cash(IEnumerable<StatementRow> rows, DateTimeOffset asOf)
    {
        var balances = new List<ReportedCash>();
        foreach (var row in rows)
        {
            balances.Add(new ReportedCash(row[Segment], FoliosyncTransaction.CurrencyOf(row, Currency), row.Number(Amount)));
            if (row.Unreadable is { } column)
            {
                throw BrokerException.InvalidData($"{row.Place} cannot be used: its {column.Name} is missing or cannot be meant. Correct it and upload the file again.");
            }
        }

        return new CashReport { Balances = balances, AsOf = asOf };
    }

    private sealed record HoldingRows(List<ReportedHolding> Rows, int Skipped, IReadOnlyList<BrokerWarning> Warnings)
    {
        /// <summary>Funds are reported apart from securities, as brokers do. What was left out may be either.</summary>
        public HoldingsReport Report(DateTimeOffset asOf, bool isComplete, bool funds) => new()
        {
            Holdings = [.. Rows.Where(row => row.Instrument.AssetClass is AssetClass.MutualFund == funds)],
            IsComplete = isComplete && Skipped == 0,
            AsOf = asOf,
            SkippedRows = funds ? 0 : Skipped,
            Warnings = funds ? [] : Warnings,
        };
    }
}
