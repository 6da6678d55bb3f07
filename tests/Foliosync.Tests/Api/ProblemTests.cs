using System.Net.Http.Json;
using System.Text;
using Foliosync.Api;
using Foliosync.Core.Users;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Api;

public sealed class ProblemTests
{
    [Theory]
    [InlineData("GET", "/api/v1/nothing", null, null, 404, null)]
    [InlineData("GET", "/api/v1/portfolios/no-id", null, null, 404, null)]
    [InlineData("DELETE", "/api/v1/portfolios", null, null, 405, null)]
    [InlineData("POST", "/api/v1/portfolios", "name=x", "application/x-www-form-urlencoded", 415, null)]
    [InlineData("POST", "/api/v1/portfolios", "{", "application/json", 400, null)]
    [InlineData("POST", "/api/v1/portfolios", "[]", "application/json", 400, null)]
    [InlineData("POST", "/api/v1/portfolios", "", "application/json", 400, null)]
    [InlineData("POST", "/api/v1/portfolios", "null", "application/json", 400, null)]
    [InlineData("POST", "/api/v1/portfolios", """{"name":5}""", "application/json", 400, null)]
    [InlineData("POST", "/api/v1/portfolios", """{"name":" "}""", "application/json", 422, "name")]
    [InlineData("POST", "/api/v1/portfolios", """{"name":"x","baseCurrency":"rupee"}""", "application/json", 422, "baseCurrency")]
    [InlineData("POST", "/api/v1/connections", "{}", "application/json", 422, "portfolioId")]
    [InlineData("POST", "/api/v1/tokens", """{"name":"x","scope":"admin"}""", "application/json", 422, "scope")]
    [InlineData("POST", "/api/v1/tokens", """{"name":"x","scope":"all"}""", "application/json", 400, null)]
    [InlineData("GET", "/api/v1/holdings?limit=0", null, null, 400, "limit")]
    [InlineData("GET", "/api/v1/holdings?limit=1001", null, null, 400, "limit")]
    [InlineData("GET", "/api/v1/holdings?limit=many", null, null, 400, "limit")]
    [InlineData("GET", "/api/v1/holdings?after=zz", null, null, 400, "after")]
    [InlineData("GET", "/api/v1/transactions?after=AAAA", null, null, 400, "after")]
    [InlineData("GET", "/api/v1/holdings?portfolioId=x", null, null, 400, "portfolioId")]
    [InlineData("GET", "/api/v1/holdings?asOf=yesterday", null, null, 400, "asOf")]
    [InlineData("GET", "/api/v1/sync-runs?state=done", null, null, 400, "state")]
    [InlineData("GET", "/api/v1/import-template?format=beancount", null, null, 400, "format")]
    [InlineData("GET", "/api/v1/portfolios/01997a00-0000-7000-8000-000000000000/export", null, null, 400, "format")]
    [InlineData("GET", "/api/v1/accounts/01997a00-0000-7000-8000-000000000000/export?format=pdf", null, null, 400, "format")]
    public async Task Every_error_is_a_problem_that_names_its_input(
        string method, string path, string? body, string? type, int status, string? field)
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("asha@example.org");
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, type!);

        using var response = await client.SendAsync(request);

        var problem = await response.ProblemAsync(status);
        problem.Text("detail").ShouldEndWith(".");
        if (field is not null)
        {
            problem.GetProperty("errors").GetProperty(field)[0].GetString().ShouldNotBeNullOrEmpty();
        }
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/json")]
    public async Task A_database_that_is_away_or_full_is_told_as_such_and_not_as_a_fault_of_ours(string accept)
    {
        await using var host = await ApiHost.StartAsync(jobs: false);

        var (away, again, awayText) = await TellAsync(new InvalidOperationException("Wrapped.", new NpgsqlException("Gone.", new IOException())));
        var (full, _, fullText) = await TellAsync(new SqliteException("database or disk is full", 13));

        (away, again, full).ShouldBe((503, "1", 507));
        awayText.ShouldContain("The database does not answer just now. Try again in a moment.");
        fullText.ShouldContain("The disk of the server is full, so nothing was saved.");

        async Task<(int Status, string? RetryAfter, string Text)> TellAsync(Exception failure)
        {
            await using var scope = host.Services.CreateAsyncScope();
            using var body = new MemoryStream();
            var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
            (http.Request.Method, http.Request.Scheme, http.Request.Host, http.Request.Path) = ("GET", "http", new HostString("folio.example"), "/holdings");
            http.Request.Headers.Accept = accept;
            http.Response.Body = body;
            (await new Problems(NullLogger<Problems>.Instance).TryHandleAsync(http, failure, default)).ShouldBeTrue();
            await http.Response.BodyWriter.FlushAsync();
            return (http.Response.StatusCode, http.Response.Headers.RetryAfter, Encoding.UTF8.GetString(body.ToArray()));
        }
    }

    [Fact]
    public async Task Without_a_token_the_answer_says_how_to_get_one()
    {
        await using var host = await ApiHost.StartAsync();

        using var response = await host.Client().GetAsync("/api/v1/holdings");

        (await response.ProblemAsync(401)).Text("detail").ShouldContain("foliosync token create");
        response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
    }

    [Fact]
    public async Task A_body_of_the_wrong_form_is_not_blamed_on_the_id_in_the_address()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("asha@example.org");

        using var response = await client.PatchAsJsonAsync($"/api/v1/portfolios/{Guid.NewGuid()}", new { name = new[] { 1 } });

        var problem = await response.ProblemAsync(400);
        problem.Text("detail").ShouldContain("'name'");
        problem.TryGetProperty("errors", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_token_that_may_only_read_changes_nothing()
    {
        await using var host = await ApiHost.StartAsync();
        var reader = await host.ClientAsync("asha@example.org", TokenScope.Read);

        using var response = await reader.PostAsJsonAsync("/api/v1/portfolios", new { name = "Main" });

        await response.ProblemAsync(403);
        (await reader.GetJsonAsync("/api/v1/portfolios")).Items().ShouldBeEmpty();
    }

    [Fact]
    public async Task Unknown_query_parameters_are_ignored()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("asha@example.org");

        (await client.GetJsonAsync("/api/v1/portfolios?colour=blue")).Items().ShouldBeEmpty();
    }

    [Fact]
    public async Task No_answer_repeats_a_secret()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("asha@example.org");
        var portfolioId = (await client.AddPortfolioAsync()).Id();
        string[] bodies =
        [
            $$$"""{"portfolioId":"{{{portfolioId}}}","broker":"zerodha","credentials":{"apiKey":"k","apiSecret":"planted-1","apiPin":"planted-2"}}""",
            $$$"""{"portfolioId":"{{{portfolioId}}}","broker":"zerodha","credentials":{"apiKey":"planted 3","apiSecret":"planted-4"}}""",
            $$$"""{"portfolioId":"{{{portfolioId}}}","broker":"zerodha","credentials":{"apiKey":"k","apiSecret":planted-5}}""",
            $$$"""{"portfolioId":"{{{portfolioId}}}","broker":"zerodha","credentials":{"apiKey":"k","apiSecret":["planted-6"]}}""",
            $$$"""{"portfolioId":"{{{portfolioId}}}","broker":"zerodha","credentials":{"apiKey":"k","apiSecret":"planted-7"}}""",
        ];

        foreach (var body in bodies)
        {
            using var response = await client.PostAsync("/api/v1/connections", new StringContent(body, Encoding.UTF8, "application/json"));

            ((int)response.StatusCode).ShouldBeInRange(400, 422);
            (await response.Content.ReadAsStringAsync()).ShouldNotContain("planted");
        }

        using var made = await client.PostAsync(
            "/api/v1/connections?check=false", new StringContent(bodies[^1], Encoding.UTF8, "application/json"));
        var connection = await made.JsonAsync();
        connection.ToString().ShouldNotContain("planted");
        connection.Text("state").ShouldBe("needsLogin");

        using var put = await client.PutAsJsonAsync(
            $"/api/v1/connections/{connection.Id()}/credentials", new { credentials = new { apiKey = "k2", apiSecret = "planted-8" } });
        (await put.JsonAsync()).ToString().ShouldNotContain("planted");
    }
}
