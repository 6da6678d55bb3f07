using System.Globalization;
using System.Text.Json;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Api;

public sealed class ListTests
{
    [Theory, EachStore]
    public async Task Pages_give_every_row_once(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var client = await host.ClientAsync("asha@example.org");
        var connection = (await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id();
        await client.SyncAsync(connection);

        foreach (var list in new[] { "holdings", "transactions", "cash-balances", "accounts" })
        {
            var whole = await client.GetJsonAsync($"/api/v1/{list}?limit=1000");
            whole.GetProperty("next").ValueKind.ShouldBe(JsonValueKind.Null);

            var ids = new List<string>();
            var size = list is "transactions" ? 100 : 7;
            for (string? next = string.Empty; next is not null;)
            {
                var page = await client.GetJsonAsync($"/api/v1/{list}?limit={size}{(next.Length == 0 ? "" : $"&after={next}")}");
                page.Items().Count.ShouldBeLessThanOrEqualTo(size);
                ids.AddRange(page.Items().Select(i => i.Id()));
                next = page.GetProperty("next").GetString();
            }

            ids.ShouldBe(whole.Items().Select(i => i.Id()), list);
            ids.ShouldNotBeEmpty();
        }
    }

    [Theory, EachStore]
    public async Task Holdings_are_plain_decimal_strings_with_what_follows_from_them(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var client = await host.ClientAsync("asha@example.org");
        await client.SyncAsync((await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id());
        var id = Guid.Parse((await client.GetJsonAsync("/api/v1/holdings?limit=1")).Items()[0].Id(), CultureInfo.InvariantCulture);
        await using (var db = host.Open())
        {
            await db.Holdings.Where(h => h.Id == id).ExecuteUpdateAsync(s => s
                .SetProperty(h => h.Quantity, -1500.000m)
                .SetProperty(h => h.UnsettledQuantity, 0.0000000001m)
                .SetProperty(h => h.AveragePrice, 2.50m)
                .SetProperty(h => h.CostBasis, 12345678901234567890.12300m)
                .SetProperty(h => h.LastPrice, 1000000000m)
                .SetProperty(h => h.Multiplier, 25m)
                .SetProperty(h => h.Lot, "margin")
                .SetProperty(h => h.LastReportedAt, new DateTimeOffset(2026, 8, 3, 10, 30, 0, TimeSpan.FromHours(5.5))));
        }

        var holding = (await client.GetJsonAsync("/api/v1/holdings?limit=1")).Items()[0];

        holding.Text("quantity").ShouldBe("-1500");
        holding.Text("unsettledQuantity").ShouldBe("0.0000000001");
        holding.Text("pledgedQuantity").ShouldBe("0");
        holding.Text("averagePrice").ShouldBe("2.5");
        holding.Text("lastPrice").ShouldBe("1000000000");
        holding.Text("costBasis").ShouldBe("12345678901234567890.123");
        // -1,500 units x 1,000,000,000 x 25
        holding.Text("marketValue").ShouldBe("-37500000000000");
        holding.Text("unrealisedGain").ShouldBe("-12345716401234567890.123");
        holding.GetProperty("marginFunded").GetBoolean().ShouldBeTrue();
        holding.Text("asOf").ShouldBe("2026-08-03T05:00:00Z");
        (holding.Text("broker"), holding.Text("source")).ShouldBe(("demo", "demo"));
    }

    [Fact]
    public async Task What_is_unknown_is_null()
    {
        await using var host = await ApiHost.StartAsync();
        var client = await host.ClientAsync("asha@example.org");
        await client.SyncAsync((await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id());
        await using (var db = host.Open())
        {
            await db.Holdings.ExecuteUpdateAsync(s => s
                .SetProperty(h => h.AveragePrice, (decimal?)null).SetProperty(h => h.CostBasis, (decimal?)null));
        }

        var holding = (await client.GetJsonAsync("/api/v1/holdings?limit=1")).Items()[0];

        foreach (var unknown in new[] { "averagePrice", "costBasis", "unrealisedGain" })
        {
            holding.GetProperty(unknown).ValueKind.ShouldBe(JsonValueKind.Null, unknown);
        }

        holding.GetProperty("marketValue").ValueKind.ShouldBe(JsonValueKind.String);
    }

    [Theory, EachStore]
    public async Task Holdings_of_the_past_are_those_that_were_held_then(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var client = await host.ClientAsync("asha@example.org");
        var connectionId = (await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id();
        await client.SyncAsync(connectionId);
        var start = new DateTimeOffset(2026, 8, 3, 5, 0, 0, TimeSpan.Zero);
        Guid kept;
        Guid sold;
        await using (var db = host.Open())
        {
            var holdings = await db.Holdings.OrderBy(h => h.Id).Take(2).ToListAsync();
            (kept, sold) = (holdings[0].Id, Guid.CreateVersion7(start));
            await db.Holdings.Where(h => h.Id != kept).ExecuteDeleteAsync();
            await db.Holdings.ExecuteUpdateAsync(s => s.SetProperty(h => h.Since, start.AddDays(2)));
            db.HoldingPeriods.Add(new HoldingPeriod
            {
                Id = sold,
                AccountId = holdings[1].AccountId,
                InstrumentId = holdings[1].InstrumentId,
                Lot = string.Empty,
                Quantity = 10m,
                CostBasis = 150m,
                From = start,
                To = start.AddDays(3),
            });
            await db.SaveChangesAsync();
        }

        (await IdsAtAsync(start.AddSeconds(-1))).ShouldBeEmpty();
        (await IdsAtAsync(start)).ShouldBe([sold]);
        (await IdsAtAsync(start.AddDays(2.5))).ShouldBe([sold, kept], ignoreOrder: true);
        (await IdsAtAsync(start.AddDays(3))).ShouldBe([kept]);

        var past = (await client.GetJsonAsync("/api/v1/holdings?asOf=2026-08-03T10:30:00+05:30")).Items().Single();
        (past.Text("quantity"), past.Text("costBasis"), past.Text("asOf")).ShouldBe(("10", "150", "2026-08-03T05:00:00Z"));
        past.GetProperty("lastPrice").ValueKind.ShouldBe(JsonValueKind.Null);
        past.GetProperty("marketValue").ValueKind.ShouldBe(JsonValueKind.Null);

        async Task<IEnumerable<Guid>> IdsAtAsync(DateTimeOffset instant) =>
            (await client.GetJsonAsync($"/api/v1/holdings?asOf={instant:yyyy-MM-ddTHH:mm:ss}Z&connectionId={connectionId}"))
                .Items().Select(i => Guid.Parse(i.Id(), CultureInfo.InvariantCulture));
    }

    [Theory, EachStore]
    public async Task Transactions_and_runs_come_newest_first_and_can_be_filtered(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var client = await host.ClientAsync("asha@example.org");
        var connection = (await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id();
        await client.SyncAsync(connection);
        await client.SyncAsync(connection);

        var transactions = (await client.GetJsonAsync("/api/v1/transactions?limit=1000")).Items();
        var times = transactions.Select(t => t.GetProperty("tradedAt").GetDateTimeOffset()).ToList();
        times.ShouldBe(times.OrderDescending());
        var middle = times[times.Count / 2];
        var query = $"limit=1000&kind=buy&from={middle:yyyy-MM-ddTHH:mm:ss}Z";
        var bought = (await client.GetJsonAsync($"/api/v1/transactions?{query}")).Items();
        bought.Count.ShouldBe(transactions.Count(t => t.Text("kind") == "buy" && t.GetProperty("tradedAt").GetDateTimeOffset() >= middle));
        transactions.ShouldAllBe(t => t.Text("source") == "api");

        var runs = (await client.GetJsonAsync("/api/v1/sync-runs?state=succeeded&trigger=manual&from=2020-01-01")).Items();
        runs.Select(r => r.GetProperty("queuedAt").GetDateTimeOffset()).ShouldBeInOrder(SortDirection.Descending);
        runs.Count.ShouldBe(2);
        runs[0].GetProperty("counts").GetProperty("inserted").GetInt32().ShouldBe(0);
        (await client.GetJsonAsync("/api/v1/sync-runs?to=2020-01-01")).Items().ShouldBeEmpty();
    }
}
