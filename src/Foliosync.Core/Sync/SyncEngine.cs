using System.Data.Common;
using System.Threading.Channels;
using Foliosync.Core.Connections;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Instruments;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Sync;

/// <summary>
/// Syncs connections: claim, read, reconcile and store, each stage at its own pace. The same engine serves the command line, the
/// button and the schedule.
/// </summary>
public sealed partial class SyncEngine
{
    private const int ClaimSize = 64;

    private const int MostStoreTries = 7;

    // Several shards of a broker run at the same time, each with one writer.
    private const int ReadersOfAShard = 6;

    // SQLite has one writer; on PostgreSQL a second one works while the first waits for the disk.
    private const int MostWriters = 3;

    // Enough to make one round trip worth it, few enough that a fault costs little.
    private const int StoreSize = 48;

    private readonly Database _database;
    private readonly BrokerCatalog _catalog;
    private readonly SyncSettings _settings;
    private readonly TimeProvider _clock;
    private readonly Workers _workers;
    private readonly SyncClaims _claims;
    private readonly SyncStore _store;
    private readonly InstrumentDirectory _directory;
    private readonly ConnectionReader _reader;
    private readonly BrokerGate _gate;
    private readonly PriceRecorder _prices;
    private readonly ILogger<SyncEngine> _log;
    private readonly RunJournal _journal;

    /// <summary>Takes the parts of this instance.</summary>
    public SyncEngine(
        Database database,
        BrokerCatalog catalog,
        BrokerHttp http,
        Vault vault,
        InstrumentDirectory directory,
        InstrumentNames names,
        SyncSettings settings,
        Workers workers,
        TimeProvider clock,
        ILoggerFactory logs)
    {
        _database = database;
        _catalog = catalog;
        _settings = settings;
        _clock = clock;
        _workers = workers;
        _log = logs.CreateLogger<SyncEngine>();
        _claims = new SyncClaims(database, workers, clock);
        _store = new SyncStore(database, catalog, vault, settings, clock, logs);
        _directory = directory;
        _reader = new ConnectionReader(catalog, http, vault, directory, names, clock);
        _gate = new BrokerGate(database, clock, logs.CreateLogger<BrokerGate>());
        _prices = new PriceRecorder(database, catalog, clock);
        _journal = new RunJournal(logs.CreateLogger<SyncEngine>(), clock);
    }

