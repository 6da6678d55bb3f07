using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Sync;

/// <summary>
/// Removes history whose time is over: runs, snapshots, resolved alerts, logins that nobody finished. The last run and the last
/// successful run of each connection stay however old they are, and so does the audit log.
/// </summary>
/// <remarks>
/// Ids are ordered by time, so "older than" is a range of the primary key, and no index on a time is needed. Each delete names a few
/// hundred rows by key and is a transaction of its own: nobody waits for it, and what is not done today is done an hour later.
/// </remarks>
public sealed partial class HistoryRetention(Database database, RetentionSettings settings, TimeProvider clock, ILogger<HistoryRetention> log) : IRecurringJob
{
    /// <summary>Rows that one transaction removes.</summary>
    internal const int BatchSize = 500;

    private static readonly SyncRunState[] OtherEnds =
        [SyncRunState.Failed, SyncRunState.NeedsReview, SyncRunState.NeedsLogin, SyncRunState.Cancelled];

    /// <inheritdoc/>
    public string Name => "prune-history";

    /// <inheritdoc/>
    public TimeSpan Every => TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(OwnerScope.Everyone);

        // Snapshots before runs: how long one is kept depends on how its run ended.
        var snapshots = await PruneSnapshotsAsync(db, now, cancellationToken).ConfigureAwait(false);
        var runs = await PruneRunsAsync(db, now, cancellationToken).ConfigureAwait(false);
        var alerts = await PruneAlertsAsync(db, now, cancellationToken).ConfigureAwait(false);
        await db.PendingLogins.Where(l => l.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken).ConfigureAwait(false);
        if (snapshots + runs + alerts > 0)
        {
            LogPruned(log, runs, snapshots, alerts);
        }
    }

    private async Task<int> PruneSnapshotsAsync(FoliosyncDb db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var failedBefore = FirstIdOf(now - settings.FailedSnapshots);
        var before = FirstIdOf(now - settings.Snapshots);
        var failed = db.SyncRuns.Where(r => OtherEnds.Contains(r.State)).Select(r => r.Id);
        return await DeleteAsync(
                after => db.Snapshots.Where(s => s.Id > after && s.Id < before && !failed.Contains(s.RunId)).Select(s => s.Id),
                ids => db.Snapshots.Where(s => ids.Contains(s.Id)),
                cancellationToken).ConfigureAwait(false)
            + await DeleteAsync(
                after => db.Snapshots.Where(s => s.Id > after && s.Id < failedBefore && failed.Contains(s.RunId)).Select(s => s.Id),
                ids => db.Snapshots.Where(s => ids.Contains(s.Id)),
                cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> PruneRunsAsync(FoliosyncDb db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var before = FirstIdOf(now - settings.Runs);
        var deleted = await DeleteAsync(
            after => db.SyncRuns
                .Where(r => r.State == SyncRunState.Succeeded && r.Id > after && r.Id < before)
                .Where(r => db.SyncRuns.Any(n => n.ConnectionId == r.ConnectionId && n.Id > r.Id && n.State == SyncRunState.Succeeded))
                .Select(r => r.Id),
            ids => db.SyncRuns.Where(r => ids.Contains(r.Id)),
            cancellationToken).ConfigureAwait(false);

        var failedBefore = FirstIdOf(now - settings.FailedRuns);
        foreach (var state in OtherEnds)
        {
            deleted += await DeleteAsync(
                after => db.SyncRuns
                    .Where(r => r.State == state && r.Id > after && r.Id < failedBefore)
                    .Where(r => db.SyncRuns.Any(n => n.ConnectionId == r.ConnectionId && n.Id > r.Id && n.FinishedAt != null))
                    .Select(r => r.Id),
                ids => db.SyncRuns.Where(r => ids.Contains(r.Id)),
                cancellationToken).ConfigureAwait(false);
        }

        return deleted;
    }

    private Task<int> PruneAlertsAsync(FoliosyncDb db, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var resolvedBefore = now - settings.ResolvedAlerts;
        var before = FirstIdOf(resolvedBefore);
        return DeleteAsync(
            after => db.Alerts.Where(a => a.Id > after && a.Id < before && a.ResolvedAt < resolvedBefore).Select(a => a.Id),
            ids => db.Alerts.Where(a => ids.Contains(a.Id)),
            cancellationToken);
    }

    // What is found is deleted by key in a second step: finding takes no lock, and deleting looks at nothing it does not delete.
    private static async Task<int> DeleteAsync<T>(
        Func<Guid, IQueryable<Guid>> find, Func<Guid[], IQueryable<T>> select, CancellationToken cancellationToken)
    {
        var deleted = 0;
        var after = Guid.Empty;
        Guid[] ids;
        do
        {
            ids = await find(after).Order().Take(BatchSize).ToArrayAsync(cancellationToken).ConfigureAwait(false);
            if (ids.Length > 0)
            {
                after = ids[^1];
                deleted += await select(ids).ExecuteDeleteAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        while (ids.Length == BatchSize);

        return deleted;
    }

    /// <summary>The least id that a row of this instant or a later one has: the instant in milliseconds, then zeros.</summary>
    internal static Guid FirstIdOf(DateTimeOffset instant)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        var milliseconds = Math.Max(0, instant.ToUnixTimeMilliseconds());
        for (var i = 0; i < 6; i++)
        {
            bytes[i] = (byte)(milliseconds >> (8 * (5 - i)));
        }

        return new Guid(bytes, bigEndian: true);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Old history removed: {Runs} runs, {Snapshots} snapshots, {Alerts} alerts")]
    private static partial void LogPruned(ILogger log, int runs, int snapshots, int alerts);
}
