using System.CommandLine;
using System.Globalization;
using Foliosync.Core.Storage;
using Foliosync.Diagnosis;
using Foliosync.Hosting;

namespace Foliosync.Cli;

/// <summary><c>foliosync migrate</c>, <c>backup</c> and <c>restore</c>.</summary>
internal static class DatabaseVerbs
{
    private static readonly Argument<string> File = new("FILE") { Description = "The backup file" };
    private static readonly Option<bool> Force = new("--force") { Description = "Replace what is there" };

    public static Command Migrate() => Verb.Create("migrate", "Create the database or bring it up to date", MigrateAsync);

    public static Command Backup() => Verb.Create(
        "backup", "Write the whole database into one file, while servers run. The master key is not in it", BackupAsync, File, Force);

    public static Command Restore() => Verb.Create(
        "restore", "Put a backup in the place of the database; servers must be stopped", RestoreAsync, File, Force);

    private static async Task MigrateAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var database = context.Service<Database>().Location;
        context.Output.Result(new { Database = database, Current = true }, console => console.Line($"The database {database} is up to date."));
    }

    private static async Task BackupAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var file = Path.GetFullPath(context.Get(File)!);
        if (System.IO.File.Exists(file) && !context.Get(Force))
        {
            throw new UsageException($"{file} is there already. Choose another name, or add --force to replace it.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(file)))
        {
            throw new UsageException($"The directory {Path.GetDirectoryName(file)} does not exist. Make it, then try again.");
        }

        var database = context.Service<Database>();
        if (!await context.Service<Instance>().ExistsAsync(cancellationToken))
        {
            throw new UsageException($"There is no database in {database.Location} yet, so there is nothing to back up.");
        }

        if (database.IsPostgres)
        {
            await DumpAsync(context, database, file, cancellationToken);
        }
        else
        {
            await context.Service<SqliteBackup>().BackUpAsync(file, cancellationToken);
        }

        var bytes = new FileInfo(file).Length;
        context.Output.Result(
            new { File = file, Bytes = bytes, MasterKeyIncluded = false },
            console => console.Line($"{file} ({Tables.Number((bytes + 1023) / 1024)} KB)"));
        await context.Service<OperatorWatch>().NoteBackupAsync(cancellationToken);
        context.Output.Say(context.Settings.MasterKey is null
            ? $"The master key is not in it: keep a copy of {context.Settings.MasterKeyFile} in another place. Without it the credentials in the backup do not open."
            : $"The master key is not in it: keep a copy of {InstanceSettings.MasterKeyName} in another place. Without it the credentials in the backup do not open.");
    }

    private static async Task RestoreAsync(VerbContext context, CancellationToken cancellationToken)
    {
        var file = Path.GetFullPath(context.Get(File)!);
        if (!System.IO.File.Exists(file))
        {
            throw new UsageException($"There is no file {file}.");
        }

        string? old;
        var keyIsMissing = false;
        if (context.Service<Database>().IsPostgres)
        {
            old = await RestoreDumpAsync(context, file, cancellationToken);
        }
        else
        {
            try
            {
                (_, old, keyIsMissing) = await context.Service<SqliteBackup>().RestoreAsync(file, context.Get(Force), cancellationToken);
            }
            catch (InvalidDataException e)
            {
                throw new UsageException(e.Message);
            }
        }

        var database = context.Service<Database>().Location;
        context.Output.Result(
            new { Database = database, OldDatabase = old, KeyIsMissing = keyIsMissing },
            console =>
            {
                console.Line($"{database} is restored from {file}.");
                if (old is not null)
                {
                    console.Line($"What was there before is in {old}.");
                }
            });
        if (keyIsMissing)
        {
            context.Output.Warn(
                $"Before you start, put the key file of the backed up instance to {context.Settings.MasterKeyFile} with mode 0600: the credentials do not open without it.");
        }
    }

    private static async Task DumpAsync(VerbContext context, Database database, string file, CancellationToken cancellationToken)
    {
        if (!PostgresTools.IsInstalled("pg_dump"))
        {
            throw new UsageException(
                $"pg_dump is not on this machine. Install PostgreSQL's client programs, or run where they are: {PostgresTools.DumpLine(database, file)}",
                ExitCode.Failed);
        }

        // pg_dump would make the file readable for everyone; it keeps the mode of one that is there.
        await PrivateFile.Create(file).DisposeAsync();
        try
        {
            await context.Service<PostgresTools>().DumpAsync(file, cancellationToken);
        }
        catch
        {
            System.IO.File.Delete(file);
            throw;
        }
    }

    private static async Task<string?> RestoreDumpAsync(VerbContext context, string file, CancellationToken cancellationToken)
    {
        var database = context.Service<Database>();
        if (!PostgresTools.IsInstalled("pg_restore") || !PostgresTools.IsInstalled("pg_dump"))
        {
            throw new UsageException("pg_restore is not on this machine. Install PostgreSQL's client programs, then try again.", ExitCode.Failed);
        }

        var tools = context.Service<PostgresTools>();
        await tools.VerifyAsync(file, cancellationToken);
        string? old = null;
        if (await context.Service<Instance>().ExistsAsync(cancellationToken))
        {
            if (!context.Get(Force))
            {
                throw new UsageException($"{database.Location} is not empty. Add --force to replace it; it is dumped into the data directory before.");
            }

            Instance.CreateDirectory(context.Settings.DataDirectory);
            var stamp = context.Clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
            old = Path.Combine(context.Settings.DataDirectory, $"foliosync-{stamp}-before-restore.dump");
            await DumpAsync(context, database, old, cancellationToken);
        }

        await tools.RestoreAsync(file, cancellationToken);
        return old;
    }
}
