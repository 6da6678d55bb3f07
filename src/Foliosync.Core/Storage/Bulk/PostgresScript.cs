using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace Foliosync.Core.Storage.Bulk;

/// <summary>One <see cref="NpgsqlBatch"/>. Parameters are positional: named ones would be looked for in the text each time.</summary>
internal sealed class PostgresScript : SqlScript
{
    private readonly List<NpgsqlBatchCommand> _commands = [];
    private readonly List<(Action<DbDataReader> OnRow, Action? OnEnd)> _readers = [];

    public override void Query(string text, IReadOnlyCollection<Guid>? ids, Action<DbDataReader> onRow, params (string Name, object Value)[] values)
    {
        Change(text, ids, values);
        _readers.Add((onRow, null));
    }

    public override void Change(string text, IReadOnlyCollection<Guid>? ids, params (string Name, object Value)[] values)
    {
        var command = new NpgsqlBatchCommand();
        if (ids is not null)
        {
            text = text.Replace("{ids}", "= any($1)", StringComparison.Ordinal);
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. ids], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        }

        // Longer names first: @until must not be taken for @un.
        foreach (var (name, value) in values.OrderByDescending(v => v.Name.Length))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value is DateTimeOffset at ? at.ToUniversalTime() : value });
            text = text.Replace($"each(@{name}) k", $"unnest(@{name}) as k(value)", StringComparison.Ordinal)
                .Replace("@" + name, $"${command.Parameters.Count}", StringComparison.Ordinal);
        }

        command.CommandText = text;
        _commands.Add(command);
    }

    public override void Rows<TRow>(RowStatement<TRow> statement, IReadOnlyList<TRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var command = new NpgsqlBatchCommand(statement.Postgres);
        foreach (var column in statement.Columns)
        {
            command.Parameters.Add(column.ToArray(rows));
        }

        _commands.Add(command);
    }

    public override void NewRows<TRow>(RowStatement<TRow> statement, IReadOnlyList<TRow> rows, Func<TRow, Guid> idOf, Action<TRow> onPassedOver)
    {
        if (rows.Count == 0)
        {
            return;
        }

        Rows(statement, rows);
        _commands[^1].CommandText += " returning id";
        var inserted = new HashSet<Guid>(rows.Count);
        _readers.Add((row => inserted.Add(row.Id(0)), () =>
        {
            foreach (var row in rows)
            {
                if (!inserted.Contains(idOf(row)))
                {
                    onPassedOver(row);
                }
            }
        }
        ));
    }

    public override async Task RunAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        if (_commands.Count == 0)
        {
            return;
        }

        await using var batch = new NpgsqlBatch((NpgsqlConnection)connection, (NpgsqlTransaction)transaction);
        foreach (var command in _commands)
        {
            batch.BatchCommands.Add(command);
        }

        // Statements without a result are passed over by NextResult, so results and readers come in the same order.
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        foreach (var (onRow, onEnd) in _readers)
        {
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                onRow(reader);
            }

            onEnd?.Invoke();
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
