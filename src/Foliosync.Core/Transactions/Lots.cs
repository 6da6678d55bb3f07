using Foliosync.Brokers.Contract;
using static Foliosync.Core.Transactions.ExactShares;

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

/// <summary>The lots while entries are booked. Long and short lots are never open at the same time.</summary>
internal sealed class LotFold(LotRules rules)
{
    private readonly List<Lot> _open = [];
    private readonly List<Disposal> _disposals = [];
    private readonly List<UnitStep> _steps = [];
    private readonly List<LotWarning> _warnings = [];
    private string? _currency;
    private decimal _multiplier = 1m;
    private bool _short;
    private decimal _income;
    private decimal _taxesOnIncome;
    private decimal _charges;
    private int _tradesWithoutCharges;

    private decimal Held => _open.Sum(l => l.Units);

    public void Book(LedgerEntry entry)
    {
        _currency ??= entry.Currency;
        _multiplier = entry.Multiplier;
        var before = Signed();
        switch (entry.Kind)
        {
            case TransactionKind.Buy:
            case TransactionKind.Sell:
                Trade(entry);
                break;
            case TransactionKind.TransferIn:
                Move(entry, leaves: false, KnownHere(entry, entry.Quantity * entry.Price * entry.Multiplier), entry.AcquiredOn);
                break;
            case TransactionKind.TransferOut:
                Move(entry, leaves: true, null, null);
                break;
            case TransactionKind.Bonus:
                Move(entry, leaves: false, 0m, entry.Day);
                break;
            case TransactionKind.Split:
                Split(entry);
                break;
            case TransactionKind.Adjustment:
                Adjust(entry);
                break;
            case TransactionKind.Dividend:
            case TransactionKind.Interest:
                _income += entry.Amount ?? 0m;
                _taxesOnIncome += entry.Taxes ?? 0m;
                _charges += entry.Fees ?? 0m;
                break;
            case TransactionKind.Fee:
            case TransactionKind.Tax:
                _charges += entry.Charges - (entry.Amount ?? 0m);
                break;
            case TransactionKind.Unclassified when entry.Quantity is > 0:
                Warn(entry, LotWarningCode.Unclassified, "The kind of this row is not known, so its units do not count.");
                break;
            default:
                break;
        }

        if (Signed() != before)
        {
            _steps.Add(new UnitStep(entry.TradedAt, entry.Id, Signed()));
        }
    }

    public LotBook ToBook()
    {
        EvenOut();
        return new LotBook
        {
            Open = [.. _open.Select(l => _short
                ? new OpenLot(l.OpenedBy, l.BookedOn, l.AcquiredOn, -l.Units, -l.Amount)
                : new OpenLot(l.OpenedBy, l.BookedOn, l.AcquiredOn, l.Units, l.Amount))],
            Disposals = _disposals,
            Steps = _steps,
            Warnings = _warnings,
            Currency = _currency,
            Multiplier = _multiplier,
            Income = _income,
            TaxesOnIncome = _taxesOnIncome,
            Charges = _charges,
            TradesWithoutCharges = _tradesWithoutCharges,
        };
    }

    private decimal Signed() => _short ? -Held : Held;

    private void Trade(LedgerEntry entry)
    {
        var sells = entry.Kind == TransactionKind.Sell;
        _charges += entry.Charges;
        if (entry.Fees is null || entry.Taxes is null)
        {
            _tradesWithoutCharges++;
        }

        var charges = rules.ChargesInCost ? entry.Charges : 0m;
        Move(entry, sells, KnownHere(entry, sells ? entry.Gross - charges : entry.Gross + charges), entry.Day);
    }

    /// <summary>Units go one way: they close what is open the other way, and what is left of them opens a lot.</summary>
    private void Move(LedgerEntry entry, bool leaves, decimal? amount, DateOnly? acquiredOn)
    {
        if (entry.Quantity is not { } units)
        {
            Warn(entry, LotWarningCode.UnitsMissing, "This row tells no units, so it changes none.");
            return;
        }

        if (units <= 0)
        {
            return;
        }

        amount = amount is { } known ? Money(known) : null;
        var closing = _open.Count > 0 && _short != leaves ? Math.Min(units, Held) : 0m;
        var closed = closing == 0 ? 0m : First(amount, closing, units);
        if (closing > 0)
        {
            Close(entry, closing, closed);
        }

        if (units == closing)
        {
            return;
        }

        if (leaves && !rules.ShortsAllowed)
        {
            Warn(
                entry,
                LotWarningCode.Oversold,
                FormattableString.Invariant($"{units - closing:0.#########} units more left than the ledger holds; a purchase before it is missing."));
        }

        _short = leaves;
        _open.Add(new Lot(entry.Id, entry.Day, acquiredOn) { Units = units - closing, Amount = amount - closed });
    }

    /// <summary>Closes units, oldest first. <paramref name="amount"/> is what the closing entry paid or got for them.</summary>
    private void Close(LedgerEntry entry, decimal units, decimal? amount)
    {
        var lots = Take(units);
        var amounts = amount is { } known ? ExactShares.Of(known, [.. lots.Select(l => l.Units)]) : null;
        var parts = lots.Select((lot, i) => new DisposedLot(
            lot.OpenedBy,
            lot.AcquiredOn,
            lot.Units,
            Proceeds: _short ? lot.Amount : amounts?[i],
            Cost: _short ? amounts?[i] : lot.Amount,
            HoldingDays: entry.Day.DayNumber - lot.AcquiredOn?.DayNumber));
        _disposals.Add(new Disposal(entry.Id, entry.Kind, entry.Day, [.. parts], _short));
    }

