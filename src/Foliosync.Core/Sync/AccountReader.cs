using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Transactions;

namespace Foliosync.Core.Sync;

/// <summary>
/// Reads one account through every capability that the connection uses. A capability that the broker refuses for good is switched off
/// and the rest goes on; any other failure ends the run, so a report is never half a report.
/// </summary>
internal sealed class AccountReader(
    ConnectionReading reading,
    IBroker broker,
    BrokerSession session,
    ClaimedAccount account,
    ResolveInstruments resolve,
    InstrumentNames? names,
    TimeProvider clock)
{
    private readonly ReportedAccount _reported = account.AsReported;
    private readonly List<(ReadKinds Read, ReportedHolding Row)> _rows = [];
    private ReadKinds _read;
    private ReadKinds _complete;
    private DateTimeOffset? _asOf;
    private int _received;
    private int _skipped;
    private IReadOnlyList<ReportedCash>? _cash;
    private readonly List<ReportedTransaction> _transactions = [];
    private string? _cursor;

    public async Task<AccountReport> ReadAsync(CancellationToken cancellationToken)
    {
        var wanted = reading.Connection.Reads & ~reading.Connection.UnsupportedReads & BrokerCatalog.ReadsOf(broker);
        await ReadHoldingsAsync(ReadKinds.Holdings, "read holdings", wanted, b => ((IHoldingsSource)b).ReadHoldingsAsync(session, _reported, cancellationToken)).ConfigureAwait(false);
        await ReadHoldingsAsync(ReadKinds.Positions, "read positions", wanted, b => ((IPositionsSource)b).ReadPositionsAsync(session, _reported, cancellationToken)).ConfigureAwait(false);
        await ReadHoldingsAsync(ReadKinds.Funds, "read funds", wanted, b => ((IFundsSource)b).ReadFundsAsync(session, _reported, cancellationToken)).ConfigureAwait(false);
        await TryReadAsync(ReadKinds.Cash, "read cash", wanted, () => ReadCashAsync(cancellationToken)).ConfigureAwait(false);
        await TryReadAsync(ReadKinds.Transactions, "read transactions", wanted, () => ReadTransactionsAsync(cancellationToken)).ConfigureAwait(false);

        var instruments = new List<ReportedInstrument>(_rows.Count + _transactions.Count);
        instruments.AddRange(_rows.Select(r => r.Row.Instrument));
        instruments.AddRange(_transactions.Where(t => t.Instrument is not null).Select(t => t.Instrument!));
        var ids = await resolve(broker.Manifest.Id, instruments, cancellationToken).ConfigureAwait(false);
        if (names is not null && ids.Length > 0 && await names.FillAsync(broker, session, Nameless(instruments, ids), cancellationToken).ConfigureAwait(false) is { } warning)
        {
            reading.Warnings.Add(warning);
        }

        var next = _rows.Count;
        return new AccountReport
        {
            AsOf = _asOf ?? clock.GetUtcNow(),
            Reads = _read,
            CompleteReads = _complete,
            Lots = AddUp(ids),
            Cash = _cash,
            Transactions = [.. _transactions.Select(t => ToTransaction(t, t.Instrument is null ? null : ids[next++])).DistinctBy(t => t.ExternalId)],
            TransactionsCursor = _cursor,
            Received = _received,
            Skipped = _skipped,
        };
    }

    private static HashSet<Guid> Nameless(List<ReportedInstrument> instruments, Guid[] ids)
    {
        var nameless = new HashSet<Guid>();
        for (var i = 0; i < ids.Length; i++)
        {
            if (instruments[i].Name is null && instruments[i].AssetClass is not (AssetClass.Future or AssetClass.Option))
            {
                nameless.Add(ids[i]);
            }
        }

        return nameless;
    }

    private async Task ReadHoldingsAsync(ReadKinds kind, string name, ReadKinds wanted, Func<IBroker, Task<HoldingsReport>> read) =>
        await TryReadAsync(kind, name, wanted, async () =>
        {
            var report = await read(broker).ConfigureAwait(false);
            foreach (var row in report.Holdings)
            {
                _rows.Add((kind, row));
            }

            _received += report.Holdings.Count + report.SkippedRows;
            _skipped += report.SkippedRows;
            _complete |= report.IsComplete && report.SkippedRows == 0 ? kind : ReadKinds.None;
            Note(report.AsOf, report.Warnings);
        }).ConfigureAwait(false);

    private async Task ReadCashAsync(CancellationToken cancellationToken)
    {
        var report = await ((ICashSource)broker).ReadCashAsync(session, _reported, cancellationToken).ConfigureAwait(false);
        // Rows of one segment and currency add up, like rows of one lot.
        _cash = [.. report.Balances.GroupBy(b => (b.Segment, b.Currency)).Select(g => g.First() with { Amount = g.Sum(b => b.Amount) })];
        _received += report.Balances.Count;
        Note(report.AsOf, report.Warnings);
    }

    private async Task ReadTransactionsAsync(CancellationToken cancellationToken)
    {
        var after = account.TransactionsCursor is { } cursor ? new SyncCursor(cursor) : null;
        await foreach (var page in ((ITransactionsSource)broker).ReadTransactionsAsync(session, _reported, after, cancellationToken).ConfigureAwait(false))
        {
            _transactions.AddRange(page.Transactions);
            _received += page.Transactions.Count;
            _cursor = page.Cursor?.Value ?? _cursor;
            reading.Warnings.AddRange(page.Warnings);
        }
    }

    private async Task TryReadAsync(ReadKinds kind, string name, ReadKinds wanted, Func<Task> read)
    {
        if (!wanted.HasFlag(kind))
        {
            return;
        }

        try
        {
            _read |= await reading.StepAsync(name, clock, async () =>
            {
                await read().ConfigureAwait(false);
                return kind;
            }, account).ConfigureAwait(false);
        }
        catch (BrokerException e) when (e.Kind == BrokerErrorKind.Unsupported)
        {
            reading.NewlyUnsupported |= kind;
            reading.Warnings.Add(new BrokerWarning("not-supported", $"This login may not {name}; that is left out from now on. {e.Message}"));
        }
    }

    private void Note(DateTimeOffset asOf, IReadOnlyList<BrokerWarning> warnings)
    {
        // A number is as old as the oldest answer it is made of.
        _asOf = _asOf is null || asOf < _asOf ? asOf : _asOf;
        reading.Warnings.AddRange(warnings);
    }

    private ReportedLot[] AddUp(Guid[] ids)
    {
        var lots = new Dictionary<(Guid, string), ReportedLot>(_rows.Count);
        for (var i = 0; i < _rows.Count; i++)
        {
            var lot = ReportedLot.From(_rows[i].Row, ids[i], _rows[i].Read);
            var key = (lot.InstrumentId, lot.Lot);
            lots[key] = lots.TryGetValue(key, out var present) ? present.Plus(lot) : lot;
        }

        return [.. lots.Values];
    }

    private Transaction ToTransaction(ReportedTransaction t, Guid? instrumentId) => Transaction.Of(
        t, Guid.CreateVersion7(clock.GetUtcNow()), account.Id, instrumentId, TransactionSource.Api, reading.Connection.RunId);
}
