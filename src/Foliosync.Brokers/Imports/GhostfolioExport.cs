using System.Text.Json;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Imports;

/// <summary>
/// The JSON that Ghostfolio exports. Its activities become transactions; balances and prices are not taken, and what it has no counterpart for
/// here (liabilities, valuables) is kept as unclassified.
/// </summary>
internal sealed class GhostfolioExport : IStatementReader
{
    private static readonly StatementFormat Json = new("ghostfolio", "Ghostfolio export", [".json"]);

    private static readonly Column Symbol = new("symbol");
    private static readonly Column Currency = new("currency");
    private static readonly Column Date = new("date");
    private static readonly Column Type = new("type");
    private static readonly Column Quantity = new("quantity");
    private static readonly Column UnitPrice = new("unitPrice");
    private static readonly Column Fee = new("fee");
    private static readonly Column DataSource = new("dataSource");
    private static readonly Column AccountId = new("accountId");
    private static readonly Column Id = new("id");
    private static readonly Column Comment = new("comment");

    public IReadOnlyList<StatementFormat> Formats { get; } = [Json];

    public async Task<StatementFormat?> RecogniseAsync(Stream file, CancellationToken cancellationToken)
    {
        using var json = await JsonFile.OpenAsync(file, cancellationToken);
        return json is not null && IsOwn(json.RootElement) ? Json : null;
    }

    public async Task<StatementReport> ReadStatementAsync(
        StatementFormat format, Stream file, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        var json = await JsonFile.OpenAsync(file, cancellationToken);
        if (json is null || !IsOwn(json.RootElement) || JsonFile.Rows(json.RootElement, "activities") is not { } activities)
        {
            throw BrokerException.InvalidData("The file is not an export of Ghostfolio: that is an object with a list of activities. Export it as JSON.");
        }

        var warnings = new StatementLog();
        var accounts = activities.Select(row => row[AccountId]).Where(id => id.Length > 0).Distinct().Count();
        if (accounts > 1)
        {
            warnings.Warn(
                "several-accounts",
                $"The file has activities of {accounts} accounts, and all are read into this one. To keep them apart, export each account by itself.");
        }

        var log = new StatementLog();
        var profiles = GhostfolioProfiles.Of(json.RootElement);
        return new StatementReport
        {
            Transactions = TransactionPages.Of(Map(activities, profiles, log), log, cancellationToken),
            Warnings = warnings.TakeRest(),
        };
    }

    private static bool IsOwn(JsonElement root) =>
        JsonFile.Rows(root, "activities") is { } rows
        && (root.TryGetProperty("meta", out _) || rows.FirstOrDefault() is { } first && first[Type].Length > 0 && first[UnitPrice].Length > 0);

    private static IEnumerable<ReportedTransaction> Map(IEnumerable<StatementRow> rows, GhostfolioProfiles profiles, StatementLog log)
    {
        var ids = new RowIds("ghostfolio");
        foreach (var row in rows)
        {
            if (Map(row, profiles, ids, log) is { } transaction)
            {
                yield return transaction;
            }
        }
    }

    private static ReportedTransaction? Map(StatementRow row, GhostfolioProfiles profiles, RowIds ids, StatementLog log)
    {
        var at = FoliosyncTransaction.At(row, Date);
        var currency = FoliosyncTransaction.CurrencyOf(row, Currency);
        var quantity = row.NotNegative(Quantity);
        var price = row.NotNegative(UnitPrice);
        var fee = row.NotNegativeOrNull(Fee);
        var type = row.Text(Type).ToUpperInvariant();
        var symbol = row.Text(Symbol);
        if (log.SkipIfUnreadable(row))
        {
            return null;
        }

        var value = quantity * price;
        var transaction = type switch
        {
            "BUY" => Of(TransactionKind.Buy, -value) with { Quantity = quantity, Price = price, Fees = fee },
            "SELL" => Of(TransactionKind.Sell, value) with { Quantity = quantity, Price = price, Fees = fee },
            "DIVIDEND" => Of(TransactionKind.Dividend, value) with { Fees = fee },
            "INTEREST" => Of(TransactionKind.Interest, value) with { Fees = fee },

            // A fee stands in its own field, in files of early versions in the price.
            "FEE" => Of(TransactionKind.Fee, fee is > 0 ? -fee.Value : -value) with { Instrument = null },
            _ => Of(TransactionKind.Unclassified, null) with { Quantity = quantity, Price = price },
        };
        if (transaction.Kind is TransactionKind.Unclassified)
        {
            log.Warn("type-unknown", $"{row.Place}: the type {PersonalData.Shown(type)} has no counterpart; it is kept as unclassified.");
        }

        return transaction with
        {
            ExternalId = row[Id].Length > 0
                ? ids.Named(row[Id])
                : ids.Next(
                    StatementValues.Canonical(at), type, row[DataSource], symbol, StatementValues.Canonical(quantity),
                    StatementValues.Canonical(price), StatementValues.Canonical(fee), currency, row[AccountId]),
        };

        ReportedTransaction Of(TransactionKind kind, decimal? amount) => new()
        {
            ExternalId = "",
            Kind = kind,
            Instrument = profiles.Instrument(row[DataSource], symbol, currency),
            Amount = amount,
            Currency = currency,
            TradedAt = at,
            Note = PersonalData.Note(row[Comment]),
        };
    }
}