    /// <summary>Takes the oldest units off, with their part of the cost.</summary>
    private List<Lot> Take(decimal units)
    {
        EvenOut();
        var taken = new List<Lot>();
        var whole = 0;
        foreach (var lot in _open)
        {
            if (units < lot.Units)
            {
                break;
            }

            taken.Add(lot);
            units -= lot.Units;
            whole++;
        }

        _open.RemoveRange(0, whole);
        if (units > 0)
        {
            var lot = _open[0];
            var part = new Lot(lot.OpenedBy, lot.BookedOn, lot.AcquiredOn) { Units = units, Amount = First(lot.Amount, units, lot.Units) };
            taken.Add(part);
            lot.Units -= units;
            lot.Amount -= part.Amount;
        }

        return taken;
    }

    private void Split(LedgerEntry entry)
    {
        var held = Held;
        if (held == 0 || (entry.Ratio is null && entry.Quantity is null))
        {
            Warn(entry, LotWarningCode.SplitUnclear, held == 0 ? "Nothing is held that could be split." : "This split tells neither ratio nor units.");
            return;
        }

        var units = entry.Quantity;
        if (entry.Ratio is { } ratio)
        {
            var exact = decimal.Round(ratio.Of(held), UnitPlaces);
            if (units is null || Math.Abs(exact - units.Value) >= 1m)
            {
                if (units is not null)
                {
                    Warn(
                        entry,
                        LotWarningCode.SplitUnclear,
                        FormattableString.Invariant($"The split {ratio} of {held:0.#########} units does not make {units:0.#########}; the ratio counts."));
                }

                units = exact;
            }
        }

        if (units == 0)
        {
            Close(entry, held, null);
            return;
        }

        // A lot may be too small to keep a unit of its own; its cost then stays with its neighbour.
        var shares = ExactShares.Of(units!.Value, [.. _open.Select(l => l.Units)], UnitPlaces);
        decimal? carried = 0m;
        for (var i = 0; i < shares.Length; i++)
        {
            _open[i].Units = shares[i];
            if (shares[i] == 0)
            {
                carried += _open[i].Amount;
            }
            else
            {
                _open[i].Amount += carried;
                carried = 0m;
            }
        }

        _open.RemoveAll(l => l.Units == 0);
        _open[^1].Amount += carried;
    }

    private void Adjust(LedgerEntry entry)
    {
        if (entry.InstrumentId is null)
        {
            return;
        }

        var change = entry.Quantity - Signed();
        if (change is { } units and not 0)
        {
            Move(entry with { Quantity = Math.Abs(units) }, units < 0, null, null);
        }

        if (entry.Price is { } price && _open.Count > 0 && !_short && KnownHere(entry, price) is not null)
        {
            SetCost(Money(price * Held * entry.Multiplier));
        }
    }

    /// <summary>The lots of unknown cost share what the others leave; when there are none, all change in proportion to what they cost.</summary>
    private void SetCost(decimal total)
    {
        var unknown = _open.Where(l => l.Amount is null).ToList();
        var rest = total - _open.Sum(l => l.Amount ?? 0m);
        if (unknown.Count > 0 && rest >= 0)
        {
            Share(rest, unknown, l => l.Units);
            return;
        }

        Share(total, _open, unknown.Count == 0 && _open.Exists(l => l.Amount > 0) ? l => Math.Max(0m, l.Amount ?? 0m) : l => l.Units);
    }

    /// <summary>Under average cost all units cost the same.</summary>
    private void EvenOut()
    {
        if (rules.Method == CostMethod.Fifo || _open.Count < 2)
        {
            return;
        }

        if (LotBook.SumOrNull(_open, l => l.Amount) is { } total)
        {
            Share(total, _open, l => l.Units);
        }
        else
        {
            _open.ForEach(l => l.Amount = null);
        }
    }

    private static void Share(decimal total, List<Lot> lots, Func<Lot, decimal> weight)
    {
        var shares = ExactShares.Of(total, [.. lots.Select(weight)]);
        for (var i = 0; i < shares.Length; i++)
        {
            lots[i].Amount = shares[i];
        }
    }

    private decimal? KnownHere(LedgerEntry entry, decimal? amount)
    {
        if (entry.Currency == _currency)
        {
            return amount;
        }

        Warn(entry, LotWarningCode.OtherCurrency, $"This row is in {entry.Currency}, the others are in {_currency}; its cost is left unknown.");
        return null;
    }

    private void Warn(LedgerEntry entry, LotWarningCode code, string message) => _warnings.Add(new LotWarning(entry.Id, code, message));

    /// <summary>Units are above 0, also of a short lot; the amount is the cost of a long lot and the proceeds of a short one.</summary>
    private sealed class Lot(Guid openedBy, DateOnly bookedOn, DateOnly? acquiredOn)
    {
        public Guid OpenedBy { get; } = openedBy;

        public DateOnly BookedOn { get; } = bookedOn;

        public DateOnly? AcquiredOn { get; } = acquiredOn;

        public decimal Units { get; set; }

        public decimal? Amount { get; set; }
    }
}
