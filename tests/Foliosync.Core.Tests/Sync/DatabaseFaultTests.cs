using System.Data.Common;
using System.Globalization;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Sync;

/// <summary>The database fails while a sync is being stored.</summary>
public sealed class DatabaseFaultTests
{
    // More than a sync has open at the same time.
    private const int PooledConnections = 48;

    [Theory, EachStore]
    public async Task A_failure_in_the_middle_of_storing_takes_one_account_back_whole_and_leaves_the_others_stored(Store store)
    {
        await using var world = await KiteWorld.CreateAsync(store, accounts: 3);
        var account = await world.Sync.ReadAsync(db => db.Accounts.Where(a => a.ExternalId == "U000001").Select(a => a.Id).SingleAsync());

        // Cash comes after holdings: these are written when it happens.
        await SqlAsync(world.Sync.Database, store == Store.Sqlite
            ? $"create trigger planted before update on cash_balances when new.account_id = '{account.ToString().ToUpperInvariant()}' begin select raise(abort, 'planted'); end"
            : $"""
              create function planted() returns trigger language plpgsql as
              $$ begin if new.account_id = '{account}' then raise exception 'planted'; end if; return new; end $$;
              create trigger planted before update on cash_balances for each row execute function planted()
              """);
        var run = await world.FailAsync(() => world.Sync.SyncAsync());
        await SqlAsync(world.Sync.Database, store == Store.Sqlite ? "drop trigger planted" : "drop trigger planted on cash_balances");

        (run.State, run.ErrorKind).ShouldBe((SyncRunState.Failed, "internal"));
        (await world.Sync.LastRunAsync("Kite 2")).State.ShouldBe(SyncRunState.Succeeded);
        (await world.Sync.LastRunAsync("Kite 3")).State.ShouldBe(SyncRunState.Succeeded);
        (await world.Sync.StateAsync("Kite 1")).NextSyncAt.ShouldNotBeNull().ShouldBeGreaterThan(world.Sync.Clock.GetUtcNow());
        await world.ShouldRecoverAsync();
    }

    [Theory, EachStore]
    public async Task A_database_that_takes_nothing_any_more_ends_a_sync_of_many_and_does_not_keep_it_waiting(Store store)
    {
        await using var world = await SyncWorld.CreateAsync(store);
        await world.ConnectAsync([.. Enumerable.Range(1, 400).Select(i => "key" + i)]);
        await SqlAsync(world.Database, store == Store.Sqlite
            ? "create trigger planted before update on sync_states when new.lease_token is null begin select raise(abort, 'planted'); end"
            : """
              create function planted() returns trigger language plpgsql as
              $$ begin if new.lease_token is null then raise exception 'planted'; end if; return new; end $$;
              create trigger planted before update on sync_states for each row execute function planted()
              """);

        await Should.ThrowAsync<DbException>(world.SyncAsync().WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_full_disk_ends_the_run_in_plain_words_damages_nothing_and_is_over_when_there_is_room()
    {
        await using var world = await KiteWorld.CreateAsync();
        var pages = long.Parse(await ScalarAsync(world, "pragma page_count"), CultureInfo.InvariantCulture);

        // Room for the run itself, and for nothing that it brings.
        await LimitPagesAsync(world, pages + 12);
        world.Kite.SetHoldings(1, 800);
        var run = await world.FailAsync(() => world.Sync.SyncAsync());

        run.State.ShouldBe(SyncRunState.Failed);
        run.ErrorMessage.ShouldNotBeNull().ShouldStartWith("The disk of the database is full");
        (await ScalarAsync(world, "pragma integrity_check")).ShouldBe("ok");

        await LimitPagesAsync(world, int.MaxValue);
        // The simulated trade of the day is in another share when there are more holdings.
        await world.ShouldRecoverAsync(transactions: 3);
        (await ScalarAsync(world, "pragma integrity_check")).ShouldBe("ok");
    }

    // The limit is a property of a connection and not of the file. Those of the pool are used again, so all of them get it.
    private static async Task LimitPagesAsync(KiteWorld world, long pages)
    {
        var connections = new List<DbConnection>();
        for (var i = 0; i < PooledConnections; i++)
        {
            var connection = await world.Sync.Database.Database.ConnectAsync(TestContext.Current.CancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = string.Create(CultureInfo.InvariantCulture, $"pragma max_page_count = {pages}");
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            connections.Add(connection);
        }

        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    private static async Task SqlAsync(Database database, string sql)
    {
        await using var connection = await database.ConnectAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<string> ScalarAsync(KiteWorld world, string query)
    {
        await using var connection = await world.Sync.Database.Database.ConnectAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = query;
        return Convert.ToString(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), CultureInfo.InvariantCulture)!;
    }
}
