using System.Globalization;

namespace Foliosync.Web;

/// <summary>Reads values of an address or a form. What makes no sense counts as not given.</summary>
internal static class AddressValues
{
    /// <summary>A text without space around it; null when there is none.</summary>
    public static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>An id.</summary>
    public static Guid? Id(string? text) => Guid.TryParse(text, out var id) ? id : null;

    /// <summary>A day like <c>2026-01-31</c>.</summary>
    public static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>One of some words; neither a number nor several of them.</summary>
    public static TEnum? Word<TEnum>(string? text)
        where TEnum : struct, Enum => !string.IsNullOrEmpty(text) && char.IsAsciiLetter(text[0]) && Enum.TryParse<TEnum>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)
            ? value
            : null;

    /// <summary>What was sent in a field; null when no form was sent, or none with it.</summary>
    public static string? Sent(this IFormCollection? form, string name) => form is not null && form.TryGetValue(name, out var value) ? value.ToString() : null;
}
