using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Foliosync.Brokers.Tests;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Api;

/// <summary>What operators see and do through the API.</summary>
public sealed class MonitorTests
{
    private const string Monitor = "/api/v1/admin/monitor";

    [Theory, EachStore]
    public async Task A_failed_run_is_found_by_a_question_read_and_retried(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        await host.WaitUntilReadyAsync();
        var (member, admin) = (await host.ClientAsync("asha@example.org"), await AdminAsync(host));
        var connection = (await member.ConnectDemoAsync((await member.AddPortfolioAsync()).Id())).Id();
        await member.SyncAsync(connection);
        using var broken = await member.PutAsJsonAsync($"/api/v1/connections/{connection}/credentials", new { scenario = "transient", seed = "1" });
        await broken.JsonAsync();
        var failed = await member.SyncAsync(connection);

        var found = (await admin.GetJsonAsync($"{Monitor}/runs?q=state:{failed.Text("state")} broker:demo user:asha")).Items();

        found.ShouldContain(r => r.Id() == failed.Id());
        var detail = await admin.GetJsonAsync($"{Monitor}/runs/{failed.Id()}");
        detail.GetProperty("run").Text("user").ShouldBe("asha@example.org");
        detail.GetProperty("steps").GetArrayLength().ShouldBeGreaterThan(0);
        detail.GetProperty("earlier").GetArrayLength().ShouldBeGreaterThan(0);
        using var retried = await admin.PostAsync($"{Monitor}/runs/{failed.Id()}/retry", null);
        (await member.WaitForAsync((await retried.JsonAsync()).Text("newRunId"))).Text("connectionId").ShouldBe(connection);
        using var bulk = await admin.PostAsJsonAsync($"{Monitor}/runs", new { act = "cancel", q = "state:failed" });
        (await bulk.JsonAsync()).GetProperty("done").GetInt32().ShouldBe(0);
        var seen = await admin.GetJsonAsync(Monitor);
        seen.GetProperty("workers")[0].GetProperty("isAlive").GetBoolean().ShouldBeTrue();
        seen.GetProperty("brokers")[0].Text("id").ShouldBe("demo");
    }

    [Fact]
    public async Task A_question_that_cannot_be_read_is_told_with_its_place()
    {
        await using var host = await ApiHost.StartAsync();
        var admin = await AdminAsync(host);

        using var answer = await admin.GetAsync($"{Monitor}/runs?q=state:fialed");

        (await answer.ProblemAsync(400)).Text("detail").ShouldStartWith("At character 7: there is no state 'fialed'");
    }

    [Fact]
    public async Task A_broker_is_paused_with_a_reason_that_people_read_and_a_job_is_run_at_once()
    {
        await using var host = await ApiHost.StartAsync();
        await host.WaitUntilReadyAsync();
        var (member, admin) = (await host.ClientAsync("asha@example.org"), await AdminAsync(host));
        var connection = (await member.ConnectDemoAsync((await member.AddPortfolioAsync()).Id())).Id();
        await member.SyncAsync(connection);
        using var nothing = await admin.PostAsJsonAsync($"{Monitor}/brokers/demo/pause", new { });
        await nothing.ProblemAsync(422);
        using var paused = await admin.PostAsJsonAsync($"{Monitor}/brokers/demo/pause", new { reason = "It moves house." });
        paused.StatusCode.ShouldBe(HttpStatusCode.NoContent);

        using var queued = await member.PostAsync($"/api/v1/connections/{connection}/sync", null);
        var run = (await queued.JsonAsync()).Text("runId");
        using var ran = await admin.PostAsync($"{Monitor}/jobs/watch-instance/run", null);
        ran.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await WaitAsync(async () => (await admin.GetJsonAsync($"{Monitor}/jobs")).Items()
            .Single(j => j.Text("name") == "watch-instance") is var job && job.GetProperty("turns").GetArrayLength() > 0 && job.GetProperty("askedAt").ValueKind == JsonValueKind.Null);

        (await member.GetJsonAsync($"/api/v1/sync-runs/{run}")).Text("state").ShouldBe("queued");
        var waits = await member.GetJsonAsync($"/api/v1/connections/{connection}");
        (waits.GetProperty("pause").Text("what"), waits.GetProperty("pause").Text("reason")).ShouldBe(("broker", "It moves house."));
        waits.GetProperty("nextSyncAt").ValueKind.ShouldBe(JsonValueKind.Null);
        (await admin.GetJsonAsync(Monitor)).GetProperty("brokers")[0].Text("pauseReason").ShouldBe("It moves house.");
        using var resumed = await admin.PostAsync($"{Monitor}/brokers/demo/resume", null);
        resumed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await member.WaitForAsync(run)).Text("state").ShouldBe("succeeded");
        (await member.GetJsonAsync($"/api/v1/connections/{connection}")).GetProperty("pause").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task The_owner_of_a_connection_that_an_operator_paused_reads_why()
    {
        await using var host = await ApiHost.StartAsync();
        var (member, admin) = (await host.ClientAsync("asha@example.org"), await AdminAsync(host));
        var connection = (await member.ConnectDemoAsync((await member.AddPortfolioAsync()).Id())).Id();

        using var paused = await admin.PostAsJsonAsync($"{Monitor}/connections/{connection}/pause", new { reason = "It asks too often." });

        paused.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        var pause = (await member.GetJsonAsync($"/api/v1/connections/{connection}")).GetProperty("pause");
        (pause.Text("what"), pause.Text("reason")).ShouldBe(("connection", "It asks too often."));
    }

