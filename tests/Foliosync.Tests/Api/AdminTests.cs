using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Foliosync.Tests.Web;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Api;

public sealed class AdminTests
{
    private const string Admin = "admin@example.org";
    private const string Member = "member@example.org";

    [Fact]
    public async Task Nobody_but_an_admin_reaches_an_admin_route_or_page()
    {
        await using var host = await ApiHost.StartAsync();
        var routes = host.Endpoints.Where(e => e.Contains("/api/v1/admin", StringComparison.Ordinal)).Select(e => e.Split(' ')).ToList();
        routes.Count.ShouldBeGreaterThan(15);
        var others = new[]
        {
            await host.ClientAsync(Member),
            await host.ClientAsync("reader@example.org", TokenScope.Read, UserRole.ReadOnly),
            // An admin's program that was given less.
            await host.ClientAsync(Admin, TokenScope.Write, UserRole.Admin),
            await host.ClientAsync(Admin, TokenScope.Read, UserRole.Admin),
        };
        foreach (var (method, path) in routes.Select(r => (r[0], PathOf(r[1]))))
        {
            foreach (var client in others)
            {
                (await StatusAsync(client, method, path)).ShouldBe(403, $"{method} {path}");
            }

            (await StatusAsync(host.Client(), method, path)).ShouldBe(401, $"{method} {path}");
        }

        // What is no page and no API, for example what a page is kept up to date by.
        var besides = host.Endpoints.Where(e => e.StartsWith("GET /admin", StringComparison.Ordinal)).Select(e => e["GET ".Length..]).ToList();
        var pages = host.Pages.Select(p => "/" + p.RoutePattern.RawText!.Trim('/')).Where(p => p.StartsWith("/admin", StringComparison.Ordinal)).ToList();
        pages.Count.ShouldBeGreaterThan(12);
        var rows = await RowsAsync(host);
        using var root = await PageClient.SignedInAsync(host, "root@example.org", UserRole.Admin);
        foreach (var path in pages.Select(rows.PathOf))
        {
            // Each of them is there, so that what the others are told is about them.
            using var response = await root.Http.GetAsync(path);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        }

        foreach (var (email, role) in new[] { (Member, UserRole.Member), ("reader2@example.org", UserRole.ReadOnly) })
        {
            using var person = email == Member ? await MemberAsync(host) : await PageClient.SignedInAsync(host, email, role);
            foreach (var path in pages.Concat(besides).Select(rows.PathOf))
            {
                using var response = await person.Http.GetAsync(path);
                response.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
            }

            (await person.GetAsync("/")).QuerySelector("nav a[href^='/admin']").ShouldBeNull();
        }
    }

    [Theory, EachStore]
    public async Task A_permission_opens_one_table_for_one_thing(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var admin = await AdminAsync(host);
        var member = await host.ClientAsync(Member);
        var memberId = await PermitAsync(admin, "view", "create");

        using var added = await member.PostAsJsonAsync("/api/v1/admin/fx-rates", new { currency = "USD", day = "2026-01-02", source = "hand", perEuro = "1.1" });
        var key = (await added.JsonAsync()).Text("key");
        key.ShouldBe("USD,2026-01-02,hand");
        (await member.GetJsonAsync("/api/v1/admin/fx-rates")).Items().Single().GetProperty("values").Text("perEuro").ShouldBe("1.1");
        (await member.GetJsonAsync("/api/v1/admin/tables")).Items().Select(t => t.Text("name")).ShouldBe(["fx-rates"]);

        (await StatusAsync(member, "PATCH", $"/api/v1/admin/fx-rates/rows/{key}", new { perEuro = "2" })).ShouldBe(403);
        (await StatusAsync(member, "DELETE", $"/api/v1/admin/fx-rates/rows/{key}")).ShouldBe(403);
        (await StatusAsync(member, "GET", "/api/v1/admin/fx-rates/export")).ShouldBe(403);
        (await StatusAsync(member, "GET", "/api/v1/admin/users")).ShouldBe(403);
        (await StatusAsync(member, "POST", "/api/v1/admin/permissions", new { userId = memberId, tableName = "users", allows = "view" })).ShouldBe(403);
        (await StatusAsync(admin, "POST", "/api/v1/admin/permissions", new { userId = memberId, tableName = "permissions", allows = "view" })).ShouldBe(422);
    }

