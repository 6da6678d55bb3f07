using System.Text.Json;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Sync.Replays;
using Foliosync.Core.Sync.Reviews;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Foliosync.Simulator;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync.Replays;

public sealed class RunReplayTests
{
    [Theory, EachStore]
    public async Task A_replay_says_what_the_broker_said_then_without_asking_it(Store store)
    {
        var kite = await StartAsync();
        await using var world = await WorldAsync(store, kite);
        await world.SyncAsync();
        var run = await LastRunAsync(world);
        var then = await world.HoldingsAsync();
        kite.TickQuantities();
        await world.SyncAsync();
        var now = await world.HoldingsAsync();
        await kite.DisposeAsync();

        var replayed = await world.Replay.PreviewAsync(run.Id, OwnerScope.Everyone, default);

        replayed.Error.ShouldBeNull();
        var account = replayed.Accounts.ShouldHaveSingleItem();
        account.Holdings.Select(h => (h.Symbol, h.Lot, h.Quantity, h.CostBasis)).ShouldBe(
            then.Select(h => (h.Symbol, h.Lot, h.Quantity, h.CostBasis)), ignoreOrder: true);
        now.Select(h => h.Quantity).ShouldNotBe(then.Select(h => h.Quantity));
        account.Diff.Lots.ShouldContain(l => l.Kind == LotChangeKind.Shrink || l.Kind == LotChangeKind.Grow);
        replayed.Counts.Updated.ShouldBePositive();
    }

    [Theory, EachStore]
    public async Task A_replay_writes_nothing(Store store)
    {
        await using var kite = await StartAsync();
        await using var world = await WorldAsync(store, kite);
        kite.Add(new Fault(FaultKind.WrongTypes) { Path = "/portfolio/holdings", Times = 1 });
        await world.SyncAsync();
        var run = await LastRunAsync(world);
        run.ErrorKind.ShouldBe("invalidData");
        var before = await CountsAsync(world);

        (await world.Replay.PreviewAsync(run.Id, OwnerScope.Everyone, default)).Error.ShouldNotBeNull().Kind.ShouldBe("invalidData");

        (await CountsAsync(world)).ShouldBe(before);
        (await world.ReadAsync(db => db.SyncStates.AsNoTracking().SingleAsync())).LeaseToken.ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task A_report_that_could_not_be_read_is_previewed_without_a_trace_and_applied_by_an_adapter_that_can(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        var script = world.Broker["key1"];
        script.Failures["holdings"] = BrokerException.InvalidData("Not readable.", "holdings: quantity");
        await world.SyncAsync();
        var unreadable = await world.LastRunAsync();
        world.Time.Advance(TimeSpan.FromDays(1));
        script.Failures.Clear();
        script.Holdings = [SyncWorld.Share("INFY", 10)];

        var preview = await world.Replay.PreviewAsync(unreadable.Id, OwnerScope.Everyone, default);
        (await world.ReadAsync(db => db.Instruments.CountAsync())).ShouldBe(0);
        var applied = await world.Replay.ApplyAsync(unreadable.Id, Actor.CommandLine, default);

        preview.Accounts.ShouldHaveSingleItem().Holdings.Select(h => (h.Symbol, h.Quantity)).ShouldBe([("INFY", 10m)]);
        var holding = (await world.HoldingsAsync()).ShouldHaveSingleItem();
        (holding.Quantity, holding.Since).ShouldBe((10m, unreadable.FinishedAt!.Value));
        var run = await world.LastRunAsync();
        (run.Id, run.Trigger, run.State, run.Inserted).ShouldBe((applied, SyncTrigger.Manual, SyncRunState.Succeeded, 1));
        run.Steps[0].Name.ShouldBe($"replay run {unreadable.Id}");
    }

    [Theory, EachStore]
    public async Task Applying_the_last_run_again_changes_nothing_and_proves_nothing_about_the_login(Store store)
    {
        await using var kite = await StartAsync();
        await using var world = await WorldAsync(store, kite);
        await world.SyncAsync();
        var run = await LastRunAsync(world);
        kite.Add(new Fault(FaultKind.TokenExpired) { Path = "/portfolio/holdings" });
        await world.SyncAsync();
        var before = await world.ReadAsync(db => db.SyncStates.AsNoTracking().SingleAsync());
        before.State.ShouldBe(ConnectionState.NeedsLogin);

        var applied = await world.Replay.ApplyAsync(run.Id, Actor.CommandLine, default);

        var last = await LastRunAsync(world);
        (last.Id, last.State, last.Inserted, last.Updated, last.Closed).ShouldBe((applied, SyncRunState.Succeeded, 0, 0, 0));
        var after = await world.ReadAsync(db => db.SyncStates.AsNoTracking().SingleAsync());
        (after.State, after.NextSyncAt, after.LastSuccessAt, after.LeaseToken, after.LastRunId)
            .ShouldBe((before.State, before.NextSyncAt, before.LastSuccessAt, null, applied));
        (await world.ReadAsync(db => db.Alerts.CountAsync(a => a.Kind == "needsLogin" && a.ResolvedAt == null))).ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task A_run_is_not_applied_over_a_newer_report(Store store)
    {
        await using var kite = await StartAsync();
        await using var world = await WorldAsync(store, kite);
        await world.SyncAsync();
        var first = await LastRunAsync(world);
        kite.TickQuantities();
        await world.SyncAsync();
        var before = await world.HoldingsAsync();

        var refused = await Should.ThrowAsync<RefusedException>(() => world.Replay.ApplyAsync(first.Id, Actor.CommandLine, default));

        refused.Message.ShouldContain("newer report");
        (await world.HoldingsAsync()).Select(h => (h.Id, h.Quantity)).ShouldBe(before.Select(h => (h.Id, h.Quantity)));
        (await world.ReadAsync(db => db.SyncRuns.CountAsync())).ShouldBe(2);
    }

    [Theory, EachStore]
    public async Task A_run_that_brought_nothing_new_names_the_one_before_it_that_did(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 10)];
        await world.SyncAsync();
        var first = await world.LastRunAsync();
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.SyncAsync();
        var second = await world.LastRunAsync();

        var refused = await Should.ThrowAsync<RefusedException>(() => world.Replay.PreviewAsync(second.Id, OwnerScope.Everyone, default));

        refused.Message.ShouldContain("nothing new");
        refused.Message.ShouldContain(first.Id.ToString());
    }

