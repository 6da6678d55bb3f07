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

    private static async Task<string> BeginAsync(ConnectionWorld world, BrokerConnection connection)
    {
        var step = (await world.Login.BeginAsync(connection.Id, world.Asha, default)).ShouldBeOfType<LoginStep.Redirect>();
        return HttpUtility.ParseQueryString(step.Url.Query)["state"]!;
    }

    private static Dictionary<string, string> Answer(string state) => new() { ["state"] = state, ["status"] = "success" };
}