    [Theory, EachStore]
    public async Task No_secret_is_in_any_answer_page_download_or_line_of_the_audit_log(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var admin = await AdminAsync(host);
        var portfolio = await admin.AddPortfolioAsync();
        using var connected = await admin.PostAsJsonAsync(
            "/api/v1/connections?check=false",
            new { portfolioId = portfolio.Id(), broker = "zerodha", label = "Kite", credentials = new { apiKey = "PLANTED-key-1", apiSecret = "PLANTED-secret-2" }, session = new { token = "PLANTED-session-3" } });
        var connection = (await connected.JsonAsync()).Id();
        using var replaced = await admin.PutAsJsonAsync($"/api/v1/admin/credentials/rows/{connection},apiSecret/secret", new { value = "PLANTED-secret-4" });
        replaced.StatusCode.ShouldBe(HttpStatusCode.NoContent, await replaced.Content.ReadAsStringAsync());
        var userKey = (await admin.GetJsonAsync($"/api/v1/admin/users?email={Admin}")).Items()[0].Text("key");
        using var reset = await admin.PutAsJsonAsync($"/api/v1/admin/users/rows/{userKey}/secret", new { value = "PLANTED-password-5" });
        reset.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var person = new PageClient(host);
        (await person.SignInAsync(Admin, "PLANTED-password-5")).StatusCode.ShouldBe(HttpStatusCode.Redirect);

        string[] secrets;
        await using (var db = host.Open())
        {
            var users = await db.Users.AsNoTracking().ToListAsync();
            secrets =
            [
                "PLANTED", .. users.Select(u => u.PasswordHash!), .. users.Select(u => u.SecurityStamp!),
                .. (await db.ApiTokens.ToListAsync()).Select(t => Convert.ToBase64String(t.Hash)), admin.DefaultRequestHeaders.Authorization!.Parameter!,
            ];
        }

        var tables = (await admin.GetJsonAsync("/api/v1/admin/tables")).Items();
        tables.Count.ShouldBe(23);
        foreach (var table in tables)
        {
            var name = table.Text("name");
            var columns = string.Join(',', table.GetProperty("columns").EnumerateArray().Select(c => c.Text("name")));
            var list = await SecretlessAsync($"/api/v1/admin/{name}?columns={columns}");
            await SecretlessAsync($"/admin/{name}?columns={columns}");
            await SecretlessAsync($"/api/v1/admin/{name}/export?format=csv&columns={columns}");
            await SecretlessAsync($"/api/v1/admin/{name}/export?format=json");
            foreach (var key in JsonSerializer.Deserialize<JsonElement>(list).Items().Take(3).Select(r => r.Text("key")))
            {
                await SecretlessAsync($"/admin/{name}/row/{key}");
                await SecretlessAsync($"/api/v1/admin/{name}/rows/{key}");
            }
        }

        (await admin.GetJsonAsync("/api/v1/admin/audit?action=connection.credentialsReplaced")).Items().Count.ShouldBe(1);

        async Task<string> SecretlessAsync(string path)
        {
            using var response = await person.Http.GetAsync(path);
            var text = await response.Content.ReadAsStringAsync();
            response.StatusCode.ShouldBe(HttpStatusCode.OK, $"{path} {text}");
            secrets.Where(s => text.Contains(s, StringComparison.Ordinal)).ShouldBeEmpty(path);
            return text;
        }
    }

