using Foliosync.Brokers.Contract;
using Foliosync.Core.Alerts;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Tests.Sync;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Alerts;

public sealed class AlertOutboxTests
{
    // Lets the database refuse the last statements of a run, after the alert was written in the same transaction.
    private const string RefuseOnSqlite =
        "create trigger refuse before update of state on sync_runs when new.state = 'needsLogin' begin select raise(abort, 'refused'); end";

    private const string RefuseOnPostgres =
        """
        create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
        create trigger refuse before update on sync_runs for each row when (new.state = 'needsLogin') execute function refuse()
        """;

    [Theory, EachStore]
    public async Task An_alert_is_there_exactly_when_its_run_is(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Failures["holdings"] = BrokerException.AuthExpired("The session is over.");
        await world.ReadAsync(db => db.Database.ExecuteSqlRawAsync(store == Store.Sqlite ? RefuseOnSqlite : RefuseOnPostgres));

        await world.SyncAsync();
        (await world.LastRunAsync()).State.ShouldBe(SyncRunState.Failed);
        (await world.ReadAsync(db => db.Alerts.CountAsync())).ShouldBe(0);

        await world.ReadAsync(db => db.Database.ExecuteSqlRawAsync(store == Store.Sqlite ? "drop trigger refuse" : "drop trigger refuse on sync_runs"));
        world.Time.Advance(TimeSpan.FromMinutes(1));
        await world.SyncAsync();
        (await world.LastRunAsync()).State.ShouldBe(SyncRunState.NeedsLogin);
        var alert = await world.ReadAsync(db => db.Alerts.SingleAsync());
        alert.CreatedAt.ShouldBe((await world.LastRunAsync()).FinishedAt!.Value);
        alert.TellAt.ShouldBe(alert.CreatedAt);
    }

    [Theory, EachStore]
    public async Task Unreadable_reports_are_one_incident_and_end_with_the_next_success(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Failures["holdings"] = BrokerException.InvalidData("The answer is not readable.");
        for (var i = 0; i < 3; i++)
        {
            await world.SyncAsync();
            world.Time.Advance(TimeSpan.FromHours(1));
        }

        (await world.ReadAsync(db => db.Alerts.SingleAsync())).ShouldSatisfyAllConditions(
            a => a.Kind.ShouldBe(AlertKinds.NeedsReview), a => a.ResolvedAt.ShouldBeNull());
        world.Broker["key1"].Failures.Clear();
        await world.SyncAsync();

        (await world.ReadAsync(db => db.Alerts.SingleAsync())).ResolvedAt.ShouldBe(world.Clock.GetUtcNow());
    }

    [Theory, EachStore]
    public async Task Of_two_processes_that_raise_the_same_incident_one_does(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => world.RaiseAsync()));
        await world.RaiseAsync(AlertKinds.DataStale);

        (await world.World.ReadAsync(db => db.Alerts.Select(a => a.Kind).OrderBy(k => k).ToListAsync())).ShouldBe([AlertKinds.DataStale, AlertKinds.WorkersDown]);
    }

    [Theory, EachStore]
    public async Task The_end_of_one_of_two_incidents_is_told_when_the_connection_works_again(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await world.AddWebhookAsync();
        await world.World.ConnectAsync("key1");
        var script = world.World.Broker["key1"];
        script.Failures["holdings"] = BrokerException.InvalidData("The answer is not readable.");
        await world.SyncAsync();
        script.Failures["holdings"] = BrokerException.AuthExpired("The session is over.");
        await world.SyncAsync();
        world.Told.ShouldBe(["raised needsReview"]);
        await world.TellAsync(TimeSpan.FromMinutes(2));

        script.Failures.Clear();
        await world.SyncAsync();

        world.Told.Count.ShouldBe(3);
        var healed = world.Receiver.Got.Last().Json;
        healed.GetProperty("title").GetString().ShouldBe("Foliosync: key1 works again");
        healed.GetProperty("alerts").GetArrayLength().ShouldBe(2);
    }

    [Theory, EachStore]
    public async Task A_paused_connection_is_left_alone(Store store)
    {
        await using var world = await AlertWorld.CreateAsync(store);
        await world.AddWebhookAsync();
        await world.World.ConnectAsync("key1");
        await world.World.SyncAsync();
        world.World.Broker["key1"].Failures["holdings"] = BrokerException.Transient("Down.");
        for (var i = 0; i < 3; i++)
        {
            await world.SyncAsync();
        }

        await world.World.ReadAsync(db => db.SyncStates.ExecuteUpdateAsync(set => set.SetProperty(s => s.State, Core.Connections.ConnectionState.Paused)));
        await world.TellAsync(TimeSpan.FromDays(3));
        world.Receiver.Got.ShouldBeEmpty();

        await world.World.ReadAsync(db => db.SyncStates.ExecuteUpdateAsync(set => set.SetProperty(s => s.State, Core.Connections.ConnectionState.Failing)));
        await world.Deliveries.RunAsync(default);
        world.Told.ShouldBe(["raised failing"]);
    }
}
