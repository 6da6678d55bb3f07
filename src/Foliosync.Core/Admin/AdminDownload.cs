using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Foliosync.Core.Admin;

/// <summary>Writes all rows of a list as CSV or JSON, row by row as they are read.</summary>
public sealed class AdminDownload(AdminReader reader)
{
    /// <summary>The formats.</summary>
    public static readonly IReadOnlyList<string> Formats = ["csv", "json"];

    private const int RowsToFlush = 500;

    /// <summary>Writes the rows of a query.</summary>
    /// <param name="query">Which, in which order, with which columns.</param>
    /// <param name="format"><c>csv</c> or <c>json</c>.</param>
    /// <param name="to">Where.</param>
    /// <param name="cancellationToken">Stops in the middle.</param>
    public Task WriteAsync(AdminQuery query, string format, Stream to, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return format == "json" ? WriteJsonAsync(query, to, cancellationToken) : WriteCsvAsync(query, to, cancellationToken);
    }

    private async Task WriteCsvAsync(AdminQuery query, Stream to, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(to, new UTF8Encoding(false), leaveOpen: true);
        await writer.WriteAsync(string.Join(',', query.Shown.Select(c => c.Name)) + "\r\n");
        await foreach (var row in reader.StreamAsync(query, cancellationToken))
        {
            await writer.WriteAsync(string.Join(',', query.Shown.Zip(row.Values, (c, v) => Cell(c, AdminColumn.Format(v)))) + "\r\n");
        }
    }

    private async Task WriteJsonAsync(AdminQuery query, Stream to, CancellationToken cancellationToken)
    {
        await using var writer = new Utf8JsonWriter(to, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStartArray();
        var written = 0;
        await foreach (var row in reader.StreamAsync(query, cancellationToken))
        {
            writer.WriteStartObject();
            foreach (var (column, value) in query.Shown.Zip(row.Values))
            {
                writer.WritePropertyName(column.Name);
                switch (value)
                {
                    case null:
                        writer.WriteNullValue();
                        break;
                    case bool flag:
                        writer.WriteBooleanValue(flag);
                        break;
                    case int or long:
                        writer.WriteNumberValue(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
                        break;
                    default:
                        writer.WriteStringValue(AdminColumn.Format(value));
                        break;
                }
            }

            writer.WriteEndObject();
            if (++written % RowsToFlush == 0)
            {
                await writer.FlushAsync(cancellationToken);
            }
        }

        writer.WriteEndArray();
        await writer.FlushAsync(cancellationToken);
    }

    // A spreadsheet would run what begins like a formula; numbers are left as they are.
    private static string Cell(AdminColumn column, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return string.Empty;
        }

        var safe = column.Kind is AdminKind.Text or AdminKind.Data && "=+-@\t".Contains(text[0], StringComparison.Ordinal) ? "'" + text : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
