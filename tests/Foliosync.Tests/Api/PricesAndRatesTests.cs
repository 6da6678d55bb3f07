using Foliosync.Core.Instruments;
using Foliosync.Core.Prices;
using Foliosync.Core.Tests.Storage;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Api;

public sealed class PricesAndRatesTests
{
    private static readonly DateOnly Today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    [Theory, EachStore]
    public async Task Rates_are_listed_newest_first_with_source_and_time(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        await AddAsync(host, Rate("USD", new(2026, 9, 10), 1.1600m), Rate("USD", new(2026, 9, 11), 1.1592m), Rate("INR", new(2026, 9, 11), 102.4m));
        var client = await host.ClientAsync("me@example.org");

        var rates = (await client.GetJsonAsync("/api/v1/fx-rates?from=2026-09-11&to=2026-09-11")).Items();

        rates.Select(r => (r.Text("currency"), r.Text("perEuro"))).ShouldBe([("INR", "102.4"), ("USD", "1.1592")]);
        rates[1].Text("source").ShouldBe("ecb");
        rates[1].Text("asOf").ShouldBe("2026-09-11T14:00:00Z");
        rates[1].Text("fetchedAt").ShouldBe("2026-09-11T15:00:00Z");
    }

    [Theory, EachStore]
    public async Task Rates_come_in_pages(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        await AddAsync(host,
            [.. from day in Enumerable.Range(1, 3) from currency in new[] { "INR", "JPY", "USD" } select Rate(currency, new(2026, 9, day), day)]);
        var client = await host.ClientAsync("me@example.org");
        var seen = new List<string>();
        string? next = string.Empty;
        while (next is not null)
        {
            var page = await client.GetJsonAsync($"/api/v1/fx-rates?limit=2{next}");
            seen.AddRange(page.Items().Select(r => r.Text("day") + r.Text("currency")));
            next = page.GetProperty("next").GetString() is { } cursor ? $"&after={cursor}" : null;
        }

        seen.ShouldBe([.. from day in new[] { 3, 2, 1 } from currency in new[] { "INR", "JPY", "USD" } select $"2026-09-0{day}{currency}"]);
    }

    [Fact]
    public async Task The_newest_rate_is_stale_after_a_week_and_older_ones_are_history()
    {
        await using var host = await ApiHost.StartAsync();
        await AddAsync(host, Rate("USD", Today.AddDays(-8), 1m), Rate("USD", Today.AddDays(-9), 1m), Rate("INR", Today, 1m), Rate("INR", Today.AddDays(-9), 1m));
        var client = await host.ClientAsync("me@example.org");

        var rates = (await client.GetJsonAsync("/api/v1/fx-rates")).Items();

        rates.Where(r => r.GetProperty("stale").GetBoolean()).Select(r => (r.Text("currency"), r.Text("day")))
            .ShouldBe([("USD", Today.AddDays(-8).ToString("yyyy-MM-dd"))]);
    }

    [Fact]
    public async Task A_currency_without_rates_has_none()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("me@example.org");

        (await client.GetJsonAsync("/api/v1/fx-rates?currency=AED")).Items().ShouldBeEmpty();
    }

    [Theory, EachStore]
    public async Task Prices_of_an_instrument_are_readable_by_everybody(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var id = await AddInstrumentAsync(host, (new(2026, 9, 10), "amfi", 10.5m), (new(2026, 9, 11), "amfi", 10.75m), (new(2026, 9, 11), "zerodha", 10.7m));
        var client = await host.ClientAsync("other@example.org");

        var prices = (await client.GetJsonAsync($"/api/v1/instruments/{id}/prices?from=2026-09-10&to=2026-09-11")).Items();

        prices.Select(p => (p.Text("day"), p.Text("source"), p.Text("price"), p.Text("currency"))).ShouldBe(
        [
            ("2026-09-11", "amfi", "10.75", "INR"), ("2026-09-11", "zerodha", "10.7", "INR"), ("2026-09-10", "amfi", "10.5", "INR"),
        ]);
        prices[0].Text("asOf").ShouldBe("2026-09-11T10:00:00Z");
        prices[0].Text("fetchedAt").ShouldBe("2026-09-11T16:00:00Z");
    }

    [Fact]
    public async Task The_last_price_of_an_instrument_is_stale_after_a_week()
    {
        await using var host = await ApiHost.StartAsync();
        var id = await AddInstrumentAsync(host, (Today.AddDays(-9), "amfi", 1m), (Today.AddDays(-8), "amfi", 1m));
        var client = await host.ClientAsync("me@example.org");

        (await client.GetJsonAsync($"/api/v1/instruments/{id}/prices")).Items().Select(p => p.GetProperty("stale").GetBoolean())
            .ShouldBe([true, false]);
    }

    [Fact]
    public async Task An_unknown_instrument_is_not_found_and_a_wrong_day_or_cursor_is_told()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("me@example.org");

        using var unknown = await client.GetAsync($"/api/v1/instruments/{Guid.NewGuid()}/prices");
        using var wrongDay = await client.GetAsync("/api/v1/fx-rates?from=yesterday");
        using var wrongCursor = await client.GetAsync("/api/v1/fx-rates?after=AAA");

        await unknown.ProblemAsync(404);
        await wrongDay.ProblemAsync(400);
        await wrongCursor.ProblemAsync(400);
    }

    private static FxRate Rate(string currency, DateOnly day, decimal perEuro) => new()
    {
        Currency = currency,
        Day = day,
        Source = "ecb",
        PerEuro = perEuro,
        FetchedAt = new DateTimeOffset(2026, 9, 11, 15, 0, 0, TimeSpan.Zero),
    };

    private static async Task AddAsync(ApiHost host, params FxRate[] rates)
    {
        await using var db = host.Open();
        db.FxRates.AddRange(rates);
        await db.SaveChangesAsync();
    }

    private static async Task<Guid> AddInstrumentAsync(ApiHost host, params (DateOnly Day, string Source, decimal Value)[] prices)
    {
        var instrument = new Instrument { Id = Guid.NewGuid(), Symbol = "X", Currency = "INR" };
        await using var db = host.Open();
        db.Add(instrument);
        db.AddRange(prices.Select(p => new Price
        {
            InstrumentId = instrument.Id,
            Day = p.Day,
            Source = p.Source,
            Value = p.Value,
            Currency = "INR",
            At = new DateTimeOffset(p.Day.ToDateTime(new TimeOnly(10, 0)), TimeSpan.Zero),
            FetchedAt = new DateTimeOffset(p.Day.ToDateTime(new TimeOnly(16, 0)), TimeSpan.Zero),
        }));
        await db.SaveChangesAsync();
        return instrument.Id;
    }
}
