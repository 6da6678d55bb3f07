using System.Data.Common;
using Foliosync.Brokers.Contract;
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

    private readonly HashSet<Guid> _builtOn = [];
    private readonly HashSet<Guid> _sold = [];
    private readonly HashSet<Guid> _instruments = [];

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
        var stored = new Dictionary<(string Id, bool IsFiles), StoredRow>(page.Count);
        var load = SqlScript.For(database);
        load.Query(
            """
            select external_id, source, kind, instrument_id, quantity, price, amount, currency, run_id
            from transactions where account_id = @account and external_id = any(@keys)
            """,
            ids: null,
            row =>
            {
                var found = ToStoredRow(row);
                stored[(row.GetString(0), found.Source == TransactionSource.Statement)] = found;
            },
            ("account", accountId),
            ("keys", page.Select(t => t.ExternalId).Distinct(StringComparer.Ordinal).ToArray()));
        await load.RunAsync(connection, transaction, cancellationToken).ConfigureAwait(false);

        var added = new List<Transaction>(page.Count);
        foreach (var told in page)
        {
            Guid? instrumentId = told.Instrument is { } instrument ? statement.IdOf(instrument) : null;
            if (stored.TryGetValue((told.ExternalId, true), out var file))
            {
                Compare(told, instrumentId, file, "An earlier file says otherwise, and its row stays; undo that import if this file is right");
                if (file.RunId is { } earlier && earlier != runId)
                {
                    _builtOn.Add(earlier);
                }

                continue;
            }

            if (stored.TryGetValue((told.ExternalId, false), out var other))
            {
                Compare(told, instrumentId, other, "Another source said otherwise; from now on the file's row counts");
            }
            else
            {
                New++;
            }

            stored[(told.ExternalId, true)] = StoredRow.Of(told, instrumentId, runId);
            added.Add(ToTransaction(told, instrumentId));
            if (instrumentId is { } about)
            {
                _instruments.Add(about);
            }

            if (instrumentId is { } sold && told.Kind == TransactionKind.Sell
                && told.Instrument!.AssetClass is not (AssetClass.Future or AssetClass.Option))
            {
                _sold.Add(sold);
            }
        }

        var insert = SqlScript.For(database);
        insert.Rows(SyncStatements.InsertTransactions, added);
        await insert.RunAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
    }

    private void Compare(ReportedTransaction told, Guid? instrumentId, StoredRow stored, string otherwise)
    {
        if (stored.Says(told, instrumentId))
        {
            Known++;
            return;
        }

        Conflicting++;
        if (Conflicting <= ToldOneByOne)
        {
            var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(told.TradedAt, zone).DateTime);
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

    private Transaction ToTransaction(ReportedTransaction t, Guid? instrumentId) => new()
    {
        Id = Guid.CreateVersion7(now),
        AccountId = accountId,
        InstrumentId = instrumentId,
        ExternalId = t.ExternalId,
        Kind = t.Kind,
        Symbol = t.Instrument?.Symbol,
        Exchange = t.Instrument?.Exchange,
        Quantity = t.Quantity,
        Price = t.Price,
        Amount = t.Amount,
        Fees = t.Fees,
        Taxes = t.Taxes,
        Currency = t.Currency,
        TradedAt = t.TradedAt,
        SettledOn = t.SettledOn,
        Source = TransactionSource.Statement,
        Note = t.Note,
        RunId = runId,
    };

    private static StoredRow ToStoredRow(DbDataReader row) => new(
        SqlValues.Parse<TransactionSource>(row.GetString(1)),
        SqlValues.Parse<TransactionKind>(row.GetString(2)),
        row.IsDBNull(3) ? null : row.Id(3),
        row.NumberOrNull(4),
        row.NumberOrNull(5),
        row.NumberOrNull(6),
        row.GetString(7),
        row.IsDBNull(8) ? null : row.Id(8));

    private sealed record StoredRow(
        TransactionSource Source, TransactionKind Kind, Guid? InstrumentId, decimal? Quantity, decimal? Price, decimal? Amount, string Currency, Guid? RunId)
    {
        public static StoredRow Of(ReportedTransaction t, Guid? instrumentId, Guid runId) =>
            new(TransactionSource.Statement, t.Kind, instrumentId, t.Quantity, t.Price, t.Amount, t.Currency, runId);

        // What one of the two does not tell is no contradiction.
        public bool Says(ReportedTransaction t, Guid? instrumentId) =>
            Kind == t.Kind && InstrumentId == instrumentId && Currency == t.Currency
            && Agree(Quantity, t.Quantity) && Agree(Price, t.Price) && Agree(Amount, t.Amount);

        private static bool Agree(decimal? a, decimal? b) => a is null || b is null || a == b;
    }
}
