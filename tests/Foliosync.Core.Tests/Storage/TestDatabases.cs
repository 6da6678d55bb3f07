using Foliosync.Core.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Foliosync.Core.Tests.Storage;

/// <summary>The databases that every storage test runs on.</summary>
public enum Store
{
    Sqlite,
    Postgres,
}

/// <summary>Makes fresh, migrated databases. Migrations run once for each kind; every further database is a copy of the first.</summary>
public static class TestDatabases
{
    private static readonly Lazy<Task<string>> SqliteTemplate = new(MakeSqliteTemplateAsync);
    private static readonly Lazy<Task> PostgresTemplate = new(MakePostgresTemplateAsync);

    private static int _count;

    /// <summary>A database for one test. Skips the test when it asks for PostgreSQL and there is none on this machine.</summary>
    public static Task<TestDatabase> CreateAsync(Store store) => store == Store.Sqlite ? CreateSqliteAsync() : CreatePostgresAsync();

    /// <summary>A database that no migration has touched. Skips the test like <see cref="CreateAsync"/>.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync(Store store)
    {
        if (store == Store.Sqlite)
        {
            return Sqlite(Directory.CreateTempSubdirectory("foliosync-test-"));
        }

        var server = await PostgresServer.StartedAsync();
        var name = $"test_{Interlocked.Increment(ref _count)}";
        await server.ExecuteAsync($"create database {name} template template0");
        return Postgres(server, name);
    }

    /// <summary>A migrated database on a server of the test's own. It goes with the server.</summary>
    public static async Task<TestDatabase> CreateOnAsync(PostgresServer server)
    {
        var name = $"test_{Interlocked.Increment(ref _count)}";
        await server.ExecuteAsync($"create database {name}");
        var address = server.AddressOf(name);
        var database = Database.Postgres(address);
        await database.MigrateAsync(CancellationToken.None);
        return new TestDatabase(Store.Postgres, database, address, () => Task.CompletedTask);
    }

    private static async Task<TestDatabase> CreateSqliteAsync()
    {
        var template = await SqliteTemplate.Value;
        var folder = Directory.CreateTempSubdirectory("foliosync-test-");
        File.Copy(template, Path.Combine(folder.FullName, Database.FileName));
        return Sqlite(folder);
    }

    private static async Task<TestDatabase> CreatePostgresAsync()
    {
        await PostgresTemplate.Value;
        var server = await PostgresServer.StartedAsync();
        var name = $"test_{Interlocked.Increment(ref _count)}";
        await server.ExecuteAsync($"create database {name} template foliosync_template");
        return Postgres(server, name);
    }

    private static TestDatabase Sqlite(DirectoryInfo folder) => new(Store.Sqlite, Database.Sqlite(folder.FullName), folder.FullName, () =>
    {
        folder.Delete(recursive: true);
        return Task.CompletedTask;
    });

    private static TestDatabase Postgres(PostgresServer server, string name)
    {
        var address = server.AddressOf(name);
        return new TestDatabase(
            Store.Postgres, Database.Postgres(address), address, () => server.ExecuteAsync($"drop database {name} with (force)"));
    }

    private static async Task<string> MakeSqliteTemplateAsync()
    {
        var folder = TestFolders.Create("foliosync-template-");
        await using var database = Database.Sqlite(folder);
        await database.MigrateAsync(CancellationToken.None);
        var copy = Path.Combine(folder, "template.db");
        await database.CopyToAsync(copy, CancellationToken.None);
        await using var connection = new SqliteConnection($"Data Source={copy};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL;";
        await command.ExecuteNonQueryAsync();
        return copy;
    }

    private static async Task MakePostgresTemplateAsync()
    {
        var server = await PostgresServer.StartedAsync();
        await server.ExecuteAsync("create database foliosync_template");

        // A database can be copied only while nobody is connected to it, not even an idle pool.
        var address = new NpgsqlConnectionStringBuilder(server.AddressOf("foliosync_template")) { Pooling = false }.ToString();
        await using var database = Database.Postgres(address);
        await database.MigrateAsync(CancellationToken.None);
    }
}

/// <summary>A migrated database that is gone with the test.</summary>
/// <param name="Store">What it runs on.</param>
/// <param name="Database">The database.</param>
/// <param name="Location">Data directory on SQLite, connection string on PostgreSQL.</param>
/// <param name="Remove">Removes it.</param>
public sealed record TestDatabase(Store Store, Database Database, string Location, Func<Task> Remove) : IAsyncDisposable
{
    /// <summary>So that a test can pass it wherever a <see cref="Foliosync.Core.Storage.Database"/> is wanted.</summary>
    public static implicit operator Database(TestDatabase test) => test.Database;

    /// <summary>Opens a context; see <see cref="Foliosync.Core.Storage.Database.Open"/>.</summary>
    public FoliosyncDb Open(OwnerScope? scope = null) => Database.Open(scope ?? OwnerScope.Everyone);

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await Remove();
    }
}
