using System.Data.Common;

namespace Foliosync.Core.Storage.Bulk;

/// <summary>Statements run one after another on the caller's connection.</summary>
internal sealed class SqliteScript : SqlScript
{
    private readonly List<Func<DbConnection, DbTransaction, CancellationToken, Task>> _statements = [];

    public override void Query(string text, IReadOnlyCollection<Guid>? ids, Action<DbDataReader> onRow, params (string Name, object Value)[] values) =>
        _statements.Add(async (connection, transaction, cancellationToken) =>
        {
            await using var command = Command(connection, transaction, text, ids, values);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                onRow(reader);
            }
        });

    public override void Change(string text, IReadOnlyCollection<Guid>? ids, params (string Name, object Value)[] values) =>
        _statements.Add(async (connection, transaction, cancellationToken) =>
        {
            await using var command = Command(connection, transaction, text, ids, values);
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        });

    public override void Rows<TRow>(RowStatement<TRow> statement, IReadOnlyList<TRow> rows) => Add(statement, rows, onPassedOver: null);

    public override void NewRows<TRow>(RowStatement<TRow> statement, IReadOnlyList<TRow> rows, Func<TRow, Guid> idOf, Action<TRow> onPassedOver) =>
        Add(statement, rows, onPassedOver);

    private void Add<TRow>(RowStatement<TRow> statement, IReadOnlyList<TRow> rows, Action<TRow>? onPassedOver)
    {
        if (rows.Count == 0)
        {
            return;
        }

        _statements.Add(async (connection, transaction, cancellationToken) =>
        {
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = statement.Sqlite;
            var parameters = new DbParameter[statement.Columns.Count];
            for (var i = 0; i < parameters.Length; i++)
            {
                parameters[i] = Add(command, statement.Columns[i].Name, DBNull.Value);
            }

            foreach (var row in rows)
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (var i = 0; i < parameters.Length; i++)
                {
                    parameters[i].Value = statement.Columns[i].ToSqlite(row);
                }

                if (await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) == 0)
                {
                    onPassedOver?.Invoke(row);
                }
            }
        });
    }

    public override async Task RunAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (var statement in _statements)
        {
            await statement(connection, transaction, cancellationToken).ConfigureAwait(false);
        }
    }

    private static DbCommand Command(
        DbConnection connection, DbTransaction transaction, string text, IReadOnlyCollection<Guid>? ids, (string Name, object Value)[] values)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = text
            .Replace("{ids}", "in (select value from json_each(@ids))", StringComparison.Ordinal)
            .Replace("for update", string.Empty, StringComparison.Ordinal);
        if (ids is not null)
        {
            Add(command, "ids", ToJson(ids));
        }

        foreach (var (name, value) in values)
        {
            if (value is string[] or Guid[])
            {
                command.CommandText = command.CommandText.Replace(
                    $"= any(@{name})", $"in (select value from json_each(@{name}))", StringComparison.Ordinal);
            }

            command.CommandText = command.CommandText.Replace($"each(@{name}) k", $"json_each(@{name}) k", StringComparison.Ordinal);
            Add(command, name, value switch
            {
                string[] texts => SqlValues.ToJson(texts),
                Guid[] several => ToJson(several),
                DateTimeOffset at => SqlValues.ToMicroseconds(at),
                Guid id => SqlValues.ToText(id),
                _ => value,
            });
        }

        return command;
    }

    // As ids are stored, which is not how JSON would have them.
    private static string ToJson(IEnumerable<Guid> ids) => "[" + string.Join(",", ids.Select(id => $"\"{SqlValues.ToText(id)}\"")) + "]";

    private static DbParameter Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = "@" + name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
        return parameter;
    }
}
