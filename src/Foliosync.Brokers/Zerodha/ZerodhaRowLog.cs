using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Zerodha;

/// <summary>What went wrong while a list was read: warnings, and rows that were left out.</summary>
/// <param name="list">The list in words, for example <c>holdings</c>.</param>
internal sealed class ZerodhaRowLog(string list)
{
    private const int LongestShownText = 40;

    private List<BrokerWarning>? _warnings;

    public IReadOnlyList<BrokerWarning> Warnings => _warnings ?? (IReadOnlyList<BrokerWarning>)[];

    public int Skipped { get; private set; }

    /// <summary>A text of the broker's, cut to a length that people can read.</summary>
    public static string Shown(string text) => text.Length <= LongestShownText ? text : text[..LongestShownText];

    public void Warn(string code, string message) => (_warnings ??= []).Add(new BrokerWarning(code, message));

    /// <summary>Leaves a row out. Its field is of the wrong type, missing, or of a value that cannot be meant.</summary>
    public void Skip(string row, string field)
    {
        Skipped++;
        Warn("row-unreadable", $"{row} of the {list} was left out: its {field} could not be read.");
    }

    /// <summary>Leaves out what could not even be parsed.</summary>
    /// <exception cref="BrokerException">Of kind InvalidData when no row at all is readable: then the form has changed, not a row.</exception>
    public void SkipUnreadable<T>(ZerodhaRows<T> rows, string path)
        where T : class
    {
        foreach (var row in rows.Unreadable)
        {
            Skip(row.Symbol is null ? $"Row {row.Number}" : $"Row {row.Number} ({Shown(row.Symbol)})", row.Field);
        }

        FailIfNothingIsLeft(rows.Count, rows.Unreadable.Count > 0 ? rows.Unreadable[0].Field : "", path);
    }

    /// <summary>The report of a list of holdings.</summary>
    /// <exception cref="BrokerException">Of kind InvalidData when every row had to be left out.</exception>
    public HoldingsReport Report(List<ReportedHolding> holdings, int rowCount, string path, DateTimeOffset asOf)
    {
        FailIfNothingIsLeft(rowCount, "values", path);
        return new HoldingsReport
        {
            Holdings = holdings,
            IsComplete = Skipped == 0,
            AsOf = asOf,
            Warnings = Warnings,
            SkippedRows = Skipped,
        };
    }

    private void FailIfNothingIsLeft(int rowCount, string field, string path)
    {
        if (Skipped > 0 && Skipped == rowCount)
        {
            throw ZerodhaErrors.Unreadable(path, $"data[].{field}");
        }
    }
}
