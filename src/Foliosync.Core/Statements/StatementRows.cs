using System.Data.Common;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Foliosync.Core.Sync;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Statements;

/// <summary>
/// Books the transactions of a file, page by page. What a file has told before stays as it is. What the broker's API has told gets the
/// file's row beside it; <see cref="SupersededRows"/> then decides which of the two counts.
/// </summary>
internal sealed class StatementRows(Database database, CheckedStatement statement, Guid accountId, Guid runId, TimeZoneInfo zone, DateTimeOffset now)
{
    private const int ToldOneByOne = 20;

    // How the reader of the generic format begins the ids that a file names.
    private const string GenericPrefix = "file:";

    private readonly string _account = $"{accountId:N}:";
    private readonly IdSequence _ids = new(now);
    private readonly HashSet<Guid> _builtOn = [];
    private readonly HashSet<Guid> _sold = [];
    private readonly HashSet<Guid> _instruments = [];
    private bool? _others;

    public int New { get; private set; }

    public int Known { get; private set; }

    public int Conflicting { get; private set; }

    /// <summary>Earlier imports that have told some of the rows.</summary>
    public IReadOnlyCollection<Guid> BuiltOn => _builtOn;

    /// <summary>What was sold in the file and can be oversold; derivatives can be sold short.</summary>
    public IReadOnlyCollection<Guid> Sold => _sold;

    /// <summary>What the rows that were booked are about.</summary>
    public IReadOnlyCollection<Guid> Instruments => _instruments;

    public List<BrokerWarning> Warnings { get; } = [];

    /// <summary>Books one page.</summary>
    public async Task AddAsync(
        IReadOnlyList<ReportedTransaction> page, DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        _others ??= await KnowsOthersAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        var others = _others.Value
            ? await FindAsync(page.SelectMany(NamesOf), connection, transaction, cancellationToken).ConfigureAwait(false)
            : [];
        var rows = new List<(Transaction Row, ReportedTransaction Told)>(page.Count);
        foreach (var told in page)
        {
            var row = ToTransaction(told);
            if (OwnNameOf(told.ExternalId) is { } own && others.TryGetValue(own, out var stored))
            {
                // An export of this account has come back.
                Compare(told, row, stored, "What is stored under this id says otherwise, and stays");
                NoteBuiltOn(stored);
                continue;
            }

            rows.Add((row, told));
        }

        var passedOver = new HashSet<Guid>();
        var insert = SqlScript.For(database);
        insert.NewRows(SyncStatements.InsertNewTransactions, rows.ConvertAll(r => r.Row), row => row.Id, row => passedOver.Add(row.Id));
        await insert.RunAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        var present = passedOver.Count == 0
            ? []
            : await FindAsync(rows.Where(r => passedOver.Contains(r.Row.Id)).Select(r => r.Row.ExternalId), connection, transaction, cancellationToken).ConfigureAwait(false);
        foreach (var (row, told) in rows)
        {
            if (passedOver.Contains(row.Id))
            {
                var file = present[row.ExternalId];
                Compare(told, row, file, "An earlier file says otherwise, and its row stays; undo that import if this file is right");
                NoteBuiltOn(file);
            }
            else
            {
                NoteBooked(told, row, others);
            }
        }
    }

    private void NoteBooked(ReportedTransaction told, Transaction row, Dictionary<string, StoredRow> others)
    {
        if (others.TryGetValue(row.ExternalId, out var other))
        {
            Compare(told, row, other, "Another source said otherwise; from now on the file's row counts");
        }
        else
        {
            New++;
        }

        if (row.InstrumentId is { } about)
        {
            _instruments.Add(about);
            if (told.Kind == TransactionKind.Sell && told.Instrument!.AssetClass is not (AssetClass.Future or AssetClass.Option))
            {
                _sold.Add(about);
            }
        }
    }

    private void NoteBuiltOn(StoredRow stored)
    {
        if (stored is { Source: TransactionSource.Statement, RunId: { } earlier } && earlier != runId)
        {
            _builtOn.Add(earlier);
        }
    }

