using Foliosync.Core.Jobs;
using Foliosync.Core.Users;
using Foliosync.Tests.Cli;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Api;

/// <summary>Everyone learns when nobody updates the data, and those who run the instance are told.</summary>
public sealed class StatusTests
{
    [Fact]
    public async Task With_a_worker_the_data_is_being_updated()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("asha@example.org");
        await CrowdedInstance.WaitUntilAsync(async () => (await client.GetJsonAsync("/api/v1/status")).GetProperty("isUpdating").GetBoolean());

        var status = await client.GetJsonAsync("/api/v1/status");

        status.GetProperty("workers").GetInt32().ShouldBe(1);
        status.TryGetProperty("notice", out var notice).ShouldBeTrue();
        notice.ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        (await host.Client().GetStringAsync("/status")).ShouldContain("Kept in step");
    }

    [Fact]
    public async Task Without_a_worker_everyone_reads_since_when_nothing_was_updated()
    {
        await using var host = await ApiHost.StartAsync(jobs: false);
        var client = await host.ClientAsync("asha@example.org");

        var status = await client.GetJsonAsync("/api/v1/status");

        status.GetProperty("isUpdating").GetBoolean().ShouldBeFalse();
        status.Text("notice").ShouldContain("no worker is alive");
        (await host.Client().GetStringAsync("/status")).ShouldContain("Data is not being updated");
    }

    [Fact]
    public async Task When_no_worker_comes_back_those_who_run_the_instance_are_told_until_one_does()
    {
        await using var host = await ApiHost.StartAsync(clock: new HurriedClock(), jobs: false);
        var operatorOfIt = await host.ClientAsync("root@example.org", role: UserRole.Admin);
        var member = await host.ClientAsync("asha@example.org");
        await CrowdedInstance.WaitUntilAsync(async () => await AlertsAsync(operatorOfIt) == 1);
        (await AlertsAsync(member)).ShouldBe(0);

        var workers = host.Services.GetRequiredService<Workers>();
        workers.Role = WorkerRole.Work;

        using var over = new CancellationTokenSource();
        var beating = BeatAsync(workers, over.Token);
        await CrowdedInstance.WaitUntilAsync(async () => await AlertsAsync(operatorOfIt) == 0);

        await over.CancelAsync();
        await beating;
    }

    private static async Task BeatAsync(Workers workers, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await workers.BeatAsync(CancellationToken.None);
            await Task.Delay(50, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<int> AlertsAsync(HttpClient client) =>
        (await client.GetJsonAsync("/api/v1/alerts?open=true")).Items().Count(a => a.Text("kind") == "workersDown");

    /// <summary>A minute of it is over in six seconds.</summary>
    private sealed class HurriedClock : TimeProvider
    {
        private const int Haste = 10;

        private readonly DateTimeOffset _start = System.GetUtcNow();
        private readonly long _startedAt = System.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => _start + (System.GetElapsedTime(_startedAt) * Haste);

        public override long GetTimestamp() => _startedAt + ((System.GetTimestamp() - _startedAt) * Haste);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, Hurry(dueTime), Hurry(period));

        private static TimeSpan Hurry(TimeSpan time) => time <= TimeSpan.Zero ? time : TimeSpan.FromTicks(Math.Max(time.Ticks / Haste, TimeSpan.TicksPerMillisecond));
    }
}
