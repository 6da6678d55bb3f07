using System.Globalization;
using System.Text.Json;
using Foliosync.Core.Storage;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Users;
using Foliosync.Tests.Api;
using Foliosync.Web;
using Foliosync.Web.Instruments;
using Foliosync.Web.Overview;
using Foliosync.Web.Transactions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

/// <summary>What pages are made of, on both databases.</summary>
public sealed class ReadersTests
{
    private const string Asha = "asha@example.org";

    [Theory, EachStore]
    public async Task Pages_of_transactions_follow_each_other_without_gap_or_repeat(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var (viewer, _) = await ConnectAsync(host);
        var reader = host.Services.GetRequiredService<TransactionsReader>();
        await using var db = host.Open();
        var all = await db.Transactions.Where(t => t.SupersededBy == null).OrderByDescending(t => t.TradedAt).ThenByDescending(t => t.Id).Select(t => t.Id).ToListAsync();
        all.Count.ShouldBeGreaterThan(12);

        var seen = new List<Guid>();
        for (var query = new TransactionsQuery { Rows = 5 }; query is not null;)
        {
            var page = await reader.ReadAsync(viewer, query, default);
            seen.AddRange(page.Rows.Select(r => r.Id));
            query = page.Next;
        }

        seen.ShouldBe(all);
    }

    [Theory, EachStore]
    public async Task The_line_of_the_overview_begins_with_what_was_there_and_its_distance_is_what_was_gained(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var (viewer, client) = await ConnectAsync(host);
        var portfolio = (await client.GetJsonAsync("/api/v1/portfolios")).Items()[0].Id();
        await client.WaitForValuesAsync(portfolio);

        foreach (var (range, period) in new[] { ("1m", "1m"), ("6m", "6m"), ("1y", "1y"), ("max", "max") })
        {
            var overview = await host.Services.GetRequiredService<OverviewReader>().ReadAsync(viewer, null, range, null, default);
            var report = await client.GetJsonAsync($"/api/v1/portfolios/{portfolio}/performance?period={period}");

            overview.Value.ShouldNotBeNull();
            Text(overview.Value).ShouldBe(report.Text("endValue"));
            Text(overview.RangeGain).ShouldBe(report.GetProperty("gain").Text("total"), range);
            overview.Line[^1].Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture).ShouldBe(report.GetProperty("period").Text("to"));
        }

        static string Text(decimal? value) => value!.Value.ToString("0.############", System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Parts_add_up_to_everything_that_is_held()
    {
        await using var host = await ApiHost.StartAsync();
        var (viewer, _) = await ConnectAsync(host);

        var overview = await host.Services.GetRequiredService<OverviewReader>().ReadAsync(viewer, null, null, null, default);

        var held = overview.Sheet.Lots.Sum(l => overview.Worth.Of(l.Value, l.Currency) ?? 0m) + overview.Cash;
        overview.Slices(l => l.AssetClass.ToString(), _ => "cash").Sum(s => s.Amount).ShouldBe(held);
        overview.Slices(l => l.Currency, c => c.Currency).Sum(s => s.Amount).ShouldBe(held);
        await Should.ThrowAsync<Core.NotFoundException>(() => host.Services.GetRequiredService<OverviewReader>().ReadAsync(viewer, Guid.NewGuid(), null, null, default));
    }

    [Theory, EachStore]
    public async Task The_page_of_an_instrument_and_the_api_tell_the_same_lots(Store store)
    {
        await using var host = await ApiHost.StartAsync(store);
        var (viewer, client) = await ConnectAsync(host);
        var reader = host.Services.GetRequiredService<InstrumentReader>();
        await using var db = host.Open();
        var compared = 0;
        foreach (var instrument in await db.Holdings.Select(h => h.InstrumentId).Distinct().ToListAsync())
        {
            foreach (var ledger in (await reader.ReadAsync(viewer, instrument, default)).Ledgers)
            {
                var told = (await client.GetJsonAsync($"/api/v1/accounts/{ledger.Account.Id}/lots?instrumentId={instrument}")).Items()
                    .Single(i => i.Text("lot") == ledger.Lots.Lot);
                var lots = told.GetProperty("lots").EnumerateArray().Select(l => (l.Text("quantity"), Text(l, "cost"), Text(l, "acquiredOn")));

                ledger.Lots.Book.Open.Select(l => (Number(l.Quantity)!, Number(l.Cost), l.AcquiredOn?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))).ShouldBe(lots);
                Number(ledger.Lots.Book.RealisedGain).ShouldBe(Text(told, "realisedGain"));
                compared += ledger.Lots.Book.Open.Count;
            }
        }

        compared.ShouldBeGreaterThan(5);

        static string? Number(decimal? value) => value?.ToString("0.############################", CultureInfo.InvariantCulture);
        static string? Text(JsonElement element, string property) => element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private static async Task<(Viewer Viewer, HttpClient Client)> ConnectAsync(ApiHost host)
    {
        await DemoRates.AddAsync(host);
        var client = await host.ClientAsync(Asha);
        var connection = (await client.ConnectDemoAsync((await client.AddPortfolioAsync()).Id())).Id();
        (await client.SyncAsync(connection)).Text("state").ShouldBe("succeeded");
        var user = (await host.Services.GetRequiredService<UserAccounts>().ListAsync(default)).Single(u => u.Email == Asha);
        return (Viewer.For(new SignedIn(Guid.Empty, OwnerScope.Only(user.Id), Asha, user.Role, new UserPreferences(), false, default, default, default, default)), client);
    }
}
