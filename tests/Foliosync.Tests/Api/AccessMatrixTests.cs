using System.Net;
using System.Net.Http.Json;
using Foliosync.Core.Alerts;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Api;

/// <summary>
/// Every endpoint, asked by everybody. An endpoint that is not in the matrix fails the first test. Pages are looked after by
/// <see cref="Web.PageAccessTests"/>.
/// </summary>
public sealed class AccessMatrixTests
{
    private const string Monitor = "/api/v1/admin/monitor";

    private const string Friend = "friend@example.org";

    private enum Access
    {
        /// <summary>Anybody, without a token.</summary>
        Open,

        /// <summary>Everybody with a token, the same for all.</summary>
        Shared,

        /// <summary>A list or a new row: everybody with a token, own rows only.</summary>
        OwnRows,

        /// <summary>One row, named by its id: its owner only.</summary>
        OneRow,

        /// <summary>People who run the instance only.</summary>
        Operators,
    }

    /// <param name="Endpoint">Method and pattern.</param>
    /// <param name="Access">Whom it is for.</param>
    /// <param name="Path">What is asked for.</param>
    /// <param name="Body">What is sent; null for nothing.</param>
    /// <param name="From">Of one row: the least role in a shared portfolio that opens it; null when it is the owner's alone.</param>
    private sealed record Entry(string Endpoint, Access Access, string Path, object? Body = null, ShareRole? From = null);

