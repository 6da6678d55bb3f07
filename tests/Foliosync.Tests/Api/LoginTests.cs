using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Foliosync.Core.Connections;
using Foliosync.Simulator;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Api;

public sealed class LoginTests : IAsyncDisposable
{
    private KiteSimulator _kite = null!;

    [Fact]
    public async Task A_login_at_zerodha_leads_through_the_browser_to_synced_holdings()
    {
        await using var host = await StartAsync();
        var client = await host.ClientAsync("asha@example.org");
        var connection = await ConnectAsync(client, number: 3);
        connection.Text("state").ShouldBe("needsLogin");

        var callback = await LogInAtKiteAsync(host, client, connection.Id());
        var browser = host.Client();
        using var answer = await browser.GetAsync(callback);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var page = await answer.Content.ReadAsStringAsync();
        page.ShouldContain("You are logged in at Zerodha");
        page.ShouldNotContain(callback.Query);
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Headers.GetValues("Referrer-Policy").Single().ShouldBe("no-referrer");

        var runs = (await client.GetJsonAsync($"/api/v1/sync-runs?connectionId={connection.Id()}")).Items();
        runs[0].Text("trigger").ShouldBe("loginCompleted");
        (await client.WaitForAsync(runs[0].Id())).Text("state").ShouldBe("succeeded");
        var after = await client.GetJsonAsync($"/api/v1/connections/{connection.Id()}");
        (after.Text("state"), after.GetProperty("accounts")[0].Text("externalId")).ShouldBe(("active", "U000003"));
        after.GetProperty("session").GetProperty("expiresAt").ValueKind.ShouldBe(JsonValueKind.String);
        after.GetProperty("lastRun").Id().ShouldBe(runs[0].Id());
        (await client.GetJsonAsync("/api/v1/holdings?limit=100")).Items().ShouldNotBeEmpty();

        using var again = await browser.GetAsync(callback);
        again.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await again.Content.ReadAsStringAsync()).ShouldContain("start the login from the connection");
    }

    [Fact]
    public async Task Another_kite_user_is_refused_in_plain_words()
    {
        await using var host = await StartAsync();
        var client = await host.ClientAsync("asha@example.org");
        var connection = await ConnectAsync(client, number: 3, session: true);
        _kite.SetUser(3, "ZZ9999");

        var callback = await LogInAtKiteAsync(host, client, connection.Id());
        using var answer = await host.Client().GetAsync(callback);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("another person");
        (await client.GetJsonAsync("/api/v1/sync-runs")).Items().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_callback_with_markup_in_it_shows_none()
    {
        await using var host = await StartAsync();

        using var answer = await host.Client().GetAsync("/connect/%3Cscript%3E/callback?state=%3Cscript%3E");

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("<script");
    }

    [Fact]
    public async Task A_connection_with_a_session_is_checked_before_it_is_saved()
    {
        await using var host = await StartAsync();
        var client = await host.ClientAsync("asha@example.org");

        var good = await ConnectAsync(client, number: 4, session: true);
        (good.Text("state"), good.GetProperty("accounts")[0].Text("externalId")).ShouldBe(("active", "U000004"));

        var portfolioId = (await client.GetJsonAsync("/api/v1/portfolios")).Items()[0].Id();
        using var refused = await client.PostAsJsonAsync(
            "/api/v1/connections",
            new
            {
                portfolioId,
                broker = "zerodha",
                credentials = new { apiKey = KiteSimulator.ApiKeyOf(5), apiSecret = KiteSimulator.ApiSecretOf(5) },
                session = new { token = "wrong" },
            });
        (await refused.ProblemAsync(422)).Text("kind").ShouldBe("authExpired");
        (await client.GetJsonAsync("/api/v1/connections")).Items().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_broker_that_asks_here_is_answered_here()
    {
        await using var host = await StartAsync();
        var client = await host.ClientAsync("asha@example.org");
        var connection = (await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id();

        using var begun = await client.PostAsync($"/api/v1/connections/{connection}/login", null);
        var step = await begun.JsonAsync();
        step.GetProperty("redirectUrl").ValueKind.ShouldBe(JsonValueKind.Null);
        step.GetProperty("ask")[0].Text("key").ShouldBe("code");

        using var done = await client.PostAsJsonAsync($"/api/v1/connections/{connection}/login", new { answers = new { code = "123456" } });
        (await done.JsonAsync()).GetProperty("completed").GetBoolean().ShouldBeTrue();
    }

    public async ValueTask DisposeAsync()
    {
        if (_kite is not null)
        {
            await _kite.DisposeAsync();
        }
    }

    private async Task<ApiHost> StartAsync()
    {
        _kite = await KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = 10, Holdings = 20 });
        return await ApiHost.StartAsync(brokers: new Dictionary<string, BrokerOverride>
        {
            ["zerodha"] = new(ApiUrl: _kite.BaseAddress, LoginUrl: new Uri(_kite.BaseAddress, "/connect/login")),
        });
    }

    private async Task<JsonElement> ConnectAsync(HttpClient client, int number, bool session = false)
    {
        var portfolioId = (await client.AddPortfolioAsync()).Id();
        using var response = await client.PostAsJsonAsync(
            $"/api/v1/connections?check={(session ? "true" : "false")}",
            new
            {
                portfolioId,
                broker = "zerodha",
                label = "Zerodha",
                credentials = new { apiKey = KiteSimulator.ApiKeyOf(number), apiSecret = KiteSimulator.ApiSecretOf(number) },
                session = session ? new { token = _kite.AccessTokenOf(number) } : null,
            });
        return await response.JsonAsync();
    }

    /// <summary>Plays the person's browser at the broker; gives where the broker sends it.</summary>
    private async Task<Uri> LogInAtKiteAsync(ApiHost host, HttpClient client, string connectionId)
    {
        _kite.RedirectUrl = new Uri(host.Address, "/connect/zerodha/callback");
        using var begun = await client.PostAsync($"/api/v1/connections/{connectionId}/login", null);
        var loginPage = (await begun.JsonAsync()).Text("redirectUrl");
        using var sentBack = await host.Client().GetAsync(loginPage);
        sentBack.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return sentBack.Headers.Location!;
    }
}
