using System.Globalization;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Hosting;

/// <summary>Backs a SQLite instance up while it runs, and puts a backup in its place while it does not.</summary>
internal sealed class SqliteBackup(InstanceSettings settings, Database database, MasterKeySource keys, Vault vault, TimeProvider clock)
{
    /// <summary>Writes a backup. Servers may go on working.</summary>
    public async Task<BackupManifest> BackUpAsync(string file, CancellationToken cancellationToken)
    {
        using var workplace = new Workplace(settings.DataDirectory);
        await database.CopyToAsync(workplace.DatabaseFile, cancellationToken);
        await using var db = database.Open(OwnerScope.Everyone);
        var migration = (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).LastOrDefault();
        return await BackupArchive.WriteAsync(file, workplace.DatabaseFile, migration, clock.GetUtcNow(), cancellationToken);
    }

    /// <summary>Checks a backup completely, then puts it in the place of the database. The old database is kept beside the new one.</summary>
    /// <returns>Where the old database is now, or null; and whether the key for the backup's secrets is still missing.</returns>
    /// <exception cref="InvalidDataException">The file is not a whole backup.</exception>
    /// <exception cref="SettingsException">A database is there and may not be replaced, or is in use.</exception>
    /// <exception cref="VaultException">The backup's secrets were sealed with another key than the one at hand.</exception>
    /// <exception cref="DatabaseVersionException">The backup is from a newer program.</exception>
    public async Task<(BackupManifest Manifest, string? OldDatabase, bool KeyIsMissing)> RestoreAsync(
        string file, bool replace, CancellationToken cancellationToken)
    {
        if (File.Exists(database.Location) && !replace)
        {
            throw new SettingsException(
                $"There is a database in {settings.DataDirectory} already. Add --force to replace it; it is kept beside the restored one.");
        }

        using var workplace = new Workplace(settings.DataDirectory);
        var manifest = await BackupArchive.ReadAsync(file, workplace.DatabaseFile, cancellationToken);
        var keyIsMissing = await VerifyAsync(file, workplace.Directory, cancellationToken);

        var old = File.Exists(database.Location) ? await SetAsideAsync(cancellationToken) : null;
        File.Move(workplace.DatabaseFile, database.Location);
        return (manifest, old, keyIsMissing);
    }

    private async Task<bool> VerifyAsync(string file, string directory, CancellationToken cancellationToken)
    {
        await using var copy = Database.Sqlite(directory);
        await using (var connection = await copy.ConnectAsync(cancellationToken))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA integrity_check(1)";
            if (await command.ExecuteScalarAsync(cancellationToken) is not "ok")
            {
                throw new InvalidDataException($"{file} holds a damaged database. Use another backup.");
            }

            command.CommandText = "PRAGMA journal_mode=WAL";
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await copy.IsCurrentAsync(cancellationToken);
        await using var db = copy.Open(OwnerScope.Everyone);
        if (await db.Credentials.Select(c => c.Sealed).FirstOrDefaultAsync(cancellationToken) is not { } secret)
        {
            return false;
        }

        if (keys.KeyFile is { } keyFile && !File.Exists(keyFile))
        {
            return true;
        }

        vault.RequireKeyFor(secret);
        return false;
    }

    private async Task<string> SetAsideAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Leaving write-ahead logging folds the log into the file and works only while nobody else has it open.
            await using var connection = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = database.Location, Pooling = false, DefaultTimeout = 2 }.ToString());
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode=DELETE";
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 5 or 6)
        {
            throw new SettingsException("A Foliosync server is using the database. Stop it, then restore.");
        }
        catch (SqliteException e) when (e.SqliteErrorCode is 11 or 26)
        {
            // A damaged database is a good reason to restore; it is set aside as it is.
        }

        var stamp = clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var old = Path.Combine(settings.DataDirectory, $"foliosync-{stamp}-before-restore.db");
        foreach (var part in (string[])["", "-wal", "-shm"])
        {
            if (File.Exists(database.Location + part))
            {
                File.Move(database.Location + part, old + part);
            }
        }

        return old;
    }

    /// <summary>A folder on the same disk as the database, gone at the end.</summary>
    private sealed class Workplace : IDisposable
    {
        public Workplace(string dataDirectory)
        {
            Instance.CreateDirectory(dataDirectory);
            Directory = Path.Combine(dataDirectory, $"backup-{Guid.NewGuid():N}");
            Instance.CreateDirectory(Directory);
        }

        public string Directory { get; }

        public string DatabaseFile => Path.Combine(Directory, Database.FileName);

        public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
    }
}
