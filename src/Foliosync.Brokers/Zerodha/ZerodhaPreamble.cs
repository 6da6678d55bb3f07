using System.Globalization;
using System.Text.RegularExpressions;
using Foliosync.Brokers.Files;

namespace Foliosync.Brokers.Zerodha;

/// <summary>What Console writes above a table.</summary>
internal static partial class ZerodhaPreamble
{
    /// <summary>The client id, which is the account's id; null when the file has none.</summary>
    public static string? ClientIdOf(Table table)
    {
        foreach (var row in table.Above)
        {
            for (var i = 0; i < row.Cells.Count; i++)
            {
                if (row.Cells[i].TrimEnd(':').Equals("Client ID", StringComparison.OrdinalIgnoreCase))
                {
                    var value = row.Cells.Skip(i + 1).FirstOrDefault(cell => cell.Length > 0);
                    return value is not null && ClientId().IsMatch(value) ? value.ToUpperInvariant() : null;
                }
            }
        }

        return null;
    }

    /// <summary>The day that a statement says it is of; null when it does not.</summary>
    public static DateOnly? DayOf(Table table)
    {
        foreach (var cell in table.Above.SelectMany(row => row.Cells))
        {
            var match = AsOn().Match(cell);
            if (match.Success && DateOnly.TryParseExact(match.Groups["day"].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                return day;
            }
        }

        return null;
    }

    [GeneratedRegex("^[A-Za-z]{1,4}[0-9A-Za-z]{2,8}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClientId();

    [GeneratedRegex(@"as on (?<day>\d{4}-\d{2}-\d{2})", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AsOn();
}
