namespace Foliosync.Core.Exports;

/// <summary>Units bought together, as Beancount tells them apart: by day and cost.</summary>
/// <param name="Day">When they were bought.</param>
/// <param name="Units">More than 0.</param>
/// <param name="Cost">Of one unit.</param>
internal sealed record BeancountLot(DateOnly Day, decimal Units, decimal Cost);

/// <summary>
/// The open lots of one instrument in one account and currency, and the units whose cost nobody told: brought in by no known transaction, or
/// without a price. Those have no lot, may be fewer than none, and are kept apart because unknown is not 0.
/// </summary>
internal sealed class BeancountLots
{
    private readonly List<BeancountLot> _open = [];

    /// <summary>The lots, the first bought first.</summary>
    public IReadOnlyList<BeancountLot> Open => _open;

    /// <summary>Units without a known cost; negative when more were sold than are known of.</summary>
    public decimal WithoutCost { get; set; }

    /// <summary>All units.</summary>
    public decimal Units => _open.Sum(lot => lot.Units) + WithoutCost;

    /// <summary>Adds a lot; what has the same day and cost is the same lot.</summary>
    public void Add(BeancountLot lot)
    {
        var same = _open.FindIndex(l => l.Day == lot.Day && l.Cost == lot.Cost);
        if (same < 0)
        {
            _open.Add(lot);
        }
        else
        {
            _open[same] = lot with { Units = lot.Units + _open[same].Units };
        }
    }

    /// <summary>Takes units out, first in first out, and tells from which lots: fewer when there are fewer.</summary>
    public IReadOnlyList<BeancountLot> Take(decimal units)
    {
        var taken = new List<BeancountLot>();
        while (units > 0 && _open.Count > 0)
        {
            var first = _open[0];
            var part = first with { Units = Math.Min(units, first.Units) };
            taken.Add(part);
            units -= part.Units;
            if (part.Units == first.Units)
            {
                _open.RemoveAt(0);
            }
            else
            {
                _open[0] = first with { Units = first.Units - part.Units };
            }
        }

        return taken;
    }

    /// <summary>Takes all lots out.</summary>
    public IReadOnlyList<BeancountLot> TakeAll()
    {
        IReadOnlyList<BeancountLot> taken = [.. _open];
        _open.Clear();
        return taken;
    }
}
