using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync;

/// <summary>Brokers that are held back for everyone.</summary>
public sealed class BrokerGateTests
{
    private static readonly string[] Keys = [.. Enumerable.Range(1, 24).Select(i => "key" + i)];

    [Theory, EachStore]
    public async Task A_rate_limit_of_one_holds_back_all_to_the_second(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1", "key2");
        world.Broker["key1"].Failures["holdings"] = BrokerException.RateLimited("Slower.", TimeSpan.FromSeconds(90));
        await world.SyncOneAsync("key1");

        (await world.StateAsync("key1")).NextSyncAt.ShouldBe(world.Clock.GetUtcNow().AddSeconds(90));
        world.Time.Advance(TimeSpan.FromSeconds(89));
        (await world.Planner.PlanAsync(default)).Shards.ShouldBeEmpty();
        world.Time.Advance(TimeSpan.FromSeconds(1));
        world.Broker["key1"].Failures.Clear();
        await world.SyncDueAsync();

        (await world.LastRunAsync("key1")).ShouldSatisfyAllConditions(
            r => r.State.ShouldBe(SyncRunState.Succeeded), r => r.Trigger.ShouldBe(SyncTrigger.Retry));
        (await world.LastRunAsync("key2")).State.ShouldBe(SyncRunState.Succeeded);
        (await world.StateAsync("key1")).ConsecutiveFailures.ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task A_broker_under_maintenance_is_left_alone_for_as_long_as_it_says(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1", "key2");
        world.Broker["key1"].Failures["holdings"] = BrokerException.Transient("Maintenance.", retryAfter: TimeSpan.FromMinutes(30));
        await world.SyncOneAsync("key1");

        world.Time.Advance(TimeSpan.FromMinutes(29));
        (await world.Planner.PlanAsync(default)).Shards.ShouldBeEmpty();
        world.Time.Advance(TimeSpan.FromMinutes(1));

        (await world.Planner.PlanAsync(default)).Shards.ShouldNotBeEmpty();
    }

    [Theory, EachStore]
    public async Task A_mass_failure_opens_the_circuit_and_one_connection_tries_for_all(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync(Keys);
        Break(world);
        await world.SyncDueAsync();
        var before = Reads(world);

        (await world.Planner.PlanAsync(default)).Shards.ShouldBeEmpty("the circuit is open");
        world.Time.Advance(TimeSpan.FromMinutes(2));
        await world.SyncDueAsync();

        (Reads(world) - before).ShouldBe(1);
        (await world.Planner.PlanAsync(default)).Shards.ShouldBeEmpty("the one that tried failed");
    }

    [Theory, EachStore]
    public async Task A_trial_that_succeeds_lets_everyone_in_again(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync(Keys);
        Break(world);
        await world.SyncDueAsync();
        Mend(world);

        world.Time.Advance(TimeSpan.FromMinutes(2));
        await world.SyncDueAsync();
        world.Time.Advance(TimeSpan.FromHours(2));
        await world.SyncDueAsync();

        (await world.ReadAsync(db => db.SyncStates.CountAsync(s => s.State == ConnectionState.Active && s.ConsecutiveFailures == 0))).ShouldBe(Keys.Length);
        (await world.ReadAsync(db => db.BrokerHealth.SingleAsync())).CircuitOpenedAt.ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task A_trial_that_fails_makes_the_next_one_wait_longer(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync(Keys);
        Break(world);
        await world.SyncDueAsync();

        world.Time.Advance(TimeSpan.FromMinutes(2));
        await world.SyncDueAsync();

        var health = await world.ReadAsync(db => db.BrokerHealth.SingleAsync());
        (health.FailedProbes, health.HeldUntil).ShouldBe((1, world.Clock.GetUtcNow().AddMinutes(2)));
    }

    [Theory, EachStore]
    public async Task Sync_now_goes_through_an_open_circuit_and_its_success_closes_it(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync(Keys);
        Break(world);
        await world.SyncDueAsync();
        Mend(world);

        (await world.SyncOneAsync("key7")).Succeeded.ShouldBe(1);

        (await world.ReadAsync(db => db.BrokerHealth.SingleAsync())).CircuitOpenedAt.ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task Another_process_keeps_to_an_open_circuit(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync(Keys);
        Break(world);
        await world.SyncDueAsync();
        var before = Reads(world);

        for (var shard = 0; shard < SyncState.Shards; shard++)
        {
            await world.NewEngine().RunDueAsync("scripted", shard, null, default);
        }

        Reads(world).ShouldBe(before);
    }

    [Theory, EachStore]
    public async Task Of_two_processes_one_tries_a_broker_whose_hold_is_over(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync(Keys);
        Break(world);
        await world.SyncDueAsync();
        var before = Reads(world);
        world.Time.Advance(TimeSpan.FromMinutes(2));

        await Task.WhenAll(Enumerable.Range(0, SyncState.Shards).Select(shard => world.NewEngine().RunDueAsync("scripted", shard, null, default)));

        (Reads(world) - before).ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task Troubles_of_a_few_are_their_own(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync(Keys);
        foreach (var key in Keys.Take(6))
        {
            world.Broker[key].Failures["holdings"] = BrokerException.Transient("Down.");
        }

        await world.SyncDueAsync();

        (await world.ReadAsync(db => db.BrokerHealth.CountAsync())).ShouldBe(0);
    }

    [Fact]
    public void The_hold_doubles_up_to_half_an_hour()
    {
        Enumerable.Range(0, 7).Select(i => CircuitRules.HoldAfter(i).TotalMinutes).ShouldBe([1, 2, 4, 8, 16, 30, 30]);
        CircuitRules.HoldAfter(int.MaxValue).ShouldBe(TimeSpan.FromMinutes(30));
    }

    private static void Break(SyncWorld world)
    {
        foreach (var key in Keys)
        {
            world.Broker[key].FailAfterRead = BrokerException.Transient("Down.");
        }
    }

    private static void Mend(SyncWorld world)
    {
        foreach (var key in Keys)
        {
            world.Broker[key].FailAfterRead = null;
        }
    }

    private static int Reads(SyncWorld world) => Keys.Sum(k => world.Broker[k].HoldingsReads);
}
