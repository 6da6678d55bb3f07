using System.Buffers.Text;
using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Database = Foliosync.Core.Storage.Database;

namespace Foliosync.Core.Admin;

/// <summary>Reads tables of the admin area: page by page from where the last page ended, one row, or all of them as a stream.</summary>
public sealed class AdminReader(Database database, AdminCatalog catalog)
{
    /// <summary>Counted up to here; above it a number is an estimate or a bound.</summary>
    public const int MaxCounted = 10_000;

    private const int SecondsToWait = 20;

    /// <summary>A page of a list.</summary>
    /// <exception cref="InputException">The cursor is none of this list.</exception>
    /// <exception cref="RefusedException">It takes too long.</exception>
    public async Task<AdminPage> ListAsync(AdminQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var isBackwards = query.Before is not null;
        var order = query.Order;
        var walked = isBackwards ? [.. order.Select(s => s with { Descending = !s.Descending })] : order;
        var columns = ColumnsOf(query);
        var statement = new AdminStatement(query.Table, database.IsPostgres).AndFits(query);
        if ((query.Before ?? query.After) is { } cursor)
        {
            statement.AndBehind(walked, PlaceOf(order, cursor, isBackwards ? "before" : "after"));
        }

        var rows = new List<object?[]>(query.Size + 1);
        await using var db = database.Open(OwnerScope.Everyone);
        var connection = await OpenAsync(db, cancellationToken);
        if (await LastOfPageAsync(connection, query, walked, statement, cancellationToken) is { } last)
        {
            statement.AndUpTo(walked[0], last);
        }

        var orderBy = statement.OrderBy(walked);
        var select = $"select {string.Join(", ", columns.Select(statement.Of))}";
        await using (var command = statement.Command(
            connection, string.Create(CultureInfo.InvariantCulture, $"{select}{statement.From}{orderBy} limit {query.Size + 1}")))
        {
            await foreach (var row in RunAsync(command, columns, cancellationToken))
            {
                rows.Add(row);
            }
        }

        var isMore = rows.Count > query.Size;
        if (isMore)
        {
            rows.RemoveAt(query.Size);
        }

        if (isBackwards)
        {
            rows.Reverse();
        }

        var hasNext = isBackwards || isMore;
        var hasPrevious = isBackwards ? isMore : query.After is not null;
        var shown = query.Shown.Count;
        return new AdminPage(
            query.Shown,
            [.. rows.Select(r => new AdminRow(KeyOf(query.Table, columns, r), r[..shown]))],
            hasNext && rows.Count > 0 ? CursorOf(order, columns, rows[^1]) : null,
            hasPrevious && rows.Count > 0 ? CursorOf(order, columns, rows[0]) : null,
            await NamesAsync(connection, query.Shown, rows, cancellationToken));
    }

    /// <summary>All rows that fit, one after another; for downloads.</summary>
    public async IAsyncEnumerable<AdminRow> StreamAsync(AdminQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var columns = ColumnsOf(query);
        var statement = new AdminStatement(query.Table, database.IsPostgres).AndFits(query);
        var orderBy = statement.OrderBy(query.Order);
        var select = $"select {string.Join(", ", columns.Select(statement.Of))}";
        await using var db = database.Open(OwnerScope.Everyone);
        var connection = await OpenAsync(db, cancellationToken);
        await using var command = statement.Command(connection, $"{select}{statement.From}{orderBy}");
        command.CommandTimeout = 0;
        await foreach (var row in RunAsync(command, columns, cancellationToken))
        {
            yield return new AdminRow(KeyOf(query.Table, columns, row), row[..query.Shown.Count]);
        }
    }

    /// <summary>How many rows fit: counted while they are few, estimated or bounded when they are many.</summary>
    public async Task<AdminCount> CountAsync(AdminQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var statement = new AdminStatement(query.Table, database.IsPostgres).AndFits(query);
        await using var db = database.Open(OwnerScope.Everyone);
        var connection = await OpenAsync(db, cancellationToken);
        if (database.IsPostgres && await EstimateAsync(connection, query, statement, cancellationToken) is > MaxCounted and var estimate)
        {
            return new AdminCount(estimate, AdminCertainty.About);
        }

        return await CountAsync(connection, statement, $"select 1{statement.From}", cancellationToken);
    }

    /// <summary>Exactly how many rows fit, however long it takes.</summary>
    public async Task<long> CountAllAsync(AdminQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var statement = new AdminStatement(query.Table, database.IsPostgres).AndFits(query);
        await using var db = database.Open(OwnerScope.Everyone);
        var connection = await OpenAsync(db, cancellationToken);
        await using var command = statement.Command(connection, $"select count(*){statement.From}");
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
    }

