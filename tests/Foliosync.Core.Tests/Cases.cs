using FsCheck;
using FsCheck.Fluent;

namespace Foliosync.Core.Tests;

/// <summary>Checks what must hold for every case on many random ones. A failure prints the smallest case it found and its seed.</summary>
internal static class Cases
{
    private const int Many = 1_000;

    public static void ForAll<T>(Gen<T> cases, Action<T> check, int count = Many) => ForAll(cases.ToArbitrary(), check, count);

    public static void ForAll<T>(Arbitrary<T> cases, Action<T> check, int count = Many) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(count).WithQuietOnSuccess(true), Prop.ForAll(cases, check));

    /// <summary>Every decimal: any sign, up to 28 digits, any scale.</summary>
    public static Gen<decimal> Decimals() =>
        from digits in Gen.Choose(1, 28)
        from numerals in Gen.Choose(0, 9).ArrayOf(digits)
        from scale in Gen.Choose(0, 28)
        from negative in Gen.Elements(false, true)
        select ToDecimal(numerals, (byte)scale, negative);

    private static decimal ToDecimal(int[] numerals, byte scale, bool negative)
    {
        var bits = decimal.GetBits(numerals.Aggregate(0m, (number, numeral) => (number * 10) + numeral));
        return new decimal(bits[0], bits[1], bits[2], negative, scale);
    }
}
