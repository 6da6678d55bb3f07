using System.Globalization;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Monitoring;

/// <summary>In which order runs are told.</summary>
public enum RunOrder
{
    /// <summary>The newest first.</summary>
    Newest,

    /// <summary>The oldest first.</summary>
    Oldest,

    /// <summary>Those that took longest first; only runs that are over.</summary>
    Longest,
}

/// <summary>A run as operators see it in a list.</summary>
public sealed record RunRow(
    Guid Id,
    Guid ConnectionId,
    string Connection,
    string Broker,
    string? User,
    SyncTrigger Trigger,
    SyncRunState State,
    DateTimeOffset QueuedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    int Attempt,
    string? Worker,
    long? DurationMs,
    string? ErrorKind,
    string? ErrorMessage);

/// <summary>A part of a list of runs.</summary>
/// <param name="Items">The runs.</param>
/// <param name="Next">Where to go on; null when there are no more.</param>
/// <param name="SearchedTo">
/// Null when the part is full or the last. Otherwise time was over before it was full: everything up to a run of this instant was
/// looked at, and <paramref name="Next"/> goes on from there.
/// </param>
public sealed record RunPage(IReadOnlyList<RunRow> Items, string? Next, DateTimeOffset? SearchedTo);

/// <summary>Everything about one run.</summary>
/// <param name="Row">As in the list.</param>
/// <param name="Run">The run itself.</param>
/// <param name="AtWork">How far it is; null when nobody is at it, or its worker has not told yet.</param>
/// <param name="HasRecording">True when what the broker sent is kept, so that it can be replayed.</param>
/// <param name="Later">The next run of the same connection; null when there is none.</param>
/// <param name="Earlier">The runs before it of the same connection, the newest first.</param>
public sealed record RunDetail(RunRow Row, SyncRun Run, RunAtWork? AtWork, bool HasRecording, Guid? Later, IReadOnlyList<RunRow> Earlier)
{
    /// <summary>True until the run is over.</summary>
    public bool IsBusy => Run.State is SyncRunState.Queued or SyncRunState.Running;
}

/// <summary>
/// Finds runs. What an index answers is asked at once; everything else is looked for in stretches of the list until the page is full or
/// the time is over, so that an answer comes soon however many runs there are.
/// </summary>
public sealed class RunSearch(Database database, TimeProvider clock)
{
    // Rows of the first stretch; each following one is twice as long, up to the longest.
    private const int FirstStretch = 1_000;
    private const int LongestStretch = 20_000;

    // Above this many, connections are looked up with the runs and not before them.
    private const int FewConnections = 64;

    private const int EarlierRuns = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(80);

    /// <summary>A part of the runs that answer a question.</summary>
    /// <param name="query">The question.</param>
    /// <param name="order">In which order.</param>
    /// <param name="after">Where to go on, from the part before; null to begin.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="InputException">The place to go on from is none of this list.</exception>
    public async Task<RunPage> PageAsync(RunQuery query, RunOrder order, string? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        await using var db = database.Open(OwnerScope.Everyone);
        var filters = await RunFilters.PrepareAsync(db, query, clock.GetUtcNow(), FewConnections, cancellationToken).ConfigureAwait(false);
        var place = after is null ? null : RunPlace.Parse(after);
        if (filters.PartsOf(order) is { } parts)
        {
            // A page of each part, merged: one question for all of them would make the database sort whatever they hold.
            var found = new List<RunPlace>();
            foreach (var part in parts)
            {
                found.AddRange(await KeysAsync(filters.Apply(RunPlace.After(db.SyncRuns.AsNoTracking().Where(part), order, place)), order, limit + 1, cancellationToken).ConfigureAwait(false));
            }

            found = RunPlace.Sort(found, order);
            return await ToPageAsync(db, found, limit, found.Count > limit ? found[limit - 1] : null, searchedTo: null, cancellationToken).ConfigureAwait(false);
        }

        var began = clock.GetTimestamp();
        var keys = new List<RunPlace>();
        var stretch = FirstStretch;
        while (true)
        {
            var beganStretch = clock.GetTimestamp();
            var rest = RunPlace.After(filters.Lead(db.SyncRuns.AsNoTracking(), order), order, place);
            keys.AddRange(await KeysAsync(filters.Apply(RunPlace.Sort(rest, order).Take(stretch)), order, limit + 1 - keys.Count, cancellationToken).ConfigureAwait(false));
            if (keys.Count > limit)
            {
                return await ToPageAsync(db, keys, limit, keys[limit - 1], searchedTo: null, cancellationToken).ConfigureAwait(false);
            }

            var last = await RunPlace.Of(RunPlace.Sort(rest, order).Skip(stretch - 1)).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
            if (last is null)
            {
                return await ToPageAsync(db, keys, limit, next: null, searchedTo: null, cancellationToken).ConfigureAwait(false);
            }

            place = last;
            var next = Math.Min(stretch * 2, LongestStretch);
            // What the next one will take is known from this one.
            if (clock.GetElapsedTime(began) + (clock.GetElapsedTime(beganStretch) * next / stretch) > Patience)
            {
                return await ToPageAsync(db, keys, limit, place, SqlValues.InstantOf(place.Id), cancellationToken).ConfigureAwait(false);
            }

            stretch = next;
        }
    }