    // Destructive ones last: the owner walks through them in this order.
    private static List<Entry> Matrix(Rows rows) =>
    [
        new("GET /holdings.csv", Access.Open, "/holdings.csv"),
        new("GET /status", Access.Open, "/status"),
        new("GET /admin/monitor/live", Access.Open, "/admin/monitor/live"),
        new("GET /metrics", Access.Open, "/metrics"),
        new("GET /_framework/opaque-redirect", Access.Open, "/_framework/opaque-redirect"),
        new("POST /sign-out", Access.Open, "/sign-out"),
        new("POST /passkeys/new", Access.Open, "/passkeys/new"),
        new("POST /passkeys/use", Access.Open, "/passkeys/use"),
        new("GET /site.css", Access.Open, "/site.css"),
        new("GET /healthz", Access.Open, "/healthz"),
        new("GET /readyz", Access.Open, "/readyz"),
        new("GET /openapi/{documentName}.json", Access.Open, "/openapi/v1.json"),
        new("GET /connect/{broker}/callback", Access.Open, "/connect/demo/callback"),
        new("GET /relogin.js", Access.Open, "/relogin.js"),
        new("GET /relogin/{token}", Access.Open, "/relogin/guess"),
        new("POST /relogin/{token}", Access.Open, "/relogin/guess"),
        new("GET /relogin/{token}/done", Access.Open, "/relogin/guess/done"),
        new("GET /api/v1/brokers", Access.Shared, "/api/v1/brokers"),
        new("GET /api/v1/status", Access.Shared, "/api/v1/status"),
        new("GET /api/v1/brokers/{broker}", Access.Shared, "/api/v1/brokers/demo"),
        new("GET /api/v1/fx-rates", Access.Shared, "/api/v1/fx-rates"),
        new("GET /api/v1/instruments/{id:guid}/prices", Access.Shared, $"/api/v1/instruments/{rows.Instrument}/prices"),
        new("GET /api/v1/import-template", Access.Shared, "/api/v1/import-template?format=csv"),
        new("GET /api/v1/portfolios", Access.OwnRows, "/api/v1/portfolios"),
        new("POST /api/v1/portfolios", Access.OwnRows, "/api/v1/portfolios", new { name = "Another" }),
        new("GET /api/v1/portfolios/{id:guid}", Access.OneRow, $"/api/v1/portfolios/{rows.Portfolio}", From: ShareRole.Viewer),
        new("PATCH /api/v1/portfolios/{id:guid}", Access.OneRow, $"/api/v1/portfolios/{rows.Portfolio}", new { name = "Renamed" }),
        new("GET /api/v1/portfolios/{id:guid}/shares", Access.OneRow, $"/api/v1/portfolios/{rows.Portfolio}/shares"),
        new("POST /api/v1/portfolios/{id:guid}/shares", Access.OneRow, $"/api/v1/portfolios/{rows.Portfolio}/shares", new { email = Friend, role = "viewer" }),
        new("PATCH /api/v1/portfolios/{id:guid}/shares/{userId:guid}", Access.OneRow, $"/api/v1/portfolios/{rows.Portfolio}/shares/{rows.Friend}", new { role = "editor" }),
        new("DELETE /api/v1/portfolios/{id:guid}/shares/{userId:guid}", Access.OneRow, $"/api/v1/portfolios/{rows.Portfolio}/shares/{rows.Friend}"),
        new("GET /api/v1/admin/monitor", Access.Operators, "/api/v1/admin/monitor"),
        new("GET /api/v1/admin/monitor/workers", Access.Operators, "/api/v1/admin/monitor/workers"),
        new("GET /api/v1/admin/monitor/charts", Access.Operators, "/api/v1/admin/monitor/charts?hours=6"),
        new("GET /api/v1/admin/monitor/runs", Access.Operators, "/api/v1/admin/monitor/runs?q=state:succeeded"),
        new("POST /api/v1/admin/monitor/runs", Access.Operators, "/api/v1/admin/monitor/runs", new { act = "retry", ids = Array.Empty<Guid>() }),
        new("GET /api/v1/admin/monitor/runs/{id:guid}", Access.Operators, $"/api/v1/admin/monitor/runs/{rows.Run}"),
        new("POST /api/v1/admin/monitor/runs/{id:guid}/{act}", Access.Operators, $"/api/v1/admin/monitor/runs/{rows.ImportRun}/cancel"),
        new("POST /api/v1/admin/monitor/brokers/{broker}/pause", Access.Operators, "/api/v1/admin/monitor/brokers/demo/pause", new { reason = "A trial." }),
        new("POST /api/v1/admin/monitor/brokers/{broker}/resume", Access.Operators, "/api/v1/admin/monitor/brokers/demo/resume"),
        new("POST /api/v1/admin/monitor/connections/{id:guid}/pause", Access.Operators, $"/api/v1/admin/monitor/connections/{rows.Connection}/pause", new { reason = "A trial." }),
        new("POST /api/v1/admin/monitor/connections/{id:guid}/resume", Access.Operators, $"/api/v1/admin/monitor/connections/{rows.Connection}/resume"),
        new("GET /api/v1/admin/monitor/jobs", Access.Operators, "/api/v1/admin/monitor/jobs"),
        new("POST /api/v1/admin/monitor/jobs/{name}/{act}", Access.Operators, "/api/v1/admin/monitor/jobs/prune-history/run"),
        // A rejected report may still be accepted; both need it to be the last thing the broker said.
        new("GET /api/v1/reviews", Access.OwnRows, "/api/v1/reviews"),
        new("GET /api/v1/sync-runs/{id:guid}/review", Access.OneRow, $"/api/v1/sync-runs/{rows.WaitingRun}/review", From: ShareRole.Viewer),
        new("GET /api/v1/sync-runs/{id:guid}/replay", Access.OneRow, $"/api/v1/sync-runs/{rows.WaitingRun}/replay", From: ShareRole.Viewer),
        new("GET /api/v1/sync-runs/{id:guid}/compare", Access.OneRow, $"/api/v1/sync-runs/{rows.WaitingRun}/compare?with={rows.Run}", From: ShareRole.Viewer),
        new("POST /api/v1/sync-runs/{id:guid}/reject", Access.OneRow, $"/api/v1/sync-runs/{rows.WaitingRun}/reject", From: ShareRole.Editor),
        new("POST /api/v1/sync-runs/{id:guid}/accept", Access.OneRow, $"/api/v1/sync-runs/{rows.WaitingRun}/accept", From: ShareRole.Editor),
        new("GET /api/v1/connections", Access.OwnRows, "/api/v1/connections"),
        new("POST /api/v1/connections", Access.OneRow, "/api/v1/connections",
            new { portfolioId = rows.Portfolio, broker = "demo", credentials = new { seed = "77" } }),
        new("GET /api/v1/connections/{id:guid}", Access.OneRow, $"/api/v1/connections/{rows.Connection}", From: ShareRole.Viewer),
        new("PATCH /api/v1/connections/{id:guid}", Access.OneRow, $"/api/v1/connections/{rows.Connection}", new { label = "Renamed" }),
        new("PUT /api/v1/connections/{id:guid}/credentials", Access.OneRow, $"/api/v1/connections/{rows.Connection}/credentials", new { seed = "1" }),
        new("POST /api/v1/connections/{id:guid}/sync", Access.OneRow, $"/api/v1/connections/{rows.Connection}/sync", From: ShareRole.Editor),
        new("POST /api/v1/connections/{id:guid}/pause", Access.OneRow, $"/api/v1/connections/{rows.Connection}/pause"),
        new("POST /api/v1/connections/{id:guid}/resume", Access.OneRow, $"/api/v1/connections/{rows.Connection}/resume"),
        new("POST /api/v1/connections/{id:guid}/login", Access.OneRow, $"/api/v1/connections/{rows.Connection}/login"),
        new("GET /api/v1/sync-runs", Access.OwnRows, "/api/v1/sync-runs"),
        new("GET /api/v1/sync-runs/{id:guid}", Access.OneRow, $"/api/v1/sync-runs/{rows.Run}", From: ShareRole.Viewer),
        new("GET /api/v1/accounts", Access.OwnRows, "/api/v1/accounts"),
        new("GET /api/v1/accounts/{id:guid}", Access.OneRow, $"/api/v1/accounts/{rows.Account}", From: ShareRole.Viewer),
        new("GET /api/v1/accounts/{id:guid}/reconciliation", Access.OneRow, $"/api/v1/accounts/{rows.Account}/reconciliation", From: ShareRole.Viewer),
        new("GET /api/v1/accounts/{id:guid}/lots", Access.OneRow, $"/api/v1/accounts/{rows.Account}/lots", From: ShareRole.Viewer),
        new("PATCH /api/v1/accounts/{id:guid}", Access.OneRow, $"/api/v1/accounts/{rows.Account}", new { remindAfterDays = 20 }),
        new("POST /api/v1/accounts/{id:guid}/statements", Access.OneRow, $"/api/v1/accounts/{rows.Account}/statements?dryRun=true", Statement, From: ShareRole.Editor),
        new("POST /api/v1/sync-runs/{id:guid}/undo", Access.OneRow, $"/api/v1/sync-runs/{rows.ImportRun}/undo", From: ShareRole.Editor),
        new("GET /api/v1/accounts/{id:guid}/export", Access.OneRow, $"/api/v1/accounts/{rows.Account}/export?format=ghostfolio", From: ShareRole.Viewer),
        new("GET /api/v1/portfolios/{id:guid}/export", Access.OneRow, $"/api/v1/portfolios/{rows.Portfolio}/export?format=csv", From: ShareRole.Viewer),
        new("GET /api/v1/portfolios/{id:guid}/valuations", Access.OneRow, $"/api/v1/portfolios/{rows.Portfolio}/valuations?parts=true", From: ShareRole.Viewer),
        new("GET /api/v1/portfolios/{id:guid}/performance", Access.OneRow, $"/api/v1/portfolios/{rows.Portfolio}/performance?explain=true", From: ShareRole.Viewer),
        new("POST /api/v1/portfolios/{id:guid}/performance", Access.OneRow, $"/api/v1/portfolios/{rows.Portfolio}/performance?period=1d", Prices, From: ShareRole.Viewer),
        new("GET /api/v1/accounts/{id:guid}/valuations", Access.OneRow, $"/api/v1/accounts/{rows.Account}/valuations", From: ShareRole.Viewer),
        new("GET /api/v1/accounts/{id:guid}/performance", Access.OneRow, $"/api/v1/accounts/{rows.Account}/performance?explain=true", From: ShareRole.Viewer),
        new("POST /api/v1/accounts/{id:guid}/performance", Access.OneRow, $"/api/v1/accounts/{rows.Account}/performance?period=1d", Prices, From: ShareRole.Viewer),
        new("GET /api/v1/instruments/{id:guid}/valuations", Access.OneRow, $"/api/v1/instruments/{rows.HeldInstrument}/valuations", From: ShareRole.Viewer),
        new("GET /api/v1/instruments/{id:guid}/performance", Access.OneRow, $"/api/v1/instruments/{rows.HeldInstrument}/performance", From: ShareRole.Viewer),
        new("POST /api/v1/instruments/{id:guid}/performance", Access.OneRow, $"/api/v1/instruments/{rows.HeldInstrument}/performance?period=1d", Prices, From: ShareRole.Viewer),
        new("GET /api/v1/holdings", Access.OwnRows, "/api/v1/holdings"),
        new("GET /api/v1/cash-balances", Access.OwnRows, "/api/v1/cash-balances"),
        new("GET /api/v1/transactions", Access.OwnRows, "/api/v1/transactions"),
        new("GET /api/v1/transactions/{id:guid}", Access.OneRow, $"/api/v1/transactions/{rows.Transaction}", From: ShareRole.Viewer),
        new("GET /api/v1/alerts", Access.OwnRows, "/api/v1/alerts"),
        new("GET /api/v1/alerts/{id:guid}", Access.OneRow, $"/api/v1/alerts/{rows.Alert}"),
        new("POST /api/v1/alerts/{id:guid}/dismiss", Access.OneRow, $"/api/v1/alerts/{rows.Alert}/dismiss"),
        new("GET /api/v1/alert-channels", Access.OwnRows, "/api/v1/alert-channels"),
        new("POST /api/v1/alert-channels", Access.OwnRows, "/api/v1/alert-channels", new { kind = "webhook", address = "https://hooks.invalid/b" }),
        new("GET /api/v1/alert-channels/{id:guid}", Access.OneRow, $"/api/v1/alert-channels/{rows.Channel}"),
        new("PATCH /api/v1/alert-channels/{id:guid}", Access.OneRow, $"/api/v1/alert-channels/{rows.Channel}", new { quietFrom = "22:00", quietTo = "07:00" }),
        new("POST /api/v1/alert-channels/{id:guid}/test", Access.OneRow, $"/api/v1/alert-channels/{rows.Channel}/test"),
        new("GET /api/v1/alert-channels/{id:guid}/deliveries", Access.OneRow, $"/api/v1/alert-channels/{rows.Channel}/deliveries"),
        new("DELETE /api/v1/alert-channels/{id:guid}", Access.OneRow, $"/api/v1/alert-channels/{rows.Channel}"),
        new("GET /api/v1/tokens", Access.OwnRows, "/api/v1/tokens"),
        new("POST /api/v1/tokens", Access.OwnRows, "/api/v1/tokens", new { name = "another", scope = "read" }),
        new("DELETE /api/v1/tokens/{id:guid}", Access.OneRow, $"/api/v1/tokens/{rows.Token}"),
        new("POST /api/v1/connections/{id:guid}/close", Access.OneRow, $"/api/v1/connections/{rows.Connection}/close"),
        new("DELETE /api/v1/connections/{id:guid}", Access.OneRow, $"/api/v1/connections/{rows.Connection}"),
        new("DELETE /api/v1/portfolios/{id:guid}", Access.OneRow, $"/api/v1/portfolios/{rows.EmptyPortfolio}"),
    ];

