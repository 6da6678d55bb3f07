using System.Collections.Concurrent;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;

namespace Foliosync.Core.Jobs;

/// <summary>
/// What operators want of recurring jobs, and what these did last. Kept in our tables, so that every process can ask for it and the
/// engine may forget all it knows.
/// </summary>
public sealed class RecurringControl(Database database, TimeProvider clock)
{
    private const int TurnsKept = 20;

    // Some have a turn every few seconds; that all is well is noted once a minute.
    private static readonly TimeSpan NoteEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (DateTimeOffset At, bool Failed)> _noted = new(StringComparer.Ordinal);

    /// <summary>The jobs that were ever noted, paused or asked for.</summary>
    public async Task<IReadOnlyDictionary<string, RecurringState>> ListAsync(CancellationToken cancellationToken)
    {
        var states = new Dictionary<string, RecurringState>(StringComparer.Ordinal);
        var script = SqlScript.For(database);
        script.Query(
            "select name, paused_at, pause_reason, asked_at, turns from recurring_states",
            ids: null,
            row => states[row.GetString(0)] = new RecurringState
            {
                Name = row.GetString(0),
                PausedAt = row.InstantOrNull(1),
                PauseReason = row.TextOrNull(2),
                AskedAt = row.InstantOrNull(3),
                Turns = SqlValues.TurnsFrom(row.GetString(4)),
            });
        await script.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return states;
    }

    /// <summary>The jobs that somebody wants to have a turn at once.</summary>
    public async Task<IReadOnlyList<string>> AskedAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        var script = SqlScript.For(database);
        script.Query("select name from recurring_states where asked_at is not null", ids: null, row => names.Add(row.GetString(0)));
        await script.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        return names;
    }

    /// <summary>Whether a job takes the turn that has come: not while it is paused, unless somebody asked for this one.</summary>
    public async Task<bool> TakeTurnAsync(string name, CancellationToken cancellationToken)
    {
        var (isPaused, isAsked) = (false, false);
        var script = SqlScript.For(database);
        script.Query(
            "select paused_at, asked_at from recurring_states where name = @name",
            ids: null,
            row => (isPaused, isAsked) = (!row.IsDBNull(0), !row.IsDBNull(1)),
            ("name", name));
        await script.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        if (isAsked)
        {
            _noted.TryRemove(name, out _);
            var take = SqlScript.For(database);
            take.Change("update recurring_states set asked_at = null where name = @name", ids: null, ("name", name));
            await take.WriteAsync(database, cancellationToken).ConfigureAwait(false);
        }

        return isAsked || !isPaused;
    }

    /// <summary>Notes how a turn went.</summary>
    public async Task NoteAsync(string name, RecurringTurn turn, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(turn);
        if (_noted.TryGetValue(name, out var last) && turn.At - last.At < NoteEvery && last.Failed == turn.Error is not null)
        {
            return;
        }

        _noted[name] = (turn.At, turn.Error is not null);
        IReadOnlyList<RecurringTurn> turns = [];
        var look = SqlScript.For(database);
        look.Query("select turns from recurring_states where name = @name", ids: null, row => turns = SqlValues.TurnsFrom(row.GetString(0)), ("name", name));
        await look.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        var put = SqlScript.For(database);
        put.Change(
            "insert into recurring_states (name, turns) values (@name, @turns) on conflict (name) do update set turns = excluded.turns",
            ids: null,
            ("name", name),
            ("turns", SqlValues.ToJson([turn, .. turns.Take(TurnsKept - 1)])));
        await put.WriteAsync(database, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops the turns of a job until somebody resumes it.</summary>
    public Task PauseAsync(string name, string reason, Actor by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return ChangeAsync(
            name, (now, reason), by, "job.paused",
            """
            insert into recurring_states (name, turns, paused_at, pause_reason) values (@name, '[]', @at, @reason)
            on conflict (name) do update set paused_at = excluded.paused_at, pause_reason = excluded.pause_reason
            """,
            [("name", name), ("at", now), ("reason", reason)],
            cancellationToken);
    }

    /// <summary>Lets a job have its turns again.</summary>
    public Task ResumeAsync(string name, Actor by, CancellationToken cancellationToken) => ChangeAsync(
        name, (null, null), by, "job.resumed", "update recurring_states set paused_at = null, pause_reason = null where name = @name", [("name", name)], cancellationToken);

    /// <summary>Asks for a turn within seconds, even of a job that is paused.</summary>
    public async Task AskAsync(string name, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        var now = clock.GetUtcNow();
        var script = SqlScript.For(database);
        script.Change(
            "insert into recurring_states (name, turns, asked_at) values (@name, '[]', @at) on conflict (name) do update set asked_at = excluded.asked_at",
            ids: null,
            ("name", name),
            ("at", now));
        script.Rows(SyncStatements.InsertAuditEvents, [by.Did("job.asked", name, now)]);
        await script.WriteAsync(database, cancellationToken).ConfigureAwait(false);
    }

    // The change and its line in the audit log, or neither.
    private async Task ChangeAsync(
        string name, (DateTimeOffset? At, string? Reason) after, Actor by, string action, string change, (string Name, object Value)[] values, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        (DateTimeOffset? At, string? Reason) before = (null, null);
        var look = SqlScript.For(database);
        look.Query("select paused_at, pause_reason from recurring_states where name = @name", ids: null, row => before = (row.InstantOrNull(0), row.TextOrNull(1)), ("name", name));
        await look.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        var script = SqlScript.For(database);
        script.Change(change, ids: null, values);
        script.Rows(SyncStatements.InsertAuditEvents, [by.Did(action, name, clock.GetUtcNow(), AuditDetail.OfPause(before, after))]);
        await script.WriteAsync(database, cancellationToken).ConfigureAwait(false);
    }
}
