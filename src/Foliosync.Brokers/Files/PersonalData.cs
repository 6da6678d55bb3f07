using System.Text.RegularExpressions;

namespace Foliosync.Brokers.Files;

/// <summary>
/// What may be repeated from a file. Names of people stand in columns that are not read; what can turn up inside other texts (e-mail
/// addresses and UPI handles, PANs, account numbers) is blotted out.
/// </summary>
internal static class PersonalData
{
    private const int LongestShown = 40;
    private const int LongestNote = 200;

    // Without backtracking, because the text is anybody's.
    private static readonly Regex Pattern = new(
        @"[\w.+-]+@[\w.-]+|\b[A-Z]{5}[0-9]{4}[A-Z]\b|[0-9Xx*]{4,}[0-9]{4,}|[0-9]{8,}", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>A text of the file for a message.</summary>
    public static string Shown(string text) => Cut(Without(text), LongestShown);

    /// <summary>A text of the file to be kept; null when there is none.</summary>
    public static string? Note(string text) => text.Length == 0 ? null : Cut(Without(text), LongestNote);

    private static string Without(string text) => Pattern.Replace(text, "***");

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length];
}
