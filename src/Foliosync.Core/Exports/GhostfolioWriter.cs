using System.Globalization;
using System.Text.Json;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Exports;

/// <summary>
/// The JSON that Ghostfolio imports: accounts, activities, and profiles of what its sources of prices do not know. Only fields that it takes;
/// it refuses a file with any other.
/// </summary>
internal static class GhostfolioWriter
{
    public static async Task WriteAsync(ExportedLedger ledger, Stream output, ExportWarnings warnings, CancellationToken cancellationToken)
    {
        var symbols = new GhostfolioSymbols();
        await using var json = new Utf8JsonWriter(output, FoliosyncJsonWriter.Options);
        json.WriteStartObject();
        WriteAccounts(json, ledger, warnings);
        json.WriteStartArray("activities");
        foreach (var account in ledger.Accounts)
        {
            await foreach (var transaction in account.Transactions.WithCancellation(cancellationToken))
            {
                if (GhostfolioActivity.Of(transaction, warnings) is { } activity)
                {
                    Write(json, account, transaction, activity, symbols);
                    await FoliosyncJsonWriter.FlushIfFullAsync(json, cancellationToken);
                }
            }
        }

        json.WriteEndArray();
        symbols.WriteProfiles(json);
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    private static void WriteAccounts(Utf8JsonWriter json, ExportedLedger ledger, ExportWarnings warnings)
    {
        json.WriteStartArray("accounts");
        foreach (var account in ledger.Accounts)
        {
            json.WriteStartObject();
            json.WriteString("id", account.Id);
            json.WriteString("name", ExportText.Line(account.Name) ?? "Account");
            json.WriteString("currency", account.Currency);
            json.WriteNumber("balance", account.Cash.Where(c => c.Currency == account.Currency).Sum(c => c.Amount));
            json.WriteNull("platformId");
            json.WriteEndObject();
            foreach (var _ in account.Cash.Where(c => c.Currency != account.Currency && c.Amount != 0))
            {
                warnings.Add("Balances in other currencies than the account's are left out: an account of Ghostfolio has one");
            }
        }

        json.WriteEndArray();
    }

    private static void Write(
        Utf8JsonWriter json, ExportedAccount account, Transaction transaction, GhostfolioActivity activity, GhostfolioSymbols symbols)
    {
        var (source, symbol) = symbols.Of(transaction, activity.Type);
        json.WriteStartObject();
        json.WriteString("accountId", account.Id);
        json.WriteString("type", activity.Type);
        json.WriteString("dataSource", source);
        json.WriteString("symbol", symbol);
        json.WriteString("currency", transaction.Currency);

        // The trading day: Ghostfolio looks prices up by the day in UTC, and an evening there is the next morning in India.
        json.WriteString("date", $"{ExportText.Of(account.DayOf(transaction))}T00:00:00.000Z");
        json.WriteNumber("quantity", activity.Quantity);
        json.WriteNumber("unitPrice", activity.UnitPrice);
        json.WriteNumber("fee", activity.Fee);
        json.WriteString("comment", CommentOf(transaction));
        json.WriteEndObject();
    }

    private static string? CommentOf(Transaction transaction)
    {
        var note = ExportText.Clean(transaction.Note);
        return transaction.Source is not TransactionSource.Inferred
            ? note
            : string.Create(CultureInfo.InvariantCulture, $"[inferred, confidence {ExportText.Of(transaction.Confidence) ?? "unknown"}] {note}").TrimEnd();
    }
}
