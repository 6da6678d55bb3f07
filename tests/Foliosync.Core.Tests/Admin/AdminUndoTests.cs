using Foliosync.Core.Admin;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Prices;
using Foliosync.Core.Tests.Storage;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Admin;

public sealed class AdminUndoTests
{
    [Theory, EachStore]
    public async Task A_row_that_was_made_is_gone_when_it_is_taken_back(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        var made = await MakeInstrumentAsync(bench);

        (await bench.UndoAsync(made.Change)).ShouldBe(1);

        (await bench.AskAsync("instruments", "symbol")).ShouldBeEmpty();
        (await bench.AskAsync("audit", "undoes", "action=instrument.undone")).ShouldBe([made.Change.ToString()]);
        (await Should.ThrowAsync<RefusedException>(() => bench.UndoAsync(made.Change))).Message.ShouldBe("This was taken back already.");
    }

    [Theory, EachStore]
    public async Task A_row_that_was_made_stays_when_others_refer_to_it_or_somebody_changed_it(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        var (held, changed) = (await MakeInstrumentAsync(bench), await MakeInstrumentAsync(bench));
        await using (var db = bench.Store.Open())
        {
            db.InstrumentAliases.Add(new InstrumentAlias { BrokerId = "a", Key = "1", InstrumentId = Guid.Parse(held.Key) });
            await db.SaveChangesAsync();
        }

        await bench.Changes.ChangeAsync(bench.Instruments, changed.Key, new Dictionary<string, string?> { ["name"] = "Another" }, null, AdminBench.By, default);

        (await Should.ThrowAsync<RefusedException>(() => bench.UndoAsync(held.Change))).Message.ShouldContain("Aliases");
        (await Should.ThrowAsync<RefusedException>(() => bench.UndoAsync(changed.Change))).Message.ShouldContain("'name' is 'Another'");
        (await bench.AskAsync("instruments", "id")).Count.ShouldBe(2);
    }

    [Theory, EachStore]
    public async Task A_row_that_was_deleted_is_there_again_with_its_id_and_every_value(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        await SeedAsync(bench);
        foreach (var name in new[] { "holdings", "cash", "aliases", "prices", "fx-rates", "shares", "permissions", "alerts" })
        {
            var table = bench.Catalog.Get(name);
            var key = (await bench.Reader.ListAsync(new AdminQuery { Table = table }, default)).Rows.Single().Key;
            var before = await TextsAsync(bench, table, key);

            var done = await bench.Changes.DeleteAsync(table, [key], AdminBench.By, default);
            await Should.ThrowAsync<NotFoundException>(() => bench.Reader.GetAsync(table, key, default));
            await bench.UndoAsync(done.Batch);

            (await TextsAsync(bench, table, key)).ShouldBe(before, name);
        }
    }

    [Theory, EachStore]
    public async Task A_deletion_of_several_rows_is_taken_back_as_one(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        foreach (var symbol in new[] { "A", "B", "C" })
        {
            await bench.AddInstrumentAsync(symbol);
        }

        var done = await bench.Changes.DeleteAsync(bench.Instruments, [.. (await bench.AskAsync("instruments", "id")).OfType<string>()], AdminBench.By, default);
        (await bench.AskAsync("instruments", "symbol")).ShouldBeEmpty();
        (await bench.UndoAsync(done.Batch)).ShouldBe(3);

        (await bench.AskAsync("instruments", "symbol", "sort=symbol")).ShouldBe(["A", "B", "C"]);
    }

    [Theory, EachStore]
    public async Task What_does_not_come_back_whole_is_not_put_back(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        await SeedAsync(bench);
        var instrument = (await bench.AddInstrumentAsync("TCS")).ToString();
        await using (var db = bench.Store.Open())
        {
            db.InstrumentAliases.Add(new InstrumentAlias { BrokerId = "b", Key = "2", InstrumentId = Guid.Parse(instrument) });
            await db.SaveChangesAsync();
        }

        var credentials = bench.Catalog.Get("credentials");
        var credential = (await bench.Reader.ListAsync(new AdminQuery { Table = credentials }, default)).Rows.Single().Key;
        (await bench.Changes.DeleteAsync(bench.Instruments, [instrument], AdminBench.By, default)).Batch.ShouldBeNull();
        (await bench.Changes.DeleteAsync(credentials, [credential], AdminBench.By, default)).Batch.ShouldBeNull();

        (await RefusedAsync("instrument.deleted")).ShouldBe("Others went with the row, and nothing brings them back: 1 Aliases.");
        (await RefusedAsync("credential.deleted")).ShouldStartWith("A part of the row is secret");

        async Task<string> RefusedAsync(string action)
        {
            var change = Guid.Parse((await bench.AskAsync("audit", "id", $"action={action}")).Single()!);
            return (await Should.ThrowAsync<RefusedException>(() => bench.UndoAsync(change))).Message;
        }
    }

