using System.Web;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Connections;

public sealed class ConnectionLoginTests
{
    [Theory, EachStore]
    public async Task A_login_stores_the_session_and_makes_the_connection_due(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var connection = await world.ConnectAsync();
        var state = await BeginAsync(world, connection);

        var outcome = await world.Login.CompleteAsync("fake", Answer(state), "web", default);

        outcome.ConnectionId.ShouldBe(connection.Id);
        outcome.Message.ShouldNotContain("AB1234");
        await using var db = world.Database.Open();
        var after = await db.Connections.Include(c => c.Sync).SingleAsync();
        (after.ExternalUserId, after.SessionExpiresAt).ShouldBe(("AB1234", world.Clock.GetUtcNow().AddHours(12)));
        (after.Sync!.State, after.Sync.NextSyncAt).ShouldBe((ConnectionState.Active, world.Clock.GetUtcNow()));
        var row = await db.Credentials.SingleAsync(c => c.Field == BrokerCredential.SessionField);
        world.Vault.Open(row.Sealed, connection.Id, BrokerCredential.SessionField).Reveal().ShouldBe("planted-session");
        (await db.AuditEvents.SingleAsync(a => a.Action == "connection.loggedIn")).Source.ShouldBe("web");
    }

    [Theory, EachStore]
    public async Task A_state_works_once_even_for_two_answers_at_the_same_time(Store store)
    {
        var broker = new FakeBroker();
        await using var world = await ConnectionWorld.CreateAsync(store, broker);
        var state = await BeginAsync(world, await world.ConnectAsync());

        var results = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            await Task.Yield();
            try
            {
                await world.Login.CompleteAsync("fake", Answer(state), "web", default);
                return true;
            }
            catch (InputException)
            {
                return false;
            }
        }));

        results.Count(done => done).ShouldBe(1);
        broker.Exchanges.ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task A_state_is_refused_after_fifteen_minutes(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var state = await BeginAsync(world, await world.ConnectAsync());
        world.Clock.Advance(TimeSpan.FromMinutes(15));

        (await Should.ThrowAsync<InputException>(() => world.Login.CompleteAsync("fake", Answer(state), "web", default))).Field.ShouldBe("state");
    }

    [Fact]
    public async Task An_unknown_or_missing_state_and_another_brokers_are_refused_alike()
    {
        var other = new FakeBroker();
        await using var world = await ConnectionWorld.CreateAsync(
            Store.Sqlite, new FakeBroker(), new FakeBroker { Manifest = other.Manifest with { Id = "other" } });
        var state = await BeginAsync(world, await world.ConnectAsync());

        var messages = new List<string>();
        foreach (var (broker, answer) in new[] { ("fake", Answer("guess")), ("fake", []), ("other", Answer(state)), ("nobody", Answer(state)) })
        {
            messages.Add((await Should.ThrowAsync<InputException>(() => world.Login.CompleteAsync(broker, answer, "web", default))).Message);
        }

        messages.Distinct().Count().ShouldBe(1);
        await world.Login.CompleteAsync("fake", Answer(state), "web", default);
    }

    [Theory, EachStore]
    public async Task Somebody_elses_login_is_refused_and_changes_nothing(Store store)
    {
        var broker = new FakeBroker();
        await using var world = await ConnectionWorld.CreateAsync(store, broker);
        var connection = await world.ConnectAsync(new BrokerToken(new Secret("first")));
        var state = await BeginAsync(world, connection);
        broker.UserId = "ZZ9999";

        var refused = await Should.ThrowAsync<InputException>(() => world.Login.CompleteAsync("fake", Answer(state), "web", default));

        refused.Message.ShouldContain("another person");
        refused.Message.ShouldNotContain("9999");
        await using var db = world.Database.Open();
        var row = await db.Credentials.SingleAsync(c => c.Field == BrokerCredential.SessionField);
        world.Vault.Open(row.Sealed, connection.Id, BrokerCredential.SessionField).Reveal().ShouldBe("first");
    }

    [Fact]
    public async Task A_login_that_the_broker_does_not_confirm_uses_the_state_up()
    {
        var broker = new FakeBroker();
        await using var world = await ConnectionWorld.CreateAsync(Store.Sqlite, broker);
        var state = await BeginAsync(world, await world.ConnectAsync());
        broker.Failure = BrokerException.AuthExpired("The login was not completed.");

        await Should.ThrowAsync<BrokerException>(() => world.Login.CompleteAsync("fake", Answer(state), "web", default));
        broker.Failure = null;

        await Should.ThrowAsync<InputException>(() => world.Login.CompleteAsync("fake", Answer(state), "web", default));
    }

    [Theory, EachStore]
    public async Task Neither_a_login_begun_nor_one_that_fails_ends_the_session_there_is(Store store)
    {
        var broker = new FakeBroker();
        await using var world = await ConnectionWorld.CreateAsync(store, broker);
        var connection = await world.ConnectAsync(new BrokerToken(new Secret("first"), world.Clock.GetUtcNow().AddHours(3)));

        var state = await BeginAsync(world, connection);
        (await SessionAsync(world, connection)).ShouldBe("first");

        broker.Failure = BrokerException.AuthExpired("The login was not completed.");
        await Should.ThrowAsync<BrokerException>(() => world.Login.CompleteAsync("fake", Answer(state), "web", default));
        (await SessionAsync(world, connection)).ShouldBe("first");
        await using var db = world.Database.Open();
        (await db.SyncStates.Select(s => s.State).SingleAsync()).ShouldBe(ConnectionState.Active);
    }

    [Theory, EachStore]
    public async Task Of_two_logins_the_one_that_was_finished_later_at_the_broker_holds_whichever_is_stored_first(Store store)
    {
        var broker = new FakeBroker();
        await using var world = await ConnectionWorld.CreateAsync(store, broker);
        var connection = await world.ConnectAsync();
        var later = await BeginAsync(world, connection);
        var earlier = await BeginAsync(world, connection);
        broker.Session = "later";
        await world.Login.CompleteAsync("fake", Answer(later), "web", default);

        // The other device's exchange was over a minute before, and only now gets to storing what it was given.
        world.Clock.Advance(TimeSpan.FromMinutes(-1));
        broker.Session = "earlier";
        var outcome = await world.Login.CompleteAsync("fake", Answer(earlier), "web", default);

        outcome.Message.ShouldContain("finished after this one counts");
        (await SessionAsync(world, connection)).ShouldBe("later");
    }

    [Theory, EachStore]
    public async Task A_second_device_that_logs_in_later_replaces_the_session(Store store)
    {
        var broker = new FakeBroker();
        await using var world = await ConnectionWorld.CreateAsync(store, broker);
        var connection = await world.ConnectAsync();
        var (phone, desk) = (await BeginAsync(world, connection), await BeginAsync(world, connection));
        broker.Session = "phone";
        await world.Login.CompleteAsync("fake", Answer(phone), "web", default);
        world.Clock.Advance(TimeSpan.FromMinutes(1));

        broker.Session = "desk";
        await world.Login.CompleteAsync("fake", Answer(desk), "web", default);

        (await SessionAsync(world, connection)).ShouldBe("desk");
        await using var db = world.Database.Open();
        var state = await db.SyncStates.SingleAsync();
        (state.SessionSince, state.SessionCheckedAt).ShouldBe((world.Clock.GetUtcNow(), world.Clock.GetUtcNow()));
    }

    [Theory, EachStore]
    public async Task A_login_resolves_the_alert_that_asked_for_it(Store store)
    {
        await using var world = await ConnectionWorld.CreateAsync(store, new FakeBroker());
        var connection = await world.ConnectAsync(new BrokerToken(new Secret("first"), world.Clock.GetUtcNow().AddHours(3)));
        world.Clock.Advance(TimeSpan.FromHours(3));
        await new SessionClock(world.Database, world.Catalog, world.Clock).RunAsync(default);

        await world.Login.CompleteAsync("fake", Answer(await BeginAsync(world, connection)), "web", default);

        await using var db = world.Database.Open();
        (await db.Alerts.Select(a => a.ResolvedAt).SingleAsync()).ShouldBe(world.Clock.GetUtcNow());
    }

    private static async Task<string> SessionAsync(ConnectionWorld world, BrokerConnection connection)
    {
        await using var db = world.Database.Open();
        var row = await db.Credentials.SingleAsync(c => c.Field == BrokerCredential.SessionField);
        return world.Vault.Open(row.Sealed, connection.Id, BrokerCredential.SessionField).Reveal();
    }

    private static async Task<string> BeginAsync(ConnectionWorld world, BrokerConnection connection)
    {
        var step = (await world.Login.BeginAsync(connection.Id, world.Asha, default)).ShouldBeOfType<LoginStep.Redirect>();
        return HttpUtility.ParseQueryString(step.Url.Query)["state"]!;
    }

    private static Dictionary<string, string> Answer(string state) => new() { ["state"] = state, ["status"] = "success" };
}
