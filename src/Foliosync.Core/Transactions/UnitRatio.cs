namespace Foliosync.Core.Transactions;

/// <summary>How many new units there are for how many old ones: 2:1 when each unit becomes two, 1:10 when ten become one.</summary>
/// <param name="New">Units after, above 0.</param>
/// <param name="Old">Units before, above 0.</param>
public readonly record struct UnitRatio(decimal New, decimal Old)
{
    // A share is divided or consolidated by small whole numbers. The smaller the numbers the likelier, so they come first.
    private static readonly UnitRatio[] Usual =
    [
        new(2, 1), new(3, 1), new(5, 1), new(10, 1), new(3, 2), new(4, 1), new(4, 3), new(5, 4), new(6, 5), new(5, 2), new(5, 3), new(6, 1),
        new(7, 1), new(8, 1), new(9, 1), new(11, 10), new(20, 1), new(25, 1), new(50, 1), new(100, 1),
        new(1, 2), new(1, 3), new(1, 4), new(1, 5), new(1, 8), new(1, 10), new(1, 20), new(1, 25), new(1, 50), new(1, 100),
        new(2, 3), new(3, 4), new(2, 5),
    ];

    /// <summary>New units by old unit.</summary>
    public decimal Factor => New / Old;

    /// <summary>Units of what were <paramref name="units"/>.</summary>
    public decimal Of(decimal units) => units * New / Old;

    /// <summary>The usual ratio that turned <paramref name="before"/> into <paramref name="after"/>, a dropped fraction of a unit allowed; null when there is none.</summary>
    public static UnitRatio? Find(decimal before, decimal after)
    {
        if (before <= 0 || after <= 0 || before == after)
        {
            return null;
        }

        foreach (var ratio in Usual)
        {
            if (ratio.Of(before) == after)
            {
                return ratio;
            }
        }

        // Of few units, a dropped fraction makes any two numbers look like a ratio.
        foreach (var ratio in Usual)
        {
            var exact = ratio.Of(before);
            if (before >= 20 && after >= 10 && after < exact && after == decimal.Floor(exact))
            {
                return ratio;
            }
        }

        return null;
    }

    /// <summary>For example <c>3:2</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{New:0.#########}:{Old:0.#########}");
}