    [Theory, EachStore]
    public async Task Several_rows_are_changed_deleted_and_acted_on_by_key_or_by_what_they_have_in_common(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var admin = await AdminAsync(host);
        var keys = new List<string>();
        foreach (var symbol in new[] { "AAA", "AAB", "BBB" })
        {
            using var made = await admin.PostAsJsonAsync("/api/v1/admin/instruments", new { symbol, assetClass = "equity", currency = "INR" });
            keys.Add((await made.JsonAsync()).Text("key"));
        }

        using var wrong = await admin.PostAsJsonAsync(
            "/api/v1/admin/instruments/bulk", new { action = "set", matching = "symbol.contains=AA", expected = 3, column = "currency", value = "USD" });
        (await wrong.ProblemAsync(409)).Text("detail").ShouldStartWith("2 rows fit by now, not 3.");
        using var set = await admin.PostAsJsonAsync(
            "/api/v1/admin/instruments/bulk", new { action = "set", matching = "symbol.contains=AA", expected = 2, column = "currency", value = "USD" });
        var batch = (await set.JsonAsync()).Text("batch");
        (await admin.GetJsonAsync("/api/v1/admin/instruments?currency=USD&sort=symbol&columns=symbol")).Items().Select(i => i.GetProperty("values").Text("symbol")).ShouldBe(["AAA", "AAB"]);
        (await StatusAsync(admin, "POST", "/api/v1/admin/undo", new { batch })).ShouldBe(204);
        (await admin.GetJsonAsync("/api/v1/admin/instruments/count?currency=INR")).GetProperty("rows").GetInt64().ShouldBe(3);

        (await StatusAsync(admin, "POST", "/api/v1/admin/instruments/bulk", new { action = "delete", keys = keys.Take(2) })).ShouldBe(200);
        (await admin.GetJsonAsync("/api/v1/admin/instruments")).Items().Select(i => i.Text("key")).ShouldBe([keys[2]]);

        var member = await host.ClientAsync(Member);
        var token = (await member.GetJsonAsync("/api/v1/tokens")).Items()[0].Id();
        (await StatusAsync(admin, "POST", "/api/v1/admin/tokens/bulk", new { action = "revoke", keys = new[] { token } })).ShouldBe(200);
        (await StatusAsync(member, "GET", "/api/v1/portfolios")).ShouldBe(401);
    }

    [Theory, EachStore]
    public async Task An_action_is_done_to_all_chosen_rows_or_to_none_and_each_is_in_the_audit_log(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var admin = await AdminAsync(host);
        var member = await host.ClientAsync(Member);
        var portfolio = (await member.AddPortfolioAsync()).Id();
        var keys = new[] { (await member.ConnectDemoAsync(portfolio)).Id(), (await member.ConnectDemoAsync(portfolio, "2")).Id() };
        foreach (var action in new[] { "pause", "sync" })
        {
            using var refused = await admin.PostAsJsonAsync("/api/v1/admin/connections/bulk", new { action, keys = keys.Append(Guid.Empty.ToString()) });
            (await refused.ProblemAsync(409)).Text("detail").ShouldBe($"Nothing was done, because of the row {Guid.Empty}: There is no connection with this id.");
        }

        (await admin.GetJsonAsync("/api/v1/admin/connections/count?sync.state=paused")).GetProperty("rows").GetInt64().ShouldBe(0);
        (await admin.GetJsonAsync("/api/v1/admin/audit?tableName=connections")).Items().ShouldBeEmpty();

        (await StatusAsync(admin, "POST", "/api/v1/admin/connections/bulk", new { action = "pause", keys })).ShouldBe(200);
        (await StatusAsync(admin, "POST", "/api/v1/admin/connections/bulk", new { action = "sync", keys })).ShouldBe(200);
        (await admin.GetJsonAsync("/api/v1/admin/connections/count?sync.state=paused")).GetProperty("rows").GetInt64().ShouldBe(2);
        foreach (var action in new[] { "connection.paused", "connection.syncAsked" })
        {
            var told = (await admin.GetJsonAsync($"/api/v1/admin/audit?tableName=connections&action={action}&columns=subject,batch")).Items().Select(i => i.GetProperty("values")).ToList();
            told.Select(v => v.Text("subject")).ShouldBe(keys, ignoreOrder: true);
            told.Select(v => v.Text("batch")).Distinct().Count().ShouldBe(1);
        }
    }