    [Fact]
    public async Task On_a_read_only_monitor_every_route_that_changes_something_refuses_with_one_sentence()
    {
        await using var host = await ApiHost.StartAsync(jobs: false, change: s => s with { Monitor = new MonitorSettings { IsReadOnly = true } });
        var (member, admin) = (await host.ClientAsync("asha@example.org"), await AdminAsync(host));
        var connection = (await member.ConnectDemoAsync((await member.AddPortfolioAsync()).Id())).Id();
        var routes = host.Endpoints.Where(e => e.Contains(Monitor, StringComparison.Ordinal) && !e.StartsWith("GET ", StringComparison.Ordinal)).ToList();
        routes.Count.ShouldBeGreaterThanOrEqualTo(7);

        foreach (var route in routes)
        {
            var (method, path) = (route.Split(' ')[0], route.Split(' ')[1].Replace("{id:guid}", connection, StringComparison.Ordinal)
                .Replace("{act}", "pause", StringComparison.Ordinal).Replace("{name}", "prune-history", StringComparison.Ordinal).Replace("{broker}", "demo", StringComparison.Ordinal));
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = JsonContent.Create(new { reason = "why", act = "retry" }) };
            using var answer = await admin.SendAsync(request);
            (await answer.ProblemAsync(409)).Text("detail").ShouldBe(
                "The monitor of this instance is read-only (FOLIOSYNC_MONITOR__READONLY). Use the command line of its machine.", route);
        }

        (await admin.GetJsonAsync(Monitor)).GetProperty("brokers")[0].GetProperty("pausedAt").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Metrics_are_there_for_an_operators_token_only_and_named_as_prometheus_wants()
    {
        await using var host = await ApiHost.StartAsync();
        await host.WaitUntilReadyAsync();
        using var nobody = await host.Client().GetAsync("/metrics");
        using var member = await (await host.ClientAsync("asha@example.org")).GetAsync("/metrics");
        (nobody.StatusCode, member.StatusCode).ShouldBe((HttpStatusCode.NotFound, HttpStatusCode.NotFound));
        var admin = await AdminAsync(host);
        await admin.GetStringAsync("/metrics");
        var asha = await host.ClientAsync("asha@example.org");
        await asha.SyncAsync((await asha.ConnectDemoAsync((await asha.AddPortfolioAsync()).Id())).Id());

        var text = await MeasuredAsync(admin);

        text.ShouldContain("# TYPE foliosync_sync_runs_total counter");
        text.ShouldContain("foliosync_sync_runs_total{foliosync_broker=\"demo\",foliosync_result=\"succeeded\",foliosync_trigger=");
        text.ShouldContain("foliosync_sync_run_duration_seconds_bucket{foliosync_broker=\"demo\",foliosync_result=\"succeeded\",le=\"+Inf\"}");
        text.ShouldContain("foliosync_workers{state=\"alive\"} 1");
        text.ShouldNotContain("asha@example.org");
    }

    [Fact]
    public async Task The_sample_rules_and_the_board_ask_for_what_metrics_tells()
    {
        await using var host = await ApiHost.StartAsync();
        await host.WaitUntilReadyAsync();
        var admin = await AdminAsync(host);
        await admin.GetStringAsync("/metrics");
        var asha = await host.ClientAsync("asha@example.org");
        await asha.SyncAsync((await asha.ConnectDemoAsync((await asha.AddPortfolioAsync()).Id())).Id());
        var told = await MeasuredAsync(admin);

        foreach (var file in new[] { "alerts.yml", "grafana.json" })
        {
            var text = await File.ReadAllTextAsync(Path.Combine(RepositoryRoot.Find(), "docs", "monitoring", file));
            // Beside metrics there are two labels.
            var asked = Regex.Matches(text, @"foliosync_[a-z_]+").Select(m => m.Value).Where(m => m is not ("foliosync_broker" or "foliosync_result")).Distinct().ToList();

            asked.Count.ShouldBeGreaterThan(4, file);
            asked.ShouldAllBe(m => told.Contains($"\n{m}{{", StringComparison.Ordinal) || told.Contains($"\n{m} ", StringComparison.Ordinal), file);
        }
    }

    // A run is over a moment before it is measured.
    private static async Task<string> MeasuredAsync(HttpClient admin)
    {
        var text = string.Empty;
        await WaitAsync(async () => (text = await admin.GetStringAsync("/metrics")).Contains("foliosync_sync_run_duration_seconds_bucket{", StringComparison.Ordinal));
        return text;
    }

    private static Task<HttpClient> AdminAsync(ApiHost host) => host.ClientAsync("root@example.org", TokenScope.Admin, UserRole.Admin);

    private static async Task WaitAsync(Func<Task<bool>> isTrue)
    {
        for (var tries = 0; tries < 300; tries++)
        {
            if (await isTrue())
            {
                return;
            }

            await Task.Delay(100);
        }

        throw new TimeoutException("It did not come true.");
    }
}
