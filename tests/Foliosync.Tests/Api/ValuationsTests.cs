using System.Globalization;
using System.Text.Json;
using Foliosync.Core.Tests.Storage;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Api;

public sealed class ValuationsTests
{
    [Theory, EachStore]
    public async Task After_a_sync_worth_and_returns_are_told_and_agree_with_the_holdings(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var client = await host.ClientAsync("me@example.org");
        var portfolio = await SyncedAsync(client);

        var report = await client.GetJsonAsync($"/api/v1/portfolios/{portfolio}/performance?explain=true&lines=true");

        report.Text("currency").ShouldBe("INR");
        report.GetProperty("timeWeightedReturn").TryGetProperty("total", out _).ShouldBeTrue();
        report.GetProperty("moneyWeightedReturn").TryGetProperty("reason", out _).ShouldBeTrue();
        report.Text("difference").ShouldNotBeNullOrEmpty();
        var told = report.GetProperty("explanation");
        told.GetProperty("flows").EnumerateArray().ShouldNotBeEmpty();
        told.GetProperty("subPeriods").EnumerateArray().ShouldNotBeEmpty();
        var units = told.GetProperty("end").EnumerateArray().Where(l => l.GetProperty("instrumentId").ValueKind == JsonValueKind.String)
            .ToDictionary(l => l.Text("accountId") + l.Text("symbol"), l => l.Text("units"));
        var holdings = (await client.GetJsonAsync("/api/v1/holdings?limit=500")).Items();
        holdings.ShouldNotBeEmpty();
        foreach (var held in holdings.GroupBy(h => h.Text("accountId") + h.Text("symbol")))
        {
            Number(units[held.Key]).ShouldBe(held.Sum(h => Number(h.Text("quantity"))), held.Key);
        }

        static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
    }

    [Theory, EachStore]
    public async Task Values_come_by_day_in_pages_with_their_parts(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var client = await host.ClientAsync("me@example.org");
        var portfolio = await SyncedAsync(client);

        var all = await client.GetJsonAsync($"/api/v1/portfolios/{portfolio}/valuations?parts=true");
        var days = all.Items();
        days.Count.ShouldBeGreaterThan(3);
        days[^1].GetProperty("parts").EnumerateArray().ShouldNotBeEmpty();
        var seen = new List<string>();
        string? next = string.Empty;
        while (next is not null)
        {
            var page = await client.GetJsonAsync($"/api/v1/portfolios/{portfolio}/valuations?limit={(days.Count / 2) + 1}{next}");
            seen.AddRange(page.Items().Select(d => d.Text("day")));
            next = page.GetProperty("next").GetString() is { } cursor ? $"&after={cursor}" : null;
        }

        seen.ShouldBe(days.Select(d => d.Text("day")));
    }

    [Theory, EachStore]
    public async Task An_imported_old_trade_is_in_the_figures_in_a_moment(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var client = await host.ClientAsync("me@example.org");
        var portfolio = await SyncedAsync(client);
        var account = (await client.GetJsonAsync("/api/v1/accounts")).Items()[0].Id();
        using var file = new MultipartFormDataContent
        {
            {
                new StringContent(
                    "date,kind,symbol,isin,quantity,price,fees,currency\n2019-02-04,buy,OLDCO,INE081A01020,10,1500,0,INR\n2019-03-04,sell,OLDCO,INE081A01020,10,1800,0,INR\n"),
                "file",
                "trades.csv"
            },
        };

        using var imported = await client.PostAsync($"/api/v1/accounts/{account}/statements", file);
        await imported.JsonAsync();
        await UpdatedAsync(client, portfolio);

        var report = await client.GetJsonAsync($"/api/v1/portfolios/{portfolio}/performance?from=2019-02-04&to=2019-03-04");
        report.GetProperty("trust").Text("since").ShouldBe("2019-02-04");
        report.GetProperty("gain").Text("total").ShouldBe("3000");
        report.GetProperty("timeWeightedReturn").Text("total").ShouldBe("0.2");
    }

