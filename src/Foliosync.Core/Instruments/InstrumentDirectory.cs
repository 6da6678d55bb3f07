using System.Collections.Concurrent;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Database = Foliosync.Core.Storage.Database;

namespace Foliosync.Core.Instruments;

/// <summary>
/// Finds the instrument that a broker means: by ISIN, then MIC and symbol, then the broker's key; makes it when it is new. What was
/// found once is remembered, so a sync of known instruments asks the database nothing.
/// </summary>
public sealed class InstrumentDirectory(Database database, TimeProvider clock) : IDisposable
{
    // More than all instruments of a few exchanges; above it the memory is simply emptied.
    private const int MaxRemembered = 300_000;

    private static readonly RowStatement<Instrument> InsertInstruments = new(
        """
        insert into instruments (id, isin, mic, symbol, name, asset_class, currency)
        select r.id, r.isin, r.mic, r.symbol, r.name, r.asset_class, r.currency from {rows}
        """,
        Column.Of<Instrument>("id", i => i.Id),
        Column.Of<Instrument>("isin", i => i.Isin),
        Column.Of<Instrument>("mic", i => i.Mic),
        Column.Of<Instrument>("symbol", i => i.Symbol),
        Column.Of<Instrument>("name", i => i.Name),
        Column.Of<Instrument>("asset_class", i => SqlValues.ToText(i.AssetClass)),
        Column.Of<Instrument>("currency", i => i.Currency));

    private static readonly RowStatement<Instrument> CompleteInstruments = new(
        """
        update instruments set isin = coalesce(instruments.isin, r.isin), name = coalesce(instruments.name, r.name),
            asset_class = r.asset_class
        from {rows} where instruments.id = r.id
        """,
        Column.Of<Instrument>("id", i => i.Id),
        Column.Of<Instrument>("isin", i => i.Isin),
        Column.Of<Instrument>("name", i => i.Name),
        Column.Of<Instrument>("asset_class", i => SqlValues.ToText(i.AssetClass)));

    private static readonly RowStatement<InstrumentAlias> PutAliases = new(
        """
        insert into instrument_aliases (broker_id, key, instrument_id)
        select r.broker_id, r.key, r.instrument_id from {rows}
        where true on conflict (broker_id, key) do update set instrument_id = excluded.instrument_id
        """,
        Column.Of<InstrumentAlias>("broker_id", a => a.BrokerId),
        Column.Of<InstrumentAlias>("key", a => a.Key),
        Column.Of<InstrumentAlias>("instrument_id", a => a.InstrumentId));

    private readonly ConcurrentDictionary<Identity, Guid> _known = new();
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <summary>Finds or makes the instruments, in the order given.</summary>
    /// <param name="brokerId">Whose keys they are.</param>
    /// <param name="reported">What the broker calls them; repeats are fine.</param>
    /// <param name="cancellationToken">Stops before anything is written.</param>
    public async ValueTask<Guid[]> ResolveAsync(
        string brokerId, IReadOnlyList<ReportedInstrument> reported, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reported);
        var ids = new Guid[reported.Count];
        var complete = true;
        for (var i = 0; i < ids.Length; i++)
        {
            complete &= _known.TryGetValue(IdentityOf(brokerId, reported[i]), out ids[i]);
        }

        return complete ? ids : await LookUpAsync(brokerId, reported, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds the instruments and writes nothing: one that is new gets an id that nobody else will see.</summary>
    /// <param name="brokerId">Whose keys they are.</param>
    /// <param name="reported">What the broker calls them; repeats are fine.</param>
    /// <param name="cancellationToken">Stops the look-up.</param>
    public async ValueTask<Guid[]> PreviewAsync(
        string brokerId, IReadOnlyList<ReportedInstrument> reported, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reported);
        await using var db = database.Open(OwnerScope.Everyone);
        var distinct = reported.DistinctBy(r => IdentityOf(brokerId, r)).OrderBy(r => r.Isin is null).ToList();
        var found = (await FindAsync(db, brokerId, distinct, cancellationToken).ConfigureAwait(false)).Found.ToDictionary(f => f.Identity, f => f.InstrumentId);
        return [.. reported.Select(r => found[IdentityOf(brokerId, r)])];
    }

    /// <summary>Forgets what was found: instruments were merged or corrected by hand.</summary>
    public void Forget() => _known.Clear();

    /// <inheritdoc/>
    public void Dispose() => _oneAtATime.Dispose();

    private static Identity IdentityOf(string brokerId, ReportedInstrument i) => new(brokerId, i.BrokerKey, i.Isin, i.Mic, i.Symbol);

