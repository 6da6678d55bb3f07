using System.Collections.Concurrent;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Sync;

/// <summary>
/// Stands before each broker. It closes for everyone when the broker asks for a pause or most syncs fail, and opens again when the time
/// is over: at once after a pause that the broker asked for, and after a mass failure by letting one connection try. Whether it is
/// closed is stored, so that other processes and a restart keep to it.
/// </summary>
internal sealed partial class BrokerGate(Database database, TimeProvider clock, ILogger<BrokerGate> log)
{
    // A pause of seconds is waited out; for a longer one a person should not sit before a bar that stands still.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, BrokerHealth> _health = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<(DateTimeOffset At, bool Failed)>> _ends = new(StringComparer.Ordinal);
    private readonly Lock _noting = new();

    // By operators; replaced as a whole.
    private volatile HashSet<string> _paused = [];

    /// <summary>Takes over what other processes have stored.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var stored = new List<BrokerHealth>();
        var script = SqlScript.For(database);
        script.Query(
            "select broker_id, held_until, held_because, circuit_opened_at, failed_probes, probed_until from broker_health",
            ids: null,
            row => stored.Add(new BrokerHealth
            {
                BrokerId = row.GetString(0),
                HeldUntil = row.InstantOrNull(1),
                HeldBecause = SqlValues.Parse<HoldReason>(row.GetString(2)),
                CircuitOpenedAt = row.InstantOrNull(3),
                FailedProbes = row.GetInt32(4),
                ProbedUntil = row.InstantOrNull(5),
            }));
        var paused = new HashSet<string>(StringComparer.Ordinal);
        script.Query("select broker_id from broker_settings where paused_at is not null", ids: null, row => paused.Add(row.GetString(0)));
        await script.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        _paused = paused;
        foreach (var health in stored)
        {
            _health[health.BrokerId] = health;
        }
    }

    /// <summary>How many due connections of a broker may be claimed now: all, one that tries for the others, or none.</summary>
    public async Task<int> AdmitAsync(string brokerId, int wanted, CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken).ConfigureAwait(false);
        if (_paused.Contains(brokerId))
        {
            return 0;
        }

        if (!_health.TryGetValue(brokerId, out var health))
        {
            return wanted;
        }

        var now = clock.GetUtcNow();
        if (health.HeldUntil > now)
        {
            return 0;
        }

        return health.CircuitOpenedAt is null ? wanted : await TryProbeAsync(brokerId, now, cancellationToken).ConfigureAwait(false) ? 1 : 0;
    }

    /// <summary>Waits until the broker may be called again.</summary>
    /// <returns>
    /// Null when it may; otherwise what the run ends with: an error when the broker asked for a pause that is too long to wait, or
    /// a cancelled run, due again when the broker is well, when it is in trouble and nobody is waiting for this sync.
    /// </returns>
    public async Task<ConnectionReading?> WaitAsync(ClaimedConnection connection, CancellationToken cancellationToken)
    {
        while (_health.TryGetValue(connection.BrokerId, out var health) && health.HeldUntil is { } until)
        {
            var left = until - clock.GetUtcNow();
            if (left <= TimeSpan.Zero)
            {
                return null;
            }

            if (health.HeldBecause == HoldReason.Unavailable)
            {
                return IsForAPerson(connection.Trigger) ? null : LeftAlone(connection, until);
            }

            if (left > LongestWait)
            {
                return new ConnectionReading(connection)
                {
                    Error = BrokerException.RateLimited($"The broker asked to be left alone until {until:yyyy-MM-dd HH:mm} UTC. It is tried again then.", left),
                };
            }

            await Task.Delay(left, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>Learns from runs that ended: closes the gate, keeps it closed, or opens it.</summary>
    public async Task NoteAsync(IReadOnlyList<RunEnd> ends, CancellationToken cancellationToken)
    {
        List<BrokerHealth> changed;
        lock (_noting)
        {
            changed = [.. ends.GroupBy(e => e.Reading.Connection.BrokerId).Select(g => Learn(g.Key, [.. g])).OfType<BrokerHealth>()];
            foreach (var health in changed)
            {
                _health[health.BrokerId] = health;
            }
        }

        foreach (var health in changed)
        {
            Tell(health);
        }

        if (changed.Count > 0)
        {
            var script = SqlScript.For(database);
            script.Rows(Put, changed);
            await script.WriteAsync(database, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Tell(BrokerHealth health)
    {
        if (health.HeldUntil is not { } until)
        {
            LogOpened(log, health.BrokerId);
            return;
        }

        SyncMetrics.Held(health.BrokerId);
        if (health.HeldBecause == HoldReason.RateLimited)
        {
            LogHeld(log, health.BrokerId, until);
        }
        else
        {
            LogTroubled(log, health.BrokerId, until);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Broker} asked to be left alone; it is called again after {Until:u}")]
    private static partial void LogHeld(ILogger log, string broker, DateTimeOffset until);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Broker} is in trouble and left alone; it is tried again after {Until:u}")]
    private static partial void LogTroubled(ILogger log, string broker, DateTimeOffset until);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Broker} works again; everyone may call it")]
    private static partial void LogOpened(ILogger log, string broker);

    // Null when nothing is new.
    private BrokerHealth? Learn(string brokerId, IReadOnlyList<RunEnd> ends)
    {
        var now = clock.GetUtcNow();
        var before = _health.GetValueOrDefault(brokerId) ?? new BrokerHealth { BrokerId = brokerId };
        var asked = ends.Select(e => WaitOf(e.Reading.Error)).OfType<(TimeSpan Time, HoldReason Reason)>().ToList();
        var after = before.CircuitOpenedAt is null ? Count(before, ends, now) : Probe(before, ends, now);
        if (asked.Count > 0 && asked.MaxBy(a => a.Time) is var (time, reason) && !(after.HeldUntil >= now + time))
        {
            after = after with { HeldUntil = now + time, HeldBecause = reason };
        }

        return after == before ? null : after;
    }

    private BrokerHealth Count(BrokerHealth health, IReadOnlyList<RunEnd> ends, DateTimeOffset now) => !IsMassFailure(health.BrokerId, ends, now)
        ? health
        : health with { HeldUntil = now + CircuitRules.HoldAfter(0), HeldBecause = HoldReason.Unavailable, CircuitOpenedAt = now };

    private static BrokerHealth Probe(BrokerHealth open, IReadOnlyList<RunEnd> ends, DateTimeOffset now)
    {
        // While the hold lasts, what still ends was begun before it and proves nothing, save what a person started.
        var isHeld = open.HeldUntil > now;
        if (ends.Any(e => e.Verdict.RunState == SyncRunState.Succeeded && (!isHeld || IsForAPerson(e.Reading.Connection.Trigger))))
        {
            return new BrokerHealth { BrokerId = open.BrokerId };
        }

        return isHeld || !ends.Any(IsTrouble)
            ? open
            : open with { HeldUntil = now + CircuitRules.HoldAfter(open.FailedProbes + 1), FailedProbes = open.FailedProbes + 1, ProbedUntil = null };
    }

    private bool IsMassFailure(string brokerId, IReadOnlyList<RunEnd> ends, DateTimeOffset now)
    {
        var recent = _ends.TryGetValue(brokerId, out var present) ? present : _ends[brokerId] = new();
        foreach (var end in ends.Where(e => e.Verdict.RunState != SyncRunState.Cancelled))
        {
            recent.Enqueue((now, IsTrouble(end)));
        }

        while (recent.TryPeek(out var oldest) && oldest.At < now - CircuitRules.Window)
        {
            recent.Dequeue();
        }

        if (!CircuitRules.IsMassFailure(recent.Count, recent.Count(e => e.Failed)))
        {
            return false;
        }

        recent.Clear();
        return true;
    }

    private async Task<bool> TryProbeAsync(string brokerId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Of all processes that would like to try, one does.
        var isMine = false;
        var script = SqlScript.For(database);
        script.Query(
            """
            update broker_health set probed_until = @until
            where broker_id = @broker and circuit_opened_at is not null and held_until <= @now and (probed_until is null or probed_until < @now)
            returning broker_id
            """,
            ids: null,
            _ => isMine = true,
            ("broker", brokerId),
            ("until", now + CircuitRules.ProbeTime),
            ("now", now));
        await script.WriteAsync(database, cancellationToken).ConfigureAwait(false);
        return isMine;
    }

    private static (TimeSpan Time, HoldReason Reason)? WaitOf(Exception? error) => error switch
    {
        BrokerException { Kind: BrokerErrorKind.RateLimited } e => (e.RetryAfter ?? SyncPolicy.DefaultRetryAfter, HoldReason.RateLimited),
        BrokerException { Kind: BrokerErrorKind.Transient, RetryAfter: { } wait } => (wait, HoldReason.Unavailable),
        _ => null,
    };

    private static ConnectionReading LeftAlone(ClaimedConnection connection, DateTimeOffset until) => new(connection)
    {
        Cancelled = true,
        Warnings = { new BrokerWarning("broker-in-trouble", $"The broker is in trouble and is left alone until {until:yyyy-MM-dd HH:mm} UTC. This sync follows then.") },
    };

    private static bool IsTrouble(RunEnd end) => end.Reading.Error is BrokerException { Kind: BrokerErrorKind.Transient };

    internal static bool IsForAPerson(SyncTrigger trigger) => trigger is SyncTrigger.Manual or SyncTrigger.LoginCompleted;

    private static readonly RowStatement<BrokerHealth> Put = new(
        """
        insert into broker_health (broker_id, held_until, held_because, circuit_opened_at, failed_probes, probed_until)
        select r.broker_id, r.held_until, r.held_because, r.circuit_opened_at, r.failed_probes, r.probed_until from {rows}
        where true on conflict (broker_id) do update set held_until = excluded.held_until, held_because = excluded.held_because,
            circuit_opened_at = excluded.circuit_opened_at, failed_probes = excluded.failed_probes, probed_until = excluded.probed_until
        """,
        Column.Of<BrokerHealth>("broker_id", h => h.BrokerId),
        Column.Of<BrokerHealth>("held_until", h => h.HeldUntil),
        Column.Of<BrokerHealth>("held_because", h => SqlValues.ToText(h.HeldBecause)),
        Column.Of<BrokerHealth>("circuit_opened_at", h => h.CircuitOpenedAt),
        Column.Of<BrokerHealth>("failed_probes", h => h.FailedProbes),
        Column.Of<BrokerHealth>("probed_until", h => h.ProbedUntil));
}
