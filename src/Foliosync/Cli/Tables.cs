using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary>How the command line shows lists and values to people.</summary>
internal static class Tables
{
    /// <summary>A plain table; columns whose title begins with <c>#</c> hold numbers and stand to the right.</summary>
    public static Table Create(params string[] titles)
    {
        var table = new Table { Border = TableBorder.Simple, ShowHeaders = true };
        foreach (var title in titles)
        {
            var column = new TableColumn(new Text(title.TrimStart('#'), new Style(decoration: Decoration.Bold)));
            // An id is copied; a broken one cannot be.
            column.NoWrap = title == "Id";
            table.AddColumn(title.StartsWith('#') ? column.RightAligned() : column);
        }

        return table;
    }

    /// <summary>Adds a row; no cell is read as markup.</summary>
    public static void Row(this Table table, params string?[] cells) =>
        table.AddRow(cells.Select(c => new Text(c ?? string.Empty)));

    /// <summary>Writes the table, or one line when there is nothing in it.</summary>
    public static void WriteTable(this IAnsiConsole console, Table table, string whenEmpty)
    {
        if (table.Rows.Count == 0)
        {
            console.Line(whenEmpty);
        }
        else
        {
            console.Write(table);
        }
    }

    /// <summary>Writes a sentence or a value. It is never broken: addresses and ids are copied from terminals.</summary>
    public static void Line(this IAnsiConsole console, string text) => console.Profile.Out.Writer.WriteLine(text);

    /// <summary>Writes a line in a colour, if the console has colours.</summary>
    public static void Line(this IAnsiConsole console, string text, Color color)
    {
        if (console.Profile.Capabilities is { Ansi: true, ColorSystem: not ColorSystem.NoColors })
        {
            text = $"\e[{(color == Color.Red ? 31 : 33)}m{text}\e[0m";
        }

        console.Line(text);
    }

    /// <summary>An instant for people, in UTC; empty when there is none.</summary>
    public static string Instant(DateTimeOffset? instant) =>
        instant?.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture) ?? string.Empty;

    /// <summary>A word of the domain as the API writes it, for example <c>needsLogin</c>.</summary>
    public static string Word(Enum value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>A number for people.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