    [Fact]
    public async Task A_file_of_prices_is_compared_with()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("me@example.org");
        var portfolio = await SyncedAsync(client);
        var today = TimeProvider.System.GetUtcNow();

        var report = await CompareAsync(Enumerable.Range(-12, 15).Select(d => $"{today.AddDays(d):yyyy-MM-dd},{100 + d}"));
        report.IsSuccessStatusCode.ShouldBeTrue(await report.Content.ReadAsStringAsync());
        (await report.JsonAsync()).GetProperty("benchmark").GetProperty("timeWeightedReturn").TryGetProperty("total", out _).ShouldBeTrue();

        (await (await CompareAsync([$"{today:yyyy-MM-dd},100"])).ProblemAsync(422)).Text("detail").ShouldContain("Add the missing days to the price file");
        (await (await CompareAsync(["nonsense", "more"])).ProblemAsync(422)).Text("detail").ShouldBe("Line 2 of the price file does not begin with a day of the form 2026-01-31.");

        async Task<HttpResponseMessage> CompareAsync(IEnumerable<string> lines)
        {
            using var file = new MultipartFormDataContent { { new StringContent(string.Join('\n', lines)), "file", "prices.csv" } };
            return await client.PostAsync($"/api/v1/portfolios/{portfolio}/performance?period=1w", file);
        }
    }

    [Theory]
    [InlineData("performance?from=2026-05-05&to=2026-05-01", "to", "The period ends on 2026-05-01, before it begins on 2026-05-05. Swap from and to.")]
    [InlineData("performance?benchmark=NIFTY%2050", "benchmark", "There is no instrument 'NIFTY 50' to compare with. Give its id, ISIN or symbol, or a file of prices.")]
    [InlineData("performance?period=fortnight", "period", "There is no period 'fortnight'. Choose one of: 1d, 1w, mtd, 1m, 6m, ytd, 1y, max; or give from and to.")]
    [InlineData("valuations?from=yesterday", "from", "The value of 'from' is not of the right form.")]
    [InlineData("valuations?limit=0", "limit", "The limit must be a number from 1 to 10000.")]
    public async Task What_cannot_be_answered_gets_one_sentence(string path, string field, string sentence)
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("me@example.org");
        var portfolio = (await client.AddPortfolioAsync()).Id();

        using var response = await client.GetAsync($"/api/v1/portfolios/{portfolio}/{path}");

        var problem = await response.ProblemAsync(400);
        problem.Text("detail").ShouldBe(sentence);
        problem.GetProperty("errors").TryGetProperty(field, out _).ShouldBeTrue();
    }

    [Fact]
    public async Task An_empty_portfolio_says_that_nothing_was_held()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("me@example.org");
        var portfolio = (await client.AddPortfolioAsync()).Id();

        var report = await client.GetJsonAsync($"/api/v1/portfolios/{portfolio}/performance");

        report.GetProperty("timeWeightedReturn").Text("reason").ShouldBe("Nothing was held.");
        report.GetProperty("trust").GetProperty("notes").EnumerateArray().Select(n => n.GetString()).ShouldBe(["Nothing has been held."]);
        (await client.GetJsonAsync($"/api/v1/portfolios/{portfolio}/valuations")).Items().ShouldBeEmpty();
    }

    private static async Task<string> SyncedAsync(HttpClient client)
    {
        var portfolio = (await client.AddPortfolioAsync()).Id();
        await client.SyncAsync((await client.ConnectDemoAsync(portfolio)).Id());
        await UpdatedAsync(client, portfolio);
        return portfolio;
    }

    private static async Task UpdatedAsync(HttpClient client, string portfolio)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            if (!(await client.GetJsonAsync($"/api/v1/portfolios/{portfolio}/performance?period=1d")).GetProperty("updating").GetBoolean())
            {
                return;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException("The values were not computed.");
    }
}
