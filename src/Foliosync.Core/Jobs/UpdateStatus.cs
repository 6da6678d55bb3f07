using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Jobs;

/// <summary>Whether data is being updated.</summary>
/// <param name="IsUpdating">True when a worker is alive.</param>
/// <param name="Workers">Workers that are alive.</param>
/// <param name="LastSuccessAt">UTC instant of the last sync that succeeded, anybody's, while no worker is alive; null when one is, or when there was none.</param>
/// <param name="Notice">One sentence for everyone; null when all is well.</param>
public sealed record UpdateStatus(bool IsUpdating, int Workers, DateTimeOffset? LastSuccessAt, string? Notice)
{
    /// <summary>What somebody asked for waits no longer, unless the workers cannot keep up.</summary>
    public static readonly TimeSpan LongestQueue = TimeSpan.FromMinutes(5);

    /// <summary>What is due waits no longer, unless the workers cannot keep up.</summary>
    public static readonly TimeSpan LongestOverdue = TimeSpan.FromMinutes(30);

    /// <summary>True when a worker is alive and what is due waits for long.</summary>
    public bool IsLate => IsUpdating && Notice is not null;

    /// <summary>Looks now.</summary>
    public static async Task<UpdateStatus> LookAsync(Database database, Workers workers, SyncBacklog backlog, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(workers);
        ArgumentNullException.ThrowIfNull(backlog);
        var alive = (await workers.ListAsync(cancellationToken).ConfigureAwait(false)).Count(w => w.IsAlive && w.Worker.Role != WorkerRole.Foreground);
        if (alive > 0)
        {
            var late = await backlog.LookAsync(cancellationToken).ConfigureAwait(false);
            return new UpdateStatus(true, alive, null, IsTooLate(late) ? "Data is being updated later than usual: the workers have more to do than they can." : null);
        }

        // Bare SQL: this stands on every page.
        DateTimeOffset? last = null;
        var look = SqlScript.For(database);
        look.Query("select max(last_success_at) from sync_states", ids: null, row => last = row.InstantOrNull(0));
        await look.ReadAsync(database, cancellationToken).ConfigureAwait(false);
        var lead = last is { } at ? $"Data has not been updated since {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : "Data is not being updated";
        return new UpdateStatus(
            false, 0, last, $"{lead}: no worker is alive. Whoever runs this instance starts 'foliosync work', or 'foliosync serve' without --no-jobs.");
    }

    private static bool IsTooLate(SyncBacklogAge late) => late.Queue > LongestQueue || late.Overdue.Values.Any(o => o > LongestOverdue);
}
