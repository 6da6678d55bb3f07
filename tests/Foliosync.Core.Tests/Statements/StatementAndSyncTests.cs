using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Tests.Sync;
using Foliosync.Core.Transactions;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Statements.StatementWorld;

namespace Foliosync.Core.Tests.Statements;

/// <summary>An account that the broker's API feeds, and files beside it. It is the morning of 3 August 2026 in India.</summary>
public sealed class StatementAndSyncTests
{
    private static readonly DateTimeOffset Traded = new(2026, 8, 3, 4, 0, 0, TimeSpan.Zero);

    [Theory, EachStore]
    public async Task A_later_row_of_a_file_with_the_id_of_the_APIs_confirms_it_and_counts_once(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Transactions = [Trade("file:T1", TransactionKind.Buy, "INFY", 10m, 1500m, Traded)]);

        var result = await world.ImportAsync("2026-08-03T09:30:00+05:30,buy,INFY,,NSE,,,10,1500,,12.5,,INR,2026-08-04,T1,");

        (result.NewTransactions, result.KnownTransactions, result.ConflictingTransactions).ShouldBe((0, 1, 0));
        var counting = (await world.CountingAsync()).ShouldHaveSingleItem();
        (counting.Source, counting.Fees).ShouldBe((TransactionSource.Statement, 12.5m));
        // The API's own row is kept, and says what took its place.
        (await world.Sync.ReadAsync(db => db.Transactions.SingleAsync(t => t.Source == TransactionSource.Api))).SupersededBy.ShouldBe(counting.Id);
    }

    [Theory, EachStore]
    public async Task Fills_in_a_file_take_the_place_of_an_order_that_the_API_told_as_one_in_either_order(Store store)
    {
        string[] fills =
        [
            "2026-08-03T09:30:00+05:30,buy,INFY,,NSE,,,6,1500,,,,INR,,F1,",
            "2026-08-03T09:31:00+05:30,buy,INFY,,NSE,,,4,1501,,,,INR,,F2,",
        ];
        var order = Trade("O1", TransactionKind.Buy, "INFY", 10m, 1500.4m, Traded);
        await using var syncFirst = await OfScriptedAsync(store, s => s.Transactions = [order]);
        await syncFirst.ImportAsync(fills);
        await using var fileFirst = await OfScriptedAsync(store, _ => { });
        await fileFirst.ImportAsync(fills);
        fileFirst.Sync.Broker["key1"].Transactions = [order];
        await fileFirst.Sync.SyncAsync();

        foreach (var world in new[] { syncFirst, fileFirst })
        {
            (await world.CountingAsync()).Select(t => t.ExternalId).ShouldBe(["file:F1", "file:F2"]);
            (await world.Sync.ReadAsync(db => db.Transactions.CountAsync())).ShouldBe(3);
        }
    }

    [Theory, EachStore]
    public async Task What_the_API_tells_of_the_hours_after_the_file_still_counts(Store store)
    {
        await using var world = await OfScriptedAsync(store, _ => { });
        await world.ImportAsync("2026-08-03T09:30:00+05:30,buy,INFY,,NSE,,,6,1500,,,,INR,,F1,");
        world.Sync.Time.Advance(TimeSpan.FromHours(3));
        world.Sync.Broker["key1"].Transactions = [Trade("O2", TransactionKind.Buy, "INFY", 5m, 1490m, world.Sync.Clock.GetUtcNow().AddMinutes(-5))];

        await world.Sync.SyncAsync();

        (await world.CountingAsync()).Select(t => t.ExternalId).ShouldBe(["file:F1", "O2"]);
    }

    [Theory, EachStore]
    public async Task A_file_of_older_holdings_leaves_what_the_API_said_and_syncs_go_on_as_before(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m)]);
        var before = await world.EverythingAsync();
        var state = await world.Sync.StateAsync();

        await world.ImportTextAsync(Holdings("2026-08-01", Held("TCS", 3)));

        (await world.EverythingAsync()).ShouldBe(before);
        var after = await world.Sync.StateAsync();
        (after.State, after.NextSyncAt, after.LastSuccessAt, after.LeaseToken).ShouldBe((state.State, state.NextSyncAt, state.LastSuccessAt, null));
        world.Sync.Time.Advance(TimeSpan.FromHours(1));
        (await world.Sync.SyncAsync()).Succeeded.ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task A_newer_file_counts_until_the_next_sync_says_what_is_there(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m)]);
        await world.ImportTextAsync(Holdings("2026-08-03T06:00:00Z", Held("INFY", 12)));
        (await world.Sync.HoldingsAsync()).ShouldHaveSingleItem().Quantity.ShouldBe(12m);
        world.Sync.Time.Advance(TimeSpan.FromHours(2));

        // The same report as before the file: its fingerprint must not hide that the file came between.
        await world.Sync.SyncAsync();

        (await world.Sync.HoldingsAsync()).ShouldHaveSingleItem().Quantity.ShouldBe(10m);
    }

    [Theory, EachStore]
    public async Task An_import_waits_for_nobody_for_ever_and_says_that_a_sync_is_at_work(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m)]);
        var reading = new TaskCompletionSource();
        var imported = new TaskCompletionSource();
        world.Sync.Broker["key1"].BeforeHoldings = async _ =>
        {
            reading.TrySetResult();
            await imported.Task;
        };
        world.Sync.Time.Advance(TimeSpan.FromHours(1));
        var sync = world.Sync.SyncAsync();
        await reading.Task;

        var import = world.ImportAsync("2026-08-03T09:30:00+05:30,buy,INFY,,NSE,,,6,1500,,,,INR,,F1,");
        imported.SetResult();
        await sync;
        await import;

        var runs = await world.Sync.ReadAsync(db => db.SyncRuns.OrderBy(r => r.Id).Select(r => new { r.Trigger, r.State }).ToListAsync());
        runs.ShouldAllBe(r => r.State == SyncRunState.Succeeded);
        runs.Count(r => r.Trigger == SyncTrigger.Statement).ShouldBe(1);
        (await world.Sync.StateAsync()).LeaseToken.ShouldBeNull();
    }

    [Theory, EachStore]
    public async Task A_file_heals_nothing_of_a_connection_that_waits_for_a_login(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m)]);
        world.Sync.Broker["key1"].Failures["holdings"] = BrokerException.AuthExpired("The session is over.");
        world.Sync.Time.Advance(TimeSpan.FromHours(1));
        await world.Sync.SyncAsync();

        await world.ImportAsync("2026-08-03T09:30:00+05:30,buy,INFY,,NSE,,,6,1500,,,,INR,,F1,");

        (await world.Sync.StateAsync()).State.ShouldBe(ConnectionState.NeedsLogin);
        (await world.Sync.ReadAsync(db => db.Alerts.CountAsync(a => a.ResolvedAt == null))).ShouldBe(1);
    }
}