    [Theory, EachStore]
    public async Task A_row_is_not_put_back_where_another_has_its_place(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        var first = (await bench.AddInstrumentAsync("INFY", isin: "INE009A01021")).ToString();
        var done = await bench.Changes.DeleteAsync(bench.Instruments, [first], AdminBench.By, default);
        await bench.AddInstrumentAsync("INFY", isin: "INE009A01021");

        (await Should.ThrowAsync<InputException>(() => bench.UndoAsync(done.Batch))).Message.ShouldContain("already");
        (await bench.AskAsync("instruments", "id")).ShouldNotContain(first);
    }

    [Theory, EachStore]
    public async Task Of_several_rows_all_are_changed_or_none_and_the_one_that_refused_is_named(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        await SeedAsync(bench);
        var free = (await bench.AddInstrumentAsync("FREE")).ToString();
        var other = (await bench.AddInstrumentAsync("OTHER")).ToString();
        string held;
        await using (var db = bench.Store.Open())
        {
            held = (await db.Holdings.SingleAsync()).InstrumentId.ToString();
        }

        var deletion = await Should.ThrowAsync<RowRefusedException>(() => bench.Changes.DeleteAsync(bench.Instruments, [free, held], AdminBench.By, default));
        var change = await Should.ThrowAsync<RowRefusedException>(
            () => bench.Changes.ChangeAllAsync(bench.Instruments, [free, other], "isin", "INE467B01029", AdminBench.By, default));
        var absent = await Should.ThrowAsync<RowRefusedException>(
            () => bench.Changes.ChangeAllAsync(bench.Instruments, [free, Guid.Empty.ToString()], "name", "x", AdminBench.By, default));

        (deletion.Key, change.Key, absent.Key).ShouldBe((held, other, Guid.Empty.ToString()));
        deletion.Message.ShouldStartWith($"Nothing was done, because of the row {held}: Rows refer to each other");
        change.Reason.ShouldBe("There is a row with these values already. Choose others.");
        (await bench.AskAsync("instruments", "isin")).ShouldAllBe(i => i == null);
        (await bench.AskAsync("audit", "id")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_portfolio_is_not_shared_with_its_owner()
    {
        await using var bench = await AdminBench.OpenAsync(Store.Sqlite);
        await SeedAsync(bench);
        await using var db = bench.Store.Open();
        var portfolio = await db.Portfolios.SingleAsync();

        var refused = await Should.ThrowAsync<InputException>(() => bench.Changes.CreateAsync(
            bench.Catalog.Get("shares"),
            new Dictionary<string, string?> { ["portfolioId"] = portfolio.Id.ToString(), ["userId"] = portfolio.OwnerId.ToString(), ["role"] = "viewer" },
            AdminBench.By,
            default));

        refused.Field.ShouldBe("userId");
    }

    private static Task<AdminMade> MakeInstrumentAsync(AdminBench bench) => bench.Changes.CreateAsync(
        bench.Instruments, new Dictionary<string, string?> { ["symbol"] = "INFY", ["assetClass"] = "equity", ["currency"] = "INR" }, AdminBench.By, default);

    private static async Task<List<(string, string?)>> TextsAsync(AdminBench bench, AdminTable table, string key)
    {
        var record = await bench.Reader.GetAsync(table, key, default);
        return [.. table.Columns.Select(c => (c.Name, record.Text(c)))];
    }

    /// <summary>One row of each table whose rows can be put back, and a credential.</summary>
    private static async Task SeedAsync(AdminBench bench)
    {
        var rows = await StoredRows.AddAsync(bench.Store);
        var at = new DateTimeOffset(2026, 8, 3, 5, 0, 0, 123, TimeSpan.Zero);
        await using var db = bench.Store.Open();
        var (portfolio, connection) = (await db.Portfolios.SingleAsync(), await db.Connections.SingleAsync());
        var friend = new Core.Users.User { Id = Guid.NewGuid(), UserName = "friend" };
        var holding = rows.Holding("own");
        (holding.Reads, holding.Quantity, holding.AveragePrice) = (ReadKinds.Holdings | ReadKinds.Positions, 12.5m, 100.25m);
        db.AddRange(
            friend,
            holding,
            new CashBalance { Id = Guid.NewGuid(), AccountId = rows.AccountId, Segment = "equity", Currency = "INR", Amount = -1.5m, AsOf = at },
            new InstrumentAlias { BrokerId = "a", Key = "NSE:1", InstrumentId = rows.InstrumentId },
            new Price { InstrumentId = rows.InstrumentId, Day = new DateOnly(2026, 8, 3), Source = "test", Value = 99.99m, Currency = "INR", At = at },
            new FxRate { Currency = "INR", Day = new DateOnly(2026, 8, 3), Source = "test", PerEuro = 99.5m },
            new PortfolioShare { PortfolioId = portfolio.Id, UserId = friend.Id, Role = ShareRole.Editor, CreatedAt = at },
            new AdminPermission { UserId = friend.Id, TableName = "prices", Allows = AdminRight.View },
            new Core.Alerts.Alert { Id = Guid.NewGuid(), OwnerId = portfolio.OwnerId, Kind = "syncFailed", Message = "It failed.", CreatedAt = at },
            new BrokerCredential { ConnectionId = connection.Id, Field = "apiKey", Sealed = [1, 2, 3], UpdatedAt = at });
        await db.SaveChangesAsync();
    }
}