    [Fact]
    public async Task A_table_has_only_the_actions_that_its_description_names_and_each_does_something()
    {
        await using var host = await ApiHost.StartAsync();
        var admin = await AdminAsync(host);
        foreach (var table in (await admin.GetJsonAsync("/api/v1/admin/tables")).Items())
        {
            var keys = new[] { string.Join(',', table.GetProperty("key").EnumerateArray().Select(_ => Guid.Empty)) };
            var path = $"/api/v1/admin/{table.Text("name")}/bulk";
            (await StatusAsync(admin, "POST", path, new { action = "nothing", keys })).ShouldBe(422, path);
            foreach (var action in table.GetProperty("actions").EnumerateArray().Select(a => a.GetString()))
            {
                // It looks for the row, and there is none.
                (await StatusAsync(admin, "POST", path, new { action, keys })).ShouldBe(404, $"{path} {action}");
            }
        }
    }

    [Theory, EachStore]
    public async Task What_was_deleted_is_put_back_by_whoever_may_make_such_rows(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var admin = await AdminAsync(host);
        var member = await host.ClientAsync(Member);
        using var made = await admin.PostAsJsonAsync("/api/v1/admin/fx-rates", new { currency = "USD", day = "2026-01-02", source = "hand", perEuro = "1.1" });
        var key = (await made.JsonAsync()).Text("key");
        await PermitAsync(admin, "view", "delete");
        (await StatusAsync(member, "DELETE", $"/api/v1/admin/fx-rates/rows/{key}")).ShouldBe(204);
        var change = (await admin.GetJsonAsync("/api/v1/admin/audit?action=fxRate.deleted")).Items().Single().Text("key");

        (await StatusAsync(member, "POST", "/api/v1/admin/undo", new { change })).ShouldBe(403);
        await PermitAsync(admin, "create");
        (await StatusAsync(member, "POST", "/api/v1/admin/undo", new { change })).ShouldBe(204);

        (await member.GetJsonAsync($"/api/v1/admin/fx-rates/rows/{key}")).GetProperty("values").Text("perEuro").ShouldBe("1.1");
        (await StatusAsync(member, "POST", "/api/v1/admin/undo", new { change })).ShouldBe(409);
    }

    [Theory, EachStore]
    public async Task Connections_are_paused_and_resumed_and_go_only_with_confirmation(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var admin = await AdminAsync(host);
        var member = await host.ClientAsync(Member);
        var connection = (await member.ConnectDemoAsync((await member.AddPortfolioAsync()).Id())).Id();
        await member.SyncAsync(connection);

        (await StatusAsync(admin, "POST", "/api/v1/admin/connections/bulk", new { action = "pause", matching = "brokerId=demo" })).ShouldBe(200);
        (await admin.GetJsonAsync("/api/v1/admin/connections?sync.state=paused&columns=label,sync.state")).Items().Single().GetProperty("values").Text("sync.state").ShouldBe("paused");
        (await StatusAsync(admin, "POST", "/api/v1/admin/connections/bulk", new { action = "resume", keys = new[] { connection } })).ShouldBe(200);
        using var refused = await admin.DeleteAsync($"/api/v1/admin/connections/rows/{connection}");
        (await refused.ProblemAsync(409)).Text("detail").ShouldContain("Holdings");
        (await StatusAsync(admin, "DELETE", $"/api/v1/admin/connections/rows/{connection}?confirm=true")).ShouldBe(204);
        (await StatusAsync(member, "GET", $"/api/v1/connections/{connection}")).ShouldBe(404);
    }

