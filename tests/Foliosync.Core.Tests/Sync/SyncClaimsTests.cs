using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync;

/// <summary>What happens between the moment a worker finds work and the moment it takes it.</summary>
public sealed class SyncClaimsTests
{
    [Theory, EachStore]
    public async Task A_run_that_is_asked_for_after_its_connection_was_found_due_is_the_one_that_begins(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        var (claims, due) = await FindDueAsync(world);
        var asked = await world.Queue.EnqueueAsync(due[0].ConnectionId, SyncTrigger.Manual, default);

        var claimed = (await claims.ClaimAsync(due, Guid.NewGuid(), default)).ShouldHaveSingleItem();

        (claimed.RunId, claimed.Trigger).ShouldBe((asked, SyncTrigger.Manual));
        (await world.ReadAsync(db => db.SyncRuns.Select(r => r.State).ToListAsync())).ShouldBe([SyncRunState.Running]);
    }

    [Theory, EachStore]
    public async Task A_run_that_is_asked_for_while_the_schedule_is_at_it_is_that_one(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        var (claims, due) = await FindDueAsync(world);
        var claimed = (await claims.ClaimAsync(due, Guid.NewGuid(), default)).ShouldHaveSingleItem();

        (await world.Queue.EnqueueAsync(due[0].ConnectionId, SyncTrigger.Manual, default)).ShouldBe(claimed.RunId);
        (await world.ReadAsync(db => db.SyncRuns.CountAsync())).ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task What_was_found_due_and_was_done_meanwhile_is_not_done_again(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        var (claims, due) = await FindDueAsync(world);
        await world.SyncDueAsync();

        (await claims.ClaimAsync(due, Guid.NewGuid(), default)).ShouldBeEmpty();

        (await world.ReadAsync(db => db.SyncRuns.CountAsync())).ShouldBe(1);
        (await world.StateAsync()).LeaseToken.ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task A_queued_run_that_another_worker_has_done_meanwhile_is_not_done_again(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        var (claims, due) = await FindDueAsync(world);
        var id = due[0].ConnectionId;
        await world.Queue.EnqueueAsync(id, SyncTrigger.Manual, default);
        var queued = await claims.FindQueuedAsync(id, default);
        await world.Engine.RunQueuedAsync(id, default);

        (await claims.ClaimAsync(queued, Guid.NewGuid(), default)).ShouldBeEmpty();

        (await world.LastRunAsync()).State.ShouldBe(SyncRunState.Succeeded);
    }

    [Theory, EachStore]
    public async Task A_file_that_is_read_leaves_the_run_that_is_asked_for_in_the_queue(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        var (claims, due) = await FindDueAsync(world);
        var asked = await world.Queue.EnqueueAsync(due[0].ConnectionId, SyncTrigger.Manual, default);

        var claimed = await claims.ClaimAsync([new WantedSync(due[0].ConnectionId, SyncTrigger.Statement, WantedFor.Itself)], Guid.NewGuid(), default);

        claimed.ShouldHaveSingleItem().RunId.ShouldNotBe(asked);
        (await world.ReadAsync(db => db.SyncRuns.SingleAsync(r => r.Id == asked))).State.ShouldBe(SyncRunState.Queued);
    }

    private static async Task<(SyncClaims Claims, IReadOnlyList<WantedSync> Due)> FindDueAsync(SyncWorld world)
    {
        await world.ConnectAsync("key1");
        var claims = new SyncClaims(world.Database, new Workers(world.Database, world.Clock), world.Clock);
        var due = await claims.FindDueAsync("scripted", SyncState.ShardOf((await world.StateAsync()).ConnectionId), 10, default);
        due.ShouldHaveSingleItem();
        return (claims, due);
    }
}