    /// <summary>The name that a row had before it was exported from here; null when it has none.</summary>
    private string? OwnNameOf(string externalId)
    {
        if (!externalId.StartsWith(GenericPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        var name = externalId[GenericPrefix.Length..];
        return name.StartsWith(_account, StringComparison.Ordinal) ? name[_account.Length..] : name;
    }

    private IEnumerable<string> NamesOf(ReportedTransaction told) => OwnNameOf(told.ExternalId) is { } own ? [told.ExternalId, own] : [told.ExternalId];

    /// <summary>True when the account has rows that a row of the file may be known by, though it is not stored under the file's name.</summary>
    private async Task<bool> KnowsOthersAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var knows = false;
        var script = SqlScript.For(database);
        script.Query(
            $"select 1 from transactions where account_id = @account and (source <> 'statement' or external_id not like '{GenericPrefix}%') limit 1",
            ids: null,
            _ => knows = true,
            ("account", accountId));
        await script.RunAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        return knows;
    }

    /// <summary>What is stored under some external ids: of several sources the file's row.</summary>
    private async Task<Dictionary<string, StoredRow>> FindAsync(
        IEnumerable<string> names, DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        // One look by key for each name: as a join, both databases may read the whole account instead.
        var ids = new List<Guid>();
        var look = SqlScript.For(database);
        look.Query(
            """
            select
                (select t.id from transactions t where t.account_id = @account and t.external_id = k.value and t.source = 'statement'),
                (select t.id from transactions t where t.account_id = @account and t.external_id = k.value and t.source <> 'statement' limit 1)
            from each(@keys) k
            """,
            ids: null,
            row =>
            {
                if ((row.IdOrNull(0) ?? row.IdOrNull(1)) is { } id)
                {
                    ids.Add(id);
                }
            },
            ("account", accountId),
            ("keys", names.Distinct(StringComparer.Ordinal).ToArray()));
        await look.RunAsync(connection, transaction, cancellationToken).ConfigureAwait(false);

        var stored = new Dictionary<string, StoredRow>(StringComparer.Ordinal);
        if (ids.Count > 0)
        {
            var script = SqlScript.For(database);
            script.Query(
                "select external_id, source, kind, instrument_id, quantity, price, amount, currency, run_id from transactions where id {ids}",
                ids,
                row => stored[row.GetString(0)] = ToStoredRow(row));
            await script.RunAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        }

        return stored;
    }

    private void Compare(ReportedTransaction told, Transaction row, StoredRow stored, string otherwise)
    {
        if (stored.Says(row))
        {
            Known++;
            return;
        }

        Conflicting++;
        if (Conflicting <= ToldOneByOne)
        {
            var day = LedgerRows.DayOf(told.TradedAt, zone);
            Warnings.Add(new BrokerWarning(
                "conflict",
                FormattableString.Invariant(
                    $"{told.Instrument?.Symbol ?? told.Currency}, {SqlValues.ToText(told.Kind)} on {day:yyyy-MM-dd} ({told.Quantity ?? told.Amount:0.#########}): {otherwise}.")));
        }
        else if (Conflicting == ToldOneByOne + 1)
        {
            Warnings.Add(new BrokerWarning("conflict", "More rows than these say otherwise than what is stored."));
        }
    }

    private Transaction ToTransaction(ReportedTransaction t) => Transaction.Of(
        t, _ids.Next(), accountId, t.Instrument is { } instrument ? statement.IdOf(instrument) : null, TransactionSource.Statement, runId);

    private static StoredRow ToStoredRow(DbDataReader row) => new(
        SqlValues.Parse<TransactionSource>(row.GetString(1)),
        SqlValues.Parse<TransactionKind>(row.GetString(2)),
        row.IdOrNull(3),
        row.NumberOrNull(4),
        row.NumberOrNull(5),
        row.NumberOrNull(6),
        row.GetString(7),
        row.IdOrNull(8));

    private sealed record StoredRow(
        TransactionSource Source, TransactionKind Kind, Guid? InstrumentId, decimal? Quantity, decimal? Price, decimal? Amount, string Currency, Guid? RunId)
    {
        // What one of the two does not tell is no contradiction.
        public bool Says(Transaction t) =>
            Kind == t.Kind && InstrumentId == t.InstrumentId && Currency == t.Currency
            && Agree(Quantity, t.Quantity) && Agree(Price, t.Price) && Agree(Amount, t.Amount);

        private static bool Agree(decimal? a, decimal? b) => a is null || b is null || a == b;
    }
}
