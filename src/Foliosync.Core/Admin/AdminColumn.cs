using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore.Storage;

namespace Foliosync.Core.Admin;

/// <summary>What a column holds; decides how it is filtered, typed in and shown.</summary>
public enum AdminKind
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>A decimal number.</summary>
    Number,

    /// <summary>Yes or no.</summary>
    Flag,

    /// <summary>A day.</summary>
    Day,

    /// <summary>An instant.</summary>
    Moment,

    /// <summary>A stretch of time.</summary>
    Duration,

    /// <summary>One of a few words.</summary>
    Choice,

    /// <summary>An id, of the row itself or of another.</summary>
    Id,

    /// <summary>Something with parts, shown as it is stored.</summary>
    Data,
}

/// <summary>A column of a table of the admin area: what the model knows of it and what its description says.</summary>
public sealed class AdminColumn
{
    private const decimal OneWithFullScale = 1.0000000000000000000000000000m;

    private static readonly string[] MomentForms = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd"];

    /// <summary>In addresses, for example <c>averagePrice</c> or <c>account.connectionId</c>.</summary>
    public required string Name { get; init; }

    /// <summary>For people, English; the key of its translation.</summary>
    public required string Label { get; init; }

    /// <summary>What it holds.</summary>
    public required AdminKind Kind { get; init; }

    /// <summary>True when it may be empty.</summary>
    public required bool IsNullable { get; init; }

    /// <summary>Longest text; null for any.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The words, when it holds one of a few.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Name of the table whose rows it refers to; null for none.</summary>
    public string? Refers { get; init; }

    /// <summary>True when it is part of the key.</summary>
    public bool IsKey { get; init; }

    /// <summary>True when it is of a row that this one refers to.</summary>
    public bool IsJoined { get; init; }

    /// <summary>True when an index begins with it: filtering by it is fast, whatever the size of the table.</summary>
    public bool IsIndexed { get; init; }

    /// <summary>True when the list shows it unless somebody chooses otherwise.</summary>
    public bool IsListed { get; init; }

    /// <summary>True when the search box looks into it.</summary>
    public bool IsSearched { get; init; }

    /// <summary>True when it can be changed.</summary>
    public bool IsEdited { get; init; }

    /// <summary>True when a new row is given it.</summary>
    public bool IsCreated { get; init; }

    /// <summary>The operators that make sense for it.</summary>
    public IReadOnlyList<AdminOperator> Operators => AdminOperators.For(this);

    internal string Property { get; init; } = null!;

    internal string Sql { get; init; } = null!;

    internal RelationalTypeMapping Mapping { get; init; } = null!;

    /// <summary>The type without null.</summary>
    internal Type Type { get; init; } = null!;