    /// <summary>The ids of the runs that answer a question, the newest first, for something that is done to all of them.</summary>
    public async Task<IReadOnlyList<Guid>> IdsAsync(RunQuery query, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        await using var db = database.Open(OwnerScope.Everyone);
        var filters = await RunFilters.PrepareAsync(db, query, clock.GetUtcNow(), FewConnections, cancellationToken).ConfigureAwait(false);
        return [.. (await KeysAsync(filters.Apply(db.SyncRuns.AsNoTracking()), RunOrder.Newest, most, cancellationToken).ConfigureAwait(false)).Select(k => k.Id)];
    }

    /// <summary>One run as in the list.</summary>
    /// <exception cref="NotFoundException">There is no such run.</exception>
    public async Task<RunRow> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        return (await RowsAsync(db, [id], cancellationToken).ConfigureAwait(false)).GetValueOrDefault(id) ?? throw new NotFoundException("sync run");
    }

    /// <summary>Everything about one run.</summary>
    /// <exception cref="NotFoundException">There is no such run.</exception>
    public async Task<RunDetail> DetailAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var run = await db.SyncRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancellationToken).ConfigureAwait(false)
            ?? throw new NotFoundException("sync run");
        var earlier = await db.SyncRuns.Where(r => r.ConnectionId == run.ConnectionId && r.Id < id)
            .OrderByDescending(r => r.Id).Take(EarlierRuns).Select(r => r.Id).ToListAsync(cancellationToken).ConfigureAwait(false);
        var later = await db.SyncRuns.Where(r => r.ConnectionId == run.ConnectionId && r.Id > id)
            .OrderBy(r => r.Id).Select(r => (Guid?)r.Id).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        var rows = await RowsAsync(db, [id, .. earlier], cancellationToken).ConfigureAwait(false);
        var atWork = await RunAtWork.OfAsync(db, run, cancellationToken).ConfigureAwait(false);
        return new RunDetail(
            rows[id],
            run,
            atWork,
            await db.Snapshots.AnyAsync(s => s.RunId == id, cancellationToken).ConfigureAwait(false),
            later,
            [.. earlier.Where(rows.ContainsKey).Select(e => rows[e])]);
    }

    private static Task<List<RunPlace>> KeysAsync(IQueryable<SyncRun> runs, RunOrder order, int most, CancellationToken cancellationToken) =>
        RunPlace.Of(RunPlace.Sort(runs, order).Take(most)).ToListAsync(cancellationToken);

    private static async Task<RunPage> ToPageAsync(
        FoliosyncDb db, List<RunPlace> keys, int limit, RunPlace? next, DateTimeOffset? searchedTo, CancellationToken cancellationToken)
    {
        var ids = keys.Take(limit).Select(k => k.Id).ToList();
        var rows = await RowsAsync(db, ids, cancellationToken).ConfigureAwait(false);
        return new RunPage([.. ids.Where(rows.ContainsKey).Select(id => rows[id])], next?.ToString(), searchedTo);
    }

    private static Task<Dictionary<Guid, RunRow>> RowsAsync(FoliosyncDb db, List<Guid> ids, CancellationToken cancellationToken) =>
        db.SyncRuns.AsNoTracking().Where(r => ids.Contains(r.Id)).Select(r => new RunRow(
            r.Id,
            r.ConnectionId,
            r.Connection!.Label,
            r.Connection.BrokerId,
            db.Users.Where(u => u.Id == r.Connection.OwnerId).Select(u => u.Email).FirstOrDefault(),
            r.Trigger,
            r.State,
            r.QueuedAt,
            r.StartedAt,
            r.FinishedAt,
            r.Attempt,
            r.Worker,
            r.DurationMs,
            r.ErrorKind,
            r.ErrorMessage)).ToDictionaryAsync(r => r.Id, cancellationToken);
}

/// <summary>A place in a list of runs: the run after which it goes on.</summary>
internal sealed record RunPlace(Guid Id, long Duration)
{
    public static IQueryable<SyncRun> Sort(IQueryable<SyncRun> runs, RunOrder order) => order switch
    {
        RunOrder.Oldest => runs.OrderBy(r => r.Id),
        RunOrder.Longest => runs.OrderByDescending(r => r.DurationMs).ThenByDescending(r => r.Id),
        _ => runs.OrderByDescending(r => r.Id),
    };

    public static List<RunPlace> Sort(List<RunPlace> places, RunOrder order) => order switch
    {
        RunOrder.Oldest => [.. places.OrderBy(p => p.Id)],
        RunOrder.Longest => [.. places.OrderByDescending(p => p.Duration).ThenByDescending(p => p.Id)],
        _ => [.. places.OrderByDescending(p => p.Id)],
    };

    public static IQueryable<SyncRun> After(IQueryable<SyncRun> runs, RunOrder order, RunPlace? place)
    {
        runs = order == RunOrder.Longest ? runs.Where(r => r.DurationMs != null) : runs;
        if (place is null)
        {
            return runs;
        }

        var (id, duration) = (place.Id, place.Duration);
        return order switch
        {
            RunOrder.Oldest => runs.Where(r => r.Id > id),
            RunOrder.Longest => runs.Where(r => r.DurationMs <= duration && (r.DurationMs < duration || r.Id < id)),
            _ => runs.Where(r => r.Id < id),
        };
    }

    public static IQueryable<RunPlace> Of(IQueryable<SyncRun> runs) => runs.Select(r => new RunPlace(r.Id, r.DurationMs ?? 0));

    public static RunPlace Parse(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 2
            && Guid.TryParseExact(parts[0], "N", out var id)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var duration)
                ? new RunPlace(id, duration)
                : throw new InputException("This is not a place in this list. Use the value of 'next' from the part before, or leave it out.", "after");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id:N}.{Duration}");
}
