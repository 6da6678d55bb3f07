using System.Data.Common;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Ledgers;

/// <summary>What is stored of the instruments that were touched: what was held when, what is known of it, and what has been inferred.</summary>
internal sealed class LedgerPast
{
    private readonly Database _database;
    private readonly Dictionary<Guid, LedgerTouch> _touches;
    private readonly Dictionary<Guid, Dictionary<Guid, InstrumentPast>> _pasts;
    private readonly Dictionary<Guid, List<InferredRow>> _inferred;
    private readonly Guid[] _instruments;

    public LedgerPast(Database database, IReadOnlyList<LedgerTouch> touches)
    {
        _database = database;
        _touches = touches.ToDictionary(t => t.AccountId);
        _pasts = touches.ToDictionary(t => t.AccountId, _ => new Dictionary<Guid, InstrumentPast>());
        _inferred = touches.ToDictionary(t => t.AccountId, _ => new List<InferredRow>());
        _instruments = [.. touches.SelectMany(t => t.Instruments).Distinct()];
    }

    private Guid[] Accounts => [.. _touches.Keys];

    /// <summary>Beginning of the first day that is touched anywhere.</summary>
    private DateTimeOffset FirstDay => _touches.Values.Min(t => LedgerRows.StartOf(t.FromDay, t.Zone));

    public IReadOnlyDictionary<Guid, InstrumentPast> Of(Guid accountId) => _pasts[accountId];

    public IReadOnlyList<InferredRow> InferredOf(Guid accountId) => _inferred[accountId];

    public async Task LoadAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        await LoadHeldAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
        await LoadRowsAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
    }

    private async Task LoadHeldAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var from = FirstDay;
        var script = SqlScript.For(_database);
        script.Query(
            """
            select h.account_id, h.instrument_id, i.symbol, i.isin, i.currency, h.quantity, h.cost_basis, h.multiplier, h.first_price, h.last_price, h.from_at, h.to_at
            from (
                select account_id, instrument_id, quantity, cost_basis, multiplier, first_price, last_price, "from" as from_at, "to" as to_at
                from holding_periods where account_id {ids} and instrument_id = any(@instruments) and "to" >= @from
                union all
                select account_id, instrument_id, quantity, cost_basis, multiplier, first_price, null, since, null
                from holdings where account_id {ids} and instrument_id = any(@instruments)) h
            join instruments i on i.id = h.instrument_id order by h.from_at
            """,
            Accounts,
            row => PastOf(row)?.Stretches.Add(new HeldStretch(row.Instant(10), row.InstantOrNull(11), row.Number(5), row.NumberOrNull(6), row.Number(7))
            {
                FirstPrice = row.NumberOrNull(8),
                LastPrice = row.NumberOrNull(9),
            }),
            ("from", from),
            ("instruments", _instruments));
        script.Query(
            """
            select account_id, instrument_id, max("to") from holding_periods
            where account_id {ids} and instrument_id = any(@instruments) and "to" < @from group by account_id, instrument_id
            """,
            Accounts,
            row =>
            {
                if (_pasts[row.Id(0)].TryGetValue(row.Id(1), out var past))
                {
                    past.GivenUpAt = row.Instant(2);
                }
            },
            ("from", from),
            ("instruments", _instruments));
        await script.RunAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
    }

    private async Task LoadRowsAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancellationToken)
    {
        var script = SqlScript.For(_database);
        script.Query(
            """
            select account_id, id, external_id, instrument_id, traded_at, inferred_since, inferred_since_run_id, run_id, superseded_by
            from transactions where account_id {ids} and instrument_id = any(@instruments) and traded_at >= @day and source = 'inferred'
            """,
            Accounts,
            row =>
            {
                if (IsTouched(row.Id(0), row.Id(3)))
                {
                    _inferred[row.Id(0)].Add(new InferredRow(
                        row.Id(1), row.GetString(2), row.Id(3), row.Instant(4), row.InstantOrNull(5), row.IdOrNull(6), row.IdOrNull(7), row.IdOrNull(8)));
                }
            },
            ("day", FirstDay),
            ("instruments", _instruments));
        if (FirstKnown() is { } from)
        {
            script.Query(
                $$"""
                select {{LedgerRows.Columns}}, account_id, (select symbol from instruments i where i.id = instrument_id) from transactions
                where account_id {ids} and instrument_id = any(@instruments) and traded_at >= @from
                    and source <> 'inferred' and superseded_by is null
                """,
                Accounts,
                ReadKnown,
                ("from", from),
                ("instruments", _instruments));
        }

        await script.RunAsync(connection, transaction, cancellationToken).ConfigureAwait(false);
    }

    private void ReadKnown(DbDataReader row)
    {
        var accountId = row.Id(LedgerRows.Next);
        var instrumentId = row.Id(3);
        if (!IsTouched(accountId, instrumentId))
        {
            return;
        }

        if (!_pasts[accountId].TryGetValue(instrumentId, out var past))
        {
            // Never held, as far as reports tell: bought and sold between two, or not reported yet.
            past = new InstrumentPast(instrumentId) { Symbol = row.TextOrNull(LedgerRows.Next + 1) ?? string.Empty, Isin = null, Currency = row.GetString(9) };
            _pasts[accountId].Add(instrumentId, past);
        }

        var entry = LedgerRows.ToEntry(row, _touches[accountId].Zone);
        past.Known.Add(past.Multiplier == 1m ? entry : entry with { Multiplier = past.Multiplier });
    }

    /// <summary>From when on rows are needed: they may explain what changed since the change before. Null when nothing is to be explained.</summary>
    private DateTimeOffset? FirstKnown()
    {
        DateTimeOffset? first = null;
        foreach (var touch in _touches.Values)
        {
            foreach (var change in _pasts[touch.AccountId].Values.SelectMany(p => p.Changes(touch.FromDay, touch.FirstReportedAt, touch.Zone)))
            {
                // Rows that tell only the day are of its beginning, here or at Greenwich.
                var since = LedgerRows.StartOf(LedgerRows.DayOf(change.Since, touch.Zone), touch.Zone).AddDays(-1);
                first = first < since ? first : since;
            }
        }

        return first;
    }

    private InstrumentPast? PastOf(DbDataReader row)
    {
        var (accountId, instrumentId) = (row.Id(0), row.Id(1));
        if (!IsTouched(accountId, instrumentId))
        {
            return null;
        }

        if (!_pasts[accountId].TryGetValue(instrumentId, out var past))
        {
            past = new InstrumentPast(instrumentId) { Symbol = row.GetString(2), Isin = row.TextOrNull(3), Currency = row.GetString(4) };
            _pasts[accountId].Add(instrumentId, past);
        }

        return past;
    }

    private bool IsTouched(Guid accountId, Guid instrumentId) => _touches[accountId].Instruments.Contains(instrumentId);
}
