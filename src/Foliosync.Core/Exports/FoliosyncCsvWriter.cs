using System.Buffers;
using System.Text;

namespace Foliosync.Core.Exports;

/// <summary>Foliosync's own CSV: a header, and one row for each transaction.</summary>
internal static class FoliosyncCsvWriter
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",;\t\r\n|");
    private static readonly HashSet<string> Numbers = ["quantity", "price", "amount", "fees", "taxes", "confidence"];
    private static readonly bool[] IsNumber = [.. FoliosyncRows.Columns.Select(Numbers.Contains)];

    public static async Task WriteAsync(ExportedLedger ledger, Stream output, ExportWarnings warnings, CancellationToken cancellationToken)
    {
        if (ledger.Accounts.Count > 1)
        {
            warnings.Add("The file has several accounts and importing it puts all of them into one; export each account by itself to keep them apart");
        }

        var rows = new FoliosyncRows(ledger, warnings);
        await using var text = new StreamWriter(output, Utf8, bufferSize: 16 * 1024, leaveOpen: true);
        await text.WriteAsync(string.Join(',', FoliosyncRows.Columns) + '\n');
        var line = new StringBuilder();
        foreach (var account in ledger.Accounts)
        {
            await foreach (var transaction in account.Transactions.WithCancellation(cancellationToken))
            {
                line.Clear();
                Append(line, rows.CellsOf(account, transaction));
                await text.WriteAsync(line, cancellationToken);
            }
        }
    }

    private static void Append(StringBuilder line, string?[] cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            var cell = IsNumber[i] ? cells[i] : Guarded(cells[i]);
            line.Append(i > 0 ? "," : "");
            if (cell.AsSpan().ContainsAny(Quoted))
            {
                line.Append('"').Append(cell!.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            }
            else
            {
                line.Append(cell);
            }
        }

        line.Append('\n');
    }

    /// <summary>
    /// A spreadsheet takes a text that begins like a formula for one, and may run it. An apostrophe before it prevents that, and the reader takes
    /// it off again. A text that has one already gets another, so that nothing is lost.
    /// </summary>
    private static string? Guarded(string? text) =>
        text?.TrimStart('\'') is { Length: > 0 } rest && rest[0] is '=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠' ? "'" + text : text;
}
