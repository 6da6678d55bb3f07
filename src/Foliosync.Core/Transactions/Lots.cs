namespace Foliosync.Core.Transactions;

/// <summary>
/// Folds the entries of one instrument in one account into lots and gains. Pure: the same entries give the same book, in whatever order
/// they come.
/// </summary>
/// <remarks>
/// A cost that is unknown stays unknown: of that lot under FIFO, of all units under average cost, until nothing is held. Money is
/// rounded to ten places when it is booked; from then on every part is cut from its whole, so nothing is lost or made.
/// </remarks>
public static class Lots
{
    /// <summary>Folds <paramref name="entries"/>, all of one account and instrument.</summary>
    public static LotBook Fold(IEnumerable<LedgerEntry> entries, LotRules rules)
    {
        ArgumentNullException.ThrowIfNull(entries);
        ArgumentNullException.ThrowIfNull(rules);
        var fold = new LotFold(rules);
        foreach (var entry in LedgerEntry.InOrder(entries))
        {
            fold.Book(entry);
        }

        return fold.ToBook();
    }
}
