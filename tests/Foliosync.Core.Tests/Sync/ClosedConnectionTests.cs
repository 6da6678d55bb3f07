using Foliosync.Brokers.Contract;
using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync;

/// <summary>A connection that somebody has closed keeps everything but its secrets.</summary>
public sealed class ClosedConnectionTests
{
    [Theory, EachStore]
    public async Task It_keeps_what_was_read_and_none_of_its_secrets(Store store)
    {
        await using var world = await SyncedAsync(store);
        var held = await world.HoldingsAsync();
        held.ShouldNotBeEmpty();

        await CloseAsync(world);

        (await world.HoldingsAsync()).Select(h => h.Id).ShouldBe(held.Select(h => h.Id));
        (await world.ReadAsync(db => db.Credentials.CountAsync())).ShouldBe(0);
        (await world.ReadAsync(db => db.Connections.SingleAsync())).SessionExpiresAt.ShouldBeNull();
        (await world.ReadAsync(db => db.AuditEvents.CountAsync(a => a.Action == "connection.closed"))).ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task It_is_read_neither_by_schedule_nor_when_somebody_asks(Store store)
    {
        await using var world = await SyncedAsync(store);
        var id = (await world.StateAsync()).ConnectionId;
        var waiting = await world.Queue.EnqueueAsync(id, SyncTrigger.Manual, default);
        await CloseAsync(world);
        world.Time.Advance(TimeSpan.FromDays(2));

        await world.SyncDueAsync();

        (await world.ReadAsync(db => db.SyncRuns.SingleAsync(r => r.Id == waiting))).State.ShouldBe(SyncRunState.Cancelled);
        (await world.SyncOneAsync("key1")).Connections.ShouldBe(0);
        (await Should.ThrowAsync<RefusedException>(() => world.Queue.EnqueueAsync(id, SyncTrigger.Manual, default))).Message.ShouldContain("closed");
        await Should.ThrowAsync<InputException>(() => world.Login.BeginAsync(id, Actor.CommandLine, default));
        await Should.ThrowAsync<InputException>(() => world.Setup.TestAsync(id, Actor.CommandLine, default));
        (await world.StateAsync()).State.ShouldBe(ConnectionState.Closed);
    }

    [Theory, EachStore]
    public async Task A_sync_that_was_under_way_does_not_open_it_again(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].BeforeHoldings = _ => CloseAsync(world);

        await world.SyncDueAsync();

        var state = await world.StateAsync();
        (state.State, state.NextSyncAt).ShouldBe((ConnectionState.Closed, null));
    }

    [Theory, EachStore]
    public async Task What_it_was_in_trouble_with_is_over_without_a_message(Store store)
    {
        await using var world = await SyncedAsync(store);
        world.Broker["key1"].Failures["holdings"] = BrokerException.AuthExpired("Log in.");
        await world.SyncOneAsync("key1");
        (await world.ReadAsync(db => db.Alerts.SingleAsync())).Kind.ShouldBe(AlertKinds.NeedsLogin);

        await CloseAsync(world);

        var alert = await world.ReadAsync(db => db.Alerts.SingleAsync());
        alert.ResolvedAt.ShouldNotBeNull();
        alert.TellAt.ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task New_credentials_open_it_again_and_its_history_goes_on(Store store)
    {
        await using var world = await SyncedAsync(store);
        await CloseAsync(world);
        var id = (await world.StateAsync()).ConnectionId;

        await world.Setup.ReplaceCredentialsAsync(id, new Dictionary<string, string> { ["apiKey"] = "key1" }, check: false, Actor.CommandLine, default);

        (await world.StateAsync()).State.ShouldBe(ConnectionState.NeedsLogin);
        (await world.HoldingsAsync()).ShouldNotBeEmpty();
    }

    private static async Task<SyncWorld> SyncedAsync(Store store)
    {
        var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings.Add(SyncWorld.Share("INFY", 10));
        await world.SyncDueAsync();
        return world;
    }

    private static async Task CloseAsync(SyncWorld world) =>
        await world.Setup.CloseAsync((await world.StateAsync()).ConnectionId, Actor.CommandLine, default);
}
