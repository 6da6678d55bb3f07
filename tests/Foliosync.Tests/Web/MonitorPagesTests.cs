using System.Net;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

/// <summary>The pages of the monitor, without script.</summary>
public sealed class MonitorPagesTests
{
    [Fact]
    public async Task For_everybody_but_operators_there_is_no_monitor()
    {
        await using var host = await ApiHost.StartAsync();
        using var member = await PageClient.SignedInAsync(host, "asha@example.org");
        var paths = host.Pages.Select(p => p.RoutePattern.RawText!).Where(p => p.Contains("admin/monitor", StringComparison.Ordinal)).ToList();
        paths.Count.ShouldBe(6);

        foreach (var path in paths.Select(p => "/" + p.Trim('/').Replace("{Id:guid}", Guid.Empty.ToString(), StringComparison.Ordinal)).Append("/admin/monitor/live"))
        {
            using var response = await member.Http.GetAsync(path);
            response.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        }

        (await member.GetAsync("/connections")).QuerySelector("nav a[href='/admin/monitor']").ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task An_operator_finds_a_run_by_a_question_and_acts_on_what_was_chosen(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        await host.WaitUntilReadyAsync();
        var member = await host.ClientAsync("asha@example.org");
        var connection = (await member.ConnectDemoAsync((await member.AddPortfolioAsync()).Id())).Id();
        var run = await member.SyncAsync(connection);
        using var admin = await PageClient.SignedInAsync(host, "root@example.org", UserRole.Admin);

        var list = await admin.GetAsync("/admin/monitor/runs?q=broker%3Ademo&state=succeeded");
        list.QuerySelectorAll($"a[href='/admin/monitor/runs/{run.Id()}']").Length.ShouldBe(1);
        (await admin.GetAsync("/admin/monitor/runs?q=state%3Afialed")).QuerySelector("#q-error")!.TextContent.ShouldStartWith("At character 7");
        using var acted = await admin.SubmitAsync(list, "act", ("id", run.Id()), ("act", "retry"));
        acted.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var page = await admin.GetAsync($"/admin/monitor/runs/{run.Id()}");
        page.QuerySelector("#steps-title").ShouldNotBeNull();
        page.Body!.TextContent.ShouldContain("asha@example.org");
        await using var db = host.Open();
        db.SyncRuns.Count(r => r.Trigger == SyncTrigger.Manual).ShouldBeGreaterThanOrEqualTo(1);
        db.AuditEvents.Count(a => a.Action == "run.retried" && a.Source == "web").ShouldBe(1);
    }

    [Fact]
    public async Task A_pause_needs_a_reason_and_the_owner_of_a_connection_reads_it()
    {
        await using var host = await ApiHost.StartAsync();
        await host.WaitUntilReadyAsync();
        using var owner = await PageClient.SignedInAsync(host, "asha@example.org");
        var member = await host.ClientAsync("asha@example.org");
        var connection = (await member.ConnectDemoAsync((await member.AddPortfolioAsync()).Id())).Id();
        await member.SyncAsync(connection);
        using var admin = await PageClient.SignedInAsync(host, "root@example.org", UserRole.Admin);
        var page = await admin.GetAsync("/admin/monitor/brokers");

        using var wrong = await admin.SubmitAsync(page, "act-demo", ("act", "pause"));
        (await PageClient.DocumentAsync(wrong)).QuerySelector(".field .error")!.TextContent.ShouldStartWith("Say why");
        using var paused = await admin.SubmitAsync(page, "act-demo", ("act", "pause"), ("reason-demo", "It moves house."));
        paused.StatusCode.ShouldBe(HttpStatusCode.Redirect);

        (await admin.GetAsync("/admin/monitor/brokers")).QuerySelector(".banner.warn")!.TextContent.ShouldContain("It moves house.");
        (await owner.GetAsync("/connections")).QuerySelector("main .list")!.TextContent.ShouldContain("has paused Demo broker: It moves house.");
        var operators = await admin.GetAsync($"/admin/monitor/connections/{connection}");
        operators.QuerySelector("h1")!.TextContent.ShouldBe("Demo");
        foreach (var path in new[] { "/admin/monitor", "/admin/monitor/schedules", "/admin/monitor?hours=720&broker=demo" })
        {
            (await admin.GetAsync(path)).QuerySelector("h1").ShouldNotBeNull(path);
        }
    }

    [Fact]
    public async Task On_a_read_only_monitor_pages_say_so_and_have_no_button_that_changes_something()
    {
        await using var host = await ApiHost.StartAsync(change: s => s with { Monitor = new MonitorSettings { IsReadOnly = true } });
        await host.WaitUntilReadyAsync();
        var member = await host.ClientAsync("asha@example.org");
        var connection = (await member.ConnectDemoAsync((await member.AddPortfolioAsync()).Id())).Id();
        var run = (await member.SyncAsync(connection)).Id();
        using var admin = await PageClient.SignedInAsync(host, "root@example.org", UserRole.Admin);

        foreach (var path in new[] { "", "/runs", $"/runs/{run}", "/brokers", "/schedules", $"/connections/{connection}" })
        {
            var page = await admin.GetAsync("/admin/monitor" + path);
            page.QuerySelectorAll(".banner").ShouldContain(b => b.TextContent.Contains("read-only", StringComparison.Ordinal), path);
            page.QuerySelectorAll("main button[name=act]").ShouldBeEmpty(path);
        }

        using var forged = await admin.SubmitAsync(await admin.GetAsync("/admin/monitor/runs"), "act", ("id", run), ("act", "retry"));
        await using var db = host.Open();
        db.AuditEvents.Count(a => a.Action == "run.retried").ShouldBe(0);
    }

    [Fact]
    public async Task Sync_now_of_anybodys_connection_is_in_the_audit_log()
    {
        await using var host = await ApiHost.StartAsync();
        await host.WaitUntilReadyAsync();
        var member = await host.ClientAsync("asha@example.org");
        var connection = (await member.ConnectDemoAsync((await member.AddPortfolioAsync()).Id())).Id();
        using var admin = await PageClient.SignedInAsync(host, "root@example.org", UserRole.Admin);

        using var asked = await admin.SubmitAsync(await admin.GetAsync($"/admin/monitor/connections/{connection}"), "act", ("act", "sync"));

        asked.Headers.Location!.ToString().ShouldContain("/admin/monitor/runs/");
        await using var db = host.Open();
        var line = db.AuditEvents.Single(a => a.Action == "connection.syncAsked");
        (line.Subject, line.Source).ShouldBe((connection, "web"));
    }

    [Fact]
    public async Task Whoever_looks_is_sent_what_changes()
    {
        await using var host = await ApiHost.StartAsync();
        using var admin = await PageClient.SignedInAsync(host, "root@example.org", UserRole.Admin);
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        using var stream = new StreamReader(await admin.Http.GetStreamAsync("/admin/monitor/live", stop.Token));

        (await stream.ReadLineAsync(stop.Token)).ShouldBe("event: region");
        (await stream.ReadLineAsync(stop.Token))!.ShouldStartWith("data: ");
    }
}
