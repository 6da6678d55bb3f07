using System.Data.Common;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Statements;

/// <summary>
/// Notes on rows of other sources whether a file's row counts in their place, as <see cref="LedgerMerge"/> decides. Nothing is removed:
/// when the file's rows go, the others count again. Inferred rows are not decided here, see <see cref="InferredLedger"/>.
/// </summary>
internal static class SupersededRows
{
    /// <summary>Decides anew for the days from <paramref name="first"/> to <paramref name="last"/>.</summary>
    /// <returns>Rows whose mark has changed.</returns>
    public static async Task<int> MarkAsync(
        Database database,
        DbConnection connection,
        DbTransaction transaction,
        Guid accountId,
        DateOnly first,
        DateOnly last,
        TimeZoneInfo zone,
        CancellationToken cancellationToken)
    {
        (string, object)[] span = [("account", accountId), ("from", LedgerRows.StartOf(first, zone)), ("to", LedgerRows.StartOf(last.AddDays(1), zone))];
        var marks = new Dictionary<Guid, Guid?>();
        var rows = new List<LedgerEntry>();
        var others = SqlScript.For(database);
        others.Query(
            $"select {LedgerRows.Columns} from transactions where account_id = @account and traded_at >= @from and traded_at < @to and source in ('api', 'manual')",
            ids: null,
            row =>
            {
                rows.Add(LedgerRows.ToEntry(row, zone));
                marks.Add(row.Id(0), LedgerRows.SupersededBy(row));
            },
            span);
        await others.RunAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0)
        {
            return 0;
        }

        // Of a long file only the rows matter that could take another's place.
        var ids = rows.Select(r => r.ExternalId).ToHashSet(StringComparer.Ordinal);
        var events = rows.Select(EventOf).ToHashSet();
        var files = SqlScript.For(database);
        files.Query(
            $"select {LedgerRows.Columns} from transactions where account_id = @account and traded_at >= @from and traded_at < @to and source = 'statement'",
            ids: null,
            row =>
            {
                var entry = LedgerRows.ToEntry(row, zone);
                if (events.Contains(EventOf(entry)) || ids.Contains(entry.ExternalId))
                {
                    rows.Add(entry);
                }
            },
            span);
        await files.RunAsync(connection, transaction, cancellationToken).ConfigureAwait(false);

        var superseded = LedgerMerge.Merge(rows, []).Superseded.ToDictionary(s => s.Entry.Id, s => s.By);
        (Guid Id, Guid? By)[] changed = [.. marks.Select(m => (Id: m.Key, By: superseded.GetValueOrDefault(m.Key))).Where(m => m.By != marks[m.Id])];
        var write = SqlScript.For(database);
        write.Rows(LedgerRows.SetMarks, changed);
        await write.RunAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        return changed.Length;
    }

    /// <summary>Adds the query for what files have told, and people have typed, from an instant on.</summary>
    public static void LoadTold(SqlScript script, Guid accountId, DateTimeOffset from, List<LedgerEntry> told) => script.Query(
        $"select {LedgerRows.Columns} from transactions where account_id = @account and traded_at >= @from and (source = 'statement' or (source = 'manual' and superseded_by is null))",
        ids: null,
        row => told.Add(LedgerRows.ToEntry(row, TimeZoneInfo.Utc)),
        ("account", accountId),
        ("from", from));

    /// <summary>Marks transactions that a sync has just read and that files have told before.</summary>
    /// <returns>What people have typed and the sync has told now, with the row that counts in its place.</returns>
    public static IEnumerable<(Guid Id, Guid? By)> MarkNew(List<Transaction> read, IReadOnlyList<LedgerEntry> told, TimeZoneInfo zone)
    {
        var known = told.Select(t => t with { TradedAt = TimeZoneInfo.ConvertTime(t.TradedAt, zone) });
        var rows = read.Select(t => LedgerEntry.From(t, zone, SqlValues.InstantOf(t.Id)));
        var superseded = LedgerMerge.Merge(known.Concat(rows), []).Superseded;
        var marks = superseded.ToDictionary(s => s.Entry.Id, s => s.By);
        foreach (var transaction in read)
        {
            transaction.SupersededBy = marks.GetValueOrDefault(transaction.Id);
        }

        return superseded.Where(s => s.Entry.Source == TransactionSource.Manual).Select(s => (s.Entry.Id, s.By));
    }

    private static (Guid?, DateOnly, TransactionKind, string) EventOf(LedgerEntry e) => (e.InstrumentId, e.Day, e.Kind, e.Currency);
}
