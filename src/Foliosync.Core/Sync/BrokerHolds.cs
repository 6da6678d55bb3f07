using System.Collections.Concurrent;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Sync;

/// <summary>
/// Brokers that asked for a pause. While one holds, none of its connections is read; it is stored, so that other processes and a
/// restart keep to it.
/// </summary>
internal sealed partial class BrokerHolds(Database database, TimeProvider clock, ILogger<BrokerHolds> log)
{
    // A pause of seconds is waited out; for a longer one a person should not sit before a bar that stands still.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(OwnerScope.Everyone);
        foreach (var hold in await db.BrokerSettings.AsNoTracking().Where(s => s.BlockedUntil > now).ToListAsync(cancellationToken).ConfigureAwait(false))
        {
            _until[hold.BrokerId] = hold.BlockedUntil!.Value;
        }
    }

    /// <summary>Waits until the broker may be called again.</summary>
    /// <returns>Null when it may; the error to end the run with when that is too long to wait, or the wait was stopped.</returns>
    public async Task<BrokerException?> WaitAsync(string brokerId, CancellationToken cancellationToken)
    {
        while (_until.TryGetValue(brokerId, out var until))
        {
            var left = until - clock.GetUtcNow();
            if (left <= TimeSpan.Zero)
            {
                return null;
            }

            if (left > LongestWait)
            {
                return BrokerException.RateLimited($"The broker asked to be left alone until {until:yyyy-MM-dd HH:mm} UTC. It is tried again then.", left);
            }

            await Task.Delay(left, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
            {
                return null;
            }
        }

        return null;
    }

    public async Task HoldAsync(string brokerId, TimeSpan time, CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() + time;
        if (_until.TryGetValue(brokerId, out var present) && present >= until)
        {
            return;
        }

        _until[brokerId] = until;
        SyncMetrics.Held(brokerId);
        LogHeld(log, brokerId, until);
        await using var db = database.Open(OwnerScope.Everyone);
        var changed = await db.BrokerSettings.Where(s => s.BrokerId == brokerId)
            .ExecuteUpdateAsync(u => u.SetProperty(s => s.BlockedUntil, until), cancellationToken).ConfigureAwait(false);
        if (changed == 0)
        {
            db.BrokerSettings.Add(new BrokerSettings { BrokerId = brokerId, BlockedUntil = until });
            try
            {
                await db.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (DbUpdateException)
            {
                // Another process wrote the row first, with a pause of its own; ours holds in this process all the same.
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Broker} asked to be left alone; it is called again after {Until:u}")]
    private static partial void LogHeld(ILogger log, string broker, DateTimeOffset until);
}
