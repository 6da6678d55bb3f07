namespace Foliosync.Web.Holdings;

/// <summary>A column that can be shown or not; name and value always are.</summary>
/// <param name="Key">Its name in preferences and forms.</param>
/// <param name="Title">English text; the key of its translation.</param>
/// <param name="Sort">What its heading sorts by; null when it does not.</param>
/// <param name="IsUsual">True when it is shown to those who have chosen nothing.</param>
public sealed record HoldingsColumn(string Key, string Title, HoldingsSort? Sort, bool IsUsual);

/// <summary>The columns that a person has chosen.</summary>
public sealed class HoldingsColumns
{
    private readonly HashSet<string> _shown;

    private HoldingsColumns(IEnumerable<string> keys) => _shown = [.. keys.Where(k => All.Any(c => c.Key == k))];

    /// <summary>All that can be chosen, in the order in which they stand.</summary>
    public static IReadOnlyList<HoldingsColumn> All { get; } =
    [
        new("account", "Account", HoldingsSort.Account, false),
        new("quantity", "Units", HoldingsSort.Quantity, true),
        new("average", "Average price", null, false),
        new("price", "Price", HoldingsSort.Price, true),
        new("cost", "Cost", HoldingsSort.Cost, false),
        new("day", "Day", HoldingsSort.DayChange, true),
        new("gain", "Unrealised gain", HoldingsSort.Gain, true),
        new("share", "Share", null, true),
        new("age", "Price of", HoldingsSort.Age, true),
        new("source", "Source", null, false),
    ];

    /// <summary>Reads what is stored; null for the usual ones.</summary>
    public static HoldingsColumns Of(string? stored) =>
        new(stored is null ? All.Where(c => c.IsUsual).Select(c => c.Key) : stored.Split(',', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>True when a column is shown.</summary>
    public bool Has(string key) => _shown.Contains(key);

    /// <summary>How many columns there are with name and value.</summary>
    public int Count => _shown.Count + 2;

    /// <summary>What is stored of a choice.</summary>
    public static string ToStored(IEnumerable<string> keys) => string.Join(',', All.Select(c => c.Key).Intersect(keys, StringComparer.Ordinal));
}
