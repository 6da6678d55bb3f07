namespace Foliosync.Core.Transactions;

/// <summary>Divides amounts and units so that the parts add up to the whole, exactly.</summary>
internal static class ExactShares
{
    /// <summary>Decimal places of costs, proceeds and gains in the ledger.</summary>
    public const int MoneyPlaces = 10;

    /// <summary>Decimal places of units that a split makes.</summary>
    public const int UnitPlaces = 9;

    /// <summary>Rounds money to the places that the ledger keeps, so that sums and differences of it are exact.</summary>
    public static decimal Money(decimal amount) => decimal.Round(amount, MoneyPlaces);

    /// <summary>
    /// Shares of <paramref name="whole"/> in proportion to <paramref name="weights"/>, rounded. Each share is the difference of two
    /// rounded running totals, so what rounding takes from one it gives to the next.
    /// </summary>
    /// <param name="whole">What is divided.</param>
    /// <param name="weights">Not negative, at least one above 0.</param>
    /// <param name="places">Decimal places of the shares.</param>
    public static decimal[] Of(decimal whole, IReadOnlyList<decimal> weights, int places = MoneyPlaces)
    {
        var shares = new decimal[weights.Count];
        var sum = weights.Sum();
        var seen = 0m;
        var given = 0m;
        for (var i = 0; i < shares.Length; i++)
        {
            seen += weights[i];
            var upTo = seen == sum ? whole : decimal.Round(Part(whole, seen, sum), places);
            shares[i] = upTo - given;
            given = upTo;
        }

        return shares;
    }

    /// <summary>The first of two shares; the second is the rest.</summary>
    public static decimal? First(decimal? whole, decimal part, decimal all) => whole is not { } known
        ? null
        : part == all ? known : Money(Part(known, part, all));

    // Multiplied first, so that round numbers stay round. A product that is too large for a decimal is divided first.
    private static decimal Part(decimal whole, decimal part, decimal all) =>
        Math.Abs(whole) < 1e14m && part < 1e13m ? whole * part / all : whole * (part / all);
}
