using Foliosync.Brokers.Contract;
using Foliosync.Core.Instruments;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Tests.Statements;
using Foliosync.Core.Tests.Storage;
using Foliosync.Core.Tests.Sync;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;
using Foliosync.Core.Valuations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;
using static Foliosync.Core.Tests.Statements.StatementWorld;

namespace Foliosync.Core.Tests.Ledgers;

/// <summary>What people type, beside ten INFY that a sync of 3 August 2026 told.</summary>
public sealed class ManualTransactionsTests
{
    private static readonly DateOnly Monday = new(2026, 8, 3);

    [Theory, EachStore]
    public async Task What_is_typed_counts_and_is_in_the_audit_log(Store store)
    {
        await using var world = await WorldAsync(store);
        var owner = await OwnerAsync(world);

        var added = await Manual(world).AddAsync(Buy(world) with { Day = Monday.AddDays(-30), Note = " by phone " }, owner, default);

        var row = (await world.CountingAsync()).ShouldHaveSingleItem();
        (row.Kind, row.Symbol, row.Quantity, row.Price, row.Amount, row.Fees, row.Currency, row.Source, row.Note)
            .ShouldBe((TransactionKind.Buy, "INFY", 5m, 112m, null, null, "INR", TransactionSource.Manual, "by phone"));
        // Midnight in India: only the day is known.
        row.TradedAt.ShouldBe(new DateTimeOffset(2026, 7, 3, 18, 30, 0, TimeSpan.Zero));
        var audit = await world.Sync.ReadAsync(db => db.AuditEvents.SingleAsync(a => a.Id == added.ChangeId));
        (audit.Action, audit.Subject, audit.UserId, audit.Source).ShouldBe(("transaction.added", added.TransactionId.ToString(), owner.UserId, "web"));
        (await world.Sync.ReadAsync(db => db.ValuationStates.Select(s => s.StaleFrom).SingleAsync())).ShouldBe(new DateOnly(2026, 7, 3).AddDays(-ValuationState.LedgerReach - 1));
    }

    [Theory, EachStore]
    public async Task Each_step_can_be_undone_and_done_again(Store store)
    {
        await using var world = await WorldAsync(store);
        var owner = await OwnerAsync(world);
        var manual = Manual(world);
        var added = await manual.AddAsync(Buy(world) with { Day = Monday.AddDays(-30) }, owner, default);
        await new TransactionNotes(world.Sync.Database, world.Sync.Clock).SetAsync(added.TransactionId, "gift", null, owner, default);
        var changed = await manual.ChangeAsync(added.TransactionId, Buy(world) with { Day = Monday.AddDays(-29), Quantity = 6m }, owner, default);
        (await CountedAsync(world)).ShouldBe(6m);

        await manual.UndoAsync(changed.ChangeId, owner, default);
        (await CountedAsync(world)).ShouldBe(5m);
        var removed = await manual.RemoveAsync(added.TransactionId, owner, default);
        (await world.CountingAsync()).ShouldBeEmpty();

        var back = await manual.UndoAsync(removed.ChangeId, owner, default);
        (back.IsThere, await CountedAsync(world)).ShouldBe((true, 5m));
        (await manual.UndoAsync(back.ChangeId, owner, default)).IsThere.ShouldBeFalse();
        (await world.CountingAsync()).ShouldBeEmpty();
    }

    [Theory, EachStore]
    public async Task A_step_that_something_was_built_on_is_not_undone(Store store)
    {
        await using var world = await WorldAsync(store);
        var owner = await OwnerAsync(world);
        var added = await Manual(world).AddAsync(Buy(world), owner, default);
        await Manual(world).ChangeAsync(added.TransactionId, Buy(world) with { Quantity = 6m }, owner, default);

        var refused = await Should.ThrowAsync<RefusedException>(() => Manual(world).UndoAsync(added.ChangeId, owner, default));

        refused.Message.ShouldBe("This transaction has been changed meanwhile. Look at it again; nothing was done.");
        (await CountedAsync(world)).ShouldBe(6m);
    }

