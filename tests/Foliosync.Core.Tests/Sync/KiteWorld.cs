using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;
using Foliosync.Simulator;
using Microsoft.EntityFrameworkCore;
using Shouldly;

namespace Foliosync.Core.Tests.Sync;

/// <summary>
/// Accounts at a simulated Kite, reached over the real network code, that were synced once; the broker has news since. What must hold
/// after a fault, whichever it was, is checked here.
/// </summary>
internal sealed class KiteWorld : IAsyncDisposable
{
    private KiteWorld(KiteSimulator kite, SyncWorld sync, Action<TimeSpan> advance)
    {
        Kite = kite;
        Sync = sync;
        Advance = advance;
    }

    public KiteSimulator Kite { get; }

    public SyncWorld Sync { get; }

    /// <summary>Lets time pass.</summary>
    public Action<TimeSpan> Advance { get; }

    public static Task<KiteWorld> CreateAsync(Store store = Store.Sqlite, int accounts = 1)
    {
        var clock = FakeClock.OnAWorkday();
        return CreateAsync(store, accounts, clock, clock.Advance);
    }

    /// <summary>With timers that fire only when time is let pass.</summary>
    public static Task<KiteWorld> CreateWithManualClockAsync()
    {
        var clock = new ManualClock();
        return CreateAsync(Store.Sqlite, accounts: 1, clock, clock.Advance);
    }

    /// <summary>
    /// Syncs while calls meet a fault. Whatever it was: every row is as it was before, nobody is at work, and the run tells what
    /// happened in a sentence.
    /// </summary>
    public async Task<SyncRun> MeetAsync(Fault fault)
    {
        Kite.Add(fault);
        return await FailAsync(() => Sync.SyncAsync());
    }

    /// <summary>The same with another trouble than one of the broker.</summary>
    public async Task<SyncRun> FailAsync(Func<Task> sync)
    {
        var before = await RowsAsync(1);
        await sync();
        Kite.ClearFaults();

        (await RowsAsync(1)).ShouldBe(before);
        await ShouldRestAsync();
        var run = await Sync.LastRunAsync("Kite 1");
        run.State.ShouldNotBe(SyncRunState.Succeeded);
        run.ErrorMessage.ShouldNotBeNull().ShouldEndWith(".");
        run.FinishedAt.ShouldNotBeNull();
        return run;
    }

    /// <summary>The next sync at its time, without a fault, brings everything in step: no row is missing, old or double.</summary>
    /// <param name="transactions">How many transactions each account has had by now: a trade and the order of a fund, if nothing else was done.</param>
    public async Task ShouldRecoverAsync(int transactions = 2)
    {
        foreach (var due in await Sync.ReadAsync(db => db.SyncStates.Select(s => s.NextSyncAt).ToListAsync()))
        {
            var left = due.ShouldNotBeNull("It waits for a person.") - Sync.Clock.GetUtcNow();
            Advance(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }

        var summary = await Sync.SyncAsync();
        summary.Problems.ShouldBeEmpty();
        await ShouldBeInStepAsync(transactions);
    }

    /// <summary>Every account is what the broker knows it to be.</summary>
    public async Task ShouldBeInStepAsync(int transactions = 2)
    {
        await ShouldRestAsync();
        (await Sync.ReadAsync(db => db.SyncStates.Select(s => new { s.State, s.ConsecutiveFailures }).Distinct().ToListAsync()))
            .ShouldBe([new { State = ConnectionState.Active, ConsecutiveFailures = 0 }]);
        foreach (var truth in Kite.Truth())
        {
            var account = await Sync.ReadAsync(db => db.Accounts.SingleAsync(a => a.ExternalId == truth.UserId));
            var holdings = (await Sync.HoldingsAsync()).Where(h => h.AccountId == account.Id);
            holdings.Select(h => (h.Symbol, h.Quantity, h.UnsettledQuantity, h.AveragePrice, h.LastPrice)).ShouldBe(
                truth.Holdings.Select(h => (h.Symbol, h.Quantity, h.UnsettledQuantity, (decimal?)h.AveragePrice, (decimal?)h.LastPrice)), ignoreOrder: true);
            var cash = await Sync.ReadAsync(db => db.CashBalances.Where(c => c.AccountId == account.Id).ToListAsync());
            cash.Select(c => (c.Segment, c.Currency, c.Amount)).ShouldBe(
                truth.Cash.Select(c => (c.Segment, c.Currency, c.Amount)), ignoreOrder: true);
            (await Sync.ReadAsync(db => db.Transactions.CountAsync(t => t.AccountId == account.Id && t.Source == TransactionSource.Api))).ShouldBe(transactions);
        }
    }

    /// <summary>A person logs in at Kite's page, as a browser would, and the connection syncs.</summary>
    public async Task LogInAsync()
    {
        using var http = new BrokerHttp(Sync.Catalog, Sync.Clock);
        var login = new ConnectionLogin(Sync.Database, Sync.Vault, Sync.Catalog, http, Sync.Clock);
        var connection = (await Sync.StateAsync("Kite 1")).ConnectionId;
        var step = (LoginStep.Redirect)await login.BeginAsync(connection, Actor.CommandLine, default);

        using var browser = new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, step.Url);
        using var page = await browser.SendAsync(request, default);
        var answer = page.Headers.Location!.Query.TrimStart('?').Split('&')
            .Select(pair => pair.Split('=', 2)).ToDictionary(p => p[0], p => Uri.UnescapeDataString(p[1]));
        await login.CompleteAsync("zerodha", answer, "web", default);
        await Sync.Engine.RunAsync(new SyncRequest { ConnectionId = connection, Trigger = SyncTrigger.LoginCompleted }, null, default);
    }

