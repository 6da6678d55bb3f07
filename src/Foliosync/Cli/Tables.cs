using System.Globalization;
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
            console.WriteLine(whenEmpty);
        }
        else
        {
            console.Write(table);
        }
    }

    /// <summary>An instant for people, in UTC; empty when there is none.</summary>
    public static string Instant(DateTimeOffset? instant) =>
        instant?.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture) ?? string.Empty;

    /// <summary>A number for people.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
