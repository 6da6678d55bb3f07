using System.Diagnostics;
using System.Text.Json;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Tests.Cli;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Processes;

/// <summary>Several processes share the syncs of one instance, and are lost in the middle of them.</summary>
public sealed class WorkersTests
{
    private const int Connections = 90;

    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(150);

    [Fact]
    public async Task What_a_killed_worker_was_at_is_taken_over_within_20_seconds()
    {
        await using var fleet = await Fleet.CreateAsync(Store.Postgres, Connections, Delay);
        var (killed, other) = await TwoOfWhichTheFirstIsBusyAsync(fleet);

        await killed.KillAsync();
        var killedAt = Stopwatch.GetTimestamp();
        var lost = await fleet.Crowd.RunsOfAsync(killed, SyncRunState.Running);
        lost.ShouldBeGreaterThan(0);
        // The page shows the same snapshot.
        await CrowdedInstance.WaitUntilAsync(async () => await LostAsync(fleet) is not null);
        Stopwatch.GetElapsedTime(killedAt).ShouldBeLessThan(TimeSpan.FromSeconds(15));
        await CrowdedInstance.WaitUntilAsync(async () => await fleet.Crowd.RunsOfAsync(killed, SyncRunState.Running) == 0);

        Stopwatch.GetElapsedTime(killedAt).ShouldBeLessThan(TimeSpan.FromSeconds(20));
        await fleet.Crowd.WaitForSuccessesAsync(Connections);
        var told = (await LostAsync(fleet))!.Value;
        told.GetProperty("atWork").GetArrayLength().ShouldBeGreaterThan(0);
        told.GetProperty("takenOverBy").EnumerateArray().Sum(t => t.GetProperty("runs").GetInt32()).ShouldBe(lost);
        (await fleet.Crowd.Program.RunAsync("top")).Output.ShouldContain("taken over by");
        (await fleet.Crowd.RunsOfAsync(killed, SyncRunState.Failed)).ShouldBe(lost);
        (await other.TerminateAsync()).ShouldBe(0);
        await fleet.Crowd.ShouldBeCompleteAsync();
    }

    [Fact]
    public async Task A_worker_that_is_told_to_stop_hands_over_and_leaves_nothing_running()
    {
        await using var fleet = await Fleet.CreateAsync(Store.Postgres, Connections, Delay);
        var (stopped, other) = await TwoOfWhichTheFirstIsBusyAsync(fleet);

        var toldAt = Stopwatch.GetTimestamp();
        (await stopped.TerminateAsync()).ShouldBe(0);

        Stopwatch.GetElapsedTime(toldAt).ShouldBeLessThan(TimeSpan.FromSeconds(30));
        (await fleet.Crowd.RunsOfAsync(stopped, SyncRunState.Queued, SyncRunState.Running, SyncRunState.Failed)).ShouldBe(0);
        await fleet.Crowd.WaitForSuccessesAsync(Connections);
        (await other.TerminateAsync()).ShouldBe(0);
        await fleet.Crowd.ShouldBeCompleteAsync();
    }

    [Fact]
    public async Task A_database_that_is_away_for_15_seconds_costs_nothing_but_time()
    {
        await using var fleet = await Fleet.CreateWithOwnServerAsync(Connections, Delay);
        var server = await fleet.ServeAsync("--no-jobs");
        RunningCommand[] workers = [fleet.Work(), fleet.Work()];
        await fleet.Crowd.WaitForSuccessesAsync(Connections / 4);

        await fleet.DatabaseServer.StopAsync();
        await Task.Delay(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        await fleet.DatabaseServer.StartAgainAsync();

        await CrowdedInstance.WaitUntilAsync(fleet.Crowd.IsInStepAsync);
        await fleet.Crowd.ShouldBeCompleteAsync();
        workers.ShouldAllBe(w => !w.HasExited);
        (await server.Api.GetAsync("/api/v1/status")).GetProperty("isUpdating").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Two_that_plan_at_once_sync_each_connection_once()
    {
        await using var fleet = await Fleet.CreateAsync(Store.Postgres, Connections, TimeSpan.FromMilliseconds(20));
        RunningCommand[] workers = [fleet.Work(), fleet.Work()];
        await fleet.Crowd.WaitForSuccessesAsync(Connections);

        foreach (var worker in workers)
        {
            (await worker.TerminateAsync()).ShouldBe(0);
        }

        (await fleet.Crowd.RunsAsync(SyncRunState.Succeeded)).ShouldBe(Connections);
        await fleet.Crowd.ShouldBeCompleteAsync();
    }

    [Theory, EachStore]
    public async Task Sync_now_overtakes_everything_that_is_only_due(Store store)
    {
        await using var fleet = await Fleet.CreateAsync(store, Connections, TimeSpan.FromMilliseconds(400));
        var connection = (await fleet.Crowd.Program.JsonAsync("connect", "list"))[Connections - 1].GetProperty("id").GetString()!;
        (await fleet.Crowd.Program.RunAsync("connect", "pause", connection)).ExitCode.ShouldBe(0);
        var server = await fleet.ServeAsync();
        await CrowdedInstance.WaitUntilAsync(async () => await fleet.Crowd.RunsAsync(SyncRunState.Running) > 0);

        var run = await server.Api.QueueSyncAsync(connection);
        await CrowdedInstance.WaitUntilAsync(async () =>
            (await server.Api.GetAsync($"/api/v1/sync-runs/{run}")).GetProperty("state").GetString() == "succeeded");

        (await fleet.Crowd.RunsAsync(SyncRunState.Succeeded)).ShouldBeLessThan(Connections);
        (await server.Process.TerminateAsync()).ShouldBe(0);
        (await fleet.Crowd.RunsAsync(SyncRunState.Queued, SyncRunState.Running)).ShouldBe(0);
    }

    [Fact]
    public async Task A_second_process_on_the_jobs_of_one_data_directory_is_refused()
    {
        await using var fleet = await Fleet.CreateAsync(Store.Sqlite, connections: 1, TimeSpan.Zero);
        await fleet.ServeAsync();

        (await fleet.Crowd.Program.RunAsync("work")).ShouldFailWith(2, "Another process works on the jobs of");
    }

    // As 'foliosync top' tells it.
    private static async Task<JsonElement?> LostAsync(Fleet fleet)
    {
        var lost = (await fleet.Crowd.Program.JsonAsync("top")).GetProperty("workers").EnumerateArray().Where(w => !w.GetProperty("isAlive").GetBoolean()).ToList();
        return lost.Count == 0 ? null : lost.Single();
    }

    // Which of them finds the work first is chance.
    private static async Task<(RunningCommand Busy, RunningCommand Other)> TwoOfWhichTheFirstIsBusyAsync(Fleet fleet)
    {
        var (one, two) = (fleet.Work(), fleet.Work());
        var isOneBusy = false;
        await CrowdedInstance.WaitUntilAsync(async () => (isOneBusy = await IsBusyAsync(fleet, one)) || await IsBusyAsync(fleet, two));
        return isOneBusy ? (one, two) : (two, one);
    }

    private static async Task<bool> IsBusyAsync(Fleet fleet, RunningCommand worker) =>
        await fleet.Crowd.RunsOfAsync(worker, SyncRunState.Succeeded) > 0 && await fleet.Crowd.RunsOfAsync(worker, SyncRunState.Running) > 0;
}