    private static readonly Func<HttpContent> Statement = () => new MultipartFormDataContent
    {
        { new StringContent("date,kind,symbol,quantity,price,currency\n2025-02-03,buy,INFY,10,1500,INR\n"), "file", "trades.csv" },
    };

    private static readonly Func<HttpContent> Prices = () => new MultipartFormDataContent
    {
        {
            new StringContent(string.Join('\n', Enumerable.Range(-10, 12).Select(d => $"{TimeProvider.System.GetUtcNow().AddDays(d):yyyy-MM-dd},100"))),
            "file",
            "prices.csv"
        },
    };

    private sealed record Rows(
        string Portfolio, string EmptyPortfolio, string Connection, string Run, string WaitingRun, string ImportRun, string Account, string Transaction, string Token,
        string Holding, string Alert, string Channel, string Instrument, string HeldInstrument, string Friend)
    {
        // An instrument belongs to nobody; its id hides nothing.
        public IEnumerable<string> All => [Portfolio, EmptyPortfolio, Connection, Run, WaitingRun, ImportRun, Account, Transaction, Token, Holding, Alert, Channel];
    }

    [Fact]
    public async Task Every_endpoint_is_in_the_matrix()
    {
        await using var host = await ApiHost.StartAsync();

        var listed = Matrix(new Rows("", "", "", "", "", "", "", "", "", "", "", "", "", "", "")).Select(e => e.Endpoint);

        // The tables of the admin area have a matrix of their own, see AdminTests.
        listed.ShouldBe(host.Endpoints.Where(e => !e.Contains("/api/v1/admin", StringComparison.Ordinal) || e.Contains(Monitor, StringComparison.Ordinal)), ignoreOrder: true);
    }

