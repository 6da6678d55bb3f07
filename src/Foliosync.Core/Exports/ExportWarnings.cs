using System.Globalization;

namespace Foliosync.Core.Exports;

/// <summary>What a format could not say as it is. Equal sentences are counted, so that a long ledger needs little memory.</summary>
internal sealed class ExportWarnings
{
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>One sentence each, with how many rows it is about. Neither they nor their order depend on what the rows say.</summary>
    public IReadOnlyList<string> Sentences =>
    [
        .. _counts.OrderBy(w => w.Key, StringComparer.Ordinal).Select(w => string.Create(
            CultureInfo.InvariantCulture, $"{w.Key} ({w.Value} {(w.Value == 1 ? "row" : "rows")}).")),
    ];

    /// <summary>Counts a row.</summary>
    /// <param name="sentence">The same for all rows of its kind, without a full stop, without anything of the row.</param>
    public void Add(string sentence) => _counts[sentence] = _counts.GetValueOrDefault(sentence) + 1;
}