    [Theory, EachStore]
    public async Task An_accepted_recording_of_a_real_broker_is_applied_as_it_was(Store store)
    {
        await using var kite = await StartAsync();
        await using var world = await WorldAsync(store, kite);
        await world.SyncAsync();
        kite.Add(new Fault(FaultKind.TwoHoldings) { Path = "/portfolio/holdings" });
        await world.SyncAsync();
        var surprising = await LastRunAsync(world);
        surprising.ErrorKind.ShouldBe("suspiciousReport");
        await kite.DisposeAsync();

        await world.Decisions.AcceptAsync(surprising.Id, Actor.CommandLine, default);

        (await world.HoldingsAsync()).Count(h => h.Reads.HasFlag(ReadKinds.Holdings)).ShouldBe(2);
        (await world.ReadAsync(db => db.Reviews.Select(r => r.State).SingleAsync())).ShouldBe(ReviewState.Accepted);
    }

    [Theory, EachStore]
    public async Task A_number_that_changed_is_explained_by_the_fields_that_the_broker_sent(Store store)
    {
        await using var kite = await StartAsync();
        await using var world = await WorldAsync(store, kite);
        kite.Add(Holdings("""{"tradingsymbol":"INFY","exchange":"NSE","isin":"INE009A01021","quantity":10,"t1_quantity":0,"average_price":1400,"last_price":1500}"""));
        await world.SyncAsync();
        var first = await LastRunAsync(world);
        kite.Add(Holdings("""{"tradingsymbol":"INFY","exchange":"NSE","isin":"INE009A01021","quantity":10,"t1_quantity":5,"average_price":1410,"last_price":1500}"""));
        await world.SyncAsync();
        var second = await LastRunAsync(world);

        // The order in which they are named does not matter.
        var compared = await world.Comparison.CompareAsync(second.Id, first.Id, "INFY", OwnerScope.Everyone, default);

        (compared.First.RunId, compared.Second.RunId).ShouldBe((first.Id, second.Id));
        compared.Payload.ShouldBe(
        [
            new PayloadChange("GET /portfolio/holdings", "data[isin=INE009A01021].t1_quantity", "0", "5"),
            new PayloadChange("GET /portfolio/holdings", "data[isin=INE009A01021].average_price", "1400", "1410"),
        ]);
        var lot = compared.Accounts.ShouldHaveSingleItem().Diff.Lots.ShouldHaveSingleItem();
        (lot.Symbol, lot.Kind, lot.Quantity, lot.Cost).ShouldBe(("INFY", LotChangeKind.Grow, new Change(10m, 15m), new Change(14_000m, 21_150m)));
    }

