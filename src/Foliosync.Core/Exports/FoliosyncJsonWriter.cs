using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Portfolios;

namespace Foliosync.Core.Exports;

/// <summary>Foliosync's own JSON: holdings, cash and transactions.</summary>
internal static class FoliosyncJsonWriter
{
    /// <summary>How JSON files are written: for people as well, and never inside of a page.</summary>
    public static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const int FlushedAt = 32 * 1024;

    public static async Task WriteAsync(ExportedLedger ledger, Stream output, ExportWarnings warnings, CancellationToken cancellationToken)
    {
        if (ledger.Accounts.Count > 1)
        {
            warnings.Add("The file has several accounts and importing it puts all of them into one; export each account by itself to keep them apart");
        }

        await using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("format", "foliosync");
        json.WriteNumber("version", 1);
        json.WriteString("asOf", ledger.AsOf.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture));
        json.WriteBoolean("complete", ledger.Accounts.Count > 0 && ledger.Accounts.All(a => a.ReportedAt is not null));
        WriteHoldings(json, ledger, warnings);
        WriteCash(json, ledger);
        json.WriteStartArray("transactions");
        var rows = new FoliosyncRows(ledger, warnings);
        foreach (var account in ledger.Accounts)
        {
            await foreach (var transaction in account.Transactions.WithCancellation(cancellationToken))
            {
                Write(json, rows.CellsOf(account, transaction));
                await FlushIfFullAsync(json, cancellationToken);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    /// <summary>Sends on what has been written so far when it is enough to be worth it.</summary>
    public static async Task FlushIfFullAsync(Utf8JsonWriter json, CancellationToken cancellationToken)
    {
        if (json.BytesPending > FlushedAt)
        {
            await json.FlushAsync(cancellationToken);
        }
    }

    private static void Write(Utf8JsonWriter json, string?[] cells)
    {
        json.WriteStartObject();
        for (var i = 0; i < cells.Length; i++)
        {
            WriteIfKnown(json, FoliosyncRows.Columns[i], cells[i]);
        }

        json.WriteEndObject();
    }

    private static void WriteHoldings(Utf8JsonWriter json, ExportedLedger ledger, ExportWarnings warnings)
    {
        json.WriteStartArray("holdings");
        foreach (var holding in ledger.Accounts.SelectMany(a => a.Holdings).Where(h => h.Quantity != 0))
        {
            if (holding.Multiplier != 1m)
            {
                warnings.Add("The multiplier of derivatives has no field; their cost and value are to be corrected after an import");
            }

            json.WriteStartObject();
            WriteHolding(json, holding);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteHolding(Utf8JsonWriter json, Holding holding)
    {
        var instrument = holding.Instrument!;
        WriteIfKnown(json, "symbol", ExportText.Line(holding.Symbol));
        WriteIfKnown(json, "isin", instrument.Isin);
        WriteIfKnown(json, "exchange", ExportText.Clean(holding.Exchange ?? instrument.Mic));
        WriteIfKnown(json, "name", ExportText.Line(instrument.Name));
        WriteIfKnown(json, "assetClass", ExportText.Of<AssetClass>(instrument.AssetClass));
        WriteIfKnown(json, "quantity", ExportText.Of(holding.Quantity));
        WriteIfKnown(json, "averagePrice", NotNegative(holding.AveragePrice));
        WriteIfKnown(json, "costBasis", NotNegative(holding.CostBasis));
        WriteIfKnown(json, "lastPrice", NotNegative(holding.LastPrice));
        WriteIfKnown(json, "currency", instrument.Currency);
    }

    private static void WriteCash(Utf8JsonWriter json, ExportedLedger ledger)
    {
        json.WriteStartArray("cash");
        foreach (var account in ledger.Accounts)
        {
            foreach (var balance in account.Cash)
            {
                json.WriteStartObject();
                json.WriteString("currency", balance.Currency);
                json.WriteString("amount", ExportText.Of(balance.Amount));

                // A balance is known by its segment and currency: those of several accounts must not be taken for one.
                var segment = ledger.Accounts.Count > 1 ? $"{account.Name} {balance.Segment}" : balance.Segment;
                WriteIfKnown(json, "segment", ExportText.Line(segment));
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    // The cost of a short position is told by its average price.
    private static string? NotNegative(decimal? number) => number >= 0 ? ExportText.Of(number) : null;

    private static void WriteIfKnown(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
