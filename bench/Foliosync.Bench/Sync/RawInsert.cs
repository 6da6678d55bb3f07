using System.Diagnostics;
using Foliosync.Core.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace Foliosync.Bench.Sync;

/// <summary>
/// What the database alone can do with the same rows: a table like <c>holdings</c> with its indexes, filled by the fastest statement
/// known, one commit an account, nothing else around it.
/// </summary>
internal static class RawInsert
{
    private const int PostgresConnections = 8;

    private static readonly string[] Columns =
    [
        "id", "account_id", "instrument_id", "lot", "reads", "symbol", "exchange", "quantity", "unsettled_quantity",
        "pledged_quantity", "average_price", "cost_basis", "last_price", "multiplier", "since",
    ];

    public static Task<RawRate> MeasureAsync(Database database, SyncPlan plan, CancellationToken cancellationToken) =>
        database.IsPostgres ? PostgresAsync(database, plan, cancellationToken) : SqliteAsync(database, plan, cancellationToken);

    private static async Task<RawRate> PostgresAsync(Database database, SyncPlan plan, CancellationToken cancellationToken)
    {
        await using (var connection = (NpgsqlConnection)await database.ConnectAsync(cancellationToken))
        {
            await using var create = new NpgsqlCommand("create table raw_holdings (like holdings including all)", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        var instruments = Ids(plan.Holdings);
        var started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, PostgresConnections),
            new ParallelOptions { MaxDegreeOfParallelism = PostgresConnections, CancellationToken = cancellationToken },
            async (worker, token) =>
            {
                await using var connection = (NpgsqlConnection)await database.ConnectAsync(token);
                var values = string.Join(", ", Columns.Select((_, i) => $"${i + 1}"));
                await using var insert = new NpgsqlCommand(
                    $"insert into raw_holdings ({string.Join(", ", Columns)}) select * from unnest({values})", connection);
                for (var account = worker; account < plan.Accounts; account += PostgresConnections)
                {
                    insert.Parameters.Clear();
                    insert.Parameters.AddRange(Arrays(instruments));
                    await insert.ExecuteNonQueryAsync(token);
                }
            });
        return new RawRate("unnest, one account a commit, 8 connections", Rate(plan, started));
    }

    private static async Task<RawRate> SqliteAsync(Database database, SyncPlan plan, CancellationToken cancellationToken)
    {
        await using var connection = (SqliteConnection)await database.ConnectAsync(cancellationToken);
        await using (var create = connection.CreateCommand())
        {
            create.CommandText =
                """
                create table raw_holdings as select * from holdings where 0;
                create unique index raw_id on raw_holdings (id);
                create unique index raw_lot on raw_holdings (account_id, instrument_id, lot);
                create index raw_instrument on raw_holdings (instrument_id);
                """;
            await create.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var insert = connection.CreateCommand();
        insert.CommandText = $"insert into raw_holdings ({string.Join(", ", Columns)}) values ({string.Join(", ", Columns.Select(c => "@" + c))})";
        var parameters = Columns.Select(c => insert.Parameters.Add("@" + c, SqliteType.Text)).ToArray();
        var instruments = Ids(plan.Holdings);
        var started = Stopwatch.GetTimestamp();
        for (var account = 0; account < plan.Accounts; account++)
        {
            await using var transaction = connection.BeginTransaction();
            insert.Transaction = transaction;
            var accountId = Text(Guid.NewGuid());
            foreach (var instrument in instruments)
            {
                object[] row = [Text(Guid.NewGuid()), accountId, Text(instrument), "", 1, "SYMBOL", "NSE", "10.5", "0.0", "0.0", "1500.25", "15752.625", "1610.5", "1.0", 1_700_000_000_000_000L];
                for (var i = 0; i < row.Length; i++)
                {
                    parameters[i].Value = row[i];
                }

                await insert.ExecuteNonQueryAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }

        return new RawRate("prepared single row, one account a commit", Rate(plan, started));
    }

    private static Guid[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.NewGuid())];

    private static string Text(Guid id) => id.ToString().ToUpperInvariant();

    private static double Rate(SyncPlan plan, long started) =>
        Math.Round(plan.Accounts * plan.Holdings / Stopwatch.GetElapsedTime(started).TotalSeconds);

    private static NpgsqlParameter[] Arrays(Guid[] instruments)
    {
        var now = TimeProvider.System.GetUtcNow();
        var account = Guid.NewGuid();
        return
        [
            Array(NpgsqlDbType.Uuid, _ => Guid.CreateVersion7(now)),
            Array(NpgsqlDbType.Uuid, _ => account),
            Array(NpgsqlDbType.Uuid, i => instruments[i]),
            Array(NpgsqlDbType.Text, _ => string.Empty),
            Array(NpgsqlDbType.Integer, _ => 1),
            Array(NpgsqlDbType.Text, _ => "SYMBOL"),
            Array(NpgsqlDbType.Text, _ => "NSE"),
            Array(NpgsqlDbType.Numeric, _ => 10.5m),
            Array(NpgsqlDbType.Numeric, _ => 0m),
            Array(NpgsqlDbType.Numeric, _ => 0m),
            Array(NpgsqlDbType.Numeric, _ => 1500.25m),
            Array(NpgsqlDbType.Numeric, _ => 15752.625m),
            Array(NpgsqlDbType.Numeric, _ => 1610.5m),
            Array(NpgsqlDbType.Numeric, _ => 1m),
            Array(NpgsqlDbType.TimestampTz, _ => now),
        ];

        NpgsqlParameter Array<T>(NpgsqlDbType type, Func<int, T> value) => new NpgsqlParameter<T[]>
        {
            TypedValue = [.. Enumerable.Range(0, instruments.Length).Select(value)],
            NpgsqlDbType = NpgsqlDbType.Array | type,
        };
    }
}
