using System.Globalization;

namespace Foliosync.Core.Monitoring;

/// <summary>Reads the values of qualifiers that compare: times, durations and numbers.</summary>
internal static class RunQueryRanges
{
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm"];

    // Longer spans of time are no spans of this program.
    private const double MostDays = 36_500;

    public static RunFilter Times(RunField field, (string Text, int Position) value)
    {
        var (sign, first, second, place) = Split(value);
        if (second is not null)
        {
            var (from, to) = (Moment(field, first, place), Moment(field, second, place));
            // 2h..1d and 1d..2h mean the same.
            return from.Ago < to.Ago ? new InTime(field, to.Start, from.Start) : new InTime(field, from.Start, to.End ?? to.Start);
        }

        var moment = Moment(field, first, place);
        return (sign, moment.Ago is not null) switch
        {
            ("<" or "<=" or "", true) => new InTime(field, moment.Start, null),
            (_, true) => new InTime(field, null, moment.Start),
            ("<", false) => new InTime(field, null, moment.Start),
            ("<=", false) => new InTime(field, null, moment.End ?? moment.Start),
            (">", false) => new InTime(field, moment.End ?? moment.Start, null),
            (">=", false) => new InTime(field, moment.Start, null),
            _ => new InTime(field, moment.Start, moment.End ?? new TimePoint(moment.Start.At!.Value.AddMinutes(1), null)),
        };
    }

    public static RunFilter Numbers(RunField field, (string Text, int Position) value)
    {
        var (sign, first, second, place) = Split(value);
        var number = Number(field, first, place);
        if (second is not null)
        {
            var other = Number(field, second, place);
            return new InNumbers(field, Math.Min(number, other), Math.Max(number, other));
        }

        return sign switch
        {
            "<" => new InNumbers(field, null, number - 1),
            "<=" => new InNumbers(field, null, number),
            ">" => new InNumbers(field, number + 1, null),
            ">=" => new InNumbers(field, number, null),
            _ when field == RunField.Duration => throw new RunQueryException(place, "say duration:>30s, duration:<5m or duration:1s..5m."),
            _ => new InNumbers(field, number, number),
        };
    }

    private static (string Sign, string First, string? Second, int Place) Split((string Text, int Position) value)
    {
        var (text, place) = (value.Text, value.Position + 1);
        var range = text.IndexOf("..", StringComparison.Ordinal);
        if (range >= 0)
        {
            return (string.Empty, text[..range], text[(range + 2)..], place);
        }

        var sign = text.StartsWith("<=", StringComparison.Ordinal) || text.StartsWith(">=", StringComparison.Ordinal) ? text[..2] : text[0] is '<' or '>' ? text[..1] : string.Empty;
        return (sign, text[sign.Length..], null, place);
    }

    private static (TimePoint Start, TimePoint? End, TimeSpan? Ago) Moment(RunField field, string text, int place)
    {
        if (Span(text) is { } ago)
        {
            return (new TimePoint(null, ago), null, ago);
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day < DateOnly.MaxValue)
        {
            return (At(day), At(day.AddDays(1)), null);
        }

        return DateTimeOffset.TryParseExact(
            text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? (new TimePoint(instant, null), null, null)
            : throw new RunQueryException(
                place, $"'{text}' is no time; say {RunFields.NameOf(field)}:<2h (less than two hours ago), >1d, 1d..2h, 2026-11-20, >=2026-11-20 or 2026-11-20T08:30Z.");

        static TimePoint At(DateOnly day) => new(new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero), null);
    }

    private static long Number(RunField field, string text, int place)
    {
        if (field == RunField.Duration)
        {
            return (long?)Span(text)?.TotalMilliseconds
                ?? throw new RunQueryException(place, $"'{text}' is no duration; say for example duration:>30s, duration:<5m or duration:500ms..2s.");
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new RunQueryException(place, $"'{text}' is no number; say for example {RunFields.NameOf(field)}:>1 or {RunFields.NameOf(field)}:2..4.");
    }

    /// <summary>A span of time like <c>90s</c>, <c>2h</c> or <c>1.5d</c>; null when it is none.</summary>
    private static TimeSpan? Span(string text)
    {
        var unit = text.AsSpan().TrimStart("0123456789.").ToString();
        double? milliseconds = unit.ToUpperInvariant() switch
        {
            "MS" => 1,
            "S" => 1_000,
            "M" or "MIN" => 60_000,
            "H" => 3_600_000,
            "D" => 86_400_000,
            "W" => 7 * 86_400_000,
            _ => null,
        };
        return milliseconds is { } factor
            && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count * factor <= MostDays * 86_400_000
                ? TimeSpan.FromMilliseconds(Math.Round(count * factor))
                : null;
    }
}
