using System.Collections.Concurrent;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;

namespace Foliosync.Core.Sync;

/// <summary>
/// Keeps the price of the day of each instrument as brokers report it. Prices belong to nobody: they are written apart from the
/// accounts, at most every few minutes for each instrument, so that thousands of accounts with the same share do not wait for one row.
/// </summary>
internal sealed class PriceRecorder(Database database, BrokerCatalog catalog, TimeProvider clock)
{
    private const int FlushSize = 2_000;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    private static readonly RowStatement<Price> PutPrices = new(
        """
        insert into prices (instrument_id, day, source, value, currency, at, fetched_at)
        select r.instrument_id, r.day, r.source, r.value, i.currency, r.at, r.fetched_at from {rows} join instruments i on i.id = r.instrument_id
        where true on conflict (instrument_id, day, source) do update set value = excluded.value, at = excluded.at,
            fetched_at = excluded.fetched_at
        where prices.at <= excluded.at
        """,
        Column.Of<Price>("instrument_id", p => p.InstrumentId),
        Column.Of<Price>("day", p => (DateOnly?)p.Day),
        Column.Of<Price>("source", p => p.Source),
        Column.Of<Price>("value", p => p.Value),
        Column.Of<Price>("at", p => p.At),
        Column.Of<Price>("fetched_at", p => p.FetchedAt));

    private readonly ConcurrentDictionary<(Guid Instrument, string Source), (DateOnly Day, DateTimeOffset Written)> _written = new();
    private readonly Lock _gate = new();
    private Dictionary<(Guid, DateOnly, string), Price> _waiting = [];

    /// <summary>Takes the prices of a stored reading; writes when many have come together.</summary>
    public async ValueTask NoteAsync(ConnectionReading reading, CancellationToken cancellationToken)
    {
        if (!reading.IsComplete || reading.Accounts.TrueForAll(a => a.IsUnchanged) || !catalog.TryFind(reading.Connection.BrokerId, out var broker))
        {
            return;
        }

        var zone = TimeZoneInfo.FindSystemTimeZoneById(broker.Manifest.TimeZone);
        var now = clock.GetUtcNow();
        int waiting;
        lock (_gate)
        {
            foreach (var account in reading.Accounts)
            {
                foreach (var lot in account.Report.Lots)
                {
                    Note(lot, reading.Connection.BrokerId, lot.PricedAt ?? account.Report.AsOf, zone, now);
                }
            }

            waiting = _waiting.Count;
        }

        if (waiting >= FlushSize)
        {
            await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes what waits.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        Dictionary<(Guid, DateOnly, string), Price> prices;
        lock (_gate)
        {
            (prices, _waiting) = (_waiting, []);
        }

        if (prices.Count == 0)
        {
            return;
        }

        var script = SqlScript.For(database);
        // Always in the same order, so that two processes cannot wait for each other.
        script.Rows(PutPrices, [.. prices.Values.OrderBy(p => p.InstrumentId).ThenBy(p => p.Day)]);
        await using var write = await database.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Note(ReportedLot lot, string source, DateTimeOffset at, TimeZoneInfo zone, DateTimeOffset now)
    {
        if (lot.LastPrice is not { } value)
        {
            return;
        }

        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);
        var key = (lot.InstrumentId, source);
        if (_written.TryGetValue(key, out var last) && last.Day == day && now - last.Written < Pause)
        {
            return;
        }

        _written[key] = (day, now);
        _waiting[(lot.InstrumentId, day, source)] = new Price
        {
            InstrumentId = lot.InstrumentId,
            Day = day,
            Source = source,
            Value = value,
            Currency = string.Empty, // taken from the instrument when it is written
            At = at,
            FetchedAt = now,
        };
    }
}
