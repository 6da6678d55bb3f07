using Foliosync.Brokers.Contract;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Instruments;

/// <summary>The stored instruments that may be what a broker means, and the rule that picks one.</summary>
internal sealed class InstrumentMatches
{
    private readonly Dictionary<Guid, Instrument> _all = [];
    private readonly Dictionary<string, Instrument> _byIsin = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Mic, string Symbol), Instrument> _byListing = [];
    private readonly Dictionary<string, Instrument> _byKey = new(StringComparer.Ordinal);

    public async Task LoadAsync(FoliosyncDb db, string brokerId, IReadOnlyList<ReportedInstrument> reported, CancellationToken cancellationToken)
    {
        var isins = reported.Where(r => r.Isin is not null).Select(r => r.Isin).Distinct().ToArray();
        foreach (var instrument in await db.Instruments.AsNoTracking().Where(i => isins.Contains(i.Isin))
            .ToListAsync(cancellationToken).ConfigureAwait(false))
        {
            Add(instrument);
        }

        var symbols = reported.Where(r => r.Mic is not null).Select(r => r.Symbol).Distinct().ToArray();
        var mics = reported.Where(r => r.Mic is not null).Select(r => r.Mic).Distinct().ToArray();
        foreach (var instrument in await db.Instruments.AsNoTracking().Where(i => mics.Contains(i.Mic) && symbols.Contains(i.Symbol))
            .ToListAsync(cancellationToken).ConfigureAwait(false))
        {
            Add(instrument);
        }

        var keys = reported.Select(r => r.BrokerKey).Distinct().ToArray();
        var aliases = await db.InstrumentAliases.AsNoTracking().Where(a => a.BrokerId == brokerId && keys.Contains(a.Key))
            .Join(db.Instruments.AsNoTracking(), a => a.InstrumentId, i => i.Id, (a, i) => new { a.Key, Instrument = i })
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        foreach (var alias in aliases)
        {
            _byKey[alias.Key] = Add(alias.Instrument);
        }
    }

    /// <summary>The instrument that is meant; null when it is new.</summary>
    public Instrument? Find(ReportedInstrument reported)
    {
        if (reported.Isin is { } isin && _byIsin.TryGetValue(isin, out var byIsin))
        {
            return byIsin;
        }

        if (reported.Mic is { } mic && _byListing.TryGetValue((mic, reported.Symbol), out var byListing) && MayBe(byListing, reported))
        {
            return byListing;
        }

        return _byKey.TryGetValue(reported.BrokerKey, out var byKey) && MayBe(byKey, reported) ? byKey : null;
    }

    /// <summary>Remembers the pair for the rows that follow.</summary>
    /// <returns>True when the broker's key did not lead to this instrument before.</returns>
    public bool Learn(ReportedInstrument reported, Instrument instrument)
    {
        Add(instrument);
        if (reported.Mic is { } mic)
        {
            _byListing.TryAdd((mic, reported.Symbol), instrument);
        }

        var isNew = !_byKey.TryGetValue(reported.BrokerKey, out var before) || before.Id != instrument.Id;
        _byKey[reported.BrokerKey] = instrument;
        return isNew;
    }

    // A symbol can pass from one company to another; an ISIN cannot.
    private static bool MayBe(Instrument instrument, ReportedInstrument reported) =>
        instrument.Isin is null || reported.Isin is null || instrument.Isin == reported.Isin;

    private Instrument Add(Instrument instrument)
    {
        if (_all.TryGetValue(instrument.Id, out var present))
        {
            instrument = present;
        }
        else
        {
            _all.Add(instrument.Id, instrument);
        }

        if (instrument.Isin is not null)
        {
            _byIsin[instrument.Isin] = instrument;
        }

        if (instrument.Mic is not null)
        {
            _byListing.TryAdd((instrument.Mic, instrument.Symbol), instrument);
        }

        return instrument;
    }
}
