namespace Foliosync.Brokers.Files;

/// <summary>A column or field of a statement.</summary>
/// <param name="name">As documented; only letters and digits count when it is looked for, and no case.</param>
/// <param name="otherNames">What other files call it.</param>
internal sealed class Column(string name, params string[] otherNames)
{
    private readonly string[] _keys = [KeyOf(name), .. otherNames.Select(KeyOf)];

    /// <summary>As documented.</summary>
    public string Name => name;

    /// <summary>False when a file without it is still of the format.</summary>
    public bool IsRequired { get; init; } = true;

    /// <summary>True for the header of this column.</summary>
    public bool IsNamed(string header) => Array.IndexOf(_keys, KeyOf(header)) >= 0;

    private static string KeyOf(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}

/// <summary>
/// A row of a statement. Fields are read one after the other; the first that is missing or cannot be meant is remembered, and the row is left
/// out because of it.
/// </summary>
/// <param name="place">The row for people, for example <c>Row 7 of Trades</c>.</param>
/// <param name="cell">The text of a column; empty when there is none.</param>
internal sealed class StatementRow(string place, Func<Column, string> cell)
{
    // Stands in for a day that could not be read until its row is left out; every time zone has it.
    private static readonly DateOnly AnyDay = new(2000, 1, 1);

    /// <summary>The row for people.</summary>
    public string Place => place;

    /// <summary>The first field that could not be read; null so far.</summary>
    public Column? Unreadable { get; private set; }

    /// <summary>The text of a field; empty when there is none.</summary>
    public string this[Column column] => cell(column);

    /// <summary>A field that must not be empty.</summary>
    public string Text(Column column) => cell(column) is { Length: > 0 } text ? text : Reject(column, "");

    /// <summary>A number that must be there.</summary>
    public decimal Number(Column column) => StatementValues.TryNumber(cell(column), out var number) ? number : Reject(column, 0m);

    /// <summary>A number; null when the field is empty.</summary>
    public decimal? NumberOrNull(Column column) => cell(column).Length == 0 ? null : Number(column);

    /// <summary>A number that must be there and not be negative.</summary>
    public decimal NotNegative(Column column) => Number(column) is >= 0 and var number ? number : Reject(column, 0m);

    /// <summary>A number that is not negative; null when the field is empty.</summary>
    public decimal? NotNegativeOrNull(Column column) => cell(column).Length == 0 ? null : NotNegative(column);

    /// <summary>A day that must be there.</summary>
    public DateOnly Day(Column column) => StatementValues.TryDay(cell(column), out var day) ? day : Reject(column, AnyDay);

    /// <summary>Leaves the row out because of a field.</summary>
    public T Reject<T>(Column column, T instead)
    {
        Unreadable ??= column;
        return instead;
    }
}
