using System.Data.Common;
using Foliosync.Core.Statements;

namespace Foliosync.Hosting.Jobs;

/// <summary>
/// Looks into the inbox of this process' data directory. It is no job of the engine: that would give it to any process of the cluster,
/// and each has a directory of its own.
/// </summary>
internal sealed partial class InboxWatch(StatementInbox inbox, InstanceSettings settings, TimeProvider clock, ILogger<InboxWatch> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Instance.CreateDirectory(Path.Combine(settings.DataDirectory, StatementInbox.FolderName));
        using var timer = new PeriodicTimer(Look, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await LookAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends; a file that was being imported is imported at the next start.
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        try
        {
            await inbox.LookAsync(stoppingToken);
        }
        catch (Exception e) when (e is DbException or IOException or UnauthorizedAccessException)
        {
            // The database is away, or the folder is not ours to read. The files wait.
            LogFailed(log, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The inbox could not be looked into; it is tried again in a moment")]
    private static partial void LogFailed(ILogger log, Exception e);
}
