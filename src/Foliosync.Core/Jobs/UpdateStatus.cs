using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Jobs;

/// <summary>Whether data is being updated.</summary>
/// <param name="IsUpdating">True when a worker is alive.</param>
/// <param name="Workers">Workers that are alive.</param>
/// <param name="LastSuccessAt">UTC instant of the last sync of anybody's connection that succeeded; null when there was none.</param>
/// <param name="Notice">One sentence for everyone; null when all is well.</param>
public sealed record UpdateStatus(bool IsUpdating, int Workers, DateTimeOffset? LastSuccessAt, string? Notice)
{
    /// <summary>Looks now.</summary>
    public static async Task<UpdateStatus> LookAsync(Database database, Workers workers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(workers);
        var alive = (await workers.ListAsync(cancellationToken)).Count(w => w.IsAlive && w.Worker.Role != WorkerRole.Foreground);
        await using var db = database.Open(OwnerScope.Everyone);
        var last = await db.SyncStates.MaxAsync(s => s.LastSuccessAt, cancellationToken);
        return new UpdateStatus(alive > 0, alive, last, alive > 0 ? null : NoticeOf(last));
    }

    private static string NoticeOf(DateTimeOffset? last) => last is { } at
        ? $"Data has not been updated since {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC: no worker is alive. Whoever runs this instance starts 'foliosync work', or 'foliosync serve' without --no-jobs."
        : "Data is not being updated: no worker is alive. Whoever runs this instance starts 'foliosync work', or 'foliosync serve' without --no-jobs.";
}
