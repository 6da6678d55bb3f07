using System.Diagnostics;
using Foliosync.Core.Storage;

namespace Foliosync.Hosting;

/// <summary>PostgreSQL's own programs. They get the password through their environment, where other users do not see it.</summary>
internal sealed class PostgresTools(Database database)
{
    /// <summary>The line a person can type when the program is not on this machine.</summary>
    public static string DumpLine(Database database, string file) =>
        $"pg_dump --format=custom --no-owner --file={file} --dbname={database.Location}";

    /// <summary>True when a program of that name is on the PATH.</summary>
    public static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(directory => File.Exists(Path.Combine(directory, OperatingSystem.IsWindows() ? program + ".exe" : program)));

    /// <summary>Writes the whole database into one file.</summary>
    public Task DumpAsync(string file, CancellationToken cancellationToken) =>
        RunAsync("pg_dump", ["--format=custom", "--no-owner", $"--file={file}"], cancellationToken);

    /// <summary>Reads the file's table of contents, which fails unless it is a dump.</summary>
    public Task VerifyAsync(string file, CancellationToken cancellationToken) =>
        RunAsync("pg_restore", ["--list", file], cancellationToken);

    /// <summary>Replaces the database's tables by those of the file, all or none.</summary>
    public Task RestoreAsync(string file, CancellationToken cancellationToken) => RunAsync(
        "pg_restore",
        ["--clean", "--if-exists", "--no-owner", "--single-transaction", $"--dbname={database.PostgresEnvironment()["PGDATABASE"]}", file],
        cancellationToken);

    private async Task RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in database.PostgresEnvironment())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new SettingsException($"{program} cannot be started.");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
            await output;
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                var reason = errors.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
                throw new SettingsException($"{(reason ?? program + " failed").TrimEnd('.')}. Nothing was changed.");
            }
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
