using System.Globalization;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Hosting;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Diagnosis;

/// <summary>Checks of the machine, the database, the key and the clock.</summary>
internal sealed class InstanceChecks(
    InstanceSettings settings, Instance instance, Database database, MasterKeySource keys, Vault vault, TimeProvider clock)
{
    // Less is the time that a question to the server takes.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(30);

    public Finding DataDirectory()
    {
        const string Check = "data-directory";
        if (!Directory.Exists(settings.DataDirectory))
        {
            return Finding.Warning(Check, $"{settings.DataDirectory} does not exist yet.", "Run 'foliosync migrate' or start the server: both make it.");
        }

        try
        {
            var probe = Path.Combine(settings.DataDirectory, $".doctor-{Environment.ProcessId}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Finding.Failed(Check, $"{settings.DataDirectory} cannot be written.", "Give it to the user that runs Foliosync, with 'chown'.");
        }

        const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        return !OperatingSystem.IsWindows() && !database.IsPostgres && (File.GetUnixFileMode(settings.DataDirectory) & Others) != 0
            ? Finding.Warning(Check, $"Every user of this machine can read {settings.DataDirectory}.", $"Run 'chmod 700 {settings.DataDirectory}'.")
            : Finding.Fine(Check, $"{settings.DataDirectory} can be written.");
    }

    public Finding DiskSpace()
    {
        var directory = Directory.Exists(settings.DataDirectory) ? settings.DataDirectory : Directory.GetCurrentDirectory();
        var free = new DriveInfo(directory).AvailableFreeSpace;
        var text = string.Create(CultureInfo.InvariantCulture, $"{free / 1024 / 1024:N0} MB are free.");
        return free < settings.Monitor.LeastFreeBytes
            ? Finding.Warning("disk-space", text, "Make room: the database, its log and backups need it.")
            : Finding.Fine("disk-space", text);
    }

    public async Task<Finding> DatabaseAsync(CancellationToken cancellationToken)
    {
        const string Check = "database";
        try
        {
            if (!await instance.ExistsAsync(cancellationToken))
            {
                return Finding.Warning(Check, $"There is no database in {database.Location} yet.", "Run 'foliosync migrate' or start the server: both make it.");
            }

            await using var connection = await database.ConnectAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1";
            await command.ExecuteScalarAsync(cancellationToken);
            return Finding.Fine(Check, $"{database.Location} answers.");
        }
        catch (Exception e) when (DatabaseFailure.Describe(e) is not null)
        {
            return Finding.Failed(
                Check,
                DatabaseFailure.Describe(e)!,
                database.IsPostgres
                    ? $"Start the server at {database.Location}, or correct {InstanceSettings.DatabaseUrlName}."
                    : "Check the owner of the file and the disk, or restore a backup with 'foliosync restore FILE --force'.");
        }
    }

    public async Task<Finding> VersionAsync(CancellationToken cancellationToken)
    {
        const string Check = "version";
        try
        {
            return await database.IsCurrentAsync(cancellationToken)
                ? Finding.Fine(Check, "The database is of this program's version.")
                : Finding.Failed(Check, "The database is older than this program.", "Run 'foliosync migrate', or start the server.");
        }
        catch (DatabaseVersionException e)
        {
            return Finding.Failed(Check, e.Message, "Install the newer program again, or restore a backup from before.");
        }
    }

    public async Task<Finding> MasterKeyAsync(CancellationToken cancellationToken)
    {
        const string Check = "master-key";
        await using var db = database.Open(OwnerScope.Everyone);
        var secret = await db.Credentials.AsNoTracking().OrderBy(c => c.ConnectionId).FirstOrDefaultAsync(cancellationToken);
        var snapshot = await db.Snapshots.AsNoTracking().OrderBy(s => s.Id).Select(s => s.Sealed).FirstOrDefaultAsync(cancellationToken);
        if (secret is null && snapshot is null && keys.KeyFile is { } file && !File.Exists(file))
        {
            return Finding.Fine(Check, "There is no master key yet; it is made when it is needed.");
        }

        try
        {
            _ = keys.Keys.CurrentId;
            if (secret is null && snapshot is null)
            {
                return Finding.Fine(Check, "The master key can be read; nothing is sealed with it yet.");
            }

            if (secret is not null)
            {
                vault.Open(secret.Sealed, secret.ConnectionId, secret.Field);
            }

            if (snapshot is not null)
            {
                vault.RequireKeyFor(snapshot);
            }

            return Finding.Fine(Check, "The master key opens the stored secrets.");
        }
        catch (VaultException e)
        {
            return Finding.Failed(Check, e.Message, "Put back the key that sealed the stored secrets, with mode 0600; it is not in the backups.");
        }
    }

    public async Task<Finding> ClockAsync(CancellationToken cancellationToken)
    {
        const string Check = "clock";
        const string Cure = "Set this machine's clock, with time synchronisation on ('timedatectl set-ntp true').";
        var now = clock.GetUtcNow();
        if (database.IsPostgres && await ServerTimeAsync(cancellationToken) is { } serverTime && (serverTime - now).Duration() > ClockTolerance)
        {
            return Finding.Failed(Check, $"This clock and the database server's differ by {Length(serverTime - now)}.", Cure);
        }

        await using var db = database.Open(OwnerScope.Everyone);
        var newest = new[]
        {
            await db.SyncRuns.MaxAsync(r => (DateTimeOffset?)r.QueuedAt, cancellationToken),
            await db.Connections.MaxAsync(c => (DateTimeOffset?)c.CreatedAt, cancellationToken),
            await db.AuditEvents.MaxAsync(a => (DateTimeOffset?)a.At, cancellationToken),
        }.Max();
        return newest is { } last && last - now > ClockTolerance
            ? Finding.Failed(Check, $"The newest stored time is {Length(last - now)} in the future, so the clock was or is wrong.", Cure)
            : Finding.Fine(Check, $"It is {now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)}; nothing stored is later.");
    }

    private async Task<DateTimeOffset?> ServerTimeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT clock_timestamp()";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? await reader.GetFieldValueAsync<DateTimeOffset>(0, cancellationToken) : null;
    }

    private static string Length(TimeSpan span) => span.Duration() switch
    {
        { TotalDays: >= 2 } d => string.Create(CultureInfo.InvariantCulture, $"{d.TotalDays:0} days"),
        { TotalHours: >= 2 } d => string.Create(CultureInfo.InvariantCulture, $"{d.TotalHours:0} hours"),
        { TotalMinutes: >= 2 } d => string.Create(CultureInfo.InvariantCulture, $"{d.TotalMinutes:0} minutes"),
        var d => string.Create(CultureInfo.InvariantCulture, $"{d.TotalSeconds:0} seconds"),
    };
}