    public async ValueTask DisposeAsync()
    {
        await Sync.DisposeAsync();
        await Kite.DisposeAsync();
    }

    private static async Task<KiteWorld> CreateAsync(Store store, int accounts, TimeProvider clock, Action<TimeSpan> advance)
    {
        var kite = await KiteSimulator.StartAsync(new KiteSimulatorOptions { Accounts = accounts, Holdings = 40, Clock = clock });
        var world = new KiteWorld(kite, await SyncWorld.CreateAsync(store, clock, kite.BaseAddress), advance);
        await world.Sync.ImportAsync(Enumerable.Range(1, accounts).Select(n =>
            $$$"""{"user":"asha@example.org","portfolio":"Main","broker":"zerodha","label":"Kite {{{n}}}","credentials":{"apiKey":"{{{KiteSimulator.ApiKeyOf(n)}}}","apiSecret":"{{{KiteSimulator.ApiSecretOf(n)}}}"},"session":{"token":"{{{KiteSimulator.FirstAccessTokenOf(n)}}}"}}"""));
        (await world.Sync.SyncAsync()).Problems.ShouldBeEmpty();
        world.Advance(TimeSpan.FromHours(1));
        kite.TickQuantities();
        kite.TickPrices();
        return world;
    }

    private async Task ShouldRestAsync()
    {
        (await Sync.ReadAsync(db => db.SyncRuns.CountAsync(r => r.State == SyncRunState.Running || r.State == SyncRunState.Queued))).ShouldBe(0);
        (await Sync.ReadAsync(db => db.SyncStates.CountAsync(s => s.LeaseToken != null || s.LeaseUntil != null))).ShouldBe(0);
    }

    // Everything a person would see of an account, in words that can be compared.
    private Task<List<string>> RowsAsync(int account) => Sync.ReadAsync(async db =>
    {
        var user = string.Create(CultureInfo.InvariantCulture, $"U{account:D6}");
        var holdings = await db.Holdings.AsNoTracking().Where(h => h.Account!.ExternalId == user).OrderBy(h => h.Id).ToListAsync();
        var periods = await db.HoldingPeriods.AsNoTracking().Where(p => p.Account!.ExternalId == user).OrderBy(p => p.Id).ToListAsync();
        var cash = await db.CashBalances.AsNoTracking().Where(c => c.Account!.ExternalId == user).OrderBy(c => c.Id).ToListAsync();
        var transactions = await db.Transactions.AsNoTracking().Where(t => t.Account!.ExternalId == user).OrderBy(t => t.Id).ToListAsync();
        return (List<string>)
        [
            .. holdings.Select(h => $"{h.Id} {h.Symbol} {h.Quantity} {h.UnsettledQuantity} {h.AveragePrice} {h.LastPrice} {h.Since:O}"),
            .. periods.Select(p => $"{p.Id} {p.Quantity} {p.From:O} {p.To:O}"),
            .. cash.Select(c => $"{c.Id} {c.Segment} {c.Amount} {c.AsOf:O}"),
            .. transactions.Select(t => $"{t.Id} {t.ExternalId}"),
        ];
    });
}
