using System.Net.Http.Json;
using Foliosync.Core.Tests.Storage;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Api;

public sealed class ExportTests
{
    [Theory, EachStore]
    public async Task A_portfolio_and_an_account_are_downloads_with_a_name(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var client = await host.ClientAsync("me@example.org");
        var portfolio = (await client.AddPortfolioAsync("Ma & Pa")).Id();
        await client.SyncAsync((await client.ConnectDemoAsync(portfolio)).Id());
        var account = (await client.GetJsonAsync("/api/v1/accounts")).Items()[0].Id();
        var transactions = (await client.GetJsonAsync("/api/v1/transactions?limit=1000")).Items().Count;

        using var csv = await client.GetAsync($"/api/v1/portfolios/{portfolio}/export?format=CSV");
        using var json = await client.GetAsync($"/api/v1/accounts/{account}/export?format=json");

        csv.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        csv.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        csv.Content.Headers.ContentDisposition.FileName!.ShouldStartWith("foliosync-ma-pa-2");
        csv.Headers.CacheControl!.NoStore.ShouldBeTrue();
        transactions.ShouldBeGreaterThan(0);
        (await csv.Content.ReadAsStringAsync()).Count(c => c == '\n').ShouldBe(transactions + 1);
        (await json.JsonAsync()).GetProperty("holdings").GetArrayLength().ShouldBeGreaterThan(0);
        json.Content.Headers.ContentDisposition!.FileName!.ShouldEndWith(".json");
    }

    [Fact]
    public async Task What_a_format_cannot_say_is_told_in_headers()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("me@example.org");
        var portfolio = (await client.AddPortfolioAsync()).Id();
        await client.SyncAsync((await client.ConnectDemoAsync(portfolio)).Id());

        using var ghostfolio = await client.GetAsync($"/api/v1/portfolios/{portfolio}/export?format=ghostfolio");

        ghostfolio.Headers.GetValues("Foliosync-Warning").ShouldContain(w => w.StartsWith("Deposits and withdrawals are left out", StringComparison.Ordinal));
        (await ghostfolio.JsonAsync()).GetProperty("activities").GetArrayLength().ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task No_planted_credential_is_in_any_export()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("me@example.org");
        var portfolio = (await client.AddPortfolioAsync()).Id();
        using var added = await client.PostAsJsonAsync("/api/v1/connections", new
        {
            portfolioId = portfolio,
            broker = "demo",
            label = "Demo",
            credentials = new { seed = "planted-seed-7" },
            session = new { token = "planted-session-8" },
        });
        await client.SyncAsync((await added.JsonAsync()).Id());

        foreach (var format in (string[])["csv", "json", "ghostfolio", "beancount"])
        {
            using var file = await client.GetAsync($"/api/v1/portfolios/{portfolio}/export?format={format}");
            file.EnsureSuccessStatusCode();
            (file.Headers + await file.Content.ReadAsStringAsync()).ShouldNotContain("planted");
        }
    }

    [Theory]
    [InlineData("csv", "text/csv", "date,kind,symbol")]
    [InlineData("json", "application/json", "\"format\": \"foliosync\"")]
    public async Task The_template_of_the_generic_format_is_a_download(string format, string type, string part)
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("me@example.org");

        using var template = await client.GetAsync($"/api/v1/import-template?format={format}");

        template.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        template.Content.Headers.ContentDisposition!.FileName.ShouldBe($"foliosync-import-template.{format}");
        (await template.Content.ReadAsStringAsync()).ShouldContain(part);
    }
}
