using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Reflection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace Foliosync.Core.Storage;

/// <summary>The database of this instance: SQLite in the data directory, or PostgreSQL when an address is given.</summary>
public sealed class Database : IAsyncDisposable
{
    /// <summary>Name of the SQLite file in the data directory.</summary>
    public const string FileName = "foliosync.db";

    // In KiB: SQLite's own default, and what indexes of a few hundred thousand rows need.
    private const string UsualMemory = "PRAGMA cache_size=-2000; PRAGMA shrink_memory;";
    private const string MuchMemory = "PRAGMA cache_size=-65536;";

    private readonly string _connectionString;
    private readonly NpgsqlDataSource? _postgres;
    private readonly SemaphoreSlim _writer = new(1);

    private Database(string connectionString, string location, NpgsqlDataSource? postgres)
    {
        _connectionString = connectionString;
        _postgres = postgres;
        Location = location;
    }

    /// <summary>True on PostgreSQL, false on SQLite.</summary>
    public bool IsPostgres => _postgres is not null;

    /// <summary>For people and logs: the SQLite file's path, or the server's address without user name and password.</summary>
    public string Location { get; }

    /// <summary>The SQLite file <see cref="FileName"/> in <paramref name="dataDirectory"/>. Nothing is opened or created yet.</summary>
    public static Database Sqlite(string dataDirectory)
    {
        var file = Path.Combine(dataDirectory, FileName);
        var connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            ForeignKeys = true,
            Pooling = true,
            DefaultTimeout = 30,
        }.ToString();
        return new Database(connectionString, file, postgres: null);
    }

    /// <summary>A PostgreSQL database. Nothing is opened yet.</summary>
    /// <param name="address"><c>postgresql://user:password@host:port/database</c>, or an Npgsql connection string.</param>
    /// <exception cref="FormatException">The address cannot be read; the message does not repeat it.</exception>
    public static Database Postgres(string address)
    {
        var settings = PostgresSettings(address);
        var source = new NpgsqlDataSourceBuilder(ForBulk(settings).ToString()).Build();
        var location = string.Create(CultureInfo.InvariantCulture, $"postgresql://{settings.Host}:{settings.Port}/{settings.Database}");
        return new Database(settings.ToString(), location, source);
    }

    /// <summary>Opens a context limited to the rows of <paramref name="scope"/>. The caller disposes it.</summary>
    public FoliosyncDb Open(OwnerScope scope) => _postgres is null
        ? FoliosyncDb.ForSqlite(_connectionString, scope)
        : FoliosyncDb.ForPostgres(_connectionString, scope);

    /// <summary>Opens a bare connection for the bulk path. The caller disposes it.</summary>
    public async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_postgres is not null)
        {
            return await _postgres.OpenConnectionAsync(cancellationToken);
        }

        var connection = new SqliteConnection(_connectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    /// <summary>
    /// Begins a transaction of the bulk path. The caller disposes it. On SQLite, which has one writer, those of this process take turns:
    /// the driver would otherwise sleep and try again, a seventh of a second each time.
    /// </summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<WriteTransaction> BeginWriteAsync(CancellationToken cancellationToken) => BeginWriteAsync(forManyRows: false, cancellationToken);

    /// <summary>The same; for very many rows SQLite gets more memory, so that it need not write the same pages again and again.</summary>
    /// <param name="forManyRows">True for very many rows.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    internal async Task<WriteTransaction> BeginWriteAsync(bool forManyRows, CancellationToken cancellationToken)
    {
        var turn = IsPostgres ? null : await Turn.WaitAsync(_writer, cancellationToken).ConfigureAwait(false);
        DbConnection? connection = null;
        try
        {
            connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
            var isWidened = forManyRows && !IsPostgres;
            if (isWidened)
            {
                await ExecuteAsync(connection, MuchMemory, cancellationToken).ConfigureAwait(false);
            }

            return new WriteTransaction(
                connection, await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false), turn, isWidened ? UsualMemory : null);
        }
        catch
        {
            if (connection is not null)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }

            turn?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Begins to read: everything read until it is disposed of is as it was at the first query, whatever others store meanwhile. It waits
    /// for no writer and no writer waits for it.
    /// </summary>
    public async Task<ReadSnapshot> BeginReadAsync(CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return new ReadSnapshot(connection, connection is SqliteConnection sqlite
                ? sqlite.BeginTransaction(deferred: true)
                : await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>True when every migration of this program has been applied and none from a newer one.</summary>
    /// <exception cref="DatabaseVersionException">The database was written by a newer program.</exception>
    public async Task<bool> IsCurrentAsync(CancellationToken cancellationToken)
    {
        // Every start asks this. Bare SQL answers a second sooner than a context, which has to build its model first.
        var context = IsPostgres ? typeof(PostgresDb) : typeof(SqliteDb);
        var known = typeof(Database).Assembly.GetTypes()
            .Where(t => t.GetCustomAttribute<DbContextAttribute>()?.ContextType == context)
            .Select(t => t.GetCustomAttribute<MigrationAttribute>()?.Id)
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        var applied = await AppliedMigrationsAsync(cancellationToken);
        foreach (var migration in applied)
        {
            if (!known.Contains(migration))
            {
                throw new DatabaseVersionException(
                    $"The database was written by a newer Foliosync (it has '{migration}'). Install that version or restore a backup.");
            }
        }

        return applied.Count == known.Count;
    }

    /// <summary>The ids of the migrations that have been applied; none when the database is new or not there yet.</summary>
    public async Task<IReadOnlyList<string>> AppliedMigrationsAsync(CancellationToken cancellationToken)
    {
        if (!IsPostgres && !File.Exists(Location))
        {
            // Opening it would make it.
            return [];
        }

        try
        {
            await using var connection = await ConnectAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = IsPostgres
                ? "select count(*) from pg_class where oid = to_regclass('\"__EFMigrationsHistory\"')"
                : "select count(*) from sqlite_master where type = 'table' and name = '__EFMigrationsHistory'";
            if (await command.ExecuteScalarAsync(cancellationToken) is not > 0L)
            {
                return [];
            }

            // The first column is the id, whatever a naming convention calls it.
            command.CommandText = "select * from \"__EFMigrationsHistory\"";
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var applied = new List<string>();
            while (await reader.ReadAsync(cancellationToken))
            {
                applied.Add(reader.GetString(0));
            }

            return applied;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            // The server is there and the database is not; migrating makes it.
            return [];
        }
    }

    /// <summary>Creates the database or brings it up to date; does nothing when it is.</summary>
    /// <exception cref="DatabaseVersionException">The database was written by a newer program.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        if (!IsPostgres)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Location))!);
        }

        if (await IsCurrentAsync(cancellationToken))
        {
            return;
        }

        await using var db = Open(OwnerScope.Everyone);
        await db.Database.MigrateAsync(cancellationToken);
        if (!IsPostgres)
        {
            // Write-ahead logging is a property of the file: readers never wait for the writer from here on.
            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL;", cancellationToken);
        }
    }

    /// <summary>Copies the whole SQLite database into a new file while others go on using it.</summary>
    /// <exception cref="InvalidOperationException">On PostgreSQL, which has its own tools.</exception>
    public async Task CopyToAsync(string file, CancellationToken cancellationToken)
    {
        if (IsPostgres)
        {
            throw new InvalidOperationException("PostgreSQL is copied with pg_dump.");
        }

        await using var connection = await ConnectAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "VACUUM INTO $file";
        var parameter = command.CreateParameter();
        parameter.ParameterName = "$file";
        parameter.Value = file;
        command.Parameters.Add(parameter);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// The server's address under the names that <c>pg_dump</c> and its like read from their environment. Holds the password, so
    /// that it need not stand on a command line.
    /// </summary>
    /// <exception cref="InvalidOperationException">On SQLite.</exception>
    public IReadOnlyDictionary<string, string> PostgresEnvironment()
    {
        if (!IsPostgres)
        {
            throw new InvalidOperationException("SQLite has no server.");
        }

        var settings = new NpgsqlConnectionStringBuilder(_connectionString);
        var variables = new Dictionary<string, string>
        {
            ["PGHOST"] = settings.Host ?? string.Empty,
            ["PGPORT"] = settings.Port.ToString(CultureInfo.InvariantCulture),
            ["PGDATABASE"] = settings.Database ?? string.Empty,
            ["PGUSER"] = settings.Username ?? string.Empty,
            ["PGPASSWORD"] = settings.Password ?? string.Empty,
            ["PGSSLMODE"] = settings.SslMode switch
            {
                SslMode.VerifyCA => "verify-ca",
                SslMode.VerifyFull => "verify-full",
                var mode => mode.ToString().ToLowerInvariant(),
            },
        };
        return variables.Where(v => v.Value.Length > 0).ToDictionary();
    }

    /// <summary>Closes pooled connections.</summary>
    public async ValueTask DisposeAsync()
    {
        _writer.Dispose();
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }
        else
        {
            using var connection = new SqliteConnection(_connectionString);
            SqliteConnection.ClearPool(connection);
        }
    }

    private static async Task ExecuteAsync(DbConnection connection, string text, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    // The bulk path has a few statements, all by key. They are prepared once, and never planned as a scan of a whole table, which is
    // what the planner prefers while a table is young and has no statistics.
    private static NpgsqlConnectionStringBuilder ForBulk(NpgsqlConnectionStringBuilder settings)
    {
        const string ByKeyOnly = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";
        return new NpgsqlConnectionStringBuilder(settings.ToString())
        {
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            Options = string.IsNullOrEmpty(settings.Options) ? ByKeyOnly : settings.Options + " " + ByKeyOnly,
        };
    }

    /// <summary>What an address says, for another library that opens connections of its own.</summary>
    /// <exception cref="FormatException">The address cannot be read; the message does not repeat it.</exception>
    public static NpgsqlConnectionStringBuilder PostgresSettings(string address)
    {
        const string Problem = "DATABASE_URL is not an address of the form postgresql://user:password@host:port/database.";
        try
        {
            if (!address.Contains("://", StringComparison.Ordinal))
            {
                return new NpgsqlConnectionStringBuilder(address);
            }

            var uri = new Uri(address);
            if (uri.Scheme is not ("postgresql" or "postgres") || uri.AbsolutePath.Length < 2)
            {
                throw new FormatException(Problem);
            }

            var userInfo = uri.UserInfo.Split(':', 2);
            var settings = new NpgsqlConnectionStringBuilder
            {
                Host = Uri.UnescapeDataString(uri.Host),
                Port = uri.Port > 0 ? uri.Port : 5432,
                Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]),
            };
            if (userInfo[0].Length > 0)
            {
                settings.Username = Uri.UnescapeDataString(userInfo[0]);
            }

            if (userInfo.Length > 1)
            {
                settings.Password = Uri.UnescapeDataString(userInfo[1]);
            }

            foreach (var option in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                var parts = option.Split('=', 2);
                var name = Uri.UnescapeDataString(parts[0]);
                settings[name.Equals("sslmode", StringComparison.OrdinalIgnoreCase) ? "SSL Mode" : name] =
                    parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : string.Empty;
            }

            return settings;
        }
        catch (Exception e) when (e is UriFormatException or ArgumentException or KeyNotFoundException)
        {
            // The original exception may repeat the password.
            throw new FormatException(Problem);
        }
    }

    /// <summary>The only writer's turn; over when it is disposed of.</summary>
    private sealed class Turn : IDisposable
    {
        private readonly SemaphoreSlim _turns;

        private Turn(SemaphoreSlim turns) => _turns = turns;

        public static async Task<Turn> WaitAsync(SemaphoreSlim turns, CancellationToken cancellationToken)
        {
            await turns.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new Turn(turns);
        }

        public void Dispose() => _turns.Release();
    }
}

/// <summary>The database does not fit this program. The message says what to do.</summary>
public sealed class DatabaseVersionException(string message) : Exception(message);
