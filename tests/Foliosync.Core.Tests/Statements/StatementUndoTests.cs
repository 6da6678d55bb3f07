using Foliosync.Brokers.Contract;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Tests.Sync;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Statements.StatementWorld;

namespace Foliosync.Core.Tests.Statements;

public sealed class StatementUndoTests
{
    private const string Buy = "2025-02-03,buy,INFY,,NSE,,,10,1500,,12.5,,INR,,,";
    private const string Sell = "2025-03-04,sell,INFY,,NSE,,,4,1600,,,,INR,,,";

    [Theory, EachStore]
    public async Task Undoing_an_import_removes_what_it_brought_and_puts_back_what_it_replaced(Store store)
    {
        await using var world = await OfVestedAsync(store);
        await world.ImportAsync(Buy);
        await world.ImportTextAsync(Holdings("2025-03-31", Held("INFY", 10) + "," + Held("TCS", 1), """{"currency":"INR","amount":"5"}"""));
        var before = await world.EverythingAsync();
        var later = await world.ImportTextAsync(
            """{"format":"foliosync","version":1,"transactions":[{"date":"2025-03-04","kind":"sell","symbol":"INFY","exchange":"XNSE","quantity":"4","price":"1600","currency":"INR"}],"""
            + Holdings("2025-04-30", Held("INFY", 6) + "," + Held("NEW", 2), """{"currency":"INR","amount":"7"},{"currency":"USD","amount":"1"}""")["{\"format\":\"foliosync\",\"version\":1,".Length..]);
        (await world.EverythingAsync()).ShouldNotBe(before);

        var undone = await world.Undo.UndoAsync(later.RunId!.Value, Actor.CommandLine, default);

        (await world.EverythingAsync()).ShouldBe(before);
        undone.Removed.ShouldBe(1);
        (await world.Sync.ReadAsync(db => db.AuditEvents.Where(a => a.Action == "statement.undone").Select(a => a.Subject).SingleAsync())).ShouldBe(later.RunId.Value.ToString());
        (await Should.ThrowAsync<RefusedException>(() => world.Undo.UndoAsync(later.RunId.Value, Actor.CommandLine, default))).Message.ShouldStartWith("This import was undone on");
    }

    [Theory, EachStore]
    public async Task What_was_undone_can_be_imported_again(Store store)
    {
        await using var world = await OfVestedAsync(store);
        var first = await world.ImportAsync(Buy, Sell);
        var after = await world.EverythingAsync();
        await world.Undo.UndoAsync(first.RunId!.Value, Actor.CommandLine, default);
        (await world.CountingAsync()).ShouldBeEmpty();

        (await world.ImportAsync(Buy, Sell)).NewTransactions.ShouldBe(2);

        (await world.EverythingAsync()).ShouldBe(after);
    }

    [Theory, EachStore]
    public async Task An_import_that_a_later_file_is_built_on_is_not_undone_before_it(Store store)
    {
        await using var world = await OfVestedAsync(store);
        var first = await world.ImportAsync(Buy);
        var second = await world.ImportAsync(Buy, Sell);

        var refused = await Should.ThrowAsync<RefusedException>(() => world.Undo.UndoAsync(first.RunId!.Value, Actor.CommandLine, default));

        refused.Message.ShouldContain(second.RunId!.Value.ToString());
        (await world.CountingAsync()).Count.ShouldBe(2);
        await world.Undo.UndoAsync(second.RunId.Value, Actor.CommandLine, default);
        (await world.CountingAsync()).ShouldHaveSingleItem();
        await world.Undo.UndoAsync(first.RunId!.Value, Actor.CommandLine, default);
        (await world.CountingAsync()).ShouldBeEmpty();
    }

    [Theory, EachStore]
    public async Task Holdings_are_not_put_back_under_a_newer_sync(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m)]);
        var import = await world.ImportTextAsync(Holdings("2026-08-03T06:00:00Z", Held("INFY", 12)));
        world.Sync.Time.Advance(TimeSpan.FromHours(2));
        await world.Sync.SyncAsync();
        var before = await world.EverythingAsync();

        (await Should.ThrowAsync<RefusedException>(() => world.Undo.UndoAsync(import.RunId!.Value, Actor.CommandLine, default))).Message.ShouldContain("newer report");

        (await world.EverythingAsync()).ShouldBe(before);
    }

    [Theory, EachStore]
    public async Task What_the_API_told_counts_again(Store store)
    {
        await using var world = await OfScriptedAsync(
            store, s => s.Transactions = [Trade("file:T1", TransactionKind.Buy, "INFY", 10m, 1500m, new DateTimeOffset(2026, 8, 3, 4, 0, 0, TimeSpan.Zero))]);
        var before = await world.EverythingAsync();
        var import = await world.ImportAsync("2026-08-03T09:30:00+05:30,buy,INFY,,NSE,,,10,1500,,12.5,,INR,,T1,");

        await world.Undo.UndoAsync(import.RunId!.Value, Actor.CommandLine, default);

        (await world.EverythingAsync()).ShouldBe(before);
        (await world.CountingAsync()).ShouldHaveSingleItem().Source.ShouldBe(TransactionSource.Api);
    }

    [Theory, EachStore]
    public async Task Only_imports_of_ones_own_are_undone(Store store)
    {
        await using var world = await OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m)]);
        var sync = await world.Sync.LastRunAsync();
        var import = await world.ImportAsync(Buy);
        var stranger = Actor.Person(Guid.NewGuid(), "api");

        (await Should.ThrowAsync<RefusedException>(() => world.Undo.UndoAsync(sync.Id, Actor.CommandLine, default))).Message.ShouldStartWith("This run imported no file");
        await Should.ThrowAsync<NotFoundException>(() => world.Undo.UndoAsync(import.RunId!.Value, stranger, default));
    }
}
