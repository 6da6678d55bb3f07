using System.Globalization;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Simulator;
using Foliosync.Tests.Cli;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Processes;

/// <summary>Processes and the database server are stopped and started around a sync.</summary>
public sealed class FleetTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(30);

    [Fact]
    public async Task PostgreSQL_that_restarts_in_the_middle_of_a_sync_costs_that_sync_and_nothing_else()
    {
        const int Connections = 150;
        await using var fleet = await Fleet.CreateWithOwnServerAsync(Connections, Delay);
        var sync = fleet.Sync();
        await fleet.Crowd.WaitForSuccessesAsync(Connections / 3);

        await fleet.DatabaseServer.StopAsync();
        (await sync.WaitForEndAsync()).ShouldBe(2);
        await fleet.DatabaseServer.StartAgainAsync();

        fleet.Crowd.Program.Written.ShouldContain(line => line.Contains("database server", StringComparison.Ordinal));
        (await fleet.Crowd.RunsAsync(SyncRunState.Succeeded)).ShouldBeLessThan(Connections);
        (await fleet.Crowd.Program.JsonAsync("sync")).GetProperty("succeeded").GetInt32().ShouldBe(Connections);
        await fleet.Crowd.ShouldBeCompleteAsync();
    }

    [Theory, EachStore]
    public async Task SIGTERM_in_the_middle_of_a_sync_leaves_nothing_running_and_the_next_one_completes_everything(Store store)
    {
        const int Connections = 100;
        await using var fleet = await Fleet.CreateAsync(store, Connections, Delay);
        var sync = fleet.Sync();
        await CrowdedInstance.WaitUntilAsync(async () => await fleet.Crowd.RunsOfAsync(sync, SyncRunState.Succeeded) > Connections / 3);

        (await sync.TerminateAsync()).ShouldBe(130);

        (await fleet.Crowd.RunsAsync(SyncRunState.Queued, SyncRunState.Running, SyncRunState.Failed)).ShouldBe(0);
        (await fleet.Crowd.LeasesAsync()).ShouldBe(0);
        (await fleet.Crowd.Program.JsonAsync("sync")).GetProperty("succeeded").GetInt32().ShouldBe(Connections);
        await fleet.Crowd.ShouldBeCompleteAsync();
    }

    [Theory, EachStore]
    public async Task A_connection_that_hangs_in_each_shard_keeps_no_other_waiting(Store store)
    {
        const int Connections = 60;
        await using var fleet = await Fleet.CreateAsync(store, Connections, TimeSpan.Zero);
        var hanging = (await fleet.Crowd.Program.JsonAsync("connect", "list")).EnumerateArray()
            .GroupBy(c => SyncState.ShardOf(c.GetProperty("id").GetGuid()))
            .Select(shard => int.Parse(shard.First().GetProperty("label").GetString()!["Account ".Length..], CultureInfo.InvariantCulture))
            .ToList();
        hanging.ForEach(account => fleet.Crowd.Simulator.Add(new Fault(FaultKind.Hang) { Account = account }));

        await fleet.ServeAsync();
        await fleet.Crowd.WaitForSuccessesAsync(Connections - hanging.Count);

        (await fleet.Crowd.RunsAsync(SyncRunState.Running)).ShouldBe(hanging.Count);
    }

    [Theory, EachStore]
    public async Task What_a_server_without_jobs_was_asked_for_waits_for_a_process_that_has_them(Store store)
    {
        await using var fleet = await Fleet.CreateAsync(store, connections: 1, TimeSpan.Zero);
        var connection = (await fleet.Crowd.Program.JsonAsync("connect", "list"))[0].GetProperty("id").GetString()!;
        var asked = await fleet.ServeAsync("--no-jobs");
        var run = await asked.Api.QueueSyncAsync(connection);
        (await fleet.Crowd.RunsAsync(SyncRunState.Queued)).ShouldBe(1);

        var worker = await fleet.ServeAsync();
        await fleet.Crowd.WaitForSuccessesAsync(1);

        (await asked.Api.GetAsync($"/api/v1/sync-runs/{run}")).GetProperty("state").GetString().ShouldBe("succeeded");
        (await fleet.Crowd.RunsOfAsync(worker.Process, SyncRunState.Succeeded)).ShouldBe(1);
        (await asked.Process.TerminateAsync()).ShouldBe(0);
        (await worker.Process.TerminateAsync()).ShouldBe(0);
    }
}
