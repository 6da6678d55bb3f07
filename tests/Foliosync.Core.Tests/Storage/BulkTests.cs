using System.Data.Common;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Storage;

public sealed class BulkTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 3, 5, 0, 0, TimeSpan.Zero);

    [Theory, EachStore]
    public async Task Statements_run_in_order_and_each_query_gets_its_own_rows(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        var first = rows.Holding("first");
        var second = rows.Holding("second");
        List<string> before = [], between = [], after = [];

        await rows.RunAsync(script =>
        {
            script.Query("select lot from holdings", null, r => before.Add(r.GetString(0)));
            script.Rows(SyncStatements.InsertHoldings, [first, second]);
            script.Query("select lot from holdings order by lot", null, r => between.Add(r.GetString(0)));
            script.Change("delete from holdings where id {ids}", [first.Id]);
            script.Query("select lot from holdings", null, r => after.Add(r.GetString(0)));
        });

        before.ShouldBeEmpty();
        between.ShouldBe(["first", "second"]);
        after.ShouldBe(["second"]);
    }

    [Theory, EachStore]
    public async Task A_script_may_begin_with_changes_and_end_with_them(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        List<string> read = [];

        await rows.RunAsync(script =>
        {
            script.Change("delete from holdings", null);
            script.Rows(SyncStatements.InsertHoldings, [rows.Holding("a")]);
            script.Query("select lot from holdings", null, r => read.Add(r.GetString(0)));
            script.Change("update holdings set symbol = @symbol", null, ("symbol", "TCS"));
            script.Rows(SyncStatements.InsertHoldings, [rows.Holding("b")]);
        });

        read.ShouldBe(["a"]);
        await using var db = database.Open();
        (await db.Holdings.OrderBy(h => h.Lot).Select(h => h.Symbol).ToListAsync()).ShouldBe(["TCS", "INFY"]);
    }

    [Theory, EachStore]
    public async Task Named_values_and_ids_find_their_places(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        var wanted = rows.Holding("wanted");
        wanted.Since = Now;
        var early = rows.Holding("early");
        early.Since = Now.AddMicroseconds(-1);
        await rows.RunAsync(script => script.Rows(SyncStatements.InsertHoldings, [wanted, early, rows.Holding("other")]));
        List<Guid> found = [];

        // One name begins with the other: @s must not be taken for a part of @since.
        await rows.RunAsync(script => script.Query(
            "select id from holdings where id {ids} and symbol = @s and since >= @since and account_id = @account",
            [wanted.Id, early.Id, Guid.NewGuid()],
            r => found.Add(r.Id(0)),
            ("s", "INFY"),
            ("since", Now.ToOffset(TimeSpan.FromHours(5.5))),
            ("account", rows.AccountId)));

        found.ShouldBe([wanted.Id]);
    }

    [Theory, EachStore]
    public async Task No_ids_find_nothing_and_many_ids_are_one_statement(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        var holdings = Enumerable.Range(0, 5_000).Select(i => rows.Holding($"{i}")).ToList();
        int none = 0, all = 0;

        await rows.RunAsync(script =>
        {
            script.Rows(SyncStatements.InsertHoldings, holdings);
            script.Query("select id from holdings where id {ids}", [], _ => none++);
            script.Query("select id from holdings where id {ids}", [.. holdings.Select(h => h.Id)], _ => all++);
        });

        (none, all).ShouldBe((0, 5_000));
    }

    [Theory, EachStore]
    public async Task An_empty_script_and_no_rows_are_nothing_to_do(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);

        await StoredRows.RunAsync(database, _ => { });
        await StoredRows.RunAsync(database, script => script.Rows(SyncStatements.InsertHoldings, []));
    }

    [Theory, EachStore]
    public async Task What_is_rolled_back_leaves_nothing(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);

        await StoredRows.RunAsync(
            database, script => script.Rows(SyncStatements.InsertHoldings, [rows.Holding("a"), rows.Holding("b")]), commit: false);

        await using var db = database.Open();
        (await db.Holdings.CountAsync()).ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task A_row_that_fails_is_told_and_takes_everything_with_it(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);

        // The last row names the lot of the first.
        Holding[] holdings = [rows.Holding("a"), rows.Holding("b"), rows.Holding("a")];
        await Should.ThrowAsync<DbException>(rows.RunAsync(script => script.Rows(SyncStatements.InsertHoldings, holdings)));

        await using var db = database.Open();
        (await db.Holdings.CountAsync()).ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task A_statement_that_fails_behind_a_query_is_told_too(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);

        await Should.ThrowAsync<DbException>(rows.RunAsync(script =>
        {
            script.Rows(SyncStatements.InsertHoldings, [rows.Holding("a")]);
            script.Query("select id from holdings", null, _ => { });
            script.Rows(SyncStatements.InsertHoldings, [rows.Holding("a")]);
        }));

        await using var db = database.Open();
        (await db.Holdings.CountAsync()).ShouldBe(0);
    }

    [Theory, EachStore]
    public async Task A_failure_leaves_the_database_usable(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        var orphan = rows.Holding("a");
        orphan.AccountId = Guid.NewGuid();

        await Should.ThrowAsync<DbException>(rows.RunAsync(script => script.Rows(SyncStatements.InsertHoldings, [orphan])));
        await rows.RunAsync(script => script.Rows(SyncStatements.InsertHoldings, [rows.Holding("a")]));

        await using var db = database.Open();
        (await db.Holdings.CountAsync()).ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task A_cancelled_script_stores_nothing(Store store)
    {
        await using var database = await TestDatabases.CreateAsync(store);
        var rows = await StoredRows.AddAsync(database);
        var script = SqlScript.For(database);
        script.Rows(SyncStatements.InsertHoldings, [rows.Holding("a")]);

        await using (var connection = await database.Database.ConnectAsync(default))
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await Should.ThrowAsync<OperationCanceledException>(
                script.RunAsync(connection, transaction, new CancellationToken(canceled: true)));
        }

        await using var db = database.Open();
        (await db.Holdings.CountAsync()).ShouldBe(0);
    }
}
