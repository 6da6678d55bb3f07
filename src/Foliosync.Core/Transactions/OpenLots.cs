using static Foliosync.Core.Transactions.ExactShares;

namespace Foliosync.Core.Transactions;

/// <summary>The lots that are open while entries are booked, oldest first. Long and short ones are never open at the same time.</summary>
internal sealed class OpenLots(CostMethod method)
{
    private readonly List<Lot> _lots = [];

    /// <summary>True when the open lots were sold and not bought yet.</summary>
    public bool IsShort { get; private set; }

    /// <summary>Units open, never negative.</summary>
    public decimal Units { get; private set; }

    /// <summary>Units held: negative when short.</summary>
    public decimal Signed => IsShort ? -Units : Units;

    public void Add(Lot lot, bool isShort)
    {
        IsShort = isShort;
        Units += lot.Units;
        _lots.Add(lot);
    }

    /// <summary>Takes the oldest units off, each with its part of the amount.</summary>
    public List<Lot> Take(decimal units)
    {
        EvenOut();
        Units -= units;
        var whole = 0;
        for (; whole < _lots.Count && _lots[whole].Units <= units; whole++)
        {
            units -= _lots[whole].Units;
        }

        var taken = _lots.GetRange(0, whole);
        _lots.RemoveRange(0, whole);
        if (units > 0)
        {
            var lot = _lots[0];
            var part = lot with { Units = units, Amount = First(lot.Amount, units, lot.Units) };
            taken.Add(part);
            lot.Units -= units;
            lot.Amount -= part.Amount;
        }

        return taken;
    }

    /// <summary>Makes the lots have <paramref name="units"/> together, above 0, in the proportion they have now.</summary>
    public void Divide(decimal units)
    {
        var shares = Of(units, [.. _lots.Select(l => l.Units)], UnitPlaces);

        // A lot may be too small to keep a unit of its own; its amount then stays with its neighbour.
        decimal? carried = 0m;
        for (var i = 0; i < shares.Length; i++)
        {
            var lot = _lots[i];
            lot.Units = shares[i];
            carried += lot.Amount;
            if (shares[i] != 0)
            {
                lot.Amount = carried;
                carried = 0m;
            }
        }

        _lots.RemoveAll(l => l.Units == 0);
        _lots[^1].Amount += carried;
        Units = units;
    }

    /// <summary>
    /// Makes the lots cost <paramref name="total"/> together: those of unknown cost share what the others leave; when there are none, all
    /// change in proportion to what they cost.
    /// </summary>
    public void SetCost(decimal total)
    {
        var unknown = _lots.Where(l => l.Amount is null).ToList();
        var rest = total - _lots.Sum(l => l.Amount ?? 0m);
        if (unknown.Count > 0 && rest >= 0)
        {
            Share(rest, unknown, l => l.Units);
        }
        else if (unknown.Count == 0 && _lots.Exists(l => l.Amount > 0))
        {
            Share(total, _lots, l => Math.Max(0m, l.Amount!.Value));
        }
        else
        {
            Share(total, _lots, l => l.Units);
        }
    }

    public IReadOnlyList<OpenLot> ToList()
    {
        EvenOut();
        return
        [
            .. _lots.Select(l => IsShort
                ? new OpenLot(l.OpenedBy, l.BookedOn, l.AcquiredOn, -l.Units, -l.Amount)
                : new OpenLot(l.OpenedBy, l.BookedOn, l.AcquiredOn, l.Units, l.Amount)),
        ];
    }

    /// <summary>Under average cost all units cost the same, and an unknown cost is one of all.</summary>
    private void EvenOut()
    {
        if (method == CostMethod.Fifo || _lots.Count < 2)
        {
            return;
        }

        if (LotBook.SumOrNull(_lots, l => l.Amount) is { } total)
        {
            Share(total, _lots, l => l.Units);
        }
        else
        {
            _lots.ForEach(l => l.Amount = null);
        }
    }

    private static void Share(decimal total, List<Lot> lots, Func<Lot, decimal> weight)
    {
        var shares = Of(total, [.. lots.Select(weight)]);
        for (var i = 0; i < shares.Length; i++)
        {
            lots[i].Amount = shares[i];
        }
    }

    /// <summary>Units above 0, also of a short lot; the amount is the cost of a long lot and the proceeds of a short one.</summary>
    internal sealed record Lot(Guid OpenedBy, DateOnly BookedOn, DateOnly? AcquiredOn)
    {
        public decimal Units { get; set; }

        public decimal? Amount { get; set; }
    }
}
