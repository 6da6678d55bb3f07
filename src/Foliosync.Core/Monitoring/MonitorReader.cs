using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Monitoring;

/// <summary>A worker as operators see it.</summary>
/// <param name="Name">Machine, process id and start time.</param>
/// <param name="Role">What it was started for.</param>
/// <param name="IsAlive">False when it has been silent, or was found dead within the last day.</param>
/// <param name="Version">Version of the program.</param>
/// <param name="StartedAt">UTC instant.</param>
/// <param name="LastSeenAt">UTC instant.</param>
/// <param name="LostAt">UTC instant at which the others found it dead; null while it lives.</param>
/// <param name="Busy">Runs it is at; of one that was lost, runs it was at.</param>
/// <param name="Succeeded">Runs that succeeded since it started.</param>
/// <param name="Failed">Runs that ended in any other way.</param>
/// <param name="Load">Load of its machine over one minute.</param>
/// <param name="MemoryBytes">Memory of the process.</param>
/// <param name="AtWork">The runs, the longest first.</param>
/// <param name="TakenOverBy">Who took over what it was at: worker and number of runs.</param>
public sealed record WorkerView(
    string Name,
    WorkerRole Role,
    bool IsAlive,
    string Version,
    DateTimeOffset StartedAt,
    DateTimeOffset LastSeenAt,
    DateTimeOffset? LostAt,
    int Busy,
    long Succeeded,
    long Failed,
    decimal Load,
    long MemoryBytes,
    IReadOnlyList<RunAtWork> AtWork,
    IReadOnlyList<TakenOver> TakenOverBy);

/// <summary>Runs of a lost worker that another one began again.</summary>
public sealed record TakenOver(string Worker, int Runs);

/// <summary>A broker as operators see it.</summary>
/// <param name="Id">Id of the adapter.</param>
/// <param name="Name">For people.</param>
/// <param name="Enabled">False when the settings switch it off.</param>
/// <param name="Connections">Connections.</param>
/// <param name="Due">Of these, due now.</param>
/// <param name="Overdue">By how much the most overdue one is late, in seconds.</param>
/// <param name="Waiting">Connections that wait for a person.</param>
/// <param name="PausedConnections">Connections that a person paused.</param>
/// <param name="Succeeded">Runs of the last 24 hours that succeeded.</param>
/// <param name="Failed">Runs of the last 24 hours that failed.</param>
/// <param name="HeldUntil">UTC instant until which it is left alone; null when it is not.</param>
/// <param name="HeldBecause">Why it is left alone.</param>
/// <param name="CircuitOpenedAt">UTC instant at which most syncs failed; null while the circuit is closed.</param>
/// <param name="FailedProbes">How often the trial has failed since.</param>
/// <param name="PausedAt">UTC instant at which an operator paused it; null while it is not paused.</param>
/// <param name="PauseReason">Why.</param>
/// <param name="LastSuccessAt">UTC instant of the last run that succeeded.</param>
public sealed record BrokerStatus(
    string Id,
    string Name,
    bool Enabled,
    int Connections,
    int Due,
    long Overdue,
    int Waiting,
    int PausedConnections,
    long Succeeded,
    long Failed,
    DateTimeOffset? HeldUntil,
    HoldReason? HeldBecause,
    DateTimeOffset? CircuitOpenedAt,
    int FailedProbes,
    DateTimeOffset? PausedAt,
    string? PauseReason,
    DateTimeOffset? LastSuccessAt)
{
    /// <summary>Part of the last day's runs that succeeded, of those that succeeded or failed; null when there were none.</summary>
    public decimal? SuccessRate => Succeeded + Failed == 0 ? null : (decimal)Succeeded / (Succeeded + Failed);
}

/// <summary>Everything at a glance.</summary>
/// <param name="At">UTC instant at which it was read.</param>
/// <param name="Workers">The workers, lost ones last.</param>
/// <param name="Brokers">The brokers that have connections or runs.</param>
/// <param name="Queued">Runs that wait.</param>
/// <param name="Running">Runs at work.</param>
/// <param name="QueueAge">How long the oldest queued run has been waiting, in seconds.</param>
/// <param name="Overdue">By how much the most overdue connection is late, in seconds.</param>
/// <param name="Succeeded">Runs of the last 24 hours that succeeded.</param>
/// <param name="Failed">Runs of the last 24 hours that failed.</param>
public sealed record MonitorSnapshot(
    DateTimeOffset At,
    IReadOnlyList<WorkerView> Workers,
    IReadOnlyList<BrokerStatus> Brokers,
    int Queued,
    int Running,
    long QueueAge,
    long Overdue,
    long Succeeded,
    long Failed);