    /// <summary>Reads what is typed, sent or written in an address.</summary>
    /// <exception cref="InputException">It cannot be meant for this column; the message says what can.</exception>
    public object? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return IsNullable || (Kind == AdminKind.Text && !IsKey) ? (IsNullable ? null : string.Empty) : throw Wrong("Fill this in.");
        }

        const NumberStyles Digits = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        var culture = CultureInfo.InvariantCulture;
        return Kind switch
        {
            AdminKind.Text when MaxLength is { } max && text.Length > max => throw Wrong($"Write at most {max} characters."),
            AdminKind.Text => text,
            AdminKind.Whole when Type == typeof(int) && int.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var small) => small,
            AdminKind.Whole when Type == typeof(long) && long.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var whole) => whole,
            AdminKind.Whole => throw Wrong("Write a whole number."),
            AdminKind.Number when decimal.TryParse(text, Digits, culture, out var number) => number,
            AdminKind.Number => throw Wrong("Write a number, with a point before decimals."),
            AdminKind.Flag when text is "true" or "yes" or "1" or "on" => true,
            AdminKind.Flag when text is "false" or "no" or "0" => false,
            AdminKind.Flag => throw Wrong("Choose yes or no."),
            AdminKind.Day when DateOnly.TryParseExact(text, "yyyy-MM-dd", culture, DateTimeStyles.None, out var day) => day,
            AdminKind.Day => throw Wrong("Write the day like 2026-11-26."),
            AdminKind.Moment => ParseMoment(text).From,
            AdminKind.Duration when TimeSpan.TryParse(text, culture, out var duration) => duration,
            AdminKind.Duration => throw Wrong("Write the time like 01:30:00."),
            AdminKind.Choice when Choices.FirstOrDefault(c => c.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } choice =>
                Type.IsEnum ? Enum.Parse(Type, choice, ignoreCase: true) : choice,
            AdminKind.Choice => throw Wrong($"Choose one of: {string.Join(", ", Choices)}."),
            AdminKind.Id when Guid.TryParse(text, out var id) => id,
            AdminKind.Id => throw Wrong("Give an id, like those in the column Id."),
            _ => throw Wrong("This cannot be given."),
        };
    }

    /// <summary>Reads what <see cref="Format"/> wrote of a value that was stored; null for none.</summary>
    internal object? ParseKept(string? text) => (text, Kind) switch
    {
        (null, _) => null,
        (_, AdminKind.Text) => text,
        (_, AdminKind.Data) => Enum.ToObject(Type, long.Parse(text, CultureInfo.InvariantCulture)),
        _ => Parse(text),
    };

    /// <summary>A value in the form that <see cref="Parse"/> reads; null for none.</summary>
    public static string? Format(object? value) => value switch
    {
        null => null,
        string text => text,
        bool flag => flag ? "true" : "false",
        decimal number => (number / OneWithFullScale).ToString(CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTimeOffset moment => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        Enum word => JsonNamingPolicy.CamelCase.ConvertName(word.ToString()),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    /// <summary>An instant, or all of a day: from, and up to but not including; the two are equal for an instant.</summary>
    internal (DateTimeOffset From, DateTimeOffset Until) ParseMoment(string text)
    {
        var culture = CultureInfo.InvariantCulture;
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        // A plus that was not escaped arrives as a blank.
        if (!DateTimeOffset.TryParseExact(text, MomentForms, culture, Utc, out var moment)
            && !DateTimeOffset.TryParse(text.Trim().Replace(' ', '+'), culture, Utc, out moment))
        {
            throw Wrong("Write the time like 2026-11-26 or 2026-11-26T09:30Z.");
        }

        return (moment, text.Length == 10 ? moment.AddDays(1) : moment);
    }

    internal InputException Wrong(string message) => new(message, Name);

    internal object? Read(DbDataReader reader, int index)
    {
        if (reader.IsDBNull(index))
        {
            return null;
        }

        if (Kind == AdminKind.Data)
        {
            return reader.GetValue(index) is string text ? text : Convert.ToString(reader.GetValue(index), CultureInfo.InvariantCulture);
        }

        var converter = Mapping.Converter;
        var stored = converter?.ProviderClrType ?? Mapping.ClrType;
        stored = Nullable.GetUnderlyingType(stored) ?? stored;
        object value = stored switch
        {
            _ when stored == typeof(string) => reader.GetString(index),
            _ when stored == typeof(Guid) => reader.GetGuid(index),
            _ when stored == typeof(bool) => reader.GetBoolean(index),
            _ when stored == typeof(int) => reader.GetInt32(index),
            _ when stored == typeof(long) => reader.GetInt64(index),
            _ when stored == typeof(decimal) => reader.GetDecimal(index),
            _ when stored == typeof(DateOnly) => reader.GetFieldValue<DateOnly>(index),
            _ when stored == typeof(TimeOnly) => reader.GetFieldValue<TimeOnly>(index),
            _ when stored == typeof(DateTimeOffset) => reader.GetFieldValue<DateTimeOffset>(index),
            _ => reader.GetValue(index),
        };
        return converter is null ? value : converter.ConvertFromProvider(value);
    }
}
