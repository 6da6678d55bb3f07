using System.Diagnostics;
using System.Net;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Tests.Cli;
using Foliosync.Tests.Web;
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
        await CrowdedInstance.WaitUntilAsync(async () => await fleet.Crowd.RunsOfAsync(killed, SyncRunState.Running) == 0);

        Stopwatch.GetElapsedTime(killedAt).ShouldBeLessThan(TimeSpan.FromSeconds(20));
        await fleet.Crowd.WaitForSuccessesAsync(Connections);
        (await fleet.Crowd.RunsOfAsync(killed, SyncRunState.Failed)).ShouldBe(lost);
        (await other.TerminateAsync()).ShouldBe(0);
        await fleet.Crowd.ShouldBeCompleteAsync();
    }

    [Fact]
    public async Task A_killed_worker_shows_within_15_seconds_on_the_page_and_in_top_with_what_it_was_at_and_who_took_over()
    {
        await using var fleet = await Fleet.CreateAsync(Store.Postgres, Connections, TimeSpan.FromMilliseconds(400));
        (await fleet.Crowd.Program.RunWithInputAsync(PageClient.Password, "user", "add", "root@example.org", "--admin", "--password-stdin")).ExitCode.ShouldBe(0);
        var server = await fleet.ServeAsync("--no-jobs");
        using var page = new PageClient(server.Api.Address);
        (await page.SignInAsync("root@example.org", PageClient.Password)).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var top = fleet.Top();
        var (killed, other) = await TwoOfWhichTheFirstIsBusyAsync(fleet);
        var (name, heir) = ($"/{killed.ProcessId}", $"/{other.ProcessId}/");
        // What it is at is told with each sign of life.
        await CrowdedInstance.WaitUntilAsync(async () => (await RowAsync(page, name))?.Contains("alive", StringComparison.Ordinal) == true
            && (await page.GetAsync("/admin/monitor")).QuerySelectorAll("#active-title").Length > 0);
        await top.LineWithAsync("alive");

        await killed.KillAsync();
        var killedAt = Stopwatch.GetTimestamp();
        await CrowdedInstance.WaitUntilAsync(async () => (await RowAsync(page, name))!.Contains("lost", StringComparison.Ordinal));
        Stopwatch.GetElapsedTime(killedAt).ShouldBeLessThan(TimeSpan.FromSeconds(15));
        (await top.LineWithAsync("lost: ")).ShouldContain("was at Account ");
        Stopwatch.GetElapsedTime(killedAt).ShouldBeLessThan(TimeSpan.FromSeconds(15));

        (await RowAsync(page, name))!.ShouldContain("was at Account ");
        await CrowdedInstance.WaitUntilAsync(async () => (await RowAsync(page, name))!.Contains($"taken over by {Environment.MachineName}{heir.TrimEnd('/')}", StringComparison.Ordinal));
        (await top.LineWithAsync("taken over by")).ShouldContain(heir);
        (await top.TypeCtrlCAsync()).ShouldBe(0);
    }

    private static async Task<string?> RowAsync(PageClient page, string worker) => (await page.GetAsync("/admin/monitor"))
        .QuerySelectorAll("section[aria-labelledby=workers-title] tbody tr").Select(r => r.TextContent).FirstOrDefault(r => r.Contains(worker, StringComparison.Ordinal));

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
