using System.Text.Json;

namespace Foliosync.Core.Sync.Replays;

/// <summary>A field of a broker's answer that is not the same in two runs.</summary>
/// <param name="Route">Method and path, for example <c>GET /portfolio/holdings</c>.</param>
/// <param name="Field">The way to it, rows by what tells them apart, for example <c>data[isin=INE009A01021].quantity</c>.</param>
/// <param name="Before">In the first run; null when it was not there.</param>
/// <param name="After">In the second run; null when it is not there.</param>
public sealed record PayloadChange(string Route, string Field, string? Before, string? After);

/// <summary>Compares two answers field by field. Pure. Rows of lists are paired by what tells them apart, not by their order.</summary>
/// <param name="route">Method and path of both.</param>
/// <param name="symbol">Only rows of this instrument; null for everything.</param>
internal sealed class PayloadDiff(string route, string? symbol)
{
    private readonly List<PayloadChange> _changes = [];

    /// <summary>The fields that differ.</summary>
    public static IReadOnlyList<PayloadChange> Of(string route, ReadOnlyMemory<byte> before, ReadOnlyMemory<byte> after, string? symbol)
    {
        using var first = Parse(before);
        using var second = Parse(after);
        if (first is null || second is null)
        {
            // Not both are JSON, so there are no fields; that they differ is still worth knowing.
            return symbol is not null || before.Span.SequenceEqual(after.Span) ? [] : [new PayloadChange(route, "(the whole answer)", SizeOf(before), SizeOf(after))];
        }

        var diff = new PayloadDiff(route, symbol);
        diff.Compare(string.Empty, first.RootElement, second.RootElement, symbol is null);
        return diff._changes;
    }

    private void Compare(string way, JsonElement? before, JsonElement? after, bool wanted)
    {
        if (KindOf(before) is JsonValueKind.Object && KindOf(after) is JsonValueKind.Object or JsonValueKind.Undefined
            || KindOf(after) is JsonValueKind.Object && KindOf(before) is JsonValueKind.Undefined)
        {
            CompareFields(way, before, after, wanted);
        }
        else if (KindOf(before) is JsonValueKind.Array && KindOf(after) is JsonValueKind.Array or JsonValueKind.Undefined
            || KindOf(after) is JsonValueKind.Array && KindOf(before) is JsonValueKind.Undefined)
        {
            CompareRows(way, before ?? Nothing, after ?? Nothing, wanted);
        }
        else if (wanted && !Same(before, after))
        {
            _changes.Add(new PayloadChange(route, way, Shown(before), Shown(after)));
        }
    }

    private void CompareFields(string way, JsonElement? before, JsonElement? after, bool wanted)
    {
        foreach (var name in FieldsOf(before).Union(FieldsOf(after), StringComparer.Ordinal))
        {
            var from = FieldOf(before, name);
            var to = FieldOf(after, name);
            var below = way.Length == 0 ? name : $"{way}.{name}";
            if (!PayloadMask.Hides(name))
            {
                Compare(below, from, to, wanted);
            }
            else if (wanted && !Same(from, to))
            {
                _changes.Add(new PayloadChange(route, below, from is null ? null : PayloadMask.Hidden, to is null ? null : PayloadMask.Hidden));
            }
        }
    }

    private void CompareRows(string way, JsonElement before, JsonElement after, bool wanted)
    {
        var keys = RowKeys.Of(before, after);
        var from = keys.Index(before);
        var to = keys.Index(after);
        foreach (var key in from.Keys.Union(to.Keys, StringComparer.Ordinal))
        {
            JsonElement? old = from.TryGetValue(key, out var first) ? first : null;
            JsonElement? now = to.TryGetValue(key, out var second) ? second : null;
            var isOfSymbol = symbol is not null && (old is { } o && RowKeys.IsOf(o, symbol) || now is { } n && RowKeys.IsOf(n, symbol));
            Compare($"{way}[{key}]", old, now, wanted || isOfSymbol);
        }
    }

    private static JsonElement Nothing { get; } = JsonDocument.Parse("[]").RootElement.Clone();

    private static JsonValueKind KindOf(JsonElement? element) => element?.ValueKind ?? JsonValueKind.Undefined;

    private static IEnumerable<string> FieldsOf(JsonElement? element) => element is { } e ? e.EnumerateObject().Select(p => p.Name) : [];

    private static JsonElement? FieldOf(JsonElement? element, string name) =>
        element is { } e && e.TryGetProperty(name, out var value) ? value : null;

    private static bool Same(JsonElement? a, JsonElement? b) => a is { } x && b is { } y ? JsonElement.DeepEquals(x, y) : a is null && b is null;

    // A list or object that became something else: what it is says enough.
    private static string? Shown(JsonElement? element) => element is not { } value ? null : value.ValueKind switch
    {
        JsonValueKind.Object => "(an object)",
        JsonValueKind.Array => $"(a list of {value.GetArrayLength()})",
        _ => PayloadMask.Show(value),
    };

    private static string SizeOf(ReadOnlyMemory<byte> answer) => $"({answer.Length} bytes)";

    private static JsonDocument? Parse(ReadOnlyMemory<byte> answer)
    {
        try
        {
            return JsonDocument.Parse(answer);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
