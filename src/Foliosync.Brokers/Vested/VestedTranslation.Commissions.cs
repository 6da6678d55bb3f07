using System.Text.RegularExpressions;

namespace Foliosync.Brokers.Vested;

/// <summary>
/// Older files have the commission of a trade as a row of its own in All Transactions, with a comment like <c>COMM Buy MCD base=2.51</c>.
/// </summary>
internal sealed partial class VestedTranslation
{
    /// <summary>Commission rows that were found to belong to a trade.</summary>
    private readonly HashSet<VestedLedgerRow> _commissions = new(ReferenceEqualityComparer.Instance);

    private Dictionary<(DateOnly Day, string Side, string Ticker), Queue<VestedLedgerRow>>? _commissionRows;

    /// <summary>The commission row of the same day, side and ticker that no trade has taken yet; null when there is none.</summary>
    private decimal? CommissionOf(VestedTradeRow trade)
    {
        _commissionRows ??= (ledger?.Rows ?? [])
            .Where(row => row.Type == "COMM")
            .Select(row => (Row: row, Comment: Comment().Match(row.Comment)))
            .Where(pair => pair.Comment.Success)
            .GroupBy(pair => (
                DateOnly.FromDateTime(pair.Row.At.DateTime),
                pair.Comment.Groups["side"].Value.ToUpperInvariant(),
                pair.Comment.Groups["ticker"].Value))
            .ToDictionary(group => group.Key, group => new Queue<VestedLedgerRow>(group.Select(pair => pair.Row)));

        var key = (DateOnly.FromDateTime(trade.At.DateTime), trade.Activity.ToUpperInvariant(), trade.Ticker);
        if (!_commissionRows.TryGetValue(key, out var rows) || !rows.TryDequeue(out var commission))
        {
            return null;
        }

        _commissions.Add(commission);
        return Math.Abs(commission.Amount);
    }

    [GeneratedRegex(@"^COMM (?<side>Buy|Sell) (?<ticker>\S+)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comment();
}
