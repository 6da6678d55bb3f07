using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Simulator;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync;

/// <summary>A broker that changes what it answers, from one day to the next.</summary>
public sealed class DriftTests
{
    private const string Row = "\"tradingsymbol\":\"INFY\",\"exchange\":\"NSE\"";

    [Theory]
    [InlineData(200, $$$"""{"status":"success","data":[{ {{{Row}}} }]}""", "portfolio/holdings: data[].quantity")]
    [InlineData(200, $$$"""{"status":"success","data":[{ {{{Row}}},"quantity":{"settled":10} }]}""", "portfolio/holdings: data[].quantity")]
    [InlineData(200, $$$"""{"status":"success","data":{"INFY":{ {{{Row}}},"quantity":10} } }""", "portfolio/holdings: $.data")]
    [InlineData(404, """{"status":"error","message":"Route not found","error_type":"GeneralException"}""", "portfolio/holdings: 404")]
    [InlineData(410, "", "portfolio/holdings: 410")]
    public async Task An_answer_of_another_shape_keeps_the_data_and_names_route_and_field(int status, string body, string place)
    {
        foreach (var store in Enum.GetValues<Store>())
        {
            await using var kite = await KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = 1, Holdings = 12 });
            await using var world = await WorldAsync(store, kite);
            await world.SyncAsync();
            var before = await world.HoldingsAsync();
            kite.Add(new Fault(FaultKind.Scripted) { Path = "/portfolio/holdings", Status = status, Body = body });

            await world.SyncAsync();

            var run = await world.LastRunAsync("Kite");
            (run.State, run.ErrorKind).ShouldBe((SyncRunState.NeedsReview, "invalidData"));
            run.ErrorDetail.ShouldNotBeNull().ShouldStartWith(place);
            var warning = run.Warnings.ShouldHaveSingleItem();
            warning.Code.ShouldBe("provider-changed");
            warning.Message.ShouldContain(place);
            (await world.HoldingsAsync()).Select(h => (h.Id, h.Quantity)).ShouldBe(before.Select(h => (h.Id, h.Quantity)));
            (await world.ReadAsync(db => db.Alerts.Where(a => a.ResolvedAt == null).Select(a => a.Kind).ToListAsync())).ShouldBe(["providerChanged"]);
        }
    }

    [Theory, EachStore]
    public async Task A_new_field_is_told_once_and_the_run_succeeds(Store store)
    {
        await using var kite = await KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = 1, Holdings = 12 });
        await using var world = await WorldAsync(store, kite);
        kite.Add(new Fault(FaultKind.Scripted)
        {
            Path = "/portfolio/holdings",
            Body = $$$"""{"status":"success","data":[{ {{{Row}}},"quantity":10,"lien_quantity":2},{"tradingsymbol":"TCS","exchange":"NSE","quantity":1,"lien_quantity":1}]}""",
        });

        await world.SyncAsync();
        var first = await world.LastRunAsync("Kite");
        await world.SyncAsync();
        var second = await world.LastRunAsync("Kite");

        first.State.ShouldBe(SyncRunState.Succeeded);
        first.Warnings.Where(w => w.Code == "provider-changed").Select(w => w.Message).ShouldBe(
            ["The provider changed. Zerodha sends a new field in portfolio/holdings: data[].lien_quantity. It is not read; everything else is."]);
        second.Warnings.ShouldNotContain(w => w.Code == "provider-changed");
        (await world.ReadAsync(db => db.Alerts.CountAsync())).ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task An_ordinary_day_has_no_news(Store store)
    {
        await using var kite = await KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = 1, Holdings = 12 });
        await using var world = await WorldAsync(store, kite);

        await world.SyncAsync();

        (await world.LastRunAsync("Kite")).Warnings.ShouldNotContain(w => w.Code == "provider-changed");
    }

    [Theory, EachStore]
    public async Task A_row_of_kite_that_cannot_be_read_is_left_out_and_its_holding_is_not_closed(Store store)
    {
        await using var kite = await KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = 1, Holdings = 12 });
        await using var world = await WorldAsync(store, kite);
        kite.Add(Two(quantityOfTcs: "5"));
        await world.SyncAsync();
        kite.Add(Two(quantityOfTcs: "\"many\"", quantityOfInfy: 11));

        await world.SyncAsync();

        var run = await world.LastRunAsync("Kite");
        (run.State, run.Skipped).ShouldBe((SyncRunState.Succeeded, 1));
        run.Warnings.Single(w => w.Code == "row-unreadable").Message.ShouldContain("TCS");
        (await world.HoldingsAsync()).Where(h => h.Symbol is "INFY" or "TCS").Select(h => (h.Symbol, h.Quantity)).ShouldBe([("INFY", 11m), ("TCS", 5m)]);
    }

    private static Fault Two(string quantityOfTcs, int quantityOfInfy = 10) => new(FaultKind.Scripted)
    {
        Path = "/portfolio/holdings",
        Body = $$"""
            {"status":"success","data":[{"tradingsymbol":"INFY","exchange":"NSE","isin":"INE009A01021","quantity":{{quantityOfInfy}}},
            {"tradingsymbol":"TCS","exchange":"NSE","isin":"INE467B01029","quantity":{{quantityOfTcs}}}]}
            """,
    };

    private static async Task<SyncWorld> WorldAsync(Store store, KiteSimulator kite)
    {
        var world = await SyncWorld.CreateAsync(store, new WorkdayClock(), kite.BaseAddress);
        await world.ImportAsync(
        [
            $$$"""{"user":"asha@example.org","portfolio":"Main","broker":"zerodha","label":"Kite","credentials":{"apiKey":"{{{KiteSimulator.ApiKeyOf(1)}}}","apiSecret":"{{{KiteSimulator.ApiSecretOf(1)}}}"},"session":{"token":"{{{KiteSimulator.FirstAccessTokenOf(1)}}}"}}""",
        ]);
        return world;
    }
}
