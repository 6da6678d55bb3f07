using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Foliosync.Diagnosis;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Api;

public sealed class PagesTests
{
    [Fact]
    public async Task The_status_page_shows_version_and_readiness_and_nothing_of_anybody()
    {
        await using var host = await ApiHost.StartAsync();
        await (await host.ClientAsync("asha@example.org")).AddPortfolioAsync("Planted");
        await host.WaitUntilReadyAsync();

        var page = await host.Client().GetStringAsync("/status");

        page.ShouldContain("Ready");
        page.ShouldMatch(@"\d+\.\d+\.\d+");
        page.ShouldContain("href=\"/api\"");
        page.ShouldNotContain("asha");
        page.ShouldNotContain("Planted");
        page.ShouldNotContain("<script");
        (await host.Client().GetStringAsync("/site.css")).ShouldContain("prefers-color-scheme: dark");
    }

    [Fact]
    public async Task A_database_that_is_not_current_is_not_ready()
    {
        await using var host = await ApiHost.StartAsync();
        await using (var db = host.Open())
        {
            await db.Database.ExecuteSqlRawAsync("delete from \"__EFMigrationsHistory\"");
        }

        using var response = await host.Client().GetAsync("/readyz");

        var problem = await response.ProblemAsync(503);
        problem.Text("detail").ShouldContain("foliosync migrate");
        problem.GetProperty("checks").EnumerateArray().Select(c => (c.Text("name"), c.Text("state"))).ShouldBe([("database", "ok"), ("migrations", "failed"), ("jobs", "unknown")]);
        (await host.Client().GetStringAsync("/healthz")).ShouldBe("""{"status":"ok"}""");
    }

    [Fact]
    public async Task Ready_says_what_was_looked_at()
    {
        await using var host = await ApiHost.StartAsync();

        await host.WaitUntilReadyAsync();

        var ready = await host.Client().GetJsonAsync("/readyz");
        ready.Text("status").ShouldBe("ready");
        ready.GetProperty("checks").EnumerateArray().Select(c => (c.Text("name"), c.Text("state"))).ShouldContain(("database", "ok"));
        ready.GetProperty("checks").EnumerateArray().Select(c => (c.Text("name"), c.Text("state"))).ShouldContain(("migrations", "ok"));
    }

    [Fact]
    public async Task A_part_that_was_registered_is_looked_at_unless_the_database_is_away()
    {
        await using var database = await TestDatabases.CreateAsync(Store.Sqlite);
        var part = new ReadinessCheck("jobs", _ => Task.FromResult<string?>("No worker is alive."));
        await using var away = Database.Sqlite(Path.Combine(database.Location, "none"));

        var checks = await new Readiness(database, [part]).ExamineAsync(default);
        var without = await new Readiness(away, [part]).ExamineAsync(default);

        checks[^1].ShouldBe(new CheckResult("jobs", CheckState.Failed, "No worker is alive."));
        without[^1].ShouldBe(new CheckResult("jobs", CheckState.Unknown));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/sign-in")]
    [InlineData("/status")]
    [InlineData("/api/v1/portfolios")]
    [InlineData("/api/index.html")]
    [InlineData("/connect/zerodha/callback")]
    [InlineData("/nothing")]
    public async Task Every_answer_has_the_headers_that_bind_browsers(string path)
    {
        await using var host = await ApiHost.StartAsync();

        using var response = await host.Client().GetAsync(path);

        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldStartWith("default-src 'none'");
        policy.ShouldContain("frame-ancestors 'none'");
        policy.ShouldNotContain("script-src 'self' 'unsafe");
        response.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        response.Headers.GetValues("Referrer-Policy").Single().ShouldBe("no-referrer");
        response.Headers.Contains("Server").ShouldBeFalse();
    }

    [Fact]
    public async Task The_api_can_be_browsed()
    {
        await using var host = await ApiHost.StartAsync();

        var page = await host.Client().GetStringAsync("/api/index.html");

        page.ShouldContain("Foliosync API");
        // The policy allows scripts from files only.
        page.ShouldNotMatch("<script>");
        (await host.Client().GetStringAsync("/api/index.js")).ShouldContain("/openapi/v1.json");
    }

    [Fact]
    public async Task The_openapi_document_tells_names_types_security_and_problems()
    {
        await using var host = await ApiHost.StartAsync();

        var document = await host.Client().GetJsonAsync("/openapi/v1.json");

        document.Text("openapi").ShouldStartWith("3.1");
        var operations = document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject()).ToList();
        operations.Select(o => o.Value.Text("operationId")).ShouldBeUnique();
        operations.ShouldAllBe(o => o.Value.Text("summary").Length > 0);
        foreach (var path in document.GetProperty("paths").EnumerateObject().Where(p => p.Name.StartsWith("/api/v1", StringComparison.Ordinal)))
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                operation.Value.GetProperty("security")[0].TryGetProperty("Bearer", out _).ShouldBeTrue(path.Name);
                operation.Value.GetProperty("responses").GetProperty("401").GetProperty("content")
                    .TryGetProperty("application/problem+json", out _).ShouldBeTrue(path.Name);
            }
        }

        var holding = document.GetProperty("components").GetProperty("schemas").GetProperty("HoldingView").GetProperty("properties");
        holding.GetProperty("quantity").Text("type").ShouldBe("string");
        holding.GetProperty("asOf").Text("format").ShouldBe("date-time");
        holding.GetProperty("marketValue").GetProperty("type").EnumerateArray().Select(t => t.GetString())
            .ShouldBe(["null", "string"], ignoreOrder: true);
        var assetClass = document.GetProperty("components").GetProperty("schemas").GetProperty("AssetClass");
        assetClass.GetProperty("enum").EnumerateArray().Select(e => e.GetString()).ShouldContain("governmentBond");
        document.GetRawText().ShouldNotContain("\"integer\",\"string\"");

        var parameters = document.GetProperty("paths").GetProperty("/api/v1/sync-runs").GetProperty("get").GetProperty("parameters")
            .EnumerateArray().ToDictionary(p => p.Text("name"), p => p.GetProperty("schema"));
        parameters.Keys.ShouldBe(["limit", "after", "connectionId", "state", "trigger", "from", "to"], ignoreOrder: true);
        parameters["from"].Text("format").ShouldBe("date-time");
        parameters["state"].GetProperty("enum").EnumerateArray().Select(e => e.GetString()).ShouldContain("needsReview");
    }
}
