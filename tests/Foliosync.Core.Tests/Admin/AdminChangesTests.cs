using Foliosync.Core.Admin;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Admin;

public sealed class AdminChangesTests
{
    [Theory, EachStore]
    public async Task A_change_is_in_the_audit_log_with_who_when_from_where_before_and_after_and_can_be_taken_back(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        var key = (await bench.AddInstrumentAsync("INFY", "Infosys")).ToString();

        var change = await ChangeAsync(bench, key, ("name", "Infosys Ltd"));

        await using var db = bench.Store.Open();
        var told = await db.AuditEvents.SingleAsync();
        (told.Id, told.Action, told.Subject, told.TableName, told.UserId, told.Source, told.Address, told.At)
            .ShouldBe((change!.Value, "instrument.changed", key, "instruments", AdminBench.By.UserId, "web", "192.0.2.7", bench.Clock.GetUtcNow()));
        told.Detail.ShouldBe("""{"before":{"name":"Infosys"},"after":{"name":"Infosys Ltd"}}""");

        await bench.UndoAsync(change);
        (await bench.AskAsync("instruments", "name")).ShouldBe(["Infosys"]);
        (await db.AuditEvents.SingleAsync(a => a.Action == "instrument.undone")).Undoes.ShouldBe(change);
        (await Should.ThrowAsync<RefusedException>(() => bench.UndoAsync(change))).Message.ShouldBe("This was taken back already.");
    }

    [Theory, EachStore]
    public async Task Nothing_is_taken_back_that_somebody_changed_meanwhile(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        var key = (await bench.AddInstrumentAsync("INFY", "Infosys")).ToString();
        var change = await ChangeAsync(bench, key, ("name", "Infosys Ltd"));
        await ChangeAsync(bench, key, ("name", "Infosys Limited"));

        var refused = await Should.ThrowAsync<RefusedException>(() => bench.UndoAsync(change));

        refused.Message.ShouldContain("'name' is 'Infosys Limited'");
        (await bench.AskAsync("instruments", "name")).ShouldBe(["Infosys Limited"]);
    }

    [Theory, EachStore]
    public async Task A_form_that_was_opened_before_somebody_elses_change_is_refused(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        var key = (await bench.AddInstrumentAsync("INFY", "Infosys")).ToString();
        var seen = (await bench.Reader.GetAsync(bench.Instruments, key, default)).Version;
        await ChangeAsync(bench, key, ("name", "Another"));

        await Should.ThrowAsync<RefusedException>(() => bench.Changes.ChangeAsync(
            bench.Instruments, key, new Dictionary<string, string?> { ["symbol"] = "X" }, seen, AdminBench.By, default));
        var now = (await bench.Reader.GetAsync(bench.Instruments, key, default)).Version;
        (await bench.Changes.ChangeAsync(bench.Instruments, key, new Dictionary<string, string?> { ["symbol"] = "X" }, now, AdminBench.By, default)).ShouldNotBeNull();
    }

    [Theory, EachStore]
    public async Task A_bulk_change_is_taken_back_as_one(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        var keys = new List<string>();
        foreach (var symbol in new[] { "A", "B", "C" })
        {
            keys.Add((await bench.AddInstrumentAsync(symbol)).ToString());
        }

        var done = await bench.Changes.ChangeAllAsync(bench.Instruments, keys, "currency", "USD", AdminBench.By, default);
        done.Rows.ShouldBe(3);
        (await bench.AskAsync("instruments", "currency")).ShouldBe(["USD", "USD", "USD"]);
        await bench.UndoAsync(done.Batch);
        (await bench.AskAsync("instruments", "currency")).ShouldBe(["INR", "INR", "INR"]);

        var again = await bench.Changes.ChangeAllAsync(bench.Instruments, keys, "currency", "USD", AdminBench.By, default);
        await ChangeAsync(bench, keys[1], ("currency", "EUR"));
        await Should.ThrowAsync<RefusedException>(() => bench.UndoAsync(again.Batch));
        (await bench.AskAsync("instruments", "currency", "sort=symbol")).ShouldBe(["USD", "EUR", "USD"]);
    }

    [Theory, EachStore]
    public async Task What_cannot_be_is_told_by_its_field_and_changes_nothing(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        var key = (await bench.AddInstrumentAsync("INFY", isin: "INE009A01021")).ToString();
        await bench.AddInstrumentAsync("TCS", isin: "INE467B01029");
        foreach (var (column, value) in new[] { ("isin", "wrong"), ("mic", "nse"), ("currency", "rupee"), ("symbol", ""), ("assetClass", "gold"), ("id", key) })
        {
            (await Should.ThrowAsync<InputException>(() => ChangeAsync(bench, key, (column, value)))).Field.ShouldBe(column);
        }

        (await Should.ThrowAsync<InputException>(() => ChangeAsync(bench, key, ("isin", "INE467B01029")))).Message.ShouldContain("already");
        await Should.ThrowAsync<NotFoundException>(() => ChangeAsync(bench, Guid.NewGuid().ToString(), ("name", "x")));
        await using var db = bench.Store.Open();
        (await db.AuditEvents.AnyAsync()).ShouldBeFalse();
    }

