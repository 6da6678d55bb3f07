using Foliosync.Core.Connections;
using Foliosync.Core.Tests.Storage;
using Foliosync.Tests.Api;
using Foliosync.Tests.Cli;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Foliosync.Tests.Processes;

/// <summary>The clock of the machine is set while the jobs run.</summary>
public sealed class ClockTests
{
    [Theory]
    [InlineData(Store.Sqlite, 60)]
    [InlineData(Store.Sqlite, -60)]
    [InlineData(Store.Postgres, 60)]
    [InlineData(Store.Postgres, -60)]
    public async Task A_clock_that_leaps_by_an_hour_stops_no_sync(Store store, int minutes)
    {
        var clock = new LeapingClock();
        await using var host = await ApiHost.StartAsync(store, clock: clock);
        var client = await host.ClientAsync("asha@example.org");
        await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id());
        await CrowdedInstance.WaitUntilAsync(async () => await SyncsAsync(host) == 1);

        clock.Leap(TimeSpan.FromMinutes(minutes));
        await using (var db = host.Open())
        {
            var now = clock.GetUtcNow();
            await db.SyncStates.ExecuteUpdateAsync(u => u.SetProperty(s => s.NextSyncAt, now));
        }

        // The leap alone may make it due: then the update above can fall behind that sync, and a third one follows.
        await CrowdedInstance.WaitUntilAsync(async () => await SyncsAsync(host) >= 2
            && await OneStateAsync(host) is { LeaseToken: null } state
            && state.NextSyncAt > clock.GetUtcNow() && state.NextSyncAt < clock.GetUtcNow().AddHours(2));
    }

    private static async Task<int> SyncsAsync(ApiHost host)
    {
        await using var db = host.Open();
        return await db.SyncRuns.CountAsync(r => r.FinishedAt != null);
    }

    private static async Task<SyncState> OneStateAsync(ApiHost host)
    {
        await using var db = host.Open();
        return await db.SyncStates.SingleAsync();
    }

    /// <summary>The clock of the machine, set forward or back. Timers go on as they do then.</summary>
    private sealed class LeapingClock : TimeProvider
    {
        private long _ahead;

        public void Leap(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ahead));
    }
}
