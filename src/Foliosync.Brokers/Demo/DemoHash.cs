namespace Foliosync.Brokers.Demo;

/// <summary>Chance that is the same on every machine and every day. Not for secrets.</summary>
internal static class DemoHash
{
    /// <summary>A number from -1 to 1.</summary>
    public static decimal Signed(string text, long first, long second) =>
        ((decimal)(Mix(text, first, second) >> 40) / (1 << 23)) - 1m;

    /// <summary>A whole number from 0 to <paramref name="count"/> - 1.</summary>
    public static int Pick(string text, long first, long second, int count) => (int)(Mix(text, first, second) % (ulong)count);

    // FNV-1a over the text, then the finisher of SplitMix64, which spreads neighbouring numbers evenly.
    private static ulong Mix(string text, long first, long second)
    {
        unchecked
        {
            var hash = 14695981039346656037UL;
            foreach (var character in text)
                hash = (hash ^ character) * 1099511628211UL;

            return Finish(Finish(hash + ((ulong)first * 0x9E3779B97F4A7C15UL)) + ((ulong)second * 0x9E3779B97F4A7C15UL));
        }
    }

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
