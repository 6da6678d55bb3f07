using System.Data.Common;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;
using Foliosync.Core.Valuations;
using RowValues = System.Collections.Generic.Dictionary<string, object?>;

namespace Foliosync.Core.Admin;

/// <summary>One transaction of the admin area: rows that change, and what the audit log says of each.</summary>
internal sealed class AdminWrite(Database database, WriteTransaction write, Actor by, DateTimeOffset now, Guid? batch)
{
    private readonly List<AuditEvent> _audit = [];
    private readonly List<ValuationTouch> _touches = [];

    public DbConnection Connection => write.Connection;

    public DbTransaction Transaction => write.Transaction;

    /// <summary>The row as it is; it stays so for others until the transaction ends. Null when there is none.</summary>
    public async Task<RowValues?> ReadAsync(AdminTable table, IEnumerable<object> key, CancellationToken cancellationToken)
    {
        var columns = table.Columns.Where(c => !c.IsJoined).ToList();
        var statement = new AdminStatement(table, database.IsPostgres).AndKey(key);
        var text = $"select {string.Join(", ", columns.Select(statement.Of))}{statement.From}{(database.IsPostgres ? " for update" : string.Empty)}";
        await using var command = statement.Command(write.Connection, text, write.Transaction);
        await foreach (var row in AdminReader.RunAsync(command, columns, cancellationToken))
        {
            return columns.Zip(row).ToDictionary(p => p.First.Name, p => p.Second, StringComparer.Ordinal);
        }

        return null;
    }

    public async Task InsertAsync(AdminTable table, RowValues values, CancellationToken cancellationToken)
    {
        var statement = new AdminStatement(table, database.IsPostgres);
        var given = values.Select(v => (Column: table.Column(v.Key), v.Value)).ToList();
        var text = $"insert into {table.Sql} ({string.Join(", ", given.Select(g => Bare(g.Column)))}) values ({string.Join(", ", given.Select(g => statement.Value(g.Column, g.Value)))})";
        await using var command = statement.Command(write.Connection, text, write.Transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task UpdateAsync(AdminTable table, IEnumerable<object> key, RowValues values, CancellationToken cancellationToken)
    {
        var statement = new AdminStatement(table, database.IsPostgres);
        var changes = values.Select(v => (Column: table.Column(v.Key), v.Value)).Select(v => $"{Bare(v.Column)} = {statement.Value(v.Column, v.Value)}").ToList();
        statement.AndKey(key);
        await using var command = statement.Command(
            write.Connection, $"update {table.Sql} as t set {string.Join(", ", changes)}{statement.Where}", write.Transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task DeleteAsync(AdminTable table, IEnumerable<object> key, CancellationToken cancellationToken)
    {
        var statement = new AdminStatement(table, database.IsPostgres).AndKey(key);
        await using var command = statement.Command(write.Connection, $"delete from {table.Sql} as t{statement.Where}", write.Transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs statements of the house in this transaction.</summary>
    public async Task RunAsync(Action<SqlScript> add, CancellationToken cancellationToken)
    {
        var script = SqlScript.For(database);
        add(script);
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken);
    }

    public AuditEvent Note(AdminTable table, string done, string key, string? detail, Guid? undoes = null)
    {
        var audit = by.Did($"{table.Spec.Noun}.{done}", key, now, detail);
        (audit.TableName, audit.Batch, audit.Undoes) = (table.Name, batch, undoes);
        _audit.Add(audit);
        return audit;
    }

    public void Touch(IEnumerable<ValuationTouch> touches) => _touches.AddRange(touches);

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        await RunAsync(
            script =>
            {
                script.Rows(ValuationStatements.Touch, ValuationTouch.Merge(_touches));
                script.Rows(SyncStatements.InsertAuditEvents, _audit);
            },
            cancellationToken);
        await write.CommitAsync(cancellationToken);
    }

    private static string Bare(AdminColumn column) => column.Sql[(column.Sql.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