    /// <summary>One row.</summary>
    /// <exception cref="NotFoundException">There is none with that key.</exception>
    public async Task<AdminRecord> GetAsync(AdminTable table, string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        var statement = new AdminStatement(table, database.IsPostgres).AndKey(table.ParseKey(key));
        await using var db = database.Open(OwnerScope.Everyone);
        var connection = await OpenAsync(db, cancellationToken);
        var select = $"select {string.Join(", ", table.Columns.Select(statement.Of))}";
        object?[]? found = null;
        await using (var command = statement.Command(connection, $"{select}{statement.From}"))
        {
            await foreach (var row in RunAsync(command, table.Columns, cancellationToken))
            {
                found = row;
            }
        }

        return found is null ? throw new NotFoundException(table.Spec.Noun) : new AdminRecord(
            table,
            KeyOf(table, table.Columns, found),
            table.Columns.Zip(found).ToDictionary(p => p.First.Name, p => p.Second, StringComparer.Ordinal),
            await NamesAsync(connection, table.Columns, [found], cancellationToken));
    }

    /// <summary>Rows that a person may mean by what they typed: key and name.</summary>
    public async Task<IReadOnlyList<(string Key, string Name)>> LookUpAsync(AdminTable table, string? text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        var query = new AdminQuery { Table = table, Search = string.IsNullOrWhiteSpace(text) ? null : text.Trim(), Size = 20, Chosen = [.. table.Title] };
        var page = await ListAsync(query, cancellationToken);
        return [.. page.Rows.Select(r => (r.Key, TitleOf(table, c => r.Values[page.Columns.ToList().IndexOf(c)]) ?? r.Key))];
    }

    /// <summary>How many rows of other tables refer to a row, by table and column.</summary>
    public async Task<IReadOnlyList<(AdminTable Table, AdminColumn Column, AdminCount Rows)>> ReferringAsync(AdminRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        var found = new List<(AdminTable, AdminColumn, AdminCount)>();
        // Counting by a column without an index would read the whole of another table for each look at a row.
        foreach (var (table, column) in catalog.ReferringTo(record.Table).Where(r => r.Column.IsIndexed))
        {
            var query = new AdminQuery { Table = table, Filters = [new AdminFilter(column, AdminOperator.Is, record.Key)] };
            found.Add((table, column, await CountAsync(query, cancellationToken)));
        }

        return found;
    }

    internal static string? TitleOf(AdminTable table, Func<AdminColumn, object?> valueOf)
    {
        var title = string.Join(" · ", table.Title.Select(c => AdminColumn.Format(valueOf(c))).Where(t => !string.IsNullOrEmpty(t)));
        return title.Length == 0 ? null : title;
    }

    internal static async Task<AdminCount> CountAsync(DbConnection connection, AdminStatement statement, string rows, CancellationToken cancellationToken, DbTransaction? transaction = null)
    {
        await using var command = statement.Command(
            connection, string.Create(CultureInfo.InvariantCulture, $"select count(*) from ({rows} limit {MaxCounted + 1}) c"), transaction);
        command.CommandTimeout = SecondsToWait;
        var counted = Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        return counted > MaxCounted ? new AdminCount(MaxCounted, AdminCertainty.MoreThan) : new AdminCount(counted, AdminCertainty.Exact);
    }

    internal static async Task<DbConnection> OpenAsync(FoliosyncDb db, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        return db.Database.GetDbConnection();
    }

