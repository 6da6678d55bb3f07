using System.Text.Json;
using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Imports;

/// <summary>A JSON file, held as a whole; the size limit of uploads keeps that small.</summary>
internal static class JsonFile
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>Null when the file is not JSON, or not an object.</summary>
    /// <exception cref="BrokerException">Of kind InvalidData when it begins like JSON and is damaged, or can be opened by nobody.</exception>
    public static async Task<JsonDocument?> OpenAsync(Stream file, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (FileKinds.Of(file) is not FileKind.Json)
        {
            return null;
        }

        try
        {
            var document = await JsonDocument.ParseAsync(file, Options, cancellationToken);
            if (document.RootElement.ValueKind is JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException failure)
        {
            // The cause may quote the file: only its place is passed on.
            throw BrokerException.InvalidData(
                $"The JSON file is damaged or incomplete at line {(failure.LineNumber ?? 0) + 1}. Export it again.", detail: nameof(JsonException));
        }
    }

    /// <summary>The rows of a list in an object; null when the object has no such list.</summary>
    /// <param name="parent">The object.</param>
    /// <param name="name">Of the list; people see it in messages.</param>
    public static IEnumerable<StatementRow>? Rows(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var list) && list.ValueKind is JsonValueKind.Array
            ? list.EnumerateArray().Select((element, place) => Row(element, $"Entry {place + 1} of {name}"))
            : null;

    /// <summary>A text of an object; empty when there is none.</summary>
    public static string Text(JsonElement parent, string name) =>
        parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? Text(value) : "";

    private static StatementRow Row(JsonElement element, string place) => new(place, column => Text(element, column.Name));

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => TextOf(value),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "",
    };

    /// <summary>A text with half a surrogate pair in it is no text.</summary>
    private static string TextOf(JsonElement value)
    {
        try
        {
            return value.GetString()!.Trim();
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }
}