    [Fact]
    public async Task A_list_is_kept_under_a_name_downloaded_and_refused_when_it_cannot_be_asked()
    {
        await using var host = await ApiHost.StartAsync();
        var admin = await AdminAsync(host);
        using var saved = await admin.PostAsJsonAsync("/api/v1/admin/views", new { table = "users", name = "Members", query = "role=member&sort=-email" });
        var view = await saved.JsonAsync();
        (await admin.GetJsonAsync("/api/v1/admin/views")).Items().Single().Text("query").ShouldBe("role=member&sort=-email");
        await host.ClientAsync("=evil@example.org");

        using var csv = await admin.GetAsync($"/api/v1/admin/users/export?columns=email,role&{view.Text("query")}");
        csv.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        csv.Content.Headers.ContentDisposition!.FileName!.Trim('"').ShouldBe("users.csv");
        (await csv.Content.ReadAsStringAsync()).ShouldBe("email,role\r\n'=evil@example.org,member\r\n");
        using var wrong = await admin.GetAsync("/api/v1/admin/users?role.greater=1");
        (await wrong.ProblemAsync(400)).GetProperty("errors").TryGetProperty("role.greater", out _).ShouldBeTrue();
        (await StatusAsync(admin, "DELETE", $"/api/v1/admin/views/{view.Id()}")).ShouldBe(204);
        (await admin.GetStringAsync("/openapi/v1.json")).ShouldContain("/api/v1/admin/{table}/rows/{key}");
    }

    /// <summary>Lets the member do things with exchange rates, and tells the member's id.</summary>
    private static async Task<string> PermitAsync(HttpClient admin, params string[] rights)
    {
        var memberId = (await admin.GetJsonAsync($"/api/v1/admin/users?email={Member}")).Items()[0].Text("key");
        foreach (var right in rights)
        {
            using var made = await admin.PostAsJsonAsync("/api/v1/admin/permissions", new { userId = memberId, tableName = "fx-rates", allows = right });
            made.StatusCode.ShouldBe(HttpStatusCode.Created);
        }

        return memberId;
    }

    /// <summary>A row for each kind that addresses name, which somebody owns who is no admin.</summary>
    private sealed record AddressedRows(string Instrument, string Connection, string Run)
    {
        public string PathOf(string pattern) => pattern
            .Replace("{TableName}", "instruments").Replace("{Key}", Instrument)
            .Replace("connections/{Id:guid}", $"connections/{Connection}").Replace("runs/{Id:guid}", $"runs/{Run}");
    }

    private static async Task<AddressedRows> RowsAsync(ApiHost host)
    {
        var owner = await host.ClientAsync("owner@example.org");
        var connection = (await owner.ConnectDemoAsync((await owner.AddPortfolioAsync()).Id())).Id();
        var run = await owner.SyncAsync(connection);
        var admin = await AdminAsync(host);
        return new AddressedRows((await admin.GetJsonAsync("/api/v1/admin/instruments?limit=1")).Items()[0].Text("key"), connection, run.Id());
    }

    private static Task<HttpClient> AdminAsync(ApiHost host) => host.ClientAsync(Admin, TokenScope.Admin, UserRole.Admin);

    // Has a token already, and so no password that anybody knows.
    private static async Task<PageClient> MemberAsync(ApiHost host)
    {
        await host.Services.GetRequiredService<UserAccounts>().ResetPasswordAsync(Member, PageClient.Password, Actor.CommandLine, default);
        return await PageClient.SignedInAsync(host, Member);
    }

    private static string PathOf(string pattern) => pattern
        .Replace("{table}", "instruments").Replace("{TableName}", "instruments").Replace("{key}", Guid.Empty.ToString()).Replace("{Key}", Guid.Empty.ToString())
        .Replace("{id:guid}", Guid.Empty.ToString());

    private static async Task<int> StatusAsync(HttpClient client, string method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        // Each of these is of the right form for something, so that nothing is turned down before it is asked who sends it.
        request.Content = method is "POST" or "PUT" or "PATCH"
            ? JsonContent.Create(body ?? new { from = Guid.Empty, into = Guid.Empty, action = "delete", table = "instruments", name = "x", value = "x" })
            : null;
        using var response = await client.SendAsync(request);
        return (int)response.StatusCode;
    }
}
