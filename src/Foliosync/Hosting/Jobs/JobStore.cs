using Foliosync.Core.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Foliosync.Hosting.Jobs;

/// <summary>
/// Where the engine keeps its own tables: a SQLite file beside the database, or a schema of the PostgreSQL database. The file belongs to
/// one process at a time.
/// </summary>
internal sealed class JobStore(InstanceSettings settings, Database database, IServiceProvider services) : IHostedService, IDisposable
{
    /// <summary>Name of the schema on PostgreSQL.</summary>
    public const string Schema = "jobs";

    private const string FileName = "jobs.db";

    private FileStream? _lock;

    public static string FileIn(InstanceSettings settings) => Path.Combine(settings.DataDirectory, FileName);

    public static string ConnectionString(NpgsqlConnectionStringBuilder address)
    {
        address.SearchPath = Schema;
        // Saves a statement each time a connection is taken from the pool.
        address.NoResetOnClose = true;
        return address.ToString();
    }

    public Task StartAsync(CancellationToken cancellationToken) => OpenAsync(cancellationToken);

    /// <summary>Makes it ready; again, it does nothing. Before the host starts, what is wrong can be told in one sentence.</summary>
    /// <exception cref="SettingsException">Another process works on the jobs of this data directory.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (database.IsPostgres)
        {
            await using var connection = await database.ConnectAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            // Of two that begin at once, one waits: to create what is just being created fails even with "if not exists".
            command.CommandText = $"select pg_advisory_xact_lock(7305211); create schema if not exists {Schema}";
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        else if (_lock is null && services.GetService<JobHost>() is not null)
        {
            _lock = Lock(settings.DataDirectory);
            await CreateFileAsync(FileIn(settings), cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _lock?.Dispose();

    private static FileStream Lock(string directory)
    {
        try
        {
            return PrivateFile.Open(Path.Combine(directory, "jobs.lock"), FileMode.OpenOrCreate, FileShare.None);
        }
        catch (IOException)
        {
            throw new SettingsException(
                $"Another process works on the jobs of {directory}. Stop it, start this one with --no-jobs, or use PostgreSQL (DATABASE_URL) for several workers.");
        }
    }

    private static async Task CreateFileAsync(string file, CancellationToken cancellationToken)
    {
        PrivateFile.Open(file, FileMode.OpenOrCreate).Dispose();
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        // A property of the file: readers and the writer do not wait for each other.
        command.CommandText = "PRAGMA journal_mode=WAL";
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
