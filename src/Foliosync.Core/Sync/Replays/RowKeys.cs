using System.Text.Json;

namespace Foliosync.Core.Sync.Replays;

/// <summary>
/// Finds what tells the rows of a list apart, without knowing the broker: the fewest of the usual names whose values are unique on both
/// sides. Where there are none, the place in the list.
/// </summary>
internal sealed class RowKeys
{
    // From the most telling to the least. An id of an event comes before the instrument that it is about.
    private static readonly string[] Candidates =
    [
        "trade_id", "tradeId", "order_id", "orderId", "transaction_id", "transactionId", "id", "isin", "tradingsymbol", "tradingSymbol",
        "symbol", "scheme_code", "schemeCode", "folio", "folio_number", "folioNumber", "exchange", "product", "segment", "currency", "name",
    ];

    private static readonly string[] SymbolFields = ["tradingsymbol", "tradingSymbol", "symbol"];

    private readonly string[] _names;

    private RowKeys(string[] names) => _names = names;

    /// <summary>The keys of two lists that are compared.</summary>
    public static RowKeys Of(JsonElement before, JsonElement after)
    {
        JsonElement[][] sides = [[.. before.EnumerateArray()], [.. after.EnumerateArray()]];
        var all = sides.SelectMany(s => s).ToList();
        var chosen = new List<string>();
        foreach (var name in Candidates)
        {
            if (all.Count > 0 && all.TrueForAll(row => IsScalar(row, name)))
            {
                chosen.Add(name);
                if (Array.TrueForAll(sides, rows => rows.Select(row => KeyOf(row, chosen)).Distinct(StringComparer.Ordinal).Count() == rows.Length))
                {
                    return new RowKeys([.. chosen]);
                }
            }
        }

        return new RowKeys([]);
    }

    /// <summary>The rows of a list by key, each key once.</summary>
    public Dictionary<string, JsonElement> Index(JsonElement list)
    {
        var rows = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var place = 0;
        foreach (var row in list.EnumerateArray())
        {
            rows.Add(_names.Length > 0 && row.ValueKind == JsonValueKind.Object ? KeyOf(row, _names) : $"{place}", row);
            place++;
        }

        return rows;
    }

    /// <summary>True when a row is about an instrument of that symbol.</summary>
    public static bool IsOf(JsonElement row, string symbol) => row.ValueKind == JsonValueKind.Object && Array.Exists(
        SymbolFields,
        field => row.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String
            && symbol.Equals(value.GetString(), StringComparison.OrdinalIgnoreCase));

    private static bool IsScalar(JsonElement row, string name) =>
        row.ValueKind == JsonValueKind.Object && row.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array);

    private static string KeyOf(JsonElement row, IEnumerable<string> names) =>
        string.Join(' ', names.Select(name => $"{name}={PayloadMask.Show(row.GetProperty(name))}"));
}
