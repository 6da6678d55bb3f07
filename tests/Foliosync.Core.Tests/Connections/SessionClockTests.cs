using Foliosync.Brokers.Contract;
using Foliosync.Core.Alerts;
using Foliosync.Core.Connections;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Tests.Sync;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Connections;

public sealed class SessionClockTests
{
    // A Monday, 06:00 in India.
    private static readonly DateTimeOffset SixInIndia = new(2026, 8, 3, 0, 30, 0, TimeSpan.Zero);

    [Theory, EachStore]
    public async Task A_session_that_is_over_makes_its_connection_wait_and_tells_the_owner_once(Store store)
    {
        await using var world = await AtAsync(store, SixInIndia.AddHours(-1));
        await ConnectAsync(world, "key1", SixInIndia);
        world.Time.Advance(TimeSpan.FromHours(1));

        await RunAsync(world);
        world.Time.Advance(TimeSpan.FromMinutes(5));
        await RunAsync(world);

        var state = await world.StateAsync();
        (state.State, state.NextSyncAt, state.ConsecutiveFailures).ShouldBe((ConnectionState.NeedsLogin, null, 0));
        var alert = (await AlertsAsync(world)).ShouldHaveSingleItem();
        (alert.Kind, alert.ConnectionId, alert.CreatedAt, alert.ResolvedAt).ShouldBe(("needsLogin", state.ConnectionId, SixInIndia, null));
        alert.Message.ShouldBe("key1: The Scripted session has ended. Log in at Scripted to go on.");
        (await world.ReadAsync(db => db.SyncRuns.CountAsync())).ShouldBe(0);
    }

    [Theory]
    [InlineData("05:00:00", false)]
    [InlineData("05:59:59", false)]
    [InlineData("06:00:00", true)]
    [InlineData("06:00:15", true)]
    public async Task The_session_of_the_day_is_over_at_six_in_india_and_not_a_second_before(string time, bool isOver)
    {
        // Logged in at 05:00 in India: an hour is left.
        await using var world = await AtAsync(Store.Sqlite, SixInIndia.AddHours(-1));
        await ConnectAsync(world, "key1", SixInIndia);
        world.Time.Advance(TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture) - TimeSpan.FromHours(5));

        await RunAsync(world);

        (await world.StateAsync()).State.ShouldBe(isOver ? ConnectionState.NeedsLogin : ConnectionState.Active);
    }

    [Theory, EachStore]
    public async Task A_failing_connection_is_moved_and_a_paused_one_is_left_paused(Store store)
    {
        await using var world = await AtAsync(store, SixInIndia.AddHours(-1));
        await ConnectAsync(world, "key1", SixInIndia);
        await ConnectAsync(world, "key2", SixInIndia);
        await SetStateAsync(world, "key1", ConnectionState.Failing);
        await SetStateAsync(world, "key2", ConnectionState.Paused);
        world.Time.Advance(TimeSpan.FromHours(1));

        await RunAsync(world);

        (await world.StateAsync("key1")).State.ShouldBe(ConnectionState.NeedsLogin);
        (await world.StateAsync("key2")).State.ShouldBe(ConnectionState.Paused);
        (await AlertsAsync(world)).Count.ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task A_session_that_the_broker_renews_or_that_has_no_known_end_is_left_alone(Store store)
    {
        await using var world = await AtAsync(store, SixInIndia.AddHours(-1));
        await ConnectAsync(world, "key1", SixInIndia, broker: "renewing");
        await world.ConnectAsync("key2");
        world.Time.Advance(TimeSpan.FromDays(30));

        await RunAsync(world);

        (await world.ReadAsync(db => db.SyncStates.Select(s => s.State).ToListAsync())).ShouldAllBe(s => s == ConnectionState.Active);
        (await AlertsAsync(world)).ShouldBeEmpty();
    }

    [Theory, EachStore]
    public async Task Several_processes_at_once_tell_the_owner_once(Store store)
    {
        await using var world = await AtAsync(store, SixInIndia.AddHours(-1));
        foreach (var number in Enumerable.Range(1, 20))
        {
            await ConnectAsync(world, "key" + number, SixInIndia);
        }

        world.Time.Advance(TimeSpan.FromHours(1));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => RunAsync(world))));

        (await AlertsAsync(world)).GroupBy(a => a.ConnectionId).Select(g => g.Count()).ShouldBe(Enumerable.Repeat(1, 20));
    }

    [Theory, EachStore]
    public async Task A_sync_that_ends_after_the_session_does_not_ask_a_second_time(Store store)
    {
        await using var world = await AtAsync(store, SixInIndia.AddSeconds(-1));
        await ConnectAsync(world, "key1", SixInIndia);
        world.Broker["key1"].BeforeHoldings = async _ =>
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            await RunAsync(world);
            throw BrokerException.AuthExpired("The session is over.");
        };

        await world.SyncAsync();

        var state = await world.StateAsync();
        (state.State, state.NextSyncAt, state.LeaseToken).ShouldBe((ConnectionState.NeedsLogin, null, null));
        (await AlertsAsync(world)).Count.ShouldBe(1);
    }

    private static Task<SyncWorld> AtAsync(Store store, DateTimeOffset now) => SyncWorld.CreateAsync(store, new FakeClock(now));

    private static Task RunAsync(SyncWorld world) => new SessionClock(world.Database, world.Catalog, world.Clock).RunAsync(default);

    private static Task<List<Alert>> AlertsAsync(SyncWorld world) => world.ReadAsync(db => db.Alerts.AsNoTracking().ToListAsync());

    private static Task ConnectAsync(SyncWorld world, string key, DateTimeOffset end, string broker = "scripted") => world.ImportAsync(
    [
        $$$"""{"user":"asha@example.org","portfolio":"Main","broker":"{{{broker}}}","label":"{{{key}}}","credentials":{"apiKey":"{{{key}}}"},"session":{"token":"t","expiresAt":"{{{end:O}}}"}}""",
    ]);

    private static Task<int> SetStateAsync(SyncWorld world, string label, ConnectionState state) => world.ReadAsync(db => db.SyncStates
        .Where(s => db.Connections.Any(c => c.Id == s.ConnectionId && c.Label == label))
        .ExecuteUpdateAsync(u => u.SetProperty(s => s.State, state)));
}