    internal static async IAsyncEnumerable<object?[]> RunAsync(
        DbCommand command, IReadOnlyList<AdminColumn> columns, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        command.CommandTimeout = command.CommandTimeout == 0 ? 0 : SecondsToWait;
        DbDataReader reader;
        try
        {
            reader = await command.ExecuteReaderAsync(cancellationToken);
        }
        catch (DbException e) when (e.InnerException is TimeoutException || e.SqlState == "57014")
        {
            throw new RefusedException("This takes too long. Narrow it by a column that has an index: those are marked as fast.");
        }

        await using (reader)
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                var row = new object?[columns.Count];
                for (var i = 0; i < row.Length; i++)
                {
                    row[i] = columns[i].Read(reader, i);
                }

                yield return row;
            }
        }
    }

    // SQLite reads and sorts a whole table by two columns even where an index has the first: it is told how far the page goes in that.
    private async Task<object?> LastOfPageAsync(
        DbConnection connection, AdminQuery query, IReadOnlyList<AdminSort> order, AdminStatement statement, CancellationToken cancellationToken)
    {
        if (database.IsPostgres || query.IsNarrowed || order is not [{ Column: { IsIndexed: true, IsNullable: false, IsJoined: false, Kind: not AdminKind.Number } column }, _, ..])
        {
            return null;
        }

        var first = statement.OrderBy([order[0]]);
        await using var command = statement.Command(connection, string.Create(
            CultureInfo.InvariantCulture, $"select {statement.Of(column)}{statement.From}{first} limit 1 offset {query.Size}"));
        await foreach (var row in RunAsync(command, [column], cancellationToken))
        {
            return row[0];
        }

        return null;
    }

    private static AdminColumn[] ColumnsOf(AdminQuery query)
    {
        var hidden = query.Table.Key.Concat(query.Order.Select(s => s.Column)).Distinct().Where(c => !query.Shown.Contains(c));
        return [.. query.Shown, .. hidden];
    }

    private static string KeyOf(AdminTable table, IReadOnlyList<AdminColumn> columns, object?[] row)
    {
        var all = columns.ToList();
        return table.KeyOf(table.Key.Select(k => row[all.IndexOf(k)]));
    }

    private static string CursorOf(IReadOnlyList<AdminSort> order, AdminColumn[] columns, object?[] row) => Base64Url.EncodeToString(
        JsonSerializer.SerializeToUtf8Bytes(order.Select(s => AdminColumn.Format(row[Array.IndexOf(columns, s.Column)])).ToArray()));

    private static object?[] PlaceOf(IReadOnlyList<AdminSort> order, string cursor, string parameter)
    {
        try
        {
            var place = JsonSerializer.Deserialize<string?[]>(Base64Url.DecodeFromChars(cursor));
            if (place?.Length == order.Count)
            {
                return [.. order.Zip(place, (s, p) => p is null ? null : s.Column.Kind == AdminKind.Text ? p : s.Column.Parse(p))];
            }
        }
        catch (Exception e) when (e is FormatException or JsonException or InputException)
        {
            // Said below.
        }

        throw new InputException($"This is not a cursor of this list. Use the value of 'next' from the page before, or leave '{parameter}' out.", parameter);
    }

    private static async Task<long?> EstimateAsync(DbConnection connection, AdminQuery query, AdminStatement statement, CancellationToken cancellationToken)
    {
        if (!query.IsNarrowed)
        {
            await using var size = connection.CreateCommand();
            size.CommandText = "select reltuples::bigint from pg_class where oid = to_regclass(@name)";
            var name = size.CreateParameter();
            (name.ParameterName, name.Value) = ("@name", query.Table.Stored);
            size.Parameters.Add(name);
            return await size.ExecuteScalarAsync(cancellationToken) as long?;
        }

        await using var command = statement.Command(connection, $"explain (format json) select 1{statement.From}");
        var plan = JsonDocument.Parse((string)(await command.ExecuteScalarAsync(cancellationToken))!);
        return plan.RootElement[0].GetProperty("Plan").GetProperty("Plan Rows").GetInt64();
    }

    private async Task<IReadOnlyDictionary<(string Table, string Key), string>> NamesAsync(
        DbConnection connection, IReadOnlyList<AdminColumn> columns, List<object?[]> rows, CancellationToken cancellationToken)
    {
        var names = new Dictionary<(string, string), string>();
        var wanted = columns.Select((c, i) => (Column: c, Index: i)).Where(c => c.Column.Refers is not null).GroupBy(c => c.Column.Refers!);
        foreach (var group in wanted)
        {
            var table = catalog.Get(group.Key);
            var ids = group.SelectMany(c => rows.Select(r => r[c.Index])).OfType<Guid>().Distinct().ToList();
            if (ids.Count == 0 || table.Title.Count == 0 || table.Key is not [{ Kind: AdminKind.Id } key])
            {
                continue;
            }

            var statement = new AdminStatement(table, database.IsPostgres);
            statement.And($"{statement.Of(key)} in ({string.Join(", ", ids.Select(id => statement.Value(key, id)))})");
            AdminColumn[] read = [key, .. table.Title];
            await using var command = statement.Command(connection, $"select {string.Join(", ", read.Select(statement.Of))}{statement.From}");
            await foreach (var row in RunAsync(command, read, cancellationToken))
            {
                if (TitleOf(table, c => row[Array.IndexOf(read, c)]) is { } title)
                {
                    names[(table.Name, table.KeyOf([row[0]]))] = title;
                }
            }
        }

        return names;
    }
}
