using System.Threading.Channels;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Instruments;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Sync;

/// <summary>
/// Syncs connections: claim, read, reconcile and store, each stage at its own pace. The same engine serves the command line, the
/// button and the schedule.
/// </summary>
public sealed class SyncEngine
{
    private const int ClaimSize = 64;

    // Enough to make one round trip worth it, few enough that a fault costs little.
    private const int StoreSize = 48;

    private readonly Database _database;
    private readonly BrokerCatalog _catalog;
    private readonly SyncSettings _settings;
    private readonly TimeProvider _clock;
    private readonly SyncClaims _claims;
    private readonly SyncStore _store;
    private readonly ConnectionReader _reader;
    private readonly BrokerHolds _holds;
    private readonly PriceRecorder _prices;
    private readonly SnapshotRetention _retention;

    /// <summary>Takes the parts of this instance.</summary>
    public SyncEngine(
        Database database,
        BrokerCatalog catalog,
        BrokerHttp http,
        Vault vault,
        InstrumentDirectory directory,
        InstrumentNames names,
        SyncSettings settings,
        TimeProvider clock,
        ILoggerFactory logs)
    {
        _database = database;
        _catalog = catalog;
        _settings = settings;
        _clock = clock;
        _claims = new SyncClaims(database, clock);
        _store = new SyncStore(database, vault, settings, clock, logs.CreateLogger<SyncStore>());
        _reader = new ConnectionReader(catalog, http, vault, directory, names, clock);
        _holds = new BrokerHolds(database, clock);
        _prices = new PriceRecorder(database, catalog, clock);
        _retention = new SnapshotRetention(database, settings, clock);
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
        return await RunAsync(wanted, request.Trigger, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Does runs that were queued.</summary>
    internal Task<SyncSummary> RunQueuedAsync(
        IReadOnlyDictionary<Guid, Guid?> runs, SyncTrigger trigger, CancellationToken cancellationToken) =>
        RunAsync(runs, trigger, progress: null, cancellationToken);

    /// <summary>Ends the runs of processes that died; see <see cref="SyncClaims.RecoverAsync"/>.</summary>
    internal Task<IReadOnlyList<(Guid ConnectionId, SyncTrigger Trigger)>> RecoverAsync(CancellationToken cancellationToken) =>
        _claims.RecoverAsync(cancellationToken);

    private async Task<SyncSummary> RunAsync(
        IReadOnlyDictionary<Guid, Guid?> wanted, SyncTrigger trigger, IProgress<SyncProgress>? progress, CancellationToken cancellationToken)
    {
        var tally = new SyncTally(wanted.Count, progress, _clock);
        await _holds.LoadAsync(cancellationToken).ConfigureAwait(false);
        var claimed = Channel.CreateBounded<ClaimedConnection>(new BoundedChannelOptions(ClaimSize) { SingleWriter = true });
        var read = Channel.CreateBounded<ConnectionReading>(new BoundedChannelOptions(StoreSize * 2));
        var leaseToken = Guid.NewGuid();

        // If one stage breaks, the others stop; what is read by then is still stored.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var done = new CancellationTokenSource();
        var renewing = RenewAsync(leaseToken, done.Token);
        var claiming = GuardAsync(ClaimAsync(wanted, trigger, leaseToken, claimed.Writer, stop.Token), stop);
        var reading = Task.WhenAll(Enumerable.Range(0, _settings.Readers).Select(_ => GuardAsync(ReadAsync(claimed.Reader, read.Writer, stop.Token), stop)));
        var closing = CloseAsync(reading, read.Writer);
        // SQLite has one writer; on PostgreSQL a second one works while the first waits for the disk.
        var storing = DrainAsync(
            Task.WhenAll(Enumerable.Range(0, _database.IsPostgres ? 3 : 1).Select(_ => GuardAsync(StoreAsync(read.Reader, tally), stop))), read.Reader);
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
        await _retention.PruneAsync(CancellationToken.None).ConfigureAwait(false);
        return tally.ToSummary();
    }

    private async Task<IReadOnlyDictionary<Guid, Guid?>> FindAsync(SyncRequest request, CancellationToken cancellationToken)
    {
        var off = _catalog.All.Select(b => b.Manifest.Id).Where(id => !_catalog.SettingsOf(id).Enabled).ToArray();
        await using var db = _database.Open(OwnerScope.Everyone);
        var connections = db.Connections.AsNoTracking().Where(c => !off.Contains(c.BrokerId));
        connections = request.ConnectionId is { } id
            ? connections.Where(c => c.Id == id)
            : connections.Where(c => c.Sync!.State != ConnectionState.Paused);
        connections = request.BrokerId is { } broker ? connections.Where(c => c.BrokerId == broker) : connections;
        connections = request.PortfolioId is { } portfolio ? connections.Where(c => c.PortfolioId == portfolio) : connections;
        return await connections.Select(c => c.Id).ToDictionaryAsync(c => c, _ => (Guid?)null, cancellationToken).ConfigureAwait(false);
    }

    private async Task ClaimAsync(
        IReadOnlyDictionary<Guid, Guid?> wanted, SyncTrigger trigger, Guid leaseToken, ChannelWriter<ClaimedConnection> claimed, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var some in wanted.Chunk(ClaimSize))
            {
                // Claim only what readers can soon take, so that other processes find work too.
                await claimed.WaitToWriteAsync(cancellationToken).ConfigureAwait(false);
                foreach (var connection in await _claims.ClaimAsync(some.ToDictionary(), trigger, leaseToken, cancellationToken).ConfigureAwait(false))
                {
                    // What is claimed is also ended, even if that is as cancelled: readers take it in any case.
                    await claimed.WriteAsync(connection, CancellationToken.None).ConfigureAwait(false);
                }
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
            ConnectionReading result;
            if (cancellationToken.IsCancellationRequested)
            {
                result = new ConnectionReading(connection) { Cancelled = true };
            }
            else if (await _holds.WaitAsync(connection.BrokerId, cancellationToken).ConfigureAwait(false) is { } held)
            {
                result = new ConnectionReading(connection) { Error = held };
            }
            else
            {
                result = await _reader.ReadAsync(connection, cancellationToken).ConfigureAwait(false);
            }

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
            var ends = await _store.StoreAsync(group, CancellationToken.None).ConfigureAwait(false);
            tally.Add(group.Count, ends);
            foreach (var end in ends)
            {
                if (end.Reading.Error is BrokerException { Kind: BrokerErrorKind.RateLimited } limited)
                {
                    await _holds.HoldAsync(end.Reading.Connection.BrokerId, limited.RetryAfter ?? SyncPolicy.DefaultRetryAfter, CancellationToken.None).ConfigureAwait(false);
                }

                await _prices.NoteAsync(end.Reading, CancellationToken.None).ConfigureAwait(false);
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
        try
        {
            while (true)
            {
                await Task.Delay(SyncClaims.LeaseTime / 3, _clock, done).ConfigureAwait(false);
                await _claims.RenewAsync(leaseToken, done).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            // The sync is over.
        }
    }
}
