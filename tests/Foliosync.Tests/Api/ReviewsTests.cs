using System.Globalization;
using System.Net;
using System.Text.Json;
using Foliosync.Core.Tests.Storage;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Api;

/// <summary>The Demo broker reports nothing any more of what it reported before.</summary>
public sealed class ReviewsTests
{
    [Theory, EachStore]
    public async Task What_waits_is_shown_accepted_and_gone(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var client = await host.ClientAsync("asha@example.org");
        var connection = (await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id();
        await client.SyncAsync(connection);
        var held = (await client.GetJsonAsync("/api/v1/holdings?limit=1000")).Items().Count;
        var run = await client.SurpriseAsync(connection);

        var waiting = (await client.GetJsonAsync("/api/v1/reviews?state=waiting")).Items();
        (await client.GetJsonAsync($"/api/v1/sync-runs/{run.Id()}/review")).Items().Select(r => r.Id())
            .ShouldBe(waiting.Select(r => r.Id()), ignoreOrder: true);
        var lots = waiting.SelectMany(r => r.GetProperty("diff").GetProperty("lots").EnumerateArray()).ToList();
        lots.Count.ShouldBe(held);
        foreach (var lot in lots)
        {
            lot.Text("kind").ShouldBe("vanish");
            lot.Text("name").ShouldNotBeNullOrEmpty();
            decimal.Parse(lot.GetProperty("quantity").Text("before"), CultureInfo.InvariantCulture).ShouldNotBe(0m);
            lot.GetProperty("quantity").GetProperty("after").ValueKind.ShouldBe(JsonValueKind.Null);
        }

        using var accepted = await client.PostAsync($"/api/v1/sync-runs/{run.Id()}/accept", null);
        var applied = await accepted.JsonAsync();

        (applied.Text("state"), applied.Text("trigger")).ShouldBe(("succeeded", "manual"));
        applied.GetProperty("counts").GetProperty("closed").GetInt32().ShouldBe(held);
        (await client.GetJsonAsync("/api/v1/holdings")).Items().ShouldBeEmpty();
        (await client.GetJsonAsync("/api/v1/reviews?state=waiting")).Items().ShouldBeEmpty();
        (await client.GetJsonAsync("/api/v1/reviews")).Items().ShouldAllBe(r => r.Text("state") == "accepted" && r.Text("decidedBy") != null);
        using var again = await client.PostAsync($"/api/v1/sync-runs/{run.Id()}/accept", null);
        (await again.ProblemAsync(409)).Text("detail").ShouldContain("applied already");
    }

    [Theory, EachStore]
    public async Task What_is_rejected_stays_as_it_was(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var client = await host.ClientAsync("asha@example.org");
        var connection = (await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id();
        await client.SyncAsync(connection);
        var held = (await client.GetJsonAsync("/api/v1/holdings?limit=1000")).Items().Count;
        var run = await client.SurpriseAsync(connection);

        using var rejected = await client.PostAsync($"/api/v1/sync-runs/{run.Id()}/reject", null);
        var next = await client.SyncAsync(connection);

        rejected.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        next.GetProperty("error").Text("message").ShouldContain("rejected on");
        (await client.GetJsonAsync("/api/v1/holdings?limit=1000")).Items().Count.ShouldBe(held);
        (await client.GetJsonAsync("/api/v1/reviews?state=waiting")).Items().ShouldBeEmpty();
        (await client.GetJsonAsync("/api/v1/reviews?state=rejected")).Items().ShouldNotBeEmpty();
    }

    [Theory, EachStore]
    public async Task A_run_is_replayed_and_compared_without_changing_anything(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var client = await host.ClientAsync("asha@example.org");
        var connection = (await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id();
        var first = await client.SyncAsync(connection);
        var waiting = await client.SurpriseAsync(connection);

        var replayed = await client.GetJsonAsync($"/api/v1/sync-runs/{waiting.Id()}/replay");
        var compared = await client.GetJsonAsync($"/api/v1/sync-runs/{waiting.Id()}/compare?with={first.Id()}&symbol=INFY");

        replayed.Text("runId").ShouldBe(waiting.Id());
        replayed.GetProperty("accounts").EnumerateArray().ShouldContain(a => a.GetProperty("suspicion").ValueKind == JsonValueKind.String);
        compared.GetProperty("first").Text("runId").ShouldBe(first.Id());
        (await client.GetJsonAsync("/api/v1/sync-runs")).Items().Count.ShouldBe(2);
        using var alone = await client.GetAsync($"/api/v1/sync-runs/{waiting.Id()}/compare");
        (await alone.ProblemAsync(400)).Text("detail").ShouldContain("?with=");
        using var unknown = await client.GetAsync($"/api/v1/sync-runs/{waiting.Id()}/compare?with={Guid.NewGuid()}");
        await unknown.ProblemAsync(404);
    }

    [Fact]
    public async Task A_run_without_a_recording_says_so()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("asha@example.org");
        var connection = (await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id();
        var first = await client.SyncAsync(connection);
        await using (var db = host.Open())
        {
            db.Snapshots.RemoveRange(db.Snapshots);
            await db.SaveChangesAsync();
        }

        using var refused = await client.GetAsync($"/api/v1/sync-runs/{first.Id()}/replay");

        (await refused.ProblemAsync(409)).Text("detail").ShouldContain("nothing new");
        using var nothing = await client.PostAsync($"/api/v1/sync-runs/{first.Id()}/reject", null);
        (await nothing.ProblemAsync(409)).Text("detail").ShouldBe("Nothing of this run waits for a review.");
    }
}