    [Theory, EachStore]
    public async Task Everybody_gets_exactly_what_is_theirs(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var owner = await host.ClientAsync("owner@example.org");
        var reader = await host.ClientAsync("owner@example.org", TokenScope.Read);
        var other = await host.ClientAsync("other@example.org");
        var nobody = host.Client();
        var admin = await host.ClientAsync("root@example.org", TokenScope.Admin, UserRole.Admin);
        var weak = await host.ClientAsync("root@example.org", TokenScope.Write, UserRole.Admin);
        var rows = await SeedAsync(host, owner);
        var failures = new List<string>();

        foreach (var entry in Matrix(rows))
        {
            var reads = entry.Endpoint.StartsWith("GET", StringComparison.Ordinal);
            await ExpectAsync(entry, "nobody", nobody, s => entry.Access == Access.Open ? s != 401 : s == 401);
            await ExpectAsync(entry, "nobody with a wrong token", WithWrongToken(host), s => entry.Access == Access.Open ? s != 401 : s == 401);
            if (entry.Access == Access.Operators)
            {
                await ExpectAsync(entry, "reader", reader, s => s == 403, rows.All);
                await ExpectAsync(entry, "member", owner, s => s == 403, rows.All);
                await ExpectAsync(entry, "operator with a token for less", weak, s => s == 403, rows.All);
                await ExpectAsync(entry, "operator", admin, s => s is (>= 200 and < 300) or 409);
                continue;
            }

            await ExpectAsync(entry, "reader", reader, s => entry.Access == Access.Open ? s is 200 or 302 or 400 or 404 : reads ? s is 200 or 400 or 404 : s == 403);
            await ExpectAsync(entry, "other", other, s => entry.Access switch
            {
                Access.OneRow => s == 404,
                Access.Open => s is 200 or 302 or 400 or 404,
                _ => s is >= 200 and < 300,
            }, rows.All);
        }

        foreach (var entry in Matrix(rows).Where(e => e.Access is not (Access.Open or Access.Operators)))
        {
            await ExpectAsync(entry, "owner", owner, s => s is >= 200 and < 300);
        }

        failures.ShouldBeEmpty();

        Task ExpectAsync(Entry entry, string who, HttpClient client, Func<int, bool> isRight, IEnumerable<string>? hidden = null) =>
            AskAsync(failures, entry, who, client, isRight, hidden);
    }

