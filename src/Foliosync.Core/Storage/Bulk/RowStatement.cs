namespace Foliosync.Core.Storage.Bulk;

/// <summary>
/// A statement over many rows at once. <c>{rows}</c> in the text stands for a table <c>r</c> with the given columns: one array a
/// column on PostgreSQL, so that any number of rows is one statement; one prepared statement run for each row on SQLite, which is
/// faster there than many rows in one.
/// </summary>
/// <remarks>An upsert from <c>{rows}</c> needs <c>where true</c> before <c>on conflict</c>, or SQLite reads it as a join.</remarks>
internal sealed class RowStatement<TRow>
{
    public RowStatement(string text, params RowColumn<TRow>[] columns)
    {
        Columns = columns;
        var names = string.Join(", ", columns.Select(c => c.Name));
        var arrays = string.Join(", ", columns.Select((_, i) => $"${i + 1}"));
        Postgres = text.Replace("{rows}", $"unnest({arrays}) as r({names})", StringComparison.Ordinal);
        Sqlite = text.Replace(
            "{rows}", $"(select {string.Join(", ", columns.Select(c => $"@{c.Name} as {c.Name}"))}) as r", StringComparison.Ordinal);
    }

    public IReadOnlyList<RowColumn<TRow>> Columns { get; }

    public string Postgres { get; }

    public string Sqlite { get; }
}
