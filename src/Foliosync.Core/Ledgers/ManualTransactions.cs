using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Statements;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync;
using Foliosync.Core.Transactions;
using Foliosync.Core.Users;
using Foliosync.Core.Valuations;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Ledgers;

/// <summary>What was done to a typed transaction.</summary>
/// <param name="ChangeId">The line of the audit log, by which it can be undone.</param>
/// <param name="TransactionId">The transaction, which may be gone.</param>
/// <param name="IsThere">True when it is there now.</param>
public sealed record ManualChange(Guid ChangeId, Guid TransactionId, bool IsThere);

/// <summary>
/// Adds, changes and removes what people type. Each step is in the audit log with what was before and after it, and can be undone. What
/// brokers tell is never rewritten: a person tags it, notes on it, or types what is missing beside it.
/// </summary>
public sealed class ManualTransactions(
    Database database, BrokerCatalog catalog, InstrumentDirectory directory, TimeProvider clock, ILoggerFactory logs)
{
    private const string Added = "transaction.added";
    private const string Changed = "transaction.changed";
    private const string Removed = "transaction.removed";
    private const string Undone = "transaction.undone";

    private static readonly RowStatement<Transaction> Update = new(
        """
        update transactions set kind = r.kind, instrument_id = r.instrument_id, symbol = r.symbol, quantity = r.quantity, price = r.price,
            amount = r.amount, fees = r.fees, taxes = r.taxes, currency = r.currency, traded_at = r.traded_at, note = r.note
        from {rows} where transactions.id = r.id
        """,
        Column.Of<Transaction>("id", t => t.Id),
        Column.Of<Transaction>("kind", t => SqlValues.ToText(t.Kind)),
        Column.Of<Transaction>("instrument_id", t => t.InstrumentId),
        Column.Of<Transaction>("symbol", t => t.Symbol),
        Column.Of<Transaction>("quantity", t => t.Quantity),
        Column.Of<Transaction>("price", t => t.Price),
        Column.Of<Transaction>("amount", t => t.Amount),
        Column.Of<Transaction>("fees", t => t.Fees),
        Column.Of<Transaction>("taxes", t => t.Taxes),
        Column.Of<Transaction>("currency", t => t.Currency),
        Column.Of<Transaction>("traded_at", t => t.TradedAt),
        Column.Of<Transaction>("note", t => t.Note));

    private readonly InferredLedger _ledger = new(database, clock, logs.CreateLogger<InferredLedger>());

    /// <summary>Adds a transaction.</summary>
    /// <exception cref="InputException">Something of it cannot be; the message says what.</exception>
    /// <exception cref="NotFoundException">There is no such account within reach.</exception>
    public async Task<ManualChange> AddAsync(ManualEntry entry, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(by);
        var account = await FindAccountAsync(entry.AccountId, by, cancellationToken).ConfigureAwait(false);
        var after = await ToStateAsync(Guid.CreateVersion7(clock.GetUtcNow()), entry, account, by, cancellationToken).ConfigureAwait(false);
        return await StoreAsync(new ManualStep(null, after), account, Added, by, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Changes a typed transaction. It stays in its account.</summary>
    /// <exception cref="InputException">Something of it cannot be; the message says what.</exception>
    /// <exception cref="NotFoundException">There is no such transaction within reach.</exception>
    /// <exception cref="RefusedException">It was not typed, so it is not the person's to change.</exception>
    public async Task<ManualChange> ChangeAsync(Guid id, ManualEntry entry, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(by);
        var before = await FindAsync(id, by, cancellationToken).ConfigureAwait(false);
        var account = await FindAccountAsync(before.AccountId, by, cancellationToken).ConfigureAwait(false);
        var after = await ToStateAsync(id, entry with { AccountId = before.AccountId }, account, by, cancellationToken).ConfigureAwait(false);
        return await StoreAsync(new ManualStep(before, after), account, Changed, by, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes a typed transaction.</summary>
    /// <exception cref="NotFoundException">There is no such transaction within reach.</exception>
    /// <exception cref="RefusedException">It was not typed, so it is not the person's to remove.</exception>
    public async Task<ManualChange> RemoveAsync(Guid id, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        var before = await FindAsync(id, by, cancellationToken).ConfigureAwait(false);
        var account = await FindAccountAsync(before.AccountId, by, cancellationToken).ConfigureAwait(false);
        return await StoreAsync(new ManualStep(before, null), account, Removed, by, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a step back; what was undone can be undone itself.</summary>
    /// <exception cref="NotFoundException">There is no such step of this person.</exception>
    /// <exception cref="RefusedException">The transaction is another by now.</exception>
    public async Task<ManualChange> UndoAsync(Guid changeId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        string? detail;
        await using (var db = database.Open(by.Scope))
        {
            detail = await db.AuditEvents.AsNoTracking()
                .Where(a => a.Id == changeId && a.UserId == by.UserId && (a.Action == Added || a.Action == Changed || a.Action == Removed || a.Action == Undone))
                .Select(a => a.Detail).SingleOrDefaultAsync(cancellationToken).ConfigureAwait(false);
        }

        var step = detail is null ? throw new NotFoundException("change") : ManualStep.FromJson(detail).Reversed;
        var account = await FindAccountAsync(step.Either.AccountId, by, cancellationToken).ConfigureAwait(false);
        return await StoreAsync(step, account, Undone, by, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ManualChange> StoreAsync(ManualStep step, AccountOfEntry account, string action, Actor by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var id = step.Either.Id;
        await using var write = await database.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
        await RequireAsync(write, id, step.Before, cancellationToken).ConfigureAwait(false);
        var audit = by.Did(action, id, now, step.ToJson());
        var script = SqlScript.For(database);
        switch (step)
        {
            case { Before: null, After: { } added }:
                script.Rows(SyncStatements.InsertTransactions, [added.ToRow()]);
                break;
            case { After: { } changed }:
                script.Rows(Update, [changed.ToRow()]);
                break;
            default:
                script.Change("update transactions set superseded_by = null where superseded_by = @id", ids: null, ("id", id));
                script.Change("delete from transactions where id = @id", ids: null, ("id", id));
                break;
        }

        DateTimeOffset[] times = [.. new[] { step.Before?.TradedAt, step.After?.TradedAt }.OfType<DateTimeOffset>()];
        script.Rows(ValuationStatements.Touch, ValuationTouch.Merge(times.Select(t => ValuationTouch.OfLedger(account.Id, t))));
        script.Rows(SyncStatements.InsertAuditEvents, [audit]);
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        foreach (var day in times.Select(t => LedgerRows.DayOf(t, account.Zone)).Distinct())
        {
            await SupersededRows.MarkAsync(
                database, write.Connection, write.Transaction, account.Id, day, day, account.Zone, cancellationToken).ConfigureAwait(false);
        }

        if (TouchOf(step, account, times.Min()) is { } touch)
        {
            await _ledger.RefreshAsync(write.Connection, write.Transaction, [touch], cancellationToken).ConfigureAwait(false);
        }

        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return new ManualChange(audit.Id, id, step.After is not null);
    }

    /// <summary>Makes sure that the row is as it was when the person looked.</summary>
    private async Task RequireAsync(WriteTransaction write, Guid id, ManualState? before, CancellationToken cancellationToken)
    {
        ManualState? now = null;
        var script = SqlScript.For(database);
        script.Query(
            """
            select account_id, kind, instrument_id, symbol, quantity, price, amount, fees, taxes, currency, traded_at, note
            from transactions where id = @id and source = 'manual' for update
            """,
            ids: null,
            row => now = new ManualState(
                id, row.Id(0), SqlValues.Parse<TransactionKind>(row.GetString(1)), row.IdOrNull(2), row.TextOrNull(3), row.NumberOrNull(4), row.NumberOrNull(5),
                row.NumberOrNull(6), row.NumberOrNull(7), row.NumberOrNull(8), row.GetString(9), row.Instant(10), row.TextOrNull(11)),
            ("id", id));
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        if (now != before)
        {
            throw new RefusedException("This transaction has been changed meanwhile. Look at it again; nothing was done.");
        }
    }

    private static LedgerTouch? TouchOf(ManualStep step, AccountOfEntry account, DateTimeOffset first)
    {
        HashSet<Guid> instruments = [.. new[] { step.Before?.InstrumentId, step.After?.InstrumentId }.OfType<Guid>()];
        return instruments.Count == 0 || account.FirstReportedAt is not { } firstReported ? null : new LedgerTouch
        {
            AccountId = account.Id,
            Zone = account.Zone,
            AverageIsFifo = account.AverageIsFifo,
            FirstReportedAt = firstReported,
            Instruments = instruments,
            FromDay = LedgerRows.DayOf(first, account.Zone),
        };
    }

    private async Task<ManualState> ToStateAsync(Guid id, ManualEntry entry, AccountOfEntry account, Actor by, CancellationToken cancellationToken)
    {
        entry.Check(LedgerRows.DayOf(clock.GetUtcNow(), account.Zone));
        var instrument = string.IsNullOrWhiteSpace(entry.Instrument)
            ? null
            : await new NamedByPeople(database, directory).FindAsync(entry, account, by, cancellationToken).ConfigureAwait(false);
        var local = entry.Day.ToDateTime(entry.Time ?? TimeOnly.MinValue);
        return new ManualState(
            id,
            account.Id,
            entry.Kind,
            instrument?.Id,
            instrument?.Symbol,
            entry.Quantity,
            entry.Price,
            entry.SignedAmount,
            entry.Fees,
            entry.Taxes,
            entry.Currency?.ToUpperInvariant() ?? instrument?.Currency ?? account.Currency,
            new DateTimeOffset(local, account.Zone.GetUtcOffset(local)).ToUniversalTime(),
            string.IsNullOrWhiteSpace(entry.Note) ? null : entry.Note.Trim());
    }

    private async Task<ManualState> FindAsync(Guid id, Actor by, CancellationToken cancellationToken)
    {
        await using var db = database.Open(by.Scope);
        var row = await db.Transactions.AsNoTracking().SingleOrDefaultAsync(t => t.Id == id, cancellationToken).ConfigureAwait(false)
            ?? throw new NotFoundException("transaction");
        return row.Source == TransactionSource.Manual
            ? ManualState.Of(row)
            : throw new RefusedException("A broker told this transaction, so it stays as it is. Note on it, or type what is missing beside it.");
    }

    private async Task<AccountOfEntry> FindAccountAsync(Guid id, Actor by, CancellationToken cancellationToken)
    {
        await using var db = database.Open(by.Scope);
        var found = await db.Accounts.AsNoTracking().Where(a => a.Id == id)
            .Select(a => new { a.Currency, a.FirstReportedAt, a.Connection!.BrokerId }).SingleOrDefaultAsync(cancellationToken).ConfigureAwait(false)
            ?? throw new NotFoundException("account");
        return new AccountOfEntry(
            id,
            found.BrokerId,
            found.Currency,
            catalog.ZoneOf(found.BrokerId),
            catalog.ManifestOf(found.BrokerId)?.AverageIsFifo ?? false,
            found.FirstReportedAt);
    }
}

/// <summary>The account that something is typed for.</summary>
internal sealed record AccountOfEntry(
    Guid Id, string BrokerId, string Currency, TimeZoneInfo Zone, bool AverageIsFifo, DateTimeOffset? FirstReportedAt);
