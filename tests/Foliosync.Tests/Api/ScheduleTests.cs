using System.Net.Http.Json;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Api;

/// <summary>When a connection syncs next, as the API tells and takes it.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public async Task A_connection_follows_its_own_interval_until_it_is_taken_back()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("asha@example.org");
        var connection = (await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id();
        await client.SyncAsync(connection);

        using var set = await client.PatchAsJsonAsync($"/api/v1/connections/{connection}", new { syncInterval = "00:05:00" });
        var own = await set.JsonAsync();

        own.Text("syncInterval").ShouldBe("00:05:00");
        // Its place in the five minutes, and at least half of them away.
        own.GetProperty("nextSyncAt").GetDateTimeOffset().ShouldBeLessThanOrEqualTo(TimeProvider.System.GetUtcNow().AddMinutes(7.5));
        using var taken = await client.PatchAsJsonAsync($"/api/v1/connections/{connection}", new { syncInterval = "" });
        (await taken.JsonAsync()).GetProperty("syncInterval").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
    }

    [Theory]
    [InlineData("often")]
    [InlineData("00:00:00.5")]
    [InlineData("32.00:00:00")]
    [InlineData("-01:00:00")]
    public async Task An_interval_that_is_none_is_refused_at_its_field(string interval)
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("asha@example.org");
        var connection = (await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id();

        using var refused = await client.PatchAsJsonAsync($"/api/v1/connections/{connection}", new { syncInterval = interval });

        (await refused.ProblemAsync(422)).GetProperty("errors").GetProperty("syncInterval")[0].GetString()!.ShouldContain("between one second and 31 days");
    }

    [Fact]
    public async Task The_next_sync_is_told_with_the_pause_that_the_broker_asked_for()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("asha@example.org");
        var connection = (await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id();
        await client.SyncAsync(connection);
        var until = TimeProvider.System.GetUtcNow().AddHours(12);
        await using (var db = host.Open())
        {
            db.BrokerHealth.Add(new BrokerHealth { BrokerId = "demo", HeldUntil = until, HeldBecause = HoldReason.RateLimited });
            await db.SaveChangesAsync();
        }

        (await client.GetJsonAsync($"/api/v1/connections/{connection}")).GetProperty("nextSyncAt").GetDateTimeOffset().ShouldBe(until, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_connection_that_is_fed_with_files_is_never_due()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("asha@example.org");
        var portfolio = (await client.AddPortfolioAsync()).Id();

        using var made = await client.PostAsJsonAsync("/api/v1/connections", new { portfolioId = portfolio, broker = "vested", label = "US" });
        var connection = await made.JsonAsync();

        connection.GetProperty("nextSyncAt").ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Null);
        connection.Text("state").ShouldBe("active");
        await using var db = host.Open();
        (await db.SyncStates.SingleAsync()).State.ShouldBe(ConnectionState.Active);
    }
}
