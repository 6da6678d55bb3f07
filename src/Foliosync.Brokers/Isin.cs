namespace Foliosync.Brokers;

/// <summary>The check of an ISO 6166 code: two letters of the country, nine letters or digits, one check digit.</summary>
internal static class Isin
{
    private const int Length = 12;

    /// <summary>True when <paramref name="text"/> has the form of an ISIN and its check digit is right.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        if (text.Length != Length || !char.IsAsciiLetterUpper(text[0]) || !char.IsAsciiLetterUpper(text[1]) || !char.IsAsciiDigit(text[^1]))
        {
            return false;
        }

        // Letters count as two digits (A = 10 ... Z = 35); from the right every second digit is doubled (Luhn).
        var sum = 0;
        var doubled = false;
        for (var i = Length - 1; i >= 0; i--)
        {
            var character = text[i];
            if (char.IsAsciiDigit(character))
            {
                Add(character - '0');
            }
            else if (char.IsAsciiLetterUpper(character))
            {
                Add((character - 'A' + 10) % 10);
                Add((character - 'A' + 10) / 10);
            }
            else
            {
                return false;
            }
        }

        return sum % 10 == 0;

        void Add(int digit)
        {
            var weighted = doubled ? digit * 2 : digit;
            sum += weighted > 9 ? weighted - 9 : weighted;
            doubled = !doubled;
        }
    }
}