/// <summary>Reads how the whole cluster is, from the database: any process tells the same. One transaction of a few short statements.</summary>
public sealed class MonitorReader(Database database, Workers workers, SyncBacklog backlog, BrokerCatalog catalog, TimeProvider clock)
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    /// <summary>Looks now.</summary>
    public async Task<MonitorSnapshot> LookAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var late = await backlog.LookAsync(cancellationToken).ConfigureAwait(false);
        var connections = new Dictionary<string, (int All, int Due, int Waiting, int Paused, DateTimeOffset? Last)>(StringComparer.Ordinal);
        var ends = new Dictionary<string, (long Succeeded, long Failed)>(StringComparer.Ordinal);
        var health = new Dictionary<string, BrokerHealth>(StringComparer.Ordinal);
        var paused = new Dictionary<string, (DateTimeOffset At, string? Reason)>(StringComparer.Ordinal);
        var (queued, running) = (0, 0);
        var look = SqlScript.For(database);
        look.Query(
            """
            select broker_id, count(*), sum(case when next_sync_at <= @now then 1 else 0 end),
                sum(case when state in ('needsLogin', 'credentialsRejected') then 1 else 0 end), sum(case when state = 'paused' then 1 else 0 end), max(last_success_at)
            from sync_states group by broker_id
            """,
            ids: null,
            row => connections[row.GetString(0)] = (row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4), row.InstantOrNull(5)),
            ("now", now));
        look.Query(
            "select broker_id, sum(succeeded), sum(failed) from run_hours where hour >= @since group by broker_id",
            ids: null,
            row => ends[row.GetString(0)] = (Convert.ToInt64(row.GetValue(1), null), Convert.ToInt64(row.GetValue(2), null)),
            ("since", now - Day));
        look.Query(
            "select broker_id, held_until, held_because, circuit_opened_at, failed_probes from broker_health",
            ids: null,
            row => health[row.GetString(0)] = new BrokerHealth
            {
                BrokerId = row.GetString(0),
                HeldUntil = row.InstantOrNull(1),
                HeldBecause = SqlValues.Parse<HoldReason>(row.GetString(2)),
                CircuitOpenedAt = row.InstantOrNull(3),
                FailedProbes = row.GetInt32(4),
            });
        look.Query(
            "select broker_id, paused_at, pause_reason from broker_settings where paused_at is not null",
            ids: null,
            row => paused[row.GetString(0)] = (row.Instant(1), row.TextOrNull(2)));
        look.Query(
            "select state, count(*) from sync_runs where state in ('queued', 'running') group by state",
            ids: null,
            row => _ = row.GetString(0) == "queued" ? queued = row.GetInt32(1) : running = row.GetInt32(1));
        await look.ReadAsync(database, cancellationToken).ConfigureAwait(false);

        var brokers = catalog.All.Select(b => b.Manifest).Where(m => connections.ContainsKey(m.Id) || ends.ContainsKey(m.Id) || paused.ContainsKey(m.Id))
            .Select(m => ToView(m.Id, m.Name)).ToList();
        return new MonitorSnapshot(
            now,
            await WorkersAsync(cancellationToken).ConfigureAwait(false),
            brokers,
            queued,
            running,
            (long)late.Queue.TotalSeconds,
            (long)late.Overdue.Where(o => !paused.ContainsKey(o.Key)).Select(o => o.Value.TotalSeconds).DefaultIfEmpty(0).Max(),
            ends.Values.Sum(e => e.Succeeded),
            ends.Values.Sum(e => e.Failed));

        BrokerStatus ToView(string id, string name)
        {
            var (all, due, waiting, pausedOnes, last) = connections.GetValueOrDefault(id);
            var (succeeded, failed) = ends.GetValueOrDefault(id);
            var held = health.GetValueOrDefault(id);
            var isHeld = held?.HeldUntil > now;
            var isPaused = paused.TryGetValue(id, out var pause);
            return new BrokerStatus(
                id,
                name,
                catalog.SettingsOf(id).Enabled,
                all,
                due,
                (long)late.Overdue.GetValueOrDefault(id).TotalSeconds,
                waiting,
                pausedOnes,
                succeeded,
                failed,
                isHeld ? held!.HeldUntil : null,
                isHeld ? held!.HeldBecause : null,
                held?.CircuitOpenedAt,
                held?.FailedProbes ?? 0,
                isPaused ? pause.At : null,
                isPaused ? pause.Reason : null,
                last);
        }
    }

    /// <summary>The workers, those too that were lost within the last day.</summary>
    public async Task<IReadOnlyList<WorkerView>> WorkersAsync(CancellationToken cancellationToken)
    {
        var all = await workers.ListAsync(withLost: true, cancellationToken).ConfigureAwait(false);
        var heirs = await HeirsAsync([.. all.Where(w => !w.IsAlive).Select(w => w.Worker)], cancellationToken).ConfigureAwait(false);
        return
        [
            .. from pair in all
               let worker = pair.Worker
               orderby pair.IsAlive descending, worker.StartedAt
               select new WorkerView(
                   worker.Name,
                   worker.Role,
                   pair.IsAlive,
                   worker.Version,
                   worker.StartedAt,
                   worker.LastSeenAt,
                   worker.LostAt,
                   worker.Busy,
                   worker.Succeeded,
                   worker.Failed,
                   worker.LoadPercent / 100m,
                   worker.MemoryBytes,
                   worker.AtWork,
                   heirs.GetValueOrDefault(worker.Name) ?? []),
        ];
    }

    // Who began the next run of a connection whose run was cut off: one step in an index for each.
    private async Task<Dictionary<string, List<TakenOver>>> HeirsAsync(IReadOnlyList<WorkerPresence> lost, CancellationToken cancellationToken)
    {
        var heirs = new Dictionary<string, List<TakenOver>>(StringComparer.Ordinal);
        if (lost.Count == 0)
        {
            return heirs;
        }

        var script = SqlScript.For(database);
        foreach (var worker in lost)
        {
            var list = heirs[worker.Name] = [];
            script.Query(
                """
                select heir.worker, count(*) from sync_runs cut join sync_runs heir on heir.id = (
                    select n.id from sync_runs n where n.connection_id = cut.connection_id and n.id > cut.id and n.worker is not null
                    order by n.id limit 1)
                where cut.state = 'failed' and cut.error_kind = 'interrupted' and cut.worker = @worker and cut.id >= @first
                group by heir.worker order by 2 desc
                """,
                ids: null,
                row => list.Add(new TakenOver(row.GetString(0), row.GetInt32(1))),
                ("worker", worker.Name),
                ("first", HistoryRetention.FirstIdOf(worker.LastSeenAt - TimeSpan.FromHours(1))));
        }

        await script.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return heirs;
    }
}