    [Theory, EachStore]
    public async Task A_row_with_a_key_of_several_columns_is_made_found_changed_and_deleted(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        var instrument = await bench.AddInstrumentAsync("INFY");
        var aliases = bench.Catalog.Get("aliases");

        var (key, _) = await bench.Changes.CreateAsync(
            aliases, new Dictionary<string, string?> { ["brokerId"] = "zerodha", ["key"] = "NSE:M&M/A, ~", ["instrumentId"] = instrument.ToString() }, AdminBench.By, default);

        Uri.EscapeDataString(key).Replace("%3A", ":").Replace("%2C", ",").ShouldBe(key);
        (await bench.Reader.GetAsync(aliases, key, default)).Values["key"].ShouldBe("NSE:M&M/A, ~");
        await bench.Changes.DeleteAsync(aliases, [key], AdminBench.By, default);
        await Should.ThrowAsync<NotFoundException>(() => bench.Reader.GetAsync(aliases, key, default));
    }

    [Theory, EachStore]
    public async Task A_deletion_names_what_goes_with_it_and_what_stands_against_it(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        var rows = await StoredRows.AddAsync(bench.Store);
        await rows.RunAsync(s => s.Rows(SyncStatements.InsertHoldings, [rows.Holding("own")]));
        await using var db = bench.Store.Open();
        var connectionId = (await db.Connections.SingleAsync()).Id.ToString();
        var portfolioId = (await db.Portfolios.SingleAsync()).Id.ToString();
        var foresight = bench.Foresight;

        var connection = await foresight.OfDeletingAsync(bench.Catalog.Get("connections"), [connectionId], default);
        connection.Goes.ShouldContain(c => c.Table == "accounts" && c.Rows.Rows == 1);
        connection.Goes.ShouldContain(c => c.Table == "holdings");
        var portfolio = await foresight.OfDeletingAsync(bench.Catalog.Get("portfolios"), [portfolioId], default);
        portfolio.Blocks.ShouldContain(c => c.Table == "connections" && c.Rows.Rows == 1);
        await Should.ThrowAsync<RefusedException>(() => bench.Changes.DeleteAsync(bench.Catalog.Get("portfolios"), [portfolioId], AdminBench.By, default));

        await bench.Changes.DeleteAsync(bench.Catalog.Get("connections"), [connectionId], AdminBench.By, default);
        (await bench.AskAsync("holdings", "id")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Whatever_goes_with_a_row_has_a_name_for_people()
    {
        await using var bench = await AdminBench.OpenAsync(Store.Sqlite);
        await using var db = bench.Store.Open();

        var goes = db.Model.GetEntityTypes().SelectMany(e => e.GetForeignKeys()).Where(k => !k.DeclaringEntityType.IsMappedToJson())
            .Select(k => k.DeclaringEntityType).Distinct().ToList();

        goes.Count.ShouldBeGreaterThan(20);
        goes.Where(e => bench.Catalog.Tables.All(t => t.Entity != e && t.Stored != e.GetTableName()) && !AdminForesight.Unlisted.ContainsKey(e.GetTableName()!))
            .Select(e => e.GetTableName()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_token_of_somebody_who_is_disabled_or_demoted_reaches_no_further_than_that_person_at_once()
    {
        await using var bench = await AdminBench.OpenAsync(Store.Sqlite);
        var accounts = new UserAccounts(bench.Store, bench.Clock);
        await accounts.AddAsync("boss@example.org", "a long enough password", UserRole.Admin, Actor.CommandLine, default);
        var user = (await accounts.AddAsync("asha@example.org", "a long enough password", UserRole.Member, Actor.CommandLine, default)).User;
        var token = (await bench.Tokens.CreateAsync(user.Id, "script", TokenScope.Write, Actor.CommandLine, default)).Text;
        (await bench.Tokens.VerifyAsync(token, default))!.Scope.ShouldBe(TokenScope.Write);

        await ChangeAsync("role", "readOnly");
        (await bench.Tokens.VerifyAsync(token, default))!.Scope.ShouldBe(TokenScope.Read);
        await ChangeAsync("disabled", "true");
        (await bench.Tokens.VerifyAsync(token, default)).ShouldBeNull();

        Task ChangeAsync(string column, string value) => bench.Changes.ChangeAsync(
            bench.Catalog.Get("users"), user.Id.ToString(), new Dictionary<string, string?> { [column] = value }, null, AdminBench.By, default);
    }

    [Theory, EachStore]
    public async Task The_only_admin_stays_one(Store store)
    {
        await using var bench = await AdminBench.OpenAsync(store);
        var accounts = new UserAccounts(bench.Store, bench.Clock);
        var admin = (await accounts.AddAsync("asha@example.org", "a long enough password", UserRole.Admin, Actor.CommandLine, default)).User.Id.ToString();
        var users = bench.Catalog.Get("users");

        foreach (var (column, value) in new[] { ("role", "member"), ("disabled", "true") })
        {
            await Should.ThrowAsync<RefusedException>(() => bench.Changes.ChangeAsync(users, admin, new Dictionary<string, string?> { [column] = value }, null, AdminBench.By, default));
        }

        await Should.ThrowAsync<RefusedException>(() => bench.Changes.DeleteAsync(users, [admin], AdminBench.By, default));
        await bench.Changes.ChangeAsync(users, admin, new Dictionary<string, string?> { ["email"] = "new@example.org" }, null, AdminBench.By, default);
        (await accounts.VerifyPasswordAsync("NEW@example.org", "a long enough password", default)).ShouldNotBeNull();
    }

    private static Task<Guid?> ChangeAsync(AdminBench bench, string key, params (string Column, string? Value)[] values) =>
        bench.Changes.ChangeAsync(bench.Instruments, key, values.ToDictionary(v => v.Column, v => v.Value), version: null, AdminBench.By, default);
}
