using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Simulator;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync;

/// <summary>The whole path against a simulated Kite on the loopback address.</summary>
public sealed class ZerodhaSyncTests
{
    [Theory, EachStore]
    public async Task Everything_a_zerodha_account_has_is_read_once_and_then_unchanged(Store store)
    {
        await using var kite = await KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = 3, Holdings = 40, EnforceRateLimit = true });
        await using var world = await SyncWorld.CreateAsync(store, new WorkdayClock(), kite.BaseAddress);
        await world.ImportAsync(Lines(3));

        var first = await world.SyncAsync();
        var second = await world.SyncAsync();

        first.Problems.ShouldBeEmpty();
        first.Succeeded.ShouldBe(3);
        second.Problems.ShouldBeEmpty();
        (second.Counts.Inserted, second.Counts.Updated, second.Counts.Closed).ShouldBe((0, 0, 0));
        var holdings = await world.HoldingsAsync();
        holdings.Count(h => h.Reads.HasFlag(ReadKinds.Holdings)).ShouldBe(3 * 40);
        holdings.ShouldAllBe(h => h.Instrument!.Name != null || h.Reads == ReadKinds.Positions);
        kite.Statistics().ShouldNotBeNull();
    }

    [Theory, EachStore]
    public async Task A_purchase_is_counted_once_today_tomorrow_and_when_it_has_settled(Store store)
    {
        await using var kite = await KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = 1, Holdings = 10 });
        await using var world = await SyncWorld.CreateAsync(store, new WorkdayClock(), kite.BaseAddress);
        await world.ImportAsync(Lines(1));
        await world.SyncAsync();
        var unsettled = (await world.HoldingsAsync()).Single(h => h.UnsettledQuantity > 0 && h.Reads.HasFlag(ReadKinds.Positions));
        var owned = unsettled.Quantity;

        kite.ShiftDay(1, keepSessions: true);
        await world.SyncAsync();
        var nextDay = (await world.HoldingsAsync()).Single(h => h.InstrumentId == unsettled.InstrumentId && h.Lot == unsettled.Lot);
        kite.ShiftDay(1, keepSessions: true);
        await world.SyncAsync();
        var settled = (await world.HoldingsAsync()).Single(h => h.InstrumentId == unsettled.InstrumentId && h.Lot == unsettled.Lot);

        nextDay.Quantity.ShouldBe(owned);
        nextDay.Reads.ShouldBe(ReadKinds.Holdings);
        nextDay.UnsettledQuantity.ShouldBe(unsettled.UnsettledQuantity);
        settled.Quantity.ShouldBe(owned);
        settled.UnsettledQuantity.ShouldBe(0);
    }

    [Theory]
    [InlineData(FaultKind.TokenExpired, SyncRunState.NeedsLogin, "authExpired")]
    [InlineData(FaultKind.RateLimited, SyncRunState.Failed, "rateLimited")]
    [InlineData(FaultKind.ServerError, SyncRunState.Failed, "transient")]
    [InlineData(FaultKind.BadGateway, SyncRunState.Failed, "transient")]
    [InlineData(FaultKind.Unavailable, SyncRunState.Failed, "transient")]
    [InlineData(FaultKind.Html, SyncRunState.Failed, "transient")]
    [InlineData(FaultKind.Reset, SyncRunState.Failed, "transient")]
    [InlineData(FaultKind.HalfBody, SyncRunState.Failed, "transient")]
    [InlineData(FaultKind.WrongTypes, SyncRunState.NeedsReview, "invalidData")]
    [InlineData(FaultKind.EmptyHoldings, SyncRunState.NeedsReview, "suspiciousReport")]
    [InlineData(FaultKind.NullHoldings, SyncRunState.NeedsReview, "suspiciousReport")]
    [InlineData(FaultKind.TwoHoldings, SyncRunState.NeedsReview, "suspiciousReport")]
    public async Task A_fault_of_kite_leaves_the_holdings_and_names_its_kind(FaultKind fault, SyncRunState state, string kind)
    {
        await using var kite = await KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = 1, Holdings = 40 });
        await using var world = await SyncWorld.CreateAsync(Store.Sqlite, new WorkdayClock(), kite.BaseAddress);
        await world.ImportAsync(Lines(1));
        await world.SyncAsync();
        var before = await world.HoldingsAsync();

        kite.Add(new Fault(fault) { Path = "/portfolio/holdings", RetryAfter = 300 });
        await world.SyncAsync();

        var run = await world.ReadAsync(db => db.SyncRuns.OrderByDescending(r => r.Id).FirstAsync());
        (run.State, run.ErrorKind).ShouldBe((state, kind), run.ErrorMessage + run.ErrorDetail);
        run.ErrorMessage.ShouldNotBeNullOrWhiteSpace();
        (await world.HoldingsAsync()).Select(h => (h.Id, h.Quantity)).ShouldBe(before.Select(h => (h.Id, h.Quantity)));
    }

    private static IEnumerable<string> Lines(int accounts) => Enumerable.Range(1, accounts).Select(n =>
        $$$"""{"user":"asha@example.org","portfolio":"Main","broker":"zerodha","label":"Kite {{{n}}}","credentials":{"apiKey":"{{{KiteSimulator.ApiKeyOf(n)}}}","apiSecret":"{{{KiteSimulator.ApiSecretOf(n)}}}"},"session":{"token":"{{{KiteSimulator.FirstAccessTokenOf(n)}}}"}}""");
}
