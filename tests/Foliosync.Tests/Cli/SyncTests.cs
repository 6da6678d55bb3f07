using System.Text.Json;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Cli;

public sealed class SyncTests : IAsyncLifetime
{
    private TestInstance _instance = null!;

    public async ValueTask InitializeAsync() => _instance = await TestInstance.WithUserAsync();

    public ValueTask DisposeAsync()
    {
        _instance.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Nothing_to_sync_is_fine() => (await _instance.RunAsync("sync")).ExitCode.ShouldBe(0);

    [Fact]
    public async Task The_exit_code_tells_whether_some_failed_and_the_rest_is_synced()
    {
        var good = await _instance.ConnectDemoAsync("normal", "good");
        await _instance.ConnectDemoAsync("transient", "down");
        await _instance.ConnectDemoAsync("expire", "login");

        (await _instance.RunAsync("sync", "--connection", good)).ExitCode.ShouldBe(0);
        var all = await _instance.RunAsync("sync", "--json");

        all.ExitCode.ShouldBe(1);
        all.Json.GetProperty("connections").GetInt32().ShouldBe(3);
        all.Json.GetProperty("succeeded").GetInt32().ShouldBe(1);
        all.Json.GetProperty("needsLogin").GetInt32().ShouldBe(1);
        all.Json.GetProperty("failed").GetInt32().ShouldBe(1);
        all.Json.GetProperty("counts").GetProperty("inserted").GetInt32().ShouldBe(0);
        all.Json.GetProperty("problems").EnumerateArray()
            .Select(p => (p.GetProperty("label").GetString(), p.GetProperty("state").GetString(), p.GetProperty("kind").GetString()))
            .ShouldBe([("down", "failed", "transient"), ("login", "needsLogin", "authExpired")], ignoreOrder: true);
        (await _instance.RunAsync("sync")).Output.ShouldContain("needs a login");
    }

    [Fact]
    public async Task Interrupting_stops_cleanly_and_the_next_sync_does_the_rest()
    {
        var lines = Enumerable.Range(1, 100).Select(number => JsonSerializer.Serialize(new
        {
            user = "me@example.org",
            broker = "demo",
            label = $"Demo {number}",
            credentials = new { scenario = number > 4 ? "slow" : "normal", seed = $"s{number}" },
            reads = (string[])["cash"],
        }));
        await _instance.RunWithInputAsync(string.Join('\n', lines), "connect", "import", "-");

        await using (var sync = _instance.StartRunning("sync", "--json"))
        {
            // Each slow read takes five seconds, so by now it is in the middle of it.
            await Task.Delay(TimeSpan.FromSeconds(3));
            (await sync.StopAsync()).ShouldBe(130);
        }

        Count("SELECT count(*) FROM sync_states WHERE lease_token IS NOT NULL").ShouldBe(0);
        Count("SELECT count(*) FROM sync_runs WHERE state = 'running' OR state = 'queued'").ShouldBe(0);
        Count("SELECT count(*) FROM cash_balances").ShouldBe(Count("SELECT 2 * count(*) FROM sync_runs WHERE state = 'succeeded'"));
    }

    private long Count(string sql) => _instance.Scalar(sql);
}
