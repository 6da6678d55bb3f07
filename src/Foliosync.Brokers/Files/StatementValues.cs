using System.Globalization;
using System.Text.RegularExpressions;

namespace Foliosync.Brokers.Files;

/// <summary>Reads numbers and days as brokers write them, and nothing that could mean two things.</summary>
internal static partial class StatementValues
{
    /// <summary>More units or money than this cannot be meant; it also keeps every product of two numbers within a decimal.</summary>
    private const decimal Limit = 1_000_000_000_000m;

    private const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
    private const int LongestNumber = 40;
    private const int FirstYear = 1980;
    private const int LastYear = 2100;
    private const int FirstSerial = 29_221;
    private const int LastSerial = 73_415;

    private static readonly string[] Days = ["yyyy-MM-dd", "dd-MM-yyyy", "dd MMM yyyy", "d MMM yyyy"];

    /// <summary>
    /// A number with a decimal point: <c>1234.5</c>, <c>1,234.50</c>, <c>1,23,456.00</c>, <c>$5</c>, <c>(12.30)</c> for a negative one,
    /// <c>3.1%</c>, <c>2E-05</c>.
    /// </summary>
    public static bool TryNumber(string text, out decimal number)
    {
        var digits = text.Trim().TrimEnd('%').TrimEnd();
        var isNegative = digits is ['(', .., ')'];
        digits = (isNegative ? digits[1..^1] : digits).Replace("$", "", StringComparison.Ordinal).Replace("₹", "", StringComparison.Ordinal).Trim();
        number = 0;
        if (digits.Length > LongestNumber)
        {
            return false;
        }

        if (digits.Contains(',', StringComparison.Ordinal))
        {
            // A comma is a thousands mark only where thousands are marked: 1,5 may be a decimal comma, and is refused.
            if (!Grouped().IsMatch(digits))
            {
                return false;
            }

            digits = digits.Replace(",", "", StringComparison.Ordinal);
        }

        if (!decimal.TryParse(digits, Style, CultureInfo.InvariantCulture, out number) || number is <= -Limit or >= Limit)
        {
            return false;
        }

        number = isNegative ? -number : number;
        return true;
    }

    /// <summary>A day: ISO 8601 with or without a time after it, <c>31-12-2025</c>, <c>31 Dec 2025</c>, or the number a spreadsheet keeps.</summary>
    public static bool TryDay(string text, out DateOnly day)
    {
        if (text.Length == 5 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var serial))
        {
            day = serial is >= FirstSerial and <= LastSerial ? DateOnly.FromDateTime(DateTime.FromOADate(serial)) : default;
            return day != default;
        }

        var written = text.Length > 10 && text[10] is 'T' or ' ' && text[4] == '-' ? text[..10] : text;
        return DateOnly.TryParseExact(written, Days, CultureInfo.InvariantCulture, DateTimeStyles.None, out day)
            && day.Year is >= FirstYear and <= LastYear;
    }

    /// <summary>A number as it counts for ids: the same text however many zeros were written.</summary>
    public static string Canonical(decimal? number) => number?.ToString("0.############################", CultureInfo.InvariantCulture) ?? "";

    /// <summary>A day as it counts for ids.</summary>
    public static string Canonical(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>An instant as it counts for ids.</summary>
    public static string Canonical(DateTimeOffset instant) =>
        instant.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[+-]?\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Grouped();
}