    /// <summary>Syncs what is asked for and waits until all of it is stored.</summary>
    /// <param name="request">Which connections, and why.</param>
    /// <param name="progress">Told after each connection; may be null.</param>
    /// <param name="cancellationToken">Stops cleanly: what was read is stored, what was not is ended as cancelled.</param>
    public async Task<SyncSummary> RunAsync(SyncRequest request, IProgress<SyncProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        await _claims.RecoverAsync(cancellationToken).ConfigureAwait(false);
        var wanted = await FindAsync(request, cancellationToken).ConfigureAwait(false);
        return await RunAsync(wanted, _settings.Readers, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Does the syncs of one shard that are due, until none is due any more.</summary>
    /// <param name="brokerId">The broker.</param>
    /// <param name="shard">See <see cref="SyncState.ShardOf"/>.</param>
    /// <param name="progress">Told after each connection; may be null.</param>
    /// <param name="cancellationToken">Stops cleanly: what was not read is due again at once.</param>
    public Task<SyncSummary> RunDueAsync(string brokerId, int shard, IProgress<SyncProgress>? progress, CancellationToken cancellationToken)
    {
        var tally = new SyncTally(progress, _clock);
        var work = new DueWork(_claims, _gate, tally, brokerId, shard, _clock);
        return RunAsync(work.NextAsync, ReadersOfAShard, writers: 1, tally, cancellationToken);
    }

    /// <summary>Does a queued run of a connection, if one is queued and nobody else is syncing the connection.</summary>
    public async Task<SyncSummary> RunQueuedAsync(Guid connectionId, CancellationToken cancellationToken)
    {
        var wanted = await _claims.FindQueuedAsync(connectionId, cancellationToken).ConfigureAwait(false);
        return await RunAsync(wanted, readers: 1, progress: null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the runs of processes that died; see <see cref="SyncClaims.RecoverAsync"/>.</summary>
    internal Task<IReadOnlyList<InterruptedRun>> RecoverAsync(CancellationToken cancellationToken) => _claims.RecoverAsync(cancellationToken);

    private Task<SyncSummary> RunAsync(
        IReadOnlyCollection<WantedSync> wanted, int readers, IProgress<SyncProgress>? progress, CancellationToken cancellationToken)
    {
        var tally = new SyncTally(progress, _clock);
        tally.Expect(wanted.Count);
        var chunks = wanted.Chunk(ClaimSize).GetEnumerator();
        return RunAsync(
            async (leaseToken, stop) => chunks.MoveNext() ? await _claims.ClaimAsync(chunks.Current, leaseToken, stop).ConfigureAwait(false) : null,
            Math.Clamp(wanted.Count, 1, readers),
            Math.Min(readers, MostWriters),
            tally,
            cancellationToken);
    }

    private async Task<SyncSummary> RunAsync(NextClaims next, int readers, int writers, SyncTally tally, CancellationToken cancellationToken)
    {
        await _gate.LoadAsync(cancellationToken).ConfigureAwait(false);
        var claimed = Channel.CreateBounded<ClaimedConnection>(new BoundedChannelOptions(ClaimSize) { SingleWriter = true });
        var read = Channel.CreateBounded<ConnectionReading>(new BoundedChannelOptions(StoreSize * 2));
        var leaseToken = Guid.NewGuid();

        // If one stage breaks, the others stop; what is read by then is still stored.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var done = new CancellationTokenSource();
        var renewing = RenewAsync(leaseToken, done.Token);
        var claiming = GuardAsync(ClaimAsync(next, leaseToken, claimed.Writer, stop.Token), stop);
        var reading = Task.WhenAll(Enumerable.Range(0, readers).Select(_ => GuardAsync(ReadAsync(claimed.Reader, read.Writer, stop.Token), stop)));
        var closing = CloseAsync(reading, read.Writer);
        var storing = DrainAsync(
            Task.WhenAll(Enumerable.Range(0, _database.IsPostgres ? writers : 1).Select(_ => GuardAsync(StoreAsync(read.Reader, tally), stop))), read.Reader);
        try
        {
            await Task.WhenAll(claiming, reading, closing, storing).ConfigureAwait(false);
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
            await renewing.ConfigureAwait(false);
        }

        await _prices.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        return tally.ToSummary();
    }

    private async Task<IReadOnlyCollection<WantedSync>> FindAsync(SyncRequest request, CancellationToken cancellationToken)
    {
        var off = _catalog.All.Select(b => b.Manifest.Id).Where(id => !_catalog.SettingsOf(id).Enabled).ToArray();
        await using var db = _database.Open(OwnerScope.Everyone);
        var connections = db.Connections.AsNoTracking().Where(c => !off.Contains(c.BrokerId));
        connections = request.ConnectionId is { } id
            ? connections.Where(c => c.Id == id && c.Sync!.State != ConnectionState.Closed)
            : connections.Where(c => c.Sync!.State != ConnectionState.Paused && c.Sync.State != ConnectionState.Closed);
        connections = request.BrokerId is { } broker ? connections.Where(c => c.BrokerId == broker) : connections;
        connections = request.PortfolioId is { } portfolio ? connections.Where(c => c.PortfolioId == portfolio) : connections;
        if (request.ConnectionId is null && request.BrokerId is null)
        {
            connections = connections.Where(c => !db.BrokerSettings.Any(b => b.BrokerId == c.BrokerId && b.PausedAt != null));
        }

        var ids = await connections.Select(c => c.Id).ToListAsync(cancellationToken).ConfigureAwait(false);
        return ids.ConvertAll(id => new WantedSync(id, request.Trigger, WantedFor.Person));
    }

    private static async Task ClaimAsync(
        NextClaims next, Guid leaseToken, ChannelWriter<ClaimedConnection> claimed, CancellationToken cancellationToken)
    {
        try
        {
            while (await next(leaseToken, cancellationToken).ConfigureAwait(false) is { } some)
            {
                foreach (var connection in some)
                {
                    // What is claimed is also ended, even if that is as cancelled: readers take it in any case.
                    await claimed.WriteAsync(connection, CancellationToken.None).ConfigureAwait(false);
                }

                // Claim only what readers can soon take, so that other processes find work too.
                await claimed.WaitToWriteAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            claimed.Complete();
        }
    }

    private async Task ReadAsync(ChannelReader<ClaimedConnection> claimed, ChannelWriter<ConnectionReading> read, CancellationToken cancellationToken)
    {
        await foreach (var connection in claimed.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            using var told = _journal.Begin(connection);
            using var work = _workers.AtWork.Begin(connection, cancellationToken);
            var result = work.Token.IsCancellationRequested
                ? new ConnectionReading(connection) { Cancelled = true }
                : await _gate.WaitAsync(connection, work.Token).ConfigureAwait(false)
                    ?? await _reader.ReadAsync(connection, work.Token).ConfigureAwait(false);
            result.IsStopped = result.Cancelled && work.IsAskedToEnd;

            await read.WriteAsync(result, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task StoreAsync(ChannelReader<ConnectionReading> read, SyncTally tally)
    {
        var group = new List<ConnectionReading>(StoreSize);
        while (await read.WaitToReadAsync().ConfigureAwait(false))
        {
            group.Clear();
            while (group.Count < StoreSize && read.TryRead(out var reading))
            {
                group.Add(reading);
            }

            // Not cancellable: what was read is stored, and the runs come to their end.
            var ends = await StoreWithPatienceAsync(group).ConfigureAwait(false);
            await _gate.NoteAsync(ends, CancellationToken.None).ConfigureAwait(false);
            tally.Add(group.Count, ends);
            foreach (var end in ends)
            {
                _journal.End(end);
                _workers.AtWork.Count(end);
                await _prices.NoteAsync(end.Reading, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    // A database that restarts is away for seconds. What was read meanwhile is worth a little patience; after that, the leases run out and
    // others read it again.
    private async Task<IReadOnlyList<RunEnd>> StoreWithPatienceAsync(IReadOnlyList<ConnectionReading> group)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await _store.StoreAsync(group, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (StorageFailure.IsBrokenReference(e))
            {
                // An instrument that was remembered is merged into another by now; the next try looks it up.
                _directory.Forget();
                throw;
            }
            catch (Exception e) when (tries < MostStoreTries && StorageFailure.IsAway(e))
            {
                LogNotStored(_log, e);
                await Task.Delay(TimeSpan.FromSeconds(Math.Min(tries, 5)), _clock).ConfigureAwait(false);
            }
        }
    }

    private static async Task CloseAsync(Task reading, ChannelWriter<ConnectionReading> read)
    {
        try
        {
            await reading.ConfigureAwait(false);
        }
        finally
        {
            read.Complete();
        }
    }

    // When nothing can be stored any more, readers must not wait for a place that nobody makes. What they have read is read again.
    private static async Task DrainAsync(Task storing, ChannelReader<ConnectionReading> read)
    {
        try
        {
            await storing.ConfigureAwait(false);
        }
        catch
        {
            await foreach (var _ in read.ReadAllAsync().ConfigureAwait(false))
            {
                // Lost with the database.
            }

            throw;
        }
    }

    private static async Task GuardAsync(Task stage, CancellationTokenSource stop)
    {
        try
        {
            await stage.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped on request; the rest is reported as skipped.
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task RenewAsync(Guid leaseToken, CancellationToken done)
    {
        var renewedAt = _clock.GetTimestamp();
        while (!done.IsCancellationRequested)
        {
            await Task.Delay(Workers.Beat, _clock, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await _workers.BeatAsync(done).ConfigureAwait(false);
                if (_clock.GetElapsedTime(renewedAt) > SyncClaims.LeaseTime / 4)
                {
                    await _claims.RenewAsync(leaseToken, done).ConfigureAwait(false);
                    renewedAt = _clock.GetTimestamp();
                }
            }
            catch (OperationCanceledException) when (done.IsCancellationRequested)
            {
                // The sync is over.
            }
            catch (DbException e)
            {
                // The database is away for a moment. If it stays away, the leases run out and others take over.
                LogNotRenewed(_log, e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database is away; what was read is stored in a moment")]
    private static partial void LogNotStored(ILogger log, Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Leases could not be renewed; it is tried again in a moment")]
    private static partial void LogNotRenewed(ILogger log, Exception e);
}

/// <summary>Claims the next connections; null when there are no more.</summary>
internal delegate Task<IReadOnlyCollection<ClaimedConnection>?> NextClaims(Guid leaseToken, CancellationToken cancellationToken);
