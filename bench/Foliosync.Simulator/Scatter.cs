namespace Foliosync.Simulator;

/// <summary>Chance that is the same in every run.</summary>
internal static class Scatter
{
    /// <summary>Sixty-four evenly spread bits for two numbers (the finisher of SplitMix64).</summary>
    public static ulong Mix(ulong first, ulong second)
    {
        unchecked
        {
            return Finish(Finish(first + 0x9E3779B97F4A7C15UL) + (second * 0x9E3779B97F4A7C15UL));
        }
    }

    /// <summary>A whole number from 0 to <paramref name="count"/> - 1.</summary>
    public static int Pick(int first, int second, int count) => (int)(Mix((uint)first, (uint)second) % (ulong)count);

    private static ulong Finish(ulong value)
    {
        unchecked
        {
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
            return value ^ (value >> 31);
        }
    }
}