    private async Task<Guid[]> LookUpAsync(string brokerId, IReadOnlyList<ReportedInstrument> reported, CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // A second round is needed only when the memory was full and emptied.
            for (var round = 1; ; round++)
            {
                var unknown = reported.Where(r => !_known.ContainsKey(IdentityOf(brokerId, r)))
                    .DistinctBy(r => IdentityOf(brokerId, r))
                    .OrderBy(r => r.Isin is null) // so that a row without ISIN finds what a row with ISIN has just made
                    .ToList();
                if (unknown.Count == 0)
                {
                    return [.. reported.Select(r => _known[IdentityOf(brokerId, r)])];
                }

                if (round > 3)
                {
                    throw new InvalidOperationException($"Instrument '{unknown[0].BrokerKey}' of {brokerId} cannot be stored.");
                }

                await MakeKnownAsync(brokerId, unknown, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private async Task MakeKnownAsync(string brokerId, List<ReportedInstrument> unknown, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var findings = await FindAsync(db, brokerId, unknown, cancellationToken).ConfigureAwait(false);
        if (findings.HasNews)
        {
            findings = await StoreNewsAsync(db, brokerId, unknown, cancellationToken).ConfigureAwait(false);
        }

        if (_known.Count > MaxRemembered)
        {
            _known.Clear();
        }

        foreach (var (identity, instrumentId) in findings.Found)
        {
            _known[identity] = instrumentId;
        }
    }

    /// <summary>
    /// Looks again while no other process can write, then writes. Without that two of them would each make an instrument of their own.
    /// </summary>
    private async Task<Findings> StoreNewsAsync(
        FoliosyncDb db, string brokerId, List<ReportedInstrument> unknown, CancellationToken cancellationToken)
    {
        // On SQLite a transaction is the only writer from its beginning.
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        if (database.IsPostgres)
        {
            await db.Database.ExecuteSqlRawAsync("lock table instruments in share row exclusive mode", cancellationToken).ConfigureAwait(false);
        }

        var findings = await FindAsync(db, brokerId, unknown, cancellationToken).ConfigureAwait(false);
        var script = SqlScript.For(database);
        script.Rows(InsertInstruments, findings.Made);
        script.Rows(CompleteInstruments, findings.Completed);
        script.Rows(PutAliases, [.. findings.Aliases.Values.OrderBy(a => a.Key, StringComparer.Ordinal)]);
        await script.RunAsync(db.Database.GetDbConnection(), transaction.GetDbTransaction(), cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return findings;
    }

    private async Task<Findings> FindAsync(
        FoliosyncDb db, string brokerId, List<ReportedInstrument> unknown, CancellationToken cancellationToken)
    {
        var matches = new InstrumentMatches();
        foreach (var some in unknown.Chunk(500))
        {
            await matches.LoadAsync(db, brokerId, some, cancellationToken).ConfigureAwait(false);
        }

        var findings = new Findings();
        foreach (var reported in unknown)
        {
            var instrument = matches.Find(reported);
            if (instrument is null)
            {
                instrument = new Instrument
                {
                    Id = Guid.CreateVersion7(clock.GetUtcNow()),
                    Isin = reported.Isin,
                    Mic = reported.Mic,
                    Symbol = reported.Symbol,
                    Name = reported.Name,
                    AssetClass = reported.AssetClass,
                    Currency = reported.Currency,
                };
                findings.Made.Add(instrument);
            }
            else if ((instrument.Isin is null && reported.Isin is not null) || (instrument.Name is null && reported.Name is not null))
            {
                if (instrument.Isin is null && reported.Isin is not null)
                {
                    // What was seen without an ISIN was classed by its symbol alone.
                    instrument.Isin = reported.Isin;
                    instrument.AssetClass = reported.AssetClass;
                }

                instrument.Name ??= reported.Name;
                findings.Completed.Add(instrument);
            }

            if (matches.Learn(reported, instrument))
            {
                findings.Aliases[reported.BrokerKey] = new InstrumentAlias { BrokerId = brokerId, Key = reported.BrokerKey, InstrumentId = instrument.Id };
            }

            findings.Found.Add((IdentityOf(brokerId, reported), instrument.Id));
        }

        return findings;
    }

    private readonly record struct Identity(string BrokerId, string Key, string? Isin, string? Mic, string Symbol)
    {
        // The key alone tells nearly all apart; hashing every text would cost more than the look-up.
        public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);
    }

    /// <summary>What instruments are meant, and what has to be written for that.</summary>
    private sealed class Findings
    {
        public List<(Identity Identity, Guid InstrumentId)> Found { get; } = [];

        public List<Instrument> Made { get; } = [];

        public List<Instrument> Completed { get; } = [];

        public Dictionary<string, InstrumentAlias> Aliases { get; } = new(StringComparer.Ordinal);

        public bool HasNews => Made.Count > 0 || Completed.Count > 0 || Aliases.Count > 0;
    }
}
