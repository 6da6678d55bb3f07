using System.Diagnostics;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Tests.Cli;
using Shouldly;
using Xunit;

namespace Foliosync.Tests;

/// <summary>The program is killed or stopped in the middle of its work. Nothing may be lost, doubled or stuck.</summary>
public sealed class CrashTests
{
    private const int Connections = 100;
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(30);

    [Theory, EachStore]
    public async Task After_a_kill_in_the_middle_of_a_sync_the_next_one_completes_everything(Store store)
    {
        await using var crowd = await CrowdedInstance.CreateAsync(store, Connections, Delay);
        await using (var sync = crowd.Program.StartRunning("sync"))
        {
            await crowd.WaitForSuccessesAsync(Connections / 3);
            await sync.KillAsync();
        }

        (await crowd.RunsAsync(SyncRunState.Succeeded)).ShouldBeLessThan(Connections);
        var interrupted = await crowd.RunsAsync(SyncRunState.Running);
        interrupted.ShouldBeGreaterThan(0);
        (await crowd.LeasesAsync()).ShouldBe(interrupted);

        var again = await crowd.Program.JsonAsync("sync");

        again.GetProperty("succeeded").GetInt32().ShouldBe(Connections);
        (await crowd.RunsAsync(SyncRunState.Failed)).ShouldBe(interrupted);
        await crowd.ShouldBeCompleteAsync();
    }

    [Theory, EachStore]
    public async Task Ctrl_C_in_the_middle_of_a_sync_ends_it_within_seconds_and_the_next_one_completes_everything(Store store)
    {
        await using var crowd = await CrowdedInstance.CreateAsync(store, Connections, Delay);
        await using (var sync = crowd.Program.StartRunning("sync"))
        {
            await crowd.WaitForSuccessesAsync(Connections / 3);
            var pressed = Stopwatch.GetTimestamp();
            (await sync.StopAsync()).ShouldBe(130);
            Stopwatch.GetElapsedTime(pressed).ShouldBeLessThan(TimeSpan.FromSeconds(10));
        }

        (await crowd.RunsAsync(SyncRunState.Succeeded)).ShouldBeLessThan(Connections);
        (await crowd.RunsAsync(SyncRunState.Queued, SyncRunState.Running, SyncRunState.Failed)).ShouldBe(0);
        (await crowd.LeasesAsync()).ShouldBe(0);

        (await crowd.Program.JsonAsync("sync")).GetProperty("succeeded").GetInt32().ShouldBe(Connections);
        await crowd.ShouldBeCompleteAsync();
    }

    [Theory, EachStore]
    public async Task A_sync_that_was_asked_of_a_killed_server_is_done_by_the_next_one(Store store)
    {
        await using var crowd = await CrowdedInstance.CreateAsync(store, connections: 1, delay: TimeSpan.FromSeconds(5));
        var token = (await crowd.Program.RunAsync("token", "create", "--user", "me@example.org", "--name", "t", "--scope", "write")).Output.Trim();
        var connection = (await crowd.Program.JsonAsync("connect", "list"))[0].GetProperty("id").GetString();
        string killed;
        await using (var server = crowd.Program.StartRunning("serve"))
        {
            var api = await ServedApi.OfAsync(server, token);
            killed = await api.QueueSyncAsync(connection!);
            while (await crowd.RunsAsync(SyncRunState.Running) == 0)
            {
                await Task.Delay(20, TestContext.Current.CancellationToken);
            }

            await server.KillAsync();
        }

        crowd.Simulator.Delay = TimeSpan.Zero;
        await using (var server = crowd.Program.StartRunning("serve"))
        {
            var api = await ServedApi.OfAsync(server, token);
            await crowd.WaitForSuccessesAsync(1);

            var run = await api.GetAsync($"/api/v1/sync-runs/{killed}");
            (run.GetProperty("state").GetString(), run.GetProperty("error").GetProperty("kind").GetString()).ShouldBe(("failed", "interrupted"));
            (await api.QueueSyncAsync(connection!)).ShouldNotBe(killed);
            await crowd.WaitForSuccessesAsync(2);
            (await server.StopAsync()).ShouldBe(0);
        }

        await crowd.ShouldBeCompleteAsync();
    }
}
