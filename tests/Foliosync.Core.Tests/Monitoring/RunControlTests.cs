using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Tests.Sync;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Monitoring;

/// <summary>What operators do to runs, brokers and jobs, and that it is in the audit log.</summary>
public sealed class RunControlTests
{
    [Theory, EachStore]
    public async Task A_run_that_waits_ends_at_once_and_one_that_is_over_is_retried(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        var control = ControlOf(world);
        var queued = await world.Queue.EnqueueAsync((await world.StateAsync()).ConnectionId, SyncTrigger.Manual, default);
        (await control.ActAsync([queued], RunAct.Retry, Actor.CommandLine, default))[0].Refused!.ShouldContain("not over yet");

        await control.ActAsync(queued, RunAct.Cancel, Actor.CommandLine, default);

        var cancelled = await world.LastRunAsync();
        (cancelled.State, cancelled.ErrorKind).ShouldBe((SyncRunState.Cancelled, "cancelled"));
        (await control.ActAsync([queued], RunAct.Cancel, Actor.CommandLine, default))[0].Refused!.ShouldContain("over already");
        var made = await control.ActAsync(queued, RunAct.Retry, Actor.CommandLine, default);
        await world.SyncDueAsync();
        (await world.ReadAsync(db => db.SyncRuns.Where(r => r.Id == made).Select(r => r.State).SingleAsync())).ShouldBe(SyncRunState.Succeeded);
        (await ActionsAsync(world)).ShouldBe(["run.cancelled", "run.retried"], ignoreOrder: true);
    }

