using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync;

public sealed class SyncEngineTests
{
    [Theory, EachStore]
    public async Task The_first_sync_stores_everything_the_broker_says(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 10, 1500.25m, 1610.5m), SyncWorld.Share("TCS", 2.5m, null, null)];
        world.Broker["key1"].Cash = [new ReportedCash("equity", "INR", -12.34m)];
        world.Broker["key1"].Transactions = [Buy("NSE:1:2026-08-03")];

        var summary = await world.SyncAsync();

        summary.Succeeded.ShouldBe(1);
        summary.Counts.ShouldBe(new SyncCounts(4, 4, 0, 0, 0, 0));
        var holdings = await world.HoldingsAsync();
        holdings.Select(h => (h.Symbol, h.Quantity, h.AveragePrice, h.CostBasis, h.LastPrice)).ShouldBe(
            [("INFY", 10m, (decimal?)1500.25m, (decimal?)15002.5m, (decimal?)1610.5m), ("TCS", 2.5m, null, null, null)]);
        (await world.ReadAsync(db => db.CashBalances.Select(c => c.Amount).SingleAsync())).ShouldBe(-12.34m);
        (await world.ReadAsync(db => db.Transactions.Select(t => t.ExternalId).SingleAsync())).ShouldBe("NSE:1:2026-08-03");
        (await world.ReadAsync(db => db.Prices.Select(p => p.Value).SingleAsync())).ShouldBe(1610.5m);
    }

    [Theory, EachStore]
    public async Task The_same_report_again_changes_no_row(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 10), SyncWorld.Share("TCS", 5)];
        world.Broker["key1"].Cash = [new ReportedCash("equity", "INR", 5m)];
        world.Broker["key1"].Transactions = [Buy("NSE:1:2026-08-03")];
        await world.SyncAsync();
        var before = await world.HoldingsAsync();

        world.Time.Advance(TimeSpan.FromHours(1));
        var summary = await world.SyncAsync();

        summary.Counts.ShouldBe(new SyncCounts(4, 0, 0, 0, 4, 0));
        var after = await world.HoldingsAsync();
        after.Select(h => (h.Id, h.Since, h.Quantity)).ShouldBe(before.Select(h => (h.Id, h.Since, h.Quantity)));
        after[0].Account!.ReportedAt.ShouldBe(world.Clock.GetUtcNow());
        (await world.ReadAsync(db => db.Snapshots.CountAsync())).ShouldBe(1);
        (await world.ReadAsync(db => db.HoldingPeriods.CountAsync())).ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task A_row_in_another_order_is_not_a_change(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 10), SyncWorld.Share("TCS", 5)];
        await world.SyncAsync();
        world.Broker["key1"].Holdings.Reverse();

        var summary = await world.SyncAsync();

        summary.Counts.ShouldBe(new SyncCounts(2, 0, 0, 0, 2, 0));
    }

    [Theory, EachStore]
    public async Task Bought_sold_and_bought_back_shares_keep_their_history(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        var script = world.Broker["key1"];
        var start = world.Clock.GetUtcNow();
        script.Holdings = [SyncWorld.Share("INFY", 10), SyncWorld.Share("TCS", 100)];
        await world.SyncAsync();
        world.Time.Advance(TimeSpan.FromHours(1));
        script.Holdings = [SyncWorld.Share("INFY", 15), SyncWorld.Share("TCS", 100)];
        await world.SyncAsync();
        world.Time.Advance(TimeSpan.FromHours(1));
        script.Holdings = [SyncWorld.Share("TCS", 100)];
        var closing = await world.SyncAsync();
        world.Time.Advance(TimeSpan.FromHours(1));
        script.Holdings = [SyncWorld.Share("INFY", 1), SyncWorld.Share("TCS", 100)];
        await world.SyncAsync();

        closing.Counts.Closed.ShouldBe(1);
        var periods = await world.ReadAsync(db => db.HoldingPeriods.OrderBy(p => p.From).ToListAsync());
        periods.Select(p => (p.Quantity, p.From, p.To)).ShouldBe(
            [(10m, start, start.AddHours(1)), (15m, start.AddHours(1), start.AddHours(2))]);
        var infy = (await world.HoldingsAsync()).Single(h => h.Symbol == "INFY");
        (infy.Quantity, infy.Since).ShouldBe((1m, start.AddHours(3)));
    }

    [Theory, EachStore]
    public async Task An_incomplete_report_closes_nothing_and_says_how_old_the_rest_is(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        var script = world.Broker["key1"];
        var start = world.Clock.GetUtcNow();
        script.Holdings = [SyncWorld.Share("INFY", 10), SyncWorld.Share("TCS", 5)];
        await world.SyncAsync();

        world.Time.Advance(TimeSpan.FromHours(1));
        script.IsComplete = false;
        script.Holdings = [SyncWorld.Share("INFY", 11)];
        var summary = await world.SyncAsync();

        summary.Succeeded.ShouldBe(1);
        var holdings = await world.HoldingsAsync();
        holdings.Select(h => (h.Symbol, h.Quantity, h.LastReportedAt)).ShouldBe([("INFY", 11m, null), ("TCS", 5m, start)]);
    }

    [Theory, EachStore]
    public async Task A_report_that_is_suddenly_empty_is_kept_for_review_and_not_applied(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings = [.. Enumerable.Range(1, 40).Select(i => SyncWorld.Share("S" + i, i))];
        await world.SyncAsync();

        world.Time.Advance(TimeSpan.FromMinutes(1));
        world.Broker["key1"].Holdings = [];
        var first = await world.SyncAsync();
        world.Time.Advance(TimeSpan.FromMinutes(1));
        var second = await world.SyncAsync();

        first.NeedsReview.ShouldBe(1);
        second.NeedsReview.ShouldBe(1);
        (await world.HoldingsAsync()).Count.ShouldBe(40);
        var run = await world.LastRunAsync();
        (run.State, run.ErrorKind).ShouldBe((SyncRunState.NeedsReview, "suspiciousReport"));
        (await world.ReadAsync(db => db.Alerts.Select(a => a.Kind).ToListAsync())).ShouldBe(["needsReview"]);
        (await world.ReadAsync(db => db.Snapshots.CountAsync())).ShouldBe(3);
    }

    [Theory, EachStore]
    public async Task Holdings_that_are_suddenly_empty_are_suspicious_even_if_all_the_value_is_in_funds(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 1)];
        world.Broker["key1"].Funds = [.. Enumerable.Range(1, 9).Select(i => SyncWorld.Share("F" + i, 1_000))];
        await world.SyncAsync();
        world.Time.Advance(TimeSpan.FromHours(1));

        world.Broker["key1"].Holdings = [];
        var summary = await world.SyncAsync();

        summary.NeedsReview.ShouldBe(1);
        (await world.HoldingsAsync()).Count.ShouldBe(10);
    }

    [Theory, EachStore]
    public async Task Two_balances_of_one_segment_add_up(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Cash = [new ReportedCash("equity", "INR", 5m), new ReportedCash("equity", "INR", 2.5m)];

        await world.SyncAsync();

        (await world.ReadAsync(db => db.CashBalances.Select(c => c.Amount).SingleAsync())).ShouldBe(7.5m);
    }

    [Theory, EachStore]
    public async Task The_same_surprising_report_after_some_hours_is_the_truth(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 10)];
        await world.SyncAsync();
        world.Broker["key1"].Holdings = [];
        await world.SyncAsync();

        world.Time.Advance(TimeSpan.FromHours(7));
        var summary = await world.SyncAsync();

        summary.Succeeded.ShouldBe(1);
        summary.Counts.Closed.ShouldBe(1);
        (await world.HoldingsAsync()).ShouldBeEmpty();
        (await world.ReadAsync(db => db.Alerts.CountAsync(a => a.ResolvedAt == null))).ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task Moving_prices_do_not_keep_a_surprising_report_from_being_confirmed(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 10), SyncWorld.Share("TCS", 1)];
        await world.SyncAsync();
        world.Broker["key1"].Holdings = [SyncWorld.Share("TCS", 1)];
        (await world.SyncAsync()).NeedsReview.ShouldBe(1);

        world.Time.Advance(TimeSpan.FromHours(7));
        world.Broker["key1"].Holdings = [SyncWorld.Share("TCS", 1, price: 111m)];
        var summary = await world.SyncAsync();

        summary.Counts.Closed.ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task One_failing_connection_does_not_stop_the_others(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        string[] keys = [.. Enumerable.Range(1, 150).Select(i => "key" + i)];
        await world.ConnectAsync(keys);
        foreach (var key in keys)
        {
            world.Broker[key].Holdings = [SyncWorld.Share("INFY", 10), SyncWorld.Share("TCS", 3)];
        }

        world.Broker["key7"].Failures["holdings"] = BrokerException.Transient("Scripted is down.");
        world.Broker["key70"].Failures["holdings"] = new InvalidOperationException("a bug");

        var summary = await world.SyncAsync();

        (summary.Connections, summary.Succeeded, summary.Failed).ShouldBe((150, 148, 2));
        (await world.HoldingsAsync()).Count.ShouldBe(148 * 2);
        (await world.LastRunAsync("key7")).ErrorKind.ShouldBe("transient");
        var ours = await world.LastRunAsync("key70");
        ours.ErrorKind.ShouldBe("internal");
        ours.ErrorDetail.ShouldStartWith(nameof(InvalidOperationException));
    }

    [Theory, EachStore]
    public async Task Each_kind_of_error_keeps_the_holdings_and_sets_the_state_of_the_policy(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        (string Key, BrokerException Error, SyncRunState Run, ConnectionState State)[] cases =
        [
            ("auth", BrokerException.AuthExpired("Log in."), SyncRunState.NeedsLogin, ConnectionState.NeedsLogin),
            ("limit", BrokerException.RateLimited("Slower.", TimeSpan.FromHours(1)), SyncRunState.Failed, ConnectionState.Active),
            ("transient", BrokerException.Transient("Later."), SyncRunState.Failed, ConnectionState.Active),
            ("invalid", BrokerException.InvalidData("Changed.", "data[0].quantity"), SyncRunState.NeedsReview, ConnectionState.Active),
        ];
        await world.ConnectAsync([.. cases.Select(c => c.Key)]);
        foreach (var c in cases)
        {
            world.Broker[c.Key].Holdings = [SyncWorld.Share("INFY", 10)];
        }

        await world.SyncAsync();
        foreach (var c in cases)
        {
            world.Broker[c.Key].Failures["funds"] = c.Error;
            world.Time.Advance(TimeSpan.FromHours(2));
            await world.Engine.RunAsync(new SyncRequest { ConnectionId = (await world.StateAsync(c.Key)).ConnectionId }, null, default);
        }

        (await world.HoldingsAsync()).Count.ShouldBe(cases.Length);
        foreach (var c in cases)
        {
            var run = await world.LastRunAsync(c.Key);
            run.State.ShouldBe(c.Run, c.Key);
            run.ErrorMessage.ShouldBe(c.Error.Message);
            run.Steps[^1].ShouldBe(run.Steps[^1] with { Name = "read funds", Result = "failed" });
            (await world.StateAsync(c.Key)).State.ShouldBe(c.State, c.Key);
        }
    }

    [Theory, EachStore]
    public async Task A_read_that_the_broker_refuses_for_good_is_left_out_from_then_on(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 10)];
        world.Broker["key1"].Failures["funds"] = BrokerException.Unsupported("Not in your plan.");

        var summary = await world.SyncAsync();

        summary.Succeeded.ShouldBe(1);
        (await world.LastRunAsync()).Warnings.ShouldHaveSingleItem().Code.ShouldBe("not-supported");
        (await world.ReadAsync(db => db.Connections.Select(c => c.UnsupportedReads).SingleAsync())).ShouldBe(ReadKinds.Funds);
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.SyncAsync();
        (await world.LastRunAsync()).Warnings.ShouldBeEmpty();
    }

    [Theory, EachStore]
    public async Task A_session_known_to_be_over_asks_for_a_login_without_calling_the_broker(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        await world.ReadAsync(db => db.Connections.ExecuteUpdateAsync(u => u.SetProperty(c => c.SessionExpiresAt, world.Clock.GetUtcNow().AddMinutes(-1))));

        var summary = await world.SyncAsync();

        summary.NeedsLogin.ShouldBe(1);
        world.Broker["key1"].HoldingsReads.ShouldBe(0);
        var state = await world.StateAsync();
        (state.State, state.NextSyncAt, state.ConsecutiveFailures).ShouldBe((ConnectionState.NeedsLogin, null, 0));
    }

    [Theory, EachStore]
    public async Task A_result_whose_lease_was_taken_over_is_thrown_away(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 10)];
        world.Broker["key1"].BeforeHoldings = _ => world.ReadAsync(db =>
            db.SyncStates.ExecuteUpdateAsync(u => u.SetProperty(s => s.LeaseToken, Guid.NewGuid())));

        var summary = await world.SyncAsync();

        summary.Skipped.ShouldBe(1);
        (await world.HoldingsAsync()).ShouldBeEmpty();
    }

    [Theory, EachStore]
    public async Task Two_engines_at_once_sync_each_connection_once(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        string[] keys = [.. Enumerable.Range(1, 100).Select(i => "key" + i)];
        await world.ConnectAsync(keys);
        foreach (var key in keys)
        {
            world.Broker[key].Holdings = [SyncWorld.Share("INFY", 10)];
            world.Broker[key].BeforeHoldings = token => Task.Delay(20, token);
        }

        var both = await Task.WhenAll(
            world.Engine.RunAsync(new SyncRequest(), null, default), world.NewEngine().RunAsync(new SyncRequest(), null, default));

        // Who comes second finds a connection free again only after the first is done with it.
        (await world.HoldingsAsync()).Count.ShouldBe(100);
        both.Sum(s => s.Counts.Inserted).ShouldBe(100);
        both.Sum(s => s.Failed).ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task A_stopped_sync_ends_its_runs_and_leaves_nothing_half_written(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        string[] keys = [.. Enumerable.Range(1, 100).Select(i => "key" + i)];
        await world.ConnectAsync(keys);
        using var stop = new CancellationTokenSource();
        foreach (var key in keys)
        {
            world.Broker[key].Holdings = [SyncWorld.Share("INFY", 10)];
            world.Broker[key].BeforeHoldings = async token =>
            {
                if (key == "key50")
                {
                    await stop.CancelAsync();
                }

                await Task.Delay(50, token);
            };
        }

        var summary = await world.SyncAsync(stop.Token);

        summary.Skipped.ShouldBeGreaterThan(0);
        summary.Failed.ShouldBe(0);
        (await world.ReadAsync(db => db.SyncRuns.CountAsync(r => r.State == SyncRunState.Running))).ShouldBe(0);
        (await world.ReadAsync(db => db.SyncStates.CountAsync(s => s.LeaseToken != null))).ShouldBe(0);
        (await world.SyncAsync()).Succeeded.ShouldBe(100);
        (await world.HoldingsAsync()).Count.ShouldBe(100);
    }

    [Theory, EachStore]
    public async Task A_run_of_a_process_that_died_is_ended_and_its_connection_is_free_at_once(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 10)];
        var died = $"{Environment.MachineName}/999999/1";
        await world.HoldByAsync(died, seenAgo: TimeSpan.Zero);

        var summary = await world.SyncAsync();

        summary.Succeeded.ShouldBe(1);
        (await world.ReadAsync(db => db.SyncRuns.Where(r => r.Worker == died).Select(r => r.ErrorKind).SingleAsync())).ShouldBe("interrupted");
    }

    [Theory, EachStore]
    public async Task A_connection_that_was_paused_during_its_sync_stays_paused(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].BeforeHoldings = _ => world.ReadAsync(db =>
            db.SyncStates.ExecuteUpdateAsync(u => u.SetProperty(s => s.State, ConnectionState.Paused).SetProperty(s => s.NextSyncAt, (DateTimeOffset?)null)));

        await world.SyncAsync();

        var state = await world.StateAsync();
        (state.State, state.NextSyncAt).ShouldBe((ConnectionState.Paused, null));
    }

    [Theory, EachStore]
    public async Task The_third_fault_in_a_row_makes_a_connection_failing_and_a_success_heals_it(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Failures["holdings"] = BrokerException.Transient("Down.");
        for (var i = 0; i < 3; i++)
        {
            world.Time.Advance(TimeSpan.FromMinutes(10));
            await world.SyncAsync();
        }

        (await world.StateAsync()).State.ShouldBe(ConnectionState.Failing);
        (await world.LastRunAsync()).Attempt.ShouldBe(3);

        world.Broker["key1"].Failures.Clear();
        await world.SyncAsync();

        var state = await world.StateAsync();
        (state.State, state.ConsecutiveFailures).ShouldBe((ConnectionState.Active, 0));
        (await world.ReadAsync(db => db.Alerts.Select(a => new { a.Kind, a.ResolvedAt }).SingleAsync())).ResolvedAt.ShouldNotBeNull();
    }

    [Theory, EachStore]
    public async Task A_broker_that_asks_for_a_long_pause_is_not_called_for_anyone(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1", "key2");
        world.Broker["key1"].Failures["holdings"] = BrokerException.RateLimited("Slower.", TimeSpan.FromMinutes(30));
        await world.Engine.RunAsync(new SyncRequest { ConnectionId = (await world.StateAsync("key1")).ConnectionId }, null, default);

        var other = await world.NewEngine().RunAsync(new SyncRequest { ConnectionId = (await world.StateAsync("key2")).ConnectionId }, null, default);

        other.Failed.ShouldBe(1);
        world.Broker["key2"].HoldingsReads.ShouldBe(0);
        var state = await world.StateAsync("key2");
        state.ConsecutiveFailures.ShouldBe(0);
        state.NextSyncAt.ShouldBe(world.Clock.GetUtcNow().AddMinutes(30));
    }

    [Theory, EachStore]
    public async Task A_session_that_the_broker_can_renew_is_renewed_once_and_kept(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ImportAsync(["""{"user":"asha@example.org","portfolio":"Main","broker":"renewing","label":"key1","credentials":{"apiKey":"key1"},"session":{"token":"t"}}"""]);
        world.Renewing["key1"].Holdings = [SyncWorld.Share("INFY", 10)];

        var first = await world.SyncAsync();
        var second = await world.SyncAsync();

        (first.Succeeded, second.Succeeded).ShouldBe((1, 1));
        var credential = await world.ReadAsync(db => db.Credentials.SingleAsync(c => c.Field == BrokerCredential.SessionField));
        world.Vault.Open(credential.Sealed, credential.ConnectionId, credential.Field).Reveal().ShouldBe("renewed 1");
        (await world.ReadAsync(db => db.Connections.Select(c => c.SessionExpiresAt).SingleAsync())).ShouldBe(world.Clock.GetUtcNow().AddDays(1));
    }

    [Theory, EachStore]
    public async Task What_the_broker_sent_is_sealed(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync("key1");
        world.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 10)];
        await world.SyncAsync();
        var snapshot = await world.ReadAsync(db => db.Snapshots.SingleAsync());
        world.Vault.OpenBytes(snapshot.Sealed, snapshot.Id, Snapshot.SealedField).ShouldNotBeEmpty();
    }

    private static ReportedTransaction Buy(string id) => new()
    {
        ExternalId = id,
        Kind = TransactionKind.Buy,
        Instrument = SyncWorld.Share("INFY", 1).Instrument,
        Quantity = 1,
        Price = 1500,
        Amount = -1500,
        Currency = "INR",
        TradedAt = new DateTimeOffset(2026, 8, 3, 4, 0, 0, TimeSpan.Zero),
    };
}
