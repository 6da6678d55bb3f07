using Foliosync.Core.Storage;

namespace Foliosync.Bench.Machine;

/// <summary>An empty database for one measurement, and a quick way to fill it with millions of rows.</summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    private readonly PostgresCluster? _cluster;
    private readonly string _folder;

    private BenchDatabase(PostgresCluster? cluster, string folder, Database database) => (_cluster, _folder, Database) = (cluster, folder, database);

    public Database Database { get; }

    /// <summary>SQLite in a temporary folder, or a PostgreSQL server of its own; the tables are there.</summary>
    public static async Task<BenchDatabase> CreateAsync(bool isPostgres, CancellationToken cancellationToken)
    {
        var cluster = isPostgres ? await PostgresCluster.StartAsync() : null;
        var folder = Directory.CreateTempSubdirectory("foliosync-bench-").FullName;
        var made = new BenchDatabase(cluster, folder, cluster is null ? Database.Sqlite(folder) : Database.Postgres(await cluster.CreateDatabaseAsync("bench")));
        await made.Database.MigrateAsync(cancellationToken);
        return made;
    }

    /// <summary>
    /// Runs statements that make rows of one table inside of the database. Its indexes but the key are made anew afterwards, keys of other
    /// tables are not looked up, and the planner may join as it likes: that is the difference between a minute and none.
    /// </summary>
    public async Task FillAsync(string table, IEnumerable<string> statements, CancellationToken cancellationToken)
    {
        await using var connection = await Database.ConnectAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandTimeout = 0;
        command.CommandText = Database.IsPostgres
            ? $"select indexname, indexdef from pg_indexes where tablename = '{table}' and indexname not like 'pk_%'"
            : $"select name, sql from sqlite_master where type = 'index' and tbl_name = '{table}' and sql is not null";
        var indexes = new List<(string Name, string Definition)>();
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                indexes.Add((reader.GetString(0), reader.GetString(1)));
            }
        }

        string[] before = Database.IsPostgres
            ? ["set session_replication_role = replica", "set enable_hashjoin = on", "set enable_seqscan = on", "set synchronous_commit = off", "set maintenance_work_mem = '256MB'"]
            : ["pragma foreign_keys = off"];
        string[] after = Database.IsPostgres ? ["vacuum analyze"] : ["pragma foreign_keys = on", "analyze"];
        foreach (var text in (string[])[.. before, .. indexes.Select(i => $"drop index {i.Name}"), .. statements, .. indexes.Select(i => i.Definition), .. after])
        {
            command.CommandText = text;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
