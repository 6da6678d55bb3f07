using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Foliosync.Api;

/// <summary>An instant in a query, ISO 8601. Without an offset it is UTC.</summary>
internal readonly record struct Instant(DateTimeOffset Value) : IParsable<Instant>
{
    /// <summary>Called by the framework for a parameter of this type.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, IFormatProvider? provider, out Instant instant)
    {
        // A plus that was not escaped arrives as a blank.
        var parsed = DateTimeOffset.TryParse(
            text?.Trim().Replace(' ', '+'),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var value);
        instant = new Instant(value);
        return parsed;
    }

    /// <inheritdoc/>
    public static Instant Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var instant) ? instant : throw new FormatException();
}

/// <summary>The name of an enumeration's value in a query, in any case. The framework's own reading wants our spelling in code.</summary>
internal readonly record struct Named<TEnum>(TEnum Value) : IParsable<Named<TEnum>>
    where TEnum : struct, Enum
{
    /// <summary>The names, as the API writes them.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetNames<TEnum>().Select(JsonNamingPolicy.CamelCase.ConvertName)];

    /// <summary>Called by the framework for a parameter of this type.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, IFormatProvider? provider, out Named<TEnum> named)
    {
        // Numbers parse too, and are no names.
        var value = default(TEnum);
        var parsed = text is not null && Names.Contains(text, StringComparer.OrdinalIgnoreCase) && Enum.TryParse(text, ignoreCase: true, out value);
        named = new Named<TEnum>(value);
        return parsed;
    }

    /// <inheritdoc/>
    public static Named<TEnum> Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var named) ? named : throw new FormatException();
}
