using System.Globalization;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;

namespace Foliosync.Hosting;

/// <summary>Makes an instance ready for use: data directory, database, master key. Called once at the start of every verb that needs them.</summary>
internal sealed class Instance(InstanceSettings settings, Database database, MasterKeySource keys, Vault vault, TimeProvider clock)
{
    /// <summary>The directory, in the data directory, of the copies that are made before a migration.</summary>
    public const string BackupDirectory = "backups";

    /// <summary>
    /// Creates what is missing at the first start and brings the database up to date. Refuses, before anything is changed, when
    /// stored secrets could not be opened with the key at hand.
    /// </summary>
    /// <returns>What was done that a person should know, one sentence each; empty on most days.</returns>
    /// <exception cref="VaultException">The master key is missing, wrong or open to others.</exception>
    /// <exception cref="DatabaseVersionException">The database was written by a newer program.</exception>
    /// <exception cref="SettingsException">The data directory cannot be written.</exception>
    public async Task<IReadOnlyList<string>> PrepareAsync(CancellationToken cancellationToken)
    {
        CreateDirectory(settings.DataDirectory);
        List<string> done = [];
        var exists = await ExistsAsync(cancellationToken);
        if (exists)
        {
            // Another key than before must be noticed before a migration or a new key file makes it worse.
            await CheckKeyAsync(cancellationToken);
        }

        if (!await database.IsCurrentAsync(cancellationToken))
        {
            if (exists && !database.IsPostgres)
            {
                done.Add($"The database was copied to {await BackUpAsync(cancellationToken)} before it was brought up to date.");
            }

            if (!exists && !database.IsPostgres)
            {
                CreateFile(database.Location);
            }

            await database.MigrateAsync(cancellationToken);
            await CheckKeyAsync(cancellationToken);
        }

        if (keys.KeyFile is { } file && MasterKeySource.CreateFile(file))
        {
            done.Add($"A master key was made in {file}. Keep a copy of it apart from your backups: without it no stored credential opens.");
        }

        // Reads the key, so that a damaged or open one is told now and not at the first sync.
        _ = keys.Keys.CurrentId;
        return done;
    }

    /// <summary>True when the database holds anything yet.</summary>
    public async Task<bool> ExistsAsync(CancellationToken cancellationToken)
    {
        if (!database.IsPostgres)
        {
            return File.Exists(database.Location) && new FileInfo(database.Location).Length > 0;
        }

        return (await database.AppliedMigrationsAsync(cancellationToken)).Count > 0;
    }

    private async Task CheckKeyAsync(CancellationToken cancellationToken)
    {
        if (await AnySecretAsync(cancellationToken) is { } secret)
        {
            vault.RequireKeyFor(secret);
        }
    }

    private async Task<byte[]?> AnySecretAsync(CancellationToken cancellationToken)
    {
        // The first migration made both tables; without it there is nothing stored.
        if ((await database.AppliedMigrationsAsync(cancellationToken)).Count == 0)
        {
            return null;
        }

        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "select sealed from broker_credentials order by connection_id limit 1";
        if (await command.ExecuteScalarAsync(cancellationToken) is byte[] credential)
        {
            return credential;
        }

        command.CommandText = "select sealed from snapshots order by id limit 1";
        return await command.ExecuteScalarAsync(cancellationToken) as byte[];
    }

    private async Task<string> BackUpAsync(CancellationToken cancellationToken)
    {
        var directory = Path.Combine(settings.DataDirectory, BackupDirectory);
        CreateDirectory(directory);
        var stamp = clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var file = Path.Combine(directory, $"foliosync-{stamp}-before-migration.db");
        await database.CopyToAsync(file, cancellationToken);
        return file;
    }

    // SQLite would make it readable for everyone, and its log like it.
    private static void CreateFile(string file)
    {
        try
        {
            PrivateFile.Open(file, FileMode.OpenOrCreate).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The database {file} cannot be made: {e.Message} Set {InstanceSettings.DataDirectoryName} to another directory.");
        }
    }

    /// <summary>Makes a directory that only its owner may enter; one that is there stays as it is.</summary>
    /// <exception cref="SettingsException">It cannot be made.</exception>
    public static void CreateDirectory(string directory)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory);
            }
            else if (!Directory.Exists(directory))
            {
                // People's holdings are nobody else's business.
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The directory {directory} cannot be made: {e.Message} Set {InstanceSettings.DataDirectoryName} to another one.");
        }
    }
}
