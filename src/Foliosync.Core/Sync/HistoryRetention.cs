using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Sync;

/// <summary>
/// Removes history whose time is over: runs, snapshots, resolved alerts, the sums of charts, logins that nobody finished. The last run and the last
/// successful run of each connection stay however old they are, and so does the audit log.
/// </summary>
/// <remarks>
/// Ids are ordered by time, so "older than" is a range of the primary key, and no index on a time is needed. Each delete names a few
/// hundred rows by key and is a transaction of its own: nobody waits for it, and what is not done today is done an hour later.
/// Bare SQL, because a server that only keeps things in step then never builds the object model of the whole database, 40 MB of it.
/// </remarks>
public sealed partial class HistoryRetention(Database database, RetentionSettings settings, TimeProvider clock, ILogger<HistoryRetention> log) : IRecurringJob
{
    /// <summary>Rows that one transaction removes.</summary>
    internal const int BatchSize = 500;

    private static readonly string[] OtherEnds =
        [.. new[] { SyncRunState.Failed, SyncRunState.NeedsReview, SyncRunState.NeedsLogin, SyncRunState.Cancelled }.Select(SqlValues.ToText)];

    // How long a snapshot is kept depends on how its run ended.
    private static readonly Old Snapshots = new(
        "snapshots",
        "not exists (select 1 from sync_runs r where r.id = old.run_id and r.state = any(@ends))");

    private static readonly Old FailedSnapshots = new(
        "snapshots",
        "exists (select 1 from sync_runs r where r.id = old.run_id and r.state = any(@ends))");

    private static readonly Old Runs = new(
        "sync_runs",
        """
        old.state = 'succeeded' and exists (
            select 1 from sync_runs n where n.connection_id = old.connection_id and n.id > old.id and n.state = 'succeeded')
        """);

    // One state at a time: that is a range of the index on state and id.
    private static readonly Old[] FailedRuns = [.. OtherEnds.Select(state => new Old(
        "sync_runs",
        $"""
        old.state = '{state}' and exists (
            select 1 from sync_runs n where n.connection_id = old.connection_id and n.id > old.id and n.finished_at is not null)
        """))];

    private static readonly Old Alerts = new("alerts", "old.resolved_at < @before");

    /// <inheritdoc/>
    public string Name => "prune-history";

    /// <inheritdoc/>
    public TimeSpan Every => TimeSpan.FromHours(1);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();

        // Snapshots before runs: a snapshot whose run is gone could no longer tell how that ended.
        var snapshots = await PruneAsync(Snapshots, now - settings.Snapshots, cancellationToken).ConfigureAwait(false)
            + await PruneAsync(FailedSnapshots, now - settings.FailedSnapshots, cancellationToken).ConfigureAwait(false);
        var runs = await PruneAsync(Runs, now - settings.Runs, cancellationToken).ConfigureAwait(false);
        foreach (var failed in FailedRuns)
        {
            runs += await PruneAsync(failed, now - settings.FailedRuns, cancellationToken).ConfigureAwait(false);
        }

        var alerts = await PruneAsync(Alerts, now - settings.ResolvedAlerts, cancellationToken).ConfigureAwait(false);
        var small = SqlScript.For(database);
        small.Change("delete from pending_logins where expires_at <= @now", ids: null, ("now", now));
        // A few rows an hour: what is too old by now is never many.
        small.Change("delete from run_hours where hour < @before", ids: null, ("before", now - settings.RunHours));
        await small.WriteAsync(database, cancellationToken).ConfigureAwait(false);
        if (snapshots + runs + alerts > 0)
        {
            LogPruned(log, runs, snapshots, alerts);
        }
    }

    // What is found is deleted by key in a second step: finding takes no lock, and deleting looks at nothing it does not delete.
    private async Task<int> PruneAsync(Old rows, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var pruned = 0;
        var after = Guid.Empty;
        var ids = new List<Guid>();
        do
        {
            ids.Clear();
            var find = SqlScript.For(database);
            find.Query(
                $"select old.id from {rows.Table} old where old.id > @after and old.id < @first and {rows.Condition} order by old.id limit @most",
                ids: null,
                row => ids.Add(row.Id(0)),
                ("after", after),
                ("first", FirstIdOf(before)),
                ("before", before),
                ("ends", OtherEnds),
                ("most", BatchSize));
            await find.ReadAsync(database, cancellationToken).ConfigureAwait(false);
            if (ids.Count > 0)
            {
                after = ids[^1];
                var delete = SqlScript.For(database);
                delete.Change($"delete from {rows.Table} where id {{ids}}", ids);
                await delete.WriteAsync(database, cancellationToken).ConfigureAwait(false);
                pruned += ids.Count;
            }
        }
        while (ids.Count == BatchSize);

        return pruned;
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

    /// <summary>What one step removes.</summary>
    /// <param name="Table">The table.</param>
    /// <param name="Condition">SQL: which of its rows that are old enough, named <c>old</c>.</param>
    private sealed record Old(string Table, string Condition);
}
