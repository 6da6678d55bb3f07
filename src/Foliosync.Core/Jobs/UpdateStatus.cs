using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Jobs;

/// <summary>Whether data is being updated.</summary>
/// <param name="IsUpdating">True when a worker is alive.</param>
/// <param name="Workers">Workers that are alive.</param>
/// <param name="LastSuccessAt">UTC instant of the last sync that succeeded, anybody's, while no worker is alive; null when one is, or when there was none.</param>
/// <param name="Notice">One sentence for everyone; null when all is well.</param>
public sealed record UpdateStatus(bool IsUpdating, int Workers, DateTimeOffset? LastSuccessAt, string? Notice)
{
    /// <summary>Looks now.</summary>
    public static async Task<UpdateStatus> LookAsync(Database database, Workers workers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(workers);
        var alive = (await workers.ListAsync(cancellationToken)).Count(w => w.IsAlive && w.Worker.Role != WorkerRole.Foreground);
        if (alive > 0)
        {
            return new UpdateStatus(true, alive, null, null);
        }

        await using var db = database.Open(OwnerScope.Everyone);
        var last = await db.SyncStates.MaxAsync(s => s.LastSuccessAt, cancellationToken);
        var lead = last is { } at ? $"Data has not been updated since {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : "Data is not being updated";
        return new UpdateStatus(
            false, 0, last, $"{lead}: no worker is alive. Whoever runs this instance starts 'foliosync work', or 'foliosync serve' without --no-jobs.");
    }
}