    [Theory, EachStore]
    public async Task Runs_of_two_connections_are_not_compared(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1", "key2");
        await world.SyncAsync();
        var one = await world.LastRunAsync();
        var other = await world.LastRunAsync("key2");

        (await Should.ThrowAsync<RefusedException>(() => world.Comparison.CompareAsync(one.Id, other.Id, null, OwnerScope.Everyone, default)))
            .Message.ShouldContain("two connections");
    }

    [Fact]
    public async Task No_secret_and_nothing_personal_is_in_a_replay_or_a_comparison()
    {
        await using var kite = await StartAsync();
        await using var world = await WorldAsync(Store.Sqlite, kite);
        kite.Add(new Fault(FaultKind.Scripted)
        {
            Path = "/user/profile",
            Body = """{"status":"success","data":{"user_id":"PLANTED1","user_name":"PLANTED Person","email":"planted@example.org","meta":{"pan":"PLANT1234D","access_token":"PLANTED-TOKEN"}}}""",
            Times = 1,
        });
        await world.SyncAsync();
        var first = await LastRunAsync(world);
        kite.TickQuantities();
        await world.SyncAsync();
        var second = await LastRunAsync(world);

        var texts = new[]
        {
            JsonSerializer.Serialize(await world.Replay.PreviewAsync(first.Id, OwnerScope.Everyone, default)),
            JsonSerializer.Serialize(await world.Comparison.CompareAsync(first.Id, second.Id, null, OwnerScope.Everyone, default)),
        };

        var secrets = new[] { "PLANTED Person", "planted@", "PLANT1234D", "PLANTED-TOKEN", KiteSimulator.ApiKeyOf(1), KiteSimulator.ApiSecretOf(1), KiteSimulator.FirstAccessTokenOf(1) };
        foreach (var secret in secrets)
        {
            texts.ShouldAllBe(text => !text.Contains(secret, StringComparison.OrdinalIgnoreCase), secret);
        }
    }

    private static Task<KiteSimulator> StartAsync() => KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = 1, Holdings = 12 });

    private static async Task<SyncWorld> WorldAsync(Store store, KiteSimulator kite)
    {
        var world = await SyncWorld.CreateAsync(store, new WorkdayClock(), kite.BaseAddress);
        await world.ImportAsync(
        [
            $$$"""{"user":"asha@example.org","portfolio":"Main","broker":"zerodha","label":"Kite","credentials":{"apiKey":"{{{KiteSimulator.ApiKeyOf(1)}}}","apiSecret":"{{{KiteSimulator.ApiSecretOf(1)}}}"},"session":{"token":"{{{KiteSimulator.FirstAccessTokenOf(1)}}}"}}""",
        ]);
        return world;
    }

    private static Fault Holdings(string row) => new(FaultKind.Scripted) { Path = "/portfolio/holdings", Body = $$"""{"status":"success","data":[{{row}}]}""" };

    private static Task<SyncRun> LastRunAsync(SyncWorld world) => world.LastRunAsync("Kite");

    private static Task<(int, int, int, int, int, int)> CountsAsync(SyncWorld world) => world.ReadAsync(async db => (
        await db.SyncRuns.CountAsync(),
        await db.Snapshots.CountAsync(),
        await db.Instruments.CountAsync(),
        await db.Holdings.CountAsync(),
        await db.Accounts.CountAsync(),
        await db.AuditEvents.CountAsync()));
}
