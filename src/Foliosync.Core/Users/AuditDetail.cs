using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Foliosync.Core.Users;

/// <summary>
/// What was before a change and after it, as the audit log keeps it: <c>{"before":{…},"after":{…}}</c>, of what changed only; of a row
/// that was deleted also how many others went with it, by what they are: <c>"gone":{"Prices":"3"}</c>.
/// </summary>
internal static class AuditDetail
{
    // Read by people and by pages that encode what they show.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(
        IReadOnlyDictionary<string, string?>? before, IReadOnlyDictionary<string, string?>? after, IReadOnlyDictionary<string, string?>? gone = null) => (before, after) switch
        {
            (_, null) when gone is { Count: > 0 } => JsonSerializer.Serialize(new { before, gone }, Plain),
            (null, _) => JsonSerializer.Serialize(new { after }, Plain),
            (_, null) => JsonSerializer.Serialize(new { before }, Plain),
            _ => JsonSerializer.Serialize(new { before, after }, Plain),
        };

    /// <summary>Of a row that is about to be saved. Bytes, which secrets are sealed in, are left out.</summary>
    public static string Of(EntityEntry entry)
    {
        var changed = entry.Properties
            .Where(p => p.IsModified && p.Metadata.ClrType != typeof(byte[]) && !Equals(p.OriginalValue, p.CurrentValue))
            .OrderBy(p => p.Metadata.Name, StringComparer.Ordinal)
            .ToList();
        return Of(
            changed.ToDictionary(p => JsonNamingPolicy.CamelCase.ConvertName(p.Metadata.Name), p => Text(p.OriginalValue)),
            changed.ToDictionary(p => JsonNamingPolicy.CamelCase.ConvertName(p.Metadata.Name), p => Text(p.CurrentValue)));
    }

    /// <summary>One or several values by name, as JSON.</summary>
    public static string Of(string name, string? value, params (string Name, string? Value)[] more)
    {
        var detail = new JsonObject { [name] = value };
        foreach (var (other, text) in more)
        {
            detail[other] = text;
        }

        return detail.ToJsonString();
    }

    /// <summary>Of something that was paused, paused for another reason, or resumed. An instant is null while it is not paused.</summary>
    public static string OfPause((DateTimeOffset? At, string? Reason) before, (DateTimeOffset? At, string? Reason) after)
    {
        return Of(Side(before), Side(after));

        static Dictionary<string, string?> Side((DateTimeOffset? At, string? Reason) side) => new() { ["pausedAt"] = Text(side.At), ["pauseReason"] = side.Reason };
    }

    /// <summary>The sides of a change; all are empty for a line that says something else.</summary>
    public static (Dictionary<string, string?> Before, Dictionary<string, string?> After, Dictionary<string, string?> Gone) Parse(string? detail)
    {
        var sides = detail is null ? null : JsonNode.Parse(detail) as JsonObject;
        return (Side("before"), Side("after"), Side("gone"));

        Dictionary<string, string?> Side(string name) =>
            (sides?[name] as JsonObject)?.ToDictionary(p => p.Key, p => p.Value?.ToString(), StringComparer.Ordinal) ?? [];
    }

    /// <summary>What a line says that tells of no sides, by name.</summary>
    public static Dictionary<string, string?> Words(string? detail) => detail is null || JsonNode.Parse(detail) is not JsonObject words
        ? []
        : words.Where(w => w.Value is null or JsonValue).ToDictionary(w => w.Key, w => w.Value?.ToString(), StringComparer.Ordinal);

    private static string? Text(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        Enum word => JsonNamingPolicy.CamelCase.ConvertName(word.ToString()),
        DateTimeOffset instant => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        System.Collections.IEnumerable many => string.Join(", ", many.Cast<object?>()),
        _ => value.ToString(),
    };
}
