using Foliosync.Brokers.Contract;
using static Foliosync.Core.Transactions.ExactShares;

namespace Foliosync.Core.Transactions;

/// <summary>Books entries one after the other.</summary>
internal sealed class LotFold(LotRules rules)
{
    private readonly OpenLots _open = new(rules.Method);
    private readonly List<Disposal> _disposals = [];
    private readonly List<UnitStep> _steps = [];
    private readonly List<LotWarning> _warnings = [];
    private string? _currency;
    private decimal _multiplier = 1m;
    private decimal _income;
    private decimal _taxesOnIncome;
    private decimal _charges;
    private int _tradesWithoutCharges;

    public void Book(LedgerEntry entry)
    {
        _currency ??= entry.Currency;
        _multiplier = entry.Multiplier;
        var before = _open.Signed;
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

        if (_open.Signed != before)
        {
            _steps.Add(new UnitStep(entry.TradedAt, entry.Id, _open.Signed));
        }
    }

    public LotBook ToBook()
    {
        return new LotBook
        {
            Open = _open.ToList(),
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
        var closing = _open.IsShort != leaves ? Math.Min(units, _open.Units) : 0m;
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

        _open.Add(new OpenLots.Lot(entry.Id, entry.Day, acquiredOn) { Units = units - closing, Amount = amount - closed }, isShort: leaves);
    }

    /// <summary>Closes units, oldest first. <paramref name="amount"/> is what the closing entry paid or got for them.</summary>
    private void Close(LedgerEntry entry, decimal units, decimal? amount)
    {
        var lots = _open.Take(units);
        var amounts = amount is { } known ? ExactShares.Of(known, [.. lots.Select(l => l.Units)]) : null;
        var parts = lots.Select((lot, i) => new DisposedLot(
            lot.OpenedBy,
            lot.AcquiredOn,
            lot.Units,
            Proceeds: _open.IsShort ? lot.Amount : amounts?[i],
            Cost: _open.IsShort ? amounts?[i] : lot.Amount,
            HoldingDays: entry.Day.DayNumber - lot.AcquiredOn?.DayNumber));
        _disposals.Add(new Disposal(entry.Id, entry.Kind, entry.Day, [.. parts], _open.IsShort));
    }

    private void Split(LedgerEntry entry)
    {
        var held = _open.Units;
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
        }
        else
        {
            _open.Divide(units!.Value);
        }
    }

    private void Adjust(LedgerEntry entry)
    {
        if (entry.InstrumentId is null)
        {
            return;
        }

        var change = entry.Quantity - _open.Signed;
        if (change is { } units and not 0)
        {
            Move(entry with { Quantity = Math.Abs(units) }, units < 0, null, null);
        }

        if (entry.Price is { } price && _open.Signed > 0 && KnownHere(entry, price) is not null)
        {
            _open.SetCost(Money(price * _open.Units * entry.Multiplier));
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
}
