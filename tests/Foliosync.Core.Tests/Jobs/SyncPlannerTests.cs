using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Tests.Sync;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Jobs;

/// <summary>What is found to do, and that doing it leaves nothing to do.</summary>
public sealed class SyncPlannerTests
{
    [Theory, EachStore]
    public async Task Due_connections_are_found_by_shard_and_synced_until_none_is_due(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        string[] keys = [.. Enumerable.Range(1, 30).Select(i => "key" + i)];
        await world.ConnectAsync(keys);

        var plan = await world.Planner.PlanAsync(default);
        foreach (var due in plan.Shards)
        {
            await world.Engine.RunDueAsync(due.BrokerId, due.Shard, null, default);
        }

        plan.Shards.Select(s => s.BrokerId).Distinct().ShouldBe(["scripted"]);
        keys.ShouldAllBe(k => world.Broker[k].HoldingsReads == 1);
        (await world.Planner.PlanAsync(default)).Shards.ShouldBeEmpty();
        (await world.ReadAsync(db => db.SyncRuns.Select(r => r.Trigger).Distinct().ToListAsync())).ShouldBe([SyncTrigger.Schedule]);
    }

    [Theory, EachStore]
    public async Task A_connection_is_due_again_at_the_very_instant_that_it_tells(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        await world.SyncDueAsync();
        var next = (await world.StateAsync()).NextSyncAt!.Value;

        world.Time.Advance(next - world.Clock.GetUtcNow() - TimeSpan.FromMilliseconds(1));
        (await world.Planner.PlanAsync(default)).Shards.ShouldBeEmpty();
        world.Time.Advance(TimeSpan.FromMilliseconds(1));

        (await world.Planner.PlanAsync(default)).Shards.Count.ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task Paused_connections_and_those_that_wait_for_a_login_are_not_due(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("paused", "expired");
        await world.SyncAsync();
        await using (var db = world.Database.Open())
        {
            await db.SyncStates.Where(s => db.Connections.Any(c => c.Id == s.ConnectionId && c.Label == "paused"))
                .ExecuteUpdateAsync(u => u.SetProperty(s => s.State, ConnectionState.Paused).SetProperty(s => s.NextSyncAt, (DateTimeOffset?)null));
        }

        world.Broker["expired"].Failures["holdings"] = BrokerException.AuthExpired("Log in.");
        world.Time.Advance(TimeSpan.FromHours(2));
        await world.SyncDueAsync();
        world.Time.Advance(TimeSpan.FromDays(30));

        (await world.Planner.PlanAsync(default)).Shards.ShouldBeEmpty();
        (await world.StateAsync("expired")).State.ShouldBe(ConnectionState.NeedsLogin);
    }

    [Theory, EachStore]
    public async Task A_queued_run_of_a_connection_that_is_due_is_done_by_the_same_sync(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        var id = (await world.StateAsync()).ConnectionId;
        var runId = await world.Queue.EnqueueAsync(id, SyncTrigger.Manual, default);

        await world.SyncDueAsync();

        var run = await world.LastRunAsync();
        (run.Id, run.State, run.Trigger).ShouldBe((runId, SyncRunState.Succeeded, SyncTrigger.Manual));
        (await world.ReadAsync(db => db.SyncRuns.CountAsync())).ShouldBe(1);
        (await world.Engine.RunQueuedAsync(id, default)).Connections.ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task What_a_dead_worker_was_at_is_ended_and_done_once_more_at_once(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        await world.HoldByAsync("other-machine/77/1795600000", seenAgo: TimeSpan.FromMinutes(1));

        await world.SyncDueAsync();

        var runs = await world.ReadAsync(db => db.SyncRuns.OrderBy(r => r.Id).ToListAsync());
        runs.Select(r => (r.State, r.ErrorKind)).ShouldBe([(SyncRunState.Failed, "interrupted"), (SyncRunState.Succeeded, null)]);
        (await world.StateAsync()).LeaseToken.ShouldBeNull();
        (await world.ReadAsync(db => db.Workers.CountAsync(w => w.Name.StartsWith("other") && w.LostAt == null))).ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task A_worker_of_another_machine_that_was_seen_just_now_keeps_what_it_is_at(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        await world.HoldByAsync("other-machine/77/1795600000", seenAgo: TimeSpan.Zero);

        await world.SyncDueAsync();

        (await world.ReadAsync(db => db.SyncRuns.Select(r => r.State).ToListAsync())).ShouldBe([SyncRunState.Running]);
        world.Broker["key1"].HoldingsReads.ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task A_sync_that_was_cut_off_twice_waits_before_it_is_tried_again(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        await world.HoldByAsync("other-machine/77/1795600000", TimeSpan.FromMinutes(1), SyncTrigger.Retry);

        (await world.Planner.PlanAsync(default)).Shards.ShouldBeEmpty();

        (await world.StateAsync()).NextSyncAt.ShouldBe(world.Clock.GetUtcNow() + SyncPolicy.WaitAfterInterruption);
        (await world.ReadAsync(db => db.SyncRuns.CountAsync(r => r.State == SyncRunState.Queued))).ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task One_that_fails_does_not_keep_another_of_its_shard_from_being_synced(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        string[] keys = [.. Enumerable.Range(1, 20).Select(i => "key" + i)];
        await world.ConnectAsync(keys);
        world.Broker["key3"].Failures["holdings"] = new InvalidOperationException("A bug.");
        world.Broker["key4"].Failures["holdings"] = BrokerException.Transient("Down.");

        await world.SyncDueAsync();

        var succeeded = await world.ReadAsync(db => db.SyncRuns.CountAsync(r => r.State == SyncRunState.Succeeded));
        succeeded.ShouldBe(18);
    }
}
