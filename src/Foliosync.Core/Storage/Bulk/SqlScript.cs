using System.Data.Common;

namespace Foliosync.Core.Storage.Bulk;

/// <summary>
/// Statements that are sent together and take effect together: one round trip and one transaction on PostgreSQL, one transaction of
/// prepared statements on SQLite. Both databases get the same texts; what differs is how rows and lists of ids are passed.
/// </summary>
internal abstract class SqlScript
{
    /// <summary>Starts an empty script for the database at hand.</summary>
    public static SqlScript For(Database database) => database.IsPostgres ? new PostgresScript() : new SqliteScript();

    /// <summary>
    /// Reads rows. The text may use <c>{ids}</c>, for example <c>where id {ids}</c>, and named values as <c>@name</c>; an array of texts
    /// or ids as <c>= any(@name)</c>, and
    /// an array of texts as the table <c>each(@name) k</c> with the column <c>value</c>, which is looked up by key where the other is a filter.
    /// </summary>
    public abstract void Query(string text, IReadOnlyCollection<Guid>? ids, Action<DbDataReader> onRow, params (string Name, object Value)[] values);

    /// <summary>Changes rows. The text may use <c>{ids}</c> and named values, as in <see cref="Query"/>.</summary>
    public abstract void Change(string text, IReadOnlyCollection<Guid>? ids, params (string Name, object Value)[] values);

    /// <summary>Runs a statement over rows; adds nothing when there are none.</summary>
    public abstract void Rows<TRow>(RowStatement<TRow> statement, IReadOnlyList<TRow> rows);

    /// <summary>
    /// Runs a statement that inserts and passes over what is there already (<c>on conflict do nothing</c>); adds nothing when there are no rows.
    /// </summary>
    /// <param name="statement">The statement; the table has a column <c>id</c>.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="idOf">The id of a row.</param>
    /// <param name="onPassedOver">Told of each row that was there already, in their order.</param>
    public abstract void NewRows<TRow>(RowStatement<TRow> statement, IReadOnlyList<TRow> rows, Func<TRow, Guid> idOf, Action<TRow> onPassedOver);

    /// <summary>Runs queries only, in a transaction of their own that waits for no writer.</summary>
    public async Task ReadAsync(Database database, CancellationToken cancellationToken)
    {
        await using var read = await database.BeginReadAsync(cancellationToken).ConfigureAwait(false);
        await RunAsync(read.Connection, read.Transaction, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs everything added so far in a transaction of its own.</summary>
    public async Task WriteAsync(Database database, CancellationToken cancellationToken)
    {
        await using var write = await database.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
        await RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs everything added so far inside <paramref name="transaction"/>, in order.</summary>
    public abstract Task RunAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken);
}