    [Theory, EachStore]
    public async Task A_run_at_work_ends_when_its_worker_next_tells_that_it_lives(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store, TimeProvider.System);
        await world.ConnectAsync("key1");
        var started = new TaskCompletionSource();
        world.Broker["key1"].BeforeHoldings = async stop =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, stop);
        };
        var syncing = world.SyncAsync();
        await started.Task;
        var run = await world.LastRunAsync();

        await ControlOf(world).ActAsync(run.Id, RunAct.Cancel, Actor.CommandLine, default);
        await syncing.WaitAsync(TimeSpan.FromSeconds(20));

        var ended = await world.LastRunAsync();
        (ended.Id, ended.State, ended.ErrorKind).ShouldBe((run.Id, SyncRunState.Cancelled, "cancelled"));
        // By schedule, and not again at once.
        (await world.StateAsync()).NextSyncAt!.Value.ShouldBeGreaterThan(TimeProvider.System.GetUtcNow().AddMinutes(5));
    }

    [Theory, EachStore]
    public async Task Connections_of_a_paused_broker_wait_until_it_is_resumed(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        var control = new BrokerControl(world.Database, world.Catalog, world.Clock);
        Should.Throw<InputException>(() => control.PauseAsync("scripted", " ", Actor.CommandLine, default));
        await control.PauseAsync("scripted", "It changes its answers.", Actor.CommandLine, default);
        await world.Queue.EnqueueAsync((await world.StateAsync()).ConnectionId, SyncTrigger.Manual, default);

        await world.SyncDueAsync();
        await world.Engine.RunDueAsync("scripted", SyncState.ShardOf((await world.StateAsync()).ConnectionId), null, default);
        await world.SyncAsync();

        world.Broker["key1"].HoldingsReads.ShouldBe(0);
        (await world.LastRunAsync()).State.ShouldBe(SyncRunState.Queued);
        (await control.PausedAsync(default)).Single().Reason.ShouldBe("It changes its answers.");
        await control.ResumeAsync("scripted", Actor.CommandLine, default);
        await world.SyncDueAsync();
        (await world.LastRunAsync()).State.ShouldBe(SyncRunState.Succeeded);
        (await ActionsAsync(world)).ShouldBe(["broker.paused", "broker.resumed"], ignoreOrder: true);
        (await DetailAsync(world, "broker.paused")).ShouldBe(
            """{"before":{"pausedAt":null,"pauseReason":null},"after":{"pausedAt":"2026-08-03T05:00:00Z","pauseReason":"It changes its answers."}}""");
        (await DetailAsync(world, "broker.resumed")).ShouldBe(
            """{"before":{"pausedAt":"2026-08-03T05:00:00Z","pauseReason":"It changes its answers."},"after":{"pausedAt":null,"pauseReason":null}}""");
    }

    [Theory, EachStore]
    public async Task A_paused_job_takes_no_turn_but_the_one_that_is_asked_for(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        var control = new RecurringControl(world.Database, world.Clock);
        (await control.TakeTurnAsync("prune-history", default)).ShouldBeTrue();
        await control.PauseAsync("prune-history", "An audit is under way.", Actor.CommandLine, default);

        (await control.TakeTurnAsync("prune-history", default)).ShouldBeFalse();
        await control.AskAsync("prune-history", Actor.CommandLine, default);
        (await control.AskedAsync(default)).ShouldBe(["prune-history"]);
        (await control.TakeTurnAsync("prune-history", default)).ShouldBeTrue();
        await control.NoteAsync("prune-history", new RecurringTurn(world.Clock.GetUtcNow(), 7, "DbException"), default);
        (await control.TakeTurnAsync("prune-history", default)).ShouldBeFalse();

        var state = (await control.ListAsync(default))["prune-history"];
        (state.PauseReason, state.Turns.Single().Error).ShouldBe(("An audit is under way.", "DbException"));
        await control.ResumeAsync("prune-history", Actor.CommandLine, default);
        (await control.TakeTurnAsync("prune-history", default)).ShouldBeTrue();
        (await ActionsAsync(world)).ShouldBe(["job.paused", "job.asked", "job.resumed"], ignoreOrder: true);
        (await DetailAsync(world, "job.paused")).ShouldBe(
            """{"before":{"pausedAt":null,"pauseReason":null},"after":{"pausedAt":"2026-08-03T05:00:00Z","pauseReason":"An audit is under way."}}""");
        (await DetailAsync(world, "job.resumed")).ShouldBe(
            """{"before":{"pausedAt":"2026-08-03T05:00:00Z","pauseReason":"An audit is under way."},"after":{"pausedAt":null,"pauseReason":null}}""");
    }

    [Theory, EachStore]
    public async Task A_sync_that_an_operator_asks_for_is_in_the_audit_log_with_its_run(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        var connection = (await world.StateAsync()).ConnectionId;

        var run = await world.Queue.AskAsync(connection, Actor.CommandLine, default);

        (await world.LastRunAsync()).Id.ShouldBe(run);
        (await world.ReadAsync(db => db.AuditEvents.Where(a => a.Action == "connection.syncAsked").Select(a => a.Subject).SingleAsync())).ShouldBe(connection.ToString());
        (await DetailAsync(world, "connection.syncAsked")).ShouldBe($$"""{"run":"{{run}}"}""");
        await Should.ThrowAsync<NotFoundException>(() => world.Queue.AskAsync(Guid.NewGuid(), Actor.CommandLine, default));
    }

    [Theory, EachStore]
    public async Task Hours_add_up_what_runs_came_to(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store, TimeProvider.System);
        await world.ConnectAsync("key1", "key2");
        world.Broker["key2"].Failures["holdings"] = Foliosync.Brokers.Contract.BrokerException.Transient("Away.");
        var workers = new Workers(world.Database, world.Clock);
        var engine = world.NewEngine(workers);
        await engine.RunAsync(new SyncRequest(), null, default);
        await workers.LeaveAsync(default);

        var hour = (await new RunCharts(world.Database, world.Clock).ReadAsync(2, "scripted", default))[^1];

        (hour.Succeeded, hour.Failed).ShouldBe((1, 1));
        hour.P95.ShouldNotBeNull();
        (await new RunCharts(world.Database, world.Clock).ReadAsync(24, "demo", default)).ShouldAllBe(b => b.Succeeded == 0);
    }

    private static RunControl ControlOf(SyncWorld world) => new(world.Database, world.Queue, world.Replay, world.Clock);

    private static Task<string?> DetailAsync(SyncWorld world, string action) =>
        world.ReadAsync(db => db.AuditEvents.Where(a => a.Action == action).Select(a => a.Detail).SingleAsync());

    private static Task<List<string>> ActionsAsync(SyncWorld world) => world.ReadAsync(db => db.AuditEvents
        .Where(a => a.Action.StartsWith("run.") || a.Action.StartsWith("broker.") || a.Action.StartsWith("job.")).OrderBy(a => a.At).ThenBy(a => a.Id).Select(a => a.Action).ToListAsync());
}
