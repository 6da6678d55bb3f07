using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Foliosync.Core.Users;

/// <summary>What was before a change and after it, as the audit log keeps it: <c>{"before":{…},"after":{…}}</c>, of what changed only.</summary>
internal static class AuditDetail
{
    // Read by people and by pages that encode what they show.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(IReadOnlyDictionary<string, string?>? before, IReadOnlyDictionary<string, string?>? after) => (before, after) switch
    {
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

    public static (Dictionary<string, string?> Before, Dictionary<string, string?> After) Parse(string? detail)
    {
        var sides = JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, string?>?>>(detail ?? "{}");
        return (sides?.GetValueOrDefault("before") ?? [], sides?.GetValueOrDefault("after") ?? []);
    }

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