    [Theory, EachStore]
    public async Task A_viewer_looks_at_what_is_shared_and_an_editor_tells_what_happened_and_no_more(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var owner = await host.ClientAsync("owner@example.org");
        var viewer = await host.ClientAsync("viewer@example.org");
        var editor = await host.ClientAsync("editor@example.org");
        var rows = await SeedAsync(host, owner);
        var failures = new List<string>();
        foreach (var role in new[] { "viewer", "editor" })
        {
            using var shared = await owner.PostAsJsonAsync($"/api/v1/portfolios/{rows.Portfolio}/shares", new { email = $"{role}@example.org", role });
            await shared.JsonAsync();
        }

        foreach (var client in new[] { viewer, editor })
        {
            var seen = (await client.GetJsonAsync("/api/v1/portfolios")).Items().Single(p => p.Id() == rows.Portfolio);
            (seen.Text("sharedBy"), seen.Text("sharedAs")).ShouldBe(("owner@example.org", client == viewer ? "viewer" : "editor"));
            (await client.GetJsonAsync("/api/v1/holdings")).Items().ShouldNotBeEmpty();
            (await client.GetJsonAsync("/api/v1/alerts")).Items().ShouldBeEmpty();
        }

        foreach (var entry in Matrix(rows).Where(e => e.Access is not (Access.Open or Access.Operators)))
        {
            await AskAsync(failures, entry, "viewer", viewer, s => entry is { Access: Access.OneRow, From: not ShareRole.Viewer } ? s == 404 : s is >= 200 and < 300);
            await AskAsync(failures, entry, "editor", editor, s => entry is { Access: Access.OneRow, From: null } ? s == 404 : s is >= 200 and < 300);
        }

        failures.ShouldBeEmpty();
        using var refused = await viewer.PostAsync($"/api/v1/connections/{rows.Connection}/sync", null);
        (await refused.ProblemAsync(404)).Text("detail").ShouldContain("that you may change");
        using var ended = await owner.DeleteAsync($"/api/v1/portfolios/{rows.Portfolio}/shares/{(await host.Services.GetRequiredService<UserAccounts>().GetAsync("viewer@example.org", default)).Id}");
        ended.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await viewer.GetJsonAsync("/api/v1/accounts")).Items().ShouldBeEmpty();
        (await editor.GetJsonAsync("/api/v1/accounts")).Items().ShouldNotBeEmpty();
    }

    private static async Task AskAsync(List<string> failures, Entry entry, string who, HttpClient client, Func<int, bool> isRight, IEnumerable<string>? hidden = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(entry.Endpoint.Split(' ')[0]), entry.Path);
        request.Content = entry.Body switch { null => null, Func<HttpContent> make => make(), var json => JsonContent.Create(json) };
        using var response = await client.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        var status = (int)response.StatusCode;
        if (!isRight(status))
        {
            failures.Add($"{entry.Endpoint} as {who}: {status} {body}");
        }

        if (status >= 400 && entry.Path.StartsWith("/api/", StringComparison.Ordinal)
            && response.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            failures.Add($"{entry.Endpoint} as {who}: {status} is no problem+json");
        }

        if (hidden?.FirstOrDefault(id => body.Contains(id, StringComparison.OrdinalIgnoreCase)) is { } leaked)
        {
            failures.Add($"{entry.Endpoint} as {who}: shows {leaked}");
        }
    }

    [Theory]
    [InlineData("holdings", "portfolioId", "connectionId", "accountId")]
    [InlineData("cash-balances", "portfolioId", "connectionId", "accountId")]
    [InlineData("transactions", "portfolioId", "connectionId", "accountId")]
    [InlineData("accounts", "portfolioId", "connectionId")]
    [InlineData("connections", "portfolioId")]
    [InlineData("sync-runs", "connectionId")]
    [InlineData("reviews", "connectionId")]
    [InlineData("alerts", "connectionId")]
    public async Task A_filter_by_another_persons_id_finds_nothing_like_an_unknown_one(string list, params string[] filters)
    {
        await using var host = await ApiHost.StartAsync();
        var owner = await host.ClientAsync("owner@example.org");
        var other = await host.ClientAsync("other@example.org");
        var rows = await SeedAsync(host, owner);
        foreach (var filter in filters)
        {
            var id = filter switch { "portfolioId" => rows.Portfolio, "connectionId" => rows.Connection, _ => rows.Account };

            (await owner.GetJsonAsync($"/api/v1/{list}?{filter}={id}")).Items().ShouldNotBeEmpty();
            using var foreign = await other.GetAsync($"/api/v1/{list}?{filter}={id}");
            using var unknown = await other.GetAsync($"/api/v1/{list}?{filter}={Guid.NewGuid()}");

            foreign.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await foreign.Content.ReadAsStringAsync()).ShouldBe(await unknown.Content.ReadAsStringAsync());
        }
    }

    private static HttpClient WithWrongToken(ApiHost host)
    {
        var client = host.Client();
        client.DefaultRequestHeaders.Add("Authorization", "Bearer fsy_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
        return client;
    }

    private static async Task<Rows> SeedAsync(ApiHost host, HttpClient owner)
    {
        await host.ClientAsync(Friend);
        var portfolio = (await owner.AddPortfolioAsync()).Id();
        var empty = (await owner.AddPortfolioAsync("Empty")).Id();
        var connection = (await owner.ConnectDemoAsync(portfolio)).Id();
        var run = await owner.SyncAsync(connection);
        run.Text("state").ShouldBe("succeeded");
        var waiting = await owner.SurpriseAsync(connection);
        using var file = Statement();
        using var imported = await owner.PostAsync($"/api/v1/accounts/{(await owner.GetJsonAsync("/api/v1/accounts")).Items()[0].Id()}/statements", file);
        using var token = await owner.PostAsJsonAsync("/api/v1/tokens", new { name = "spare" });
        using var channel = await owner.PostAsJsonAsync("/api/v1/alert-channels", new { kind = "webhook", address = "https://hooks.invalid/a" });
        var (connectionId, ownerId) = await host.OwnerOfAsync(connection);
        await host.Services.GetRequiredService<Incidents>().RaiseAsync(ownerId, connectionId, connectionId, AlertKinds.NeedsLogin, "Log in.", default);
        await using var db = host.Open();
        return new Rows(
            portfolio,
            empty,
            connection,
            run.Id(),
            waiting.Id(),
            (await imported.JsonAsync()).Text("runId"),
            (await owner.GetJsonAsync("/api/v1/accounts")).Items()[0].Id(),
            (await owner.GetJsonAsync("/api/v1/transactions")).Items()[0].Id(),
            (await token.JsonAsync()).Id(),
            (await owner.GetJsonAsync("/api/v1/holdings")).Items()[0].Id(),
            (await owner.GetJsonAsync("/api/v1/alerts")).Items()[0].Id(),
            (await channel.JsonAsync()).Id(),
            db.Instruments.First().Id.ToString(),
            db.Holdings.First().InstrumentId.ToString(),
            (await host.Services.GetRequiredService<UserAccounts>().GetAsync(Friend, default)).Id.ToString());
    }
}