    [Theory, EachStore]
    public async Task A_purchase_that_was_inferred_gives_way_to_what_the_person_knows_and_comes_back(Store store)
    {
        await using var world = await WorldAsync(store);
        world.Sync.Time.Advance(TimeSpan.FromDays(1));
        world.Sync.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 15m, 104m, 115m)];
        await world.Sync.SyncAsync();
        var before = await world.EverythingAsync();
        (await world.CountingAsync()).ShouldHaveSingleItem().Source.ShouldBe(TransactionSource.Inferred);

        var added = await Manual(world).AddAsync(Buy(world) with { Day = Monday.AddDays(1), Price = 111m }, await OwnerAsync(world), default);

        var counts = (await world.CountingAsync()).ShouldHaveSingleItem();
        (counts.Source, counts.Price).ShouldBe((TransactionSource.Manual, 111m));
        await Manual(world).UndoAsync(added.ChangeId, await OwnerAsync(world), default);
        (await world.EverythingAsync()).ShouldBe(before);
    }

    [Theory, EachStore]
    public async Task What_a_file_tells_counts_in_place_of_the_same_typed(Store store)
    {
        await using var world = await WorldAsync(store);
        await world.ImportAsync("2025-02-03,buy,INFY,,NSE,,,10,1500,,,,INR,,,");

        await Manual(world).AddAsync(Buy(world) with { Day = new DateOnly(2025, 2, 3), Quantity = 10m, Price = 1500m }, await OwnerAsync(world), default);

        (await world.CountingAsync()).Where(t => t.Source != TransactionSource.Inferred).ShouldHaveSingleItem().Source.ShouldBe(TransactionSource.Statement);
    }

    [Theory, EachStore]
    public async Task What_the_API_tells_later_counts_in_place_of_the_same_typed(Store store)
    {
        await using var world = await WorldAsync(store);
        await Manual(world).AddAsync(Buy(world), await OwnerAsync(world), default);
        world.Sync.Broker["key1"].Transactions = [Trade("T1", TransactionKind.Buy, "INFY", 5m, 112m, world.Sync.Clock.GetUtcNow().AddHours(1))];
        world.Sync.Broker["key1"].Holdings = [SyncWorld.Share("INFY", 15m, 104m, 115m)];
        world.Sync.Time.Advance(TimeSpan.FromHours(2));

        await world.Sync.SyncAsync();

        (await world.CountingAsync()).ShouldHaveSingleItem().Source.ShouldBe(TransactionSource.Api);
        (await world.Sync.ReadAsync(db => db.Transactions.CountAsync(t => t.Source == TransactionSource.Manual))).ShouldBe(1);
    }

    [Theory, EachStore]
    public async Task What_a_broker_told_is_noted_on_and_not_changed(Store store)
    {
        await using var world = await WorldAsync(store);
        var owner = await OwnerAsync(world);
        await world.ImportAsync("2025-02-03,buy,INFY,,NSE,,,10,1500,,,,INR,,,");
        var id = (await world.CountingAsync()).First(t => t.Source == TransactionSource.Statement).Id;
        var notes = new TransactionNotes(world.Sync.Database, world.Sync.Clock);

        await notes.SetAsync(id, "#long term, gift, Gift ,", " from Dad ", owner, default);
        await notes.SetAsync(id, "gift,birthday", null, owner, default);

        (await Should.ThrowAsync<RefusedException>(() => Manual(world).RemoveAsync(id, owner, default))).Message.ShouldStartWith("A broker told this transaction");
        (await world.Sync.ReadAsync(db => db.TransactionTags.Select(t => t.Tag).OrderBy(t => t).ToListAsync())).ShouldBe(["birthday", "gift"]);
        (await world.Sync.ReadAsync(db => db.AuditEvents.CountAsync(a => a.Action == "transaction.noted"))).ShouldBe(2);
        (await Should.ThrowAsync<InputException>(() => notes.SetAsync(id, new string('x', 41), null, owner, default))).Field.ShouldBe("tags");
    }

    [Theory, EachStore]
    public async Task Another_person_reaches_nothing(Store store)
    {
        await using var world = await WorldAsync(store);
        var added = await Manual(world).AddAsync(Buy(world), await OwnerAsync(world), default);
        var other = Actor.Person(Guid.NewGuid(), "web");

        await Should.ThrowAsync<NotFoundException>(() => Manual(world).AddAsync(Buy(world), other, default));
        await Should.ThrowAsync<NotFoundException>(() => Manual(world).RemoveAsync(added.TransactionId, other, default));
        await Should.ThrowAsync<NotFoundException>(() => Manual(world).UndoAsync(added.ChangeId, other, default));
        await Should.ThrowAsync<NotFoundException>(() => new TransactionNotes(world.Sync.Database, world.Sync.Clock).SetAsync(added.TransactionId, "x", null, other, default));
    }

    [Fact]
    public async Task A_new_instrument_is_made_when_its_kind_is_told()
    {
        await using var world = await WorldAsync(Store.Sqlite);
        var owner = await OwnerAsync(world);
        var entry = Buy(world) with { Instrument = "gold", Day = Monday.AddDays(-10) };

        (await Should.ThrowAsync<InputException>(() => Manual(world).AddAsync(entry, owner, default))).Message
            .ShouldBe("Foliosync does not know 'gold' yet. Say what kind of instrument it is to add it.");
        await Manual(world).AddAsync(entry with { NewAs = AssetClass.Other }, owner, default);
        await Manual(world).AddAsync(entry with { Day = Monday.AddDays(-9) }, owner, default);

        (await world.CountingAsync()).Select(t => t.Symbol).ShouldBe(["GOLD", "GOLD"]);
        (await world.Sync.ReadAsync(db => db.Instruments.CountAsync(i => i.Symbol == "GOLD"))).ShouldBe(1);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_at_its_field()
    {
        await using var world = await WorldAsync(Store.Sqlite);
        var owner = await OwnerAsync(world);

        await ShouldPointAtAsync("quantity", e => e with { Quantity = null });
        await ShouldPointAtAsync("quantity", e => e with { Quantity = -1m });
        await ShouldPointAtAsync("price", e => e with { Price = null });
        await ShouldPointAtAsync("instrument", e => e with { Instrument = " " });
        await ShouldPointAtAsync("day", e => e with { Day = Monday.AddDays(1) });
        await ShouldPointAtAsync("fees", e => e with { Fees = -1m });
        await ShouldPointAtAsync("amount", e => e with { Kind = TransactionKind.Deposit, Instrument = null, Quantity = null });
        await ShouldPointAtAsync("amount", e => e with { Kind = TransactionKind.Withdrawal, Instrument = null, Quantity = null, Amount = -5m });
        await ShouldPointAtAsync("kind", e => e with { Kind = TransactionKind.Unclassified });
        await ShouldPointAtAsync("currency", e => e with { Currency = "rupees" });
        await ShouldPointAtAsync("price", e => e with { Price = 1e13m });

        async Task ShouldPointAtAsync(string field, Func<ManualEntry, ManualEntry> change) =>
            (await Should.ThrowAsync<InputException>(() => Manual(world).AddAsync(change(Buy(world)), owner, default))).Field.ShouldBe(field);
    }

    private static ManualEntry Buy(StatementWorld world) => new()
    {
        AccountId = world.AccountId,
        Kind = TransactionKind.Buy,
        Instrument = "INFY",
        Day = Monday,
        Quantity = 5m,
        Price = 112m,
    };

    private static Task<StatementWorld> WorldAsync(Store store) => OfScriptedAsync(store, s => s.Holdings = [SyncWorld.Share("INFY", 10m, 100m, 110m)]);

    private static ManualTransactions Manual(StatementWorld world) => new(
        world.Sync.Database, world.Sync.Catalog, new InstrumentDirectory(world.Sync.Database, world.Sync.Clock), world.Sync.Clock, NullLoggerFactory.Instance);

    private static async Task<Actor> OwnerAsync(StatementWorld world) => Actor.Person(await world.Sync.ReadAsync(db => db.Users.Select(u => u.Id).SingleAsync()), "web");

    private static async Task<decimal?> CountedAsync(StatementWorld world) =>
        (await world.CountingAsync()).Where(t => t.Source == TransactionSource.Manual).ShouldHaveSingleItem().Quantity;
}
