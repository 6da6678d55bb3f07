using System.Globalization;
using System.Text;
using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Statements;

/// <summary>
/// The folder that files are dropped into: <c>inbox/ACCOUNT-ID/</c>. What was imported goes to <c>done</c> in it, what could not be to
/// <c>failed</c>, each with a report beside it. A file is taken when two looks have found it the same, so a half copied one is left alone.
/// </summary>
/// <param name="folder">Full path of the inbox.</param>
/// <param name="imports">Imports the files.</param>
/// <param name="clock">The clock.</param>
/// <param name="log">The log.</param>
public sealed partial class StatementInbox(string folder, StatementImports imports, TimeProvider clock, ILogger<StatementInbox> log)
{
    /// <summary>Name of the folder in the data directory.</summary>
    public const string FolderName = "inbox";

    private const string Done = "done";
    private const string Failed = "failed";

    // Whoever may write into the data directory may hand in files for everyone.
    private static readonly Actor Hand = new(OwnerScope.Everyone, null, "inbox");

    private Dictionary<string, (long Length, DateTime Written)> _seen = [];

    /// <summary>Looks once, and imports what has not changed since the last look.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        var before = _seen;
        _seen = [];
        foreach (var account in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
        {
            foreach (var file in new DirectoryInfo(account).EnumerateFiles().OrderBy(f => f.LastWriteTimeUtc).ThenBy(f => f.Name, StringComparer.Ordinal).ToList())
            {
                // Programs that copy write under a hidden name first.
                if (file.Name.StartsWith('.') || file.LinkTarget is not null)
                {
                    continue;
                }

                var now = (file.Length, file.LastWriteTimeUtc);
                if (before.TryGetValue(file.FullName, out var then) && then == now)
                {
                    await TakeAsync(file, Path.GetFileName(account), cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    _seen[file.FullName] = now;
                }
            }
        }
    }

    private async Task TakeAsync(FileInfo file, string account, CancellationToken cancellationToken)
    {
        try
        {
            var (outcome, report) = await ImportAsync(file, account, cancellationToken).ConfigureAwait(false);
            PutAway(file, outcome, report);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or BusyException)
        {
            // Somebody else has it open, or has taken it, or a sync of the account goes on and on; the next looks find out.
            LogNotTaken(log, account, e.GetType().Name);
        }
    }

    private async Task<(string Outcome, string Report)> ImportAsync(FileInfo file, string account, CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(account, out var accountId))
        {
            return (Failed, "The folder is not named like an account. Name it by the account's id, which 'foliosync accounts list' shows.");
        }

        try
        {
            // Nobody else of ours takes it at the same time.
            await using var content = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.None);
            var result = await imports.ImportAsync(new StatementFile(accountId, content), progress: null, Hand, cancellationToken).ConfigureAwait(false);
            return (Done, Describe(result));
        }
        catch (Exception e) when (e is InputException or NotFoundException or (RefusedException and not BusyException))
        {
            return (Failed, e.Message);
        }
    }

    private void PutAway(FileInfo file, string outcome, string report)
    {
        var target = Directory.CreateDirectory(Path.Combine(file.DirectoryName!, outcome)).FullName;
        var stamp = clock.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var name = $"{stamp}-{file.Name}";
        for (var again = 2; File.Exists(Path.Combine(target, name)); again++)
        {
            name = $"{stamp}-{again}-{file.Name}";
        }

        File.Move(file.FullName, Path.Combine(target, name));
        File.WriteAllText(Path.Combine(target, name + ".txt"), report.TrimEnd() + Environment.NewLine);
        LogTaken(log, outcome);
    }

    private static string Describe(StatementResult result)
    {
        var counts = result.Counts;
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{result.Format.Name}, run {result.RunId}");
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{counts.Received:N0} rows: {counts.Inserted:N0} new, {counts.Updated:N0} changed, {counts.Closed:N0} closed, {counts.Unchanged:N0} known, {result.ConflictingTransactions:N0} conflicting, {counts.Skipped:N0} left out.");
        foreach (var warning in result.Warnings)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{warning.Code}: {warning.Message}");
        }

        return text.ToString();
    }

    // Names of files may tell who somebody is.
    [LoggerMessage(Level = LogLevel.Information, Message = "A file from the inbox was put into {Outcome}")]
    private static partial void LogTaken(ILogger log, string outcome);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A file in the inbox of {Account} could not be taken ({Reason}); it is tried again")]
    private static partial void LogNotTaken(ILogger log, string account, string reason);
}
