using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Ledgers;

/// <summary>A transaction as a person types it. What is not known is null, never 0.</summary>
public sealed record ManualEntry
{
    /// <summary>The account.</summary>
    public required Guid AccountId { get; init; }

    /// <summary>The kind; every one but <see cref="TransactionKind.Unclassified"/>.</summary>
    public required TransactionKind Kind { get; init; }

    /// <summary>Symbol, ISIN or id of what was traded; null for pure cash.</summary>
    public string? Instrument { get; init; }

    /// <summary>For an instrument that nobody has named before: its kind, which says that it is to be made. Null when it must be known.</summary>
    public AssetClass? NewAs { get; init; }

    /// <summary>The trading day in the broker's time zone.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>Time of the day in the broker's time zone; null when only the day is known.</summary>
    public TimeOnly? Time { get; init; }

    /// <summary>Units, never negative; null for pure cash.</summary>
    public decimal? Quantity { get; init; }

    /// <summary>Price of one unit; null when unknown.</summary>
    public decimal? Price { get; init; }

    /// <summary>
    /// Money before fees and taxes. The kind says whether it came or went; only interest and a correction of cash may be negative. Null for
    /// units times price.
    /// </summary>
    public decimal? Amount { get; init; }

    /// <summary>Fees; null when unknown.</summary>
    public decimal? Fees { get; init; }

    /// <summary>Taxes; null when unknown.</summary>
    public decimal? Taxes { get; init; }

    /// <summary>ISO 4217; null for that of the instrument, or of the account.</summary>
    public string? Currency { get; init; }

    /// <summary>Anything worth remembering, at most 500 characters.</summary>
    public string? Note { get; init; }

    /// <summary>True for kinds that change units.</summary>
    public static bool MovesUnits(TransactionKind kind) => kind is TransactionKind.Buy or TransactionKind.Sell or TransactionKind.TransferIn
        or TransactionKind.TransferOut or TransactionKind.Split or TransactionKind.Bonus;

    /// <summary>The money as it is stored: negative when it left.</summary>
    internal decimal? SignedAmount => Kind switch
    {
        TransactionKind.Buy or TransactionKind.Withdrawal or TransactionKind.Fee or TransactionKind.Tax => -Amount,
        _ => Amount,
    };

    /// <summary>Checks what can be checked without the database.</summary>
    /// <exception cref="InputException">Something cannot be; the message says what, its field where.</exception>
    internal void Check(DateOnly today)
    {
        Require(Kind != TransactionKind.Unclassified, "Choose a kind.", "kind");
        Require(Day <= today, "The day is in the future. Enter it when it has come.", "day");
        Require(Day.Year >= 1970, "The day must be in 1970 or later.", "day");
        if (MovesUnits(Kind))
        {
            Require(!string.IsNullOrWhiteSpace(Instrument), "Say what was traded: a symbol or an ISIN.", "instrument");
            Require(Quantity > 0, "Give the units, a number above zero.", "quantity");
        }
        else if (Kind == TransactionKind.Adjustment && !string.IsNullOrWhiteSpace(Instrument))
        {
            Require(Quantity >= 0, "Give the units that are held from then on.", "quantity");
        }
        else
        {
            Require(Amount is not null and not 0, "Give the amount.", "amount");
            Require(Quantity is null, "Only something traded has units. Leave them out, or choose another kind.", "quantity");
        }

        Require(
            Kind is not (TransactionKind.Buy or TransactionKind.Sell) || Price is not null || Amount is not null, "Give the price of one unit, or the amount.", "price");
        Require(Price is null or >= 0, "The price cannot be negative.", "price");
        Require(Amount is null or >= 0 || Kind is TransactionKind.Interest or TransactionKind.Adjustment, "Give the amount without a minus; the kind says where it went.", "amount");
        Require(Fees is null or >= 0, "Fees cannot be negative.", "fees");
        Require(Taxes is null or >= 0, "Taxes cannot be negative.", "taxes");
        Require(Note is null or { Length: <= 500 }, "The note is longer than 500 characters. Shorten it.", "note");
        Require(Currency is null || (Currency.Length == 3 && Currency.All(char.IsAsciiLetter)), "The currency is three letters by ISO 4217, for example INR or USD.", "currency");
        foreach (var (value, field) in new[] { (Quantity, "quantity"), (Price, "price"), (Amount, "amount"), (Fees, "fees"), (Taxes, "taxes") })
        {
            // Units times price still has to fit.
            Require(value is null || Math.Abs(value.Value) < 1e12m, "That number is too large.", field);
            Require(value is null || value.Value.Scale <= 10, "That number has more than ten decimals. Round it.", field);
        }
    }

    private static void Require(bool isRight, string message, string field)
    {
        if (!isRight)
        {
            throw new InputException(message, field);
        }
    }
}
