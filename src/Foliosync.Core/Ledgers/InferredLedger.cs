using System.Data.Common;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Transactions;
using Foliosync.Core.Valuations;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Ledgers;

/// <summary>
/// Keeps what is inferred in step with what is stored, inside the transaction that changes it: a sync that finds other units, a file that
/// tells trades, an undo. It looks only at the instruments that were touched, a few queries for any number of accounts.
/// </summary>
internal sealed partial class InferredLedger(Database database, TimeProvider clock, ILogger<InferredLedger> log)
{
    private static readonly RowStatement<Transaction> Insert = new(
        """
        insert into transactions (id, account_id, instrument_id, external_id, kind, symbol, quantity, price, amount, currency, traded_at, source,
            confidence, note, run_id, inferred_since, inferred_since_run_id)
        select r.id, r.account_id, r.instrument_id, r.external_id, r.kind, r.symbol, r.quantity, r.price, r.amount, r.currency, r.traded_at, 'inferred',
            r.confidence, r.note, r.run_id, r.inferred_since, r.inferred_since_run_id from {rows}
        """,
        Column.Of<Transaction>("id", t => t.Id),
        Column.Of<Transaction>("account_id", t => t.AccountId),
        Column.Of<Transaction>("instrument_id", t => t.InstrumentId),
        Column.Of<Transaction>("external_id", t => t.ExternalId),
        Column.Of<Transaction>("kind", t => SqlValues.ToText(t.Kind)),
        Column.Of<Transaction>("symbol", t => t.Symbol),
        Column.Of<Transaction>("quantity", t => t.Quantity),
        Column.Of<Transaction>("price", t => t.Price),
        Column.Of<Transaction>("amount", t => t.Amount),
        Column.Of<Transaction>("currency", t => t.Currency),
        Column.Of<Transaction>("traded_at", t => t.TradedAt),
        Column.Of<Transaction>("confidence", t => t.Confidence),
        Column.Of<Transaction>("note", t => t.Note),
        Column.Of<Transaction>("run_id", t => t.RunId),
        Column.Of<Transaction>("inferred_since", t => t.InferredSince),
        Column.Of<Transaction>("inferred_since_run_id", t => t.InferredSinceRunId));

    /// <summary>Infers anew what the touches may have changed.</summary>
    public async Task RefreshAsync(
        DbConnection connection, DbTransaction transaction, IReadOnlyList<LedgerTouch> touches, CancellationToken cancellationToken)
    {
        if (touches.Count == 0)
        {
            return;
        }

        var past = new LedgerPast(database, touches);
        await past.LoadAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        var now = clock.GetUtcNow();
        var script = SqlScript.For(database);
        var added = new List<Transaction>();
        var marked = new List<(Guid, Guid?)>();
        var removed = new List<Guid>();
        var valued = new List<ValuationTouch>();
        foreach (var touch in touches)
        {
            var rows = new InferredRows(touch, past.Of(touch.AccountId), past.InferredOf(touch.AccountId), () => Guid.CreateVersion7(now));
            try
            {
                rows.Work(now);
            }
            catch (ArithmeticException e)
            {
                // Numbers no ledger can add up; what the broker said is stored all the same.
                LogNotInferred(log, touch.AccountId, e);
                continue;
            }

            added.AddRange(rows.Added);
            marked.AddRange(rows.Marked);
            removed.AddRange(rows.Removed);
            var changed = rows.Removed.Concat(rows.Marked.Select(m => m.Id)).ToHashSet();
            DateTimeOffset[] days = [.. rows.Added.Select(t => t.TradedAt), .. past.InferredOf(touch.AccountId).Where(r => changed.Contains(r.Id)).Select(r => r.TradedAt)];
            if (days.Length > 0)
            {
                valued.Add(ValuationTouch.OfLedger(touch.AccountId, days.Min()));
            }
        }

        if (removed.Count > 0)
        {
            script.Change("delete from transactions where id {ids}", removed);
        }

        script.Rows(LedgerRows.SetMarks, marked);
        script.Rows(Insert, added);
        script.Rows(ValuationStatements.Touch, ValuationTouch.Merge(valued));
        await script.RunAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Nothing could be inferred for account {AccountId}: its numbers are too large")]
    private static partial void LogNotInferred(ILogger log, Guid accountId, Exception e);
}
