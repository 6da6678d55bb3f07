using System.Diagnostics;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Simulator;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync;

/// <summary>Meters and sources are of the whole process, so nothing else may sync meanwhile.</summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public sealed class AloneInTheProcess;

[Collection(nameof(AloneInTheProcess))]
public sealed class SyncTelemetryTests
{
    [Fact]
    public async Task A_run_is_counted_with_its_broker_trigger_and_result()
    {
        await using var world = await SyncWorld.CreateAsync(Store.Sqlite);
        await world.ConnectAsync("key1", "key2");
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 10), SyncWorld.Share("TCS", 5)];
        world.Broker["key2"].Failures["holdings"] = BrokerException.Transient("The broker is away.");
        world.Broker["key1"].BeforeHoldings = _ =>
        {
            world.Time.Advance(TimeSpan.FromSeconds(7));
            return Task.CompletedTask;
        };
        using var heard = new HeardMetrics();

        await world.SyncAsync();

        heard.Of("foliosync.sync.runs").ShouldBe(
            [
                "1 foliosync.broker=scripted foliosync.result=succeeded foliosync.trigger=manual",
                "1 error.type=transient foliosync.broker=scripted foliosync.result=failed foliosync.trigger=manual",
            ],
            ignoreOrder: true);
        heard.Of("foliosync.sync.run.duration").ShouldContain("7 foliosync.broker=scripted foliosync.result=succeeded");
        heard.Of("foliosync.sync.rows").ShouldBe(["2 foliosync.broker=scripted foliosync.change=inserted"]);
        heard.Of("foliosync.sync.lag").ShouldBeEmpty("Nobody was late: a person asked.");
    }

    [Fact]
    public async Task A_scheduled_run_tells_how_late_it_began()
    {
        await using var world = await SyncWorld.CreateAsync(Store.Sqlite);
        await world.ConnectAsync("key1");
        await world.SyncAsync();
        var due = (await world.StateAsync()).NextSyncAt!.Value;
        world.Time.Advance(due - world.Clock.GetUtcNow() + TimeSpan.FromSeconds(90));
        using var heard = new HeardMetrics();

        await world.Engine.RunAsync(new SyncRequest { Trigger = SyncTrigger.Schedule }, null, default);

        heard.Of("foliosync.sync.lag").ShouldBe(["90 foliosync.broker=scripted"]);
    }

    [Fact]
    public async Task A_broker_that_asks_for_a_pause_is_counted_and_logged_once()
    {
        using var logs = new HeardLogs();
        await using var world = await SyncWorld.CreateAsync(Store.Sqlite, logs: logs);
        await world.ConnectAsync("key1", "key2", "key3");
        foreach (var key in new[] { "key1", "key2", "key3" })
        {
            world.Broker[key].Failures["holdings"] = BrokerException.RateLimited("Too many calls.", TimeSpan.FromHours(1));
        }

        using var heard = new HeardMetrics();

        await world.SyncAsync();

        heard.Of("foliosync.broker.holds").ShouldBe(["1 foliosync.broker=scripted"]);
        logs.Lines.Where(l => l.Level >= LogLevel.Information).ShouldHaveSingleItem().Text.ShouldContain("asked to be left alone");
    }

    [Fact]
    public async Task Calls_tell_how_long_they_waited_for_their_turn()
    {
        await using var kite = await KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = 1, Holdings = 5 });
        await using var world = await SyncWorld.CreateAsync(Store.Sqlite, new WorkdayClock(), kite.BaseAddress);
        await world.ImportAsync([KiteLine()]);
        using var heard = new HeardMetrics();

        await world.SyncAsync();

        heard.Of("foliosync.broker.rate_limit.wait").ShouldAllBe(m => m.EndsWith(" foliosync.broker=zerodha"));
        heard.Of("foliosync.broker.rate_limit.wait").Count.ShouldBeGreaterThan(3);
    }

    [Theory, EachStore]
    public async Task The_age_of_what_waits_is_read_from_the_database(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        var backlog = new SyncBacklog(world.Database, world.Catalog, world.Clock);
        var idle = await backlog.LookAsync(default);
        await using (var db = world.Database.Open())
        {
            var connection = await db.Connections.Select(c => c.Id).SingleAsync();
            var now = world.Clock.GetUtcNow();
            db.SyncRuns.Add(new SyncRun { Id = Guid.CreateVersion7(now), ConnectionId = connection, State = SyncRunState.Queued, QueuedAt = now });
            await db.SaveChangesAsync();
            await db.SyncStates.ExecuteUpdateAsync(u => u.SetProperty(s => s.NextSyncAt, now.AddSeconds(10)));
        }

        world.Time.Advance(TimeSpan.FromSeconds(40));
        var age = await backlog.LookAsync(default);
        SyncMetrics.Observe(() => age);
        using var heard = new HeardMetrics();
        heard.Collect();
        SyncMetrics.Observe(() => null);

        idle.Queue.ShouldBe(TimeSpan.Zero);
        heard.Of("foliosync.sync.queue.age").ShouldBe(["40"]);
        heard.Of("foliosync.sync.overdue").ShouldContain("30 foliosync.broker=scripted");
        heard.Of("foliosync.sync.overdue").ShouldContain("0 foliosync.broker=demo");
    }

    [Theory, EachStore]
    public async Task A_run_is_one_span_with_a_child_for_each_step(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 10)];
        using var heard = new HeardSpans();

        await world.SyncAsync();

        var run = heard.Spans.Single(s => s.OperationName == "sync connection");
        var stored = await world.LastRunAsync();
        run.GetTagItem("foliosync.run.id").ShouldBe(stored.Id);
        run.GetTagItem("foliosync.connection.id").ShouldBe(stored.ConnectionId);
        run.GetTagItem("foliosync.broker").ShouldBe("scripted");
        run.GetTagItem("foliosync.result").ShouldBe("succeeded");
        run.ParentId.ShouldBeNull();
        var steps = heard.Spans.Where(s => s.ParentSpanId == run.SpanId).ToList();
        steps.Select(s => s.OperationName).ShouldBe(
            ["check identity", "list accounts", "read holdings", "read funds", "read cash", "read transactions", "reconcile", "store"], ignoreOrder: true);
        steps.ShouldAllBe(s => s.TraceId == run.TraceId);
    }

    [Fact]
    public async Task A_run_that_failed_says_so_and_names_no_account()
    {
        await using var world = await SyncWorld.CreateAsync(Store.Sqlite);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Failures["cash"] = BrokerException.InvalidData("Cash of U-key1 cannot be read.", "planted");
        using var heard = new HeardSpans();

        await world.SyncAsync();

        var run = heard.Spans.Single(s => s.OperationName == "sync connection");
        (run.Status, run.StatusDescription, run.GetTagItem("error.type")).ShouldBe((ActivityStatusCode.Error, "invalidData", "invalidData"));
        heard.Spans.Single(s => s.OperationName == "read cash").Status.ShouldBe(ActivityStatusCode.Error);
        heard.Spans.Single(s => s.OperationName == "read holdings").Status.ShouldBe(ActivityStatusCode.Unset);
        foreach (var span in heard.Spans)
        {
            var text = $"{span.OperationName} {span.StatusDescription} {string.Join(' ', span.TagObjects)}";
            text.ShouldNotContain("U-key1");
            text.ShouldNotContain("planted");
        }
    }

    [Fact]
    public async Task Brokers_are_not_told_of_our_traces()
    {
        await using var network = await HeaderWatch.StartAsync();
        var catalog = new BrokerCatalog(
            Brokers.BuiltInBrokers.All, new Dictionary<string, BrokerOverride> { ["zerodha"] = new(ApiUrl: network.Address) });
        using var http = new BrokerHttp(catalog, TimeProvider.System);
        using var heard = new HeardSpans("System.Net.Http");
        var session = http.Open(catalog.All.Single(b => b.Manifest.Id == "zerodha"), Guid.NewGuid(), new CredentialValues([]), null);

        using var client = session.Http;
        using var answer = await client.GetAsync(new Uri("somewhere?secret=planted", UriKind.Relative));

        network.Headers.ShouldContain("Host");
        network.Headers.ShouldNotContain("traceparent");
        heard.Spans.ShouldNotBeEmpty();
        heard.Spans.SelectMany(s => s.TagObjects).ShouldAllBe(t => !$"{t.Value}".Contains("planted"));
    }

    private static string KiteLine() =>
        $$$"""{"user":"asha@example.org","portfolio":"Main","broker":"zerodha","label":"Kite","credentials":{"apiKey":"{{{KiteSimulator.ApiKeyOf(1)}}}","apiSecret":"{{{KiteSimulator.ApiSecretOf(1)}}}"},"session":{"token":"{{{KiteSimulator.FirstAccessTokenOf(1)}}}"}}""";
}
