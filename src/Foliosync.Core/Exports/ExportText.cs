using System.Globalization;
using System.Text;

namespace Foliosync.Core.Exports;

/// <summary>Numbers, days and texts as all formats write them.</summary>
internal static class ExportText
{
    /// <summary>A number in plain decimal notation, without zeros at its end.</summary>
    public static string Of(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);

    /// <summary>A number in plain decimal notation; null when there is none.</summary>
    public static string? Of(decimal? number) => number is { } known ? Of(known) : null;

    /// <summary>A day by ISO 8601.</summary>
    public static string Of(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>A day by ISO 8601; null when there is none.</summary>
    public static string? Of(DateOnly? day) => day is { } known ? Of(known) : null;

    /// <summary>A name as the API writes it: <c>transferIn</c>.</summary>
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>
    /// A text that every reader takes: characters that are in no text file become blanks, and so do those around it. Null when nothing is left.
    /// </summary>
    public static string? Clean(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            // Half a surrogate pair is told as the replacement character.
            clean.Append(Rune.IsControl(rune) && rune.Value is not ('\t' or '\r' or '\n') || rune == Rune.ReplacementChar ? " " : rune.ToString());
        }

        return clean.ToString().Trim() is { Length: > 0 } trimmed ? trimmed : null;
    }

    /// <summary>A text on one line.</summary>
    public static string? Line(string? text) => Clean(text)?.ReplaceLineEndings(" ").Replace('\t', ' ');
}
