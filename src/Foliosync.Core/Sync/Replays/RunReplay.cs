using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Instruments;
using Foliosync.Core.Jobs;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync.Reviews;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Sync.Replays;

/// <summary>
/// Reads what a broker sent in an earlier run through today's adapter, at the time of the recording: to see what comes of it, or to
/// apply it. The broker is not asked.
/// </summary>
public sealed class RunReplay
{
    private readonly Database _database;
    private readonly BrokerCatalog _catalog;
    private readonly Vault _vault;
    private readonly InstrumentDirectory _directory;
    private readonly TimeProvider _clock;
    private readonly SyncClaims _claims;
    private readonly SyncStore _store;

    /// <summary>Takes the parts of this instance.</summary>
    public RunReplay(
        Database database,
        BrokerCatalog catalog,
        Vault vault,
        InstrumentDirectory directory,
        SyncSettings settings,
        Workers workers,
        TimeProvider clock,
        ILoggerFactory logs)
    {
        _database = database;
        _catalog = catalog;
        _vault = vault;
        _directory = directory;
        _clock = clock;
        _claims = new SyncClaims(database, workers, clock);
        _store = new SyncStore(database, catalog, vault, settings, clock, logs);
    }

    /// <summary>Shows what would come of it. Stores nothing.</summary>
    /// <exception cref="NotFoundException">There is no such run within reach.</exception>
    /// <exception cref="RefusedException">The run has no recording.</exception>
    public async Task<ReplayResult> PreviewAsync(Guid runId, OwnerScope scope, CancellationToken cancellationToken)
    {
        await using var db = _database.Open(scope);
        var recording = await Recording.OpenAsync(db, _vault, runId, cancellationToken).ConfigureAwait(false);
        var reading = await ReadAsync(db, recording, cancellationToken).ConfigureAwait(false);
        return await ReplayView.OfAsync(_database, recording, reading, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Applies a run again, as a run of its own. Its report is judged like any other.</summary>
    /// <returns>The new run.</returns>
    /// <exception cref="NotFoundException">There is no such run within reach.</exception>
    /// <exception cref="RefusedException">The run has no recording, a newer report has been applied, or a sync is at work.</exception>
    public Task<Guid> ApplyAsync(Guid runId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        return ApplyAsync(runId, acceptance: null, by, cancellationToken);
    }

    /// <summary>Applies a run whose surprising report a person has accepted.</summary>
    internal async Task<Guid> ApplyAsync(Guid runId, Acceptance? acceptance, Actor by, CancellationToken cancellationToken)
    {
        Recording recording;
        await using (var db = _database.Open(by.Scope))
        {
            recording = await Recording.OpenAsync(db, _vault, runId, cancellationToken).ConfigureAwait(false);
            var newer = await db.Accounts.Where(a => a.ConnectionId == recording.ConnectionId && a.ReportedAt > recording.TakenAt)
                .Select(a => a.ReportedAt).FirstOrDefaultAsync(cancellationToken).ConfigureAwait(false);
            RefuseIfNewer(newer);
        }

        var claimed = await _claims.ClaimAsync(
            [new WantedSync(recording.ConnectionId, SyncTrigger.Manual, WantedFor.Itself)], Guid.NewGuid(), cancellationToken).ConfigureAwait(false);
        var connection = claimed.SingleOrDefault()
            ?? throw new RefusedException("A sync of this connection is at work. Try again when it is done.");
        var reading = new ConnectionReading(connection) { Replay = new Replay(runId, acceptance) };

        // What is claimed is also ended: from here on nothing leaves without storing the end of the run.
        var newest = connection.Accounts.Max(a => a.ReportedAt);
        if (newest > recording.TakenAt)
        {
            reading.Cancelled = true;
        }
        else
        {
            await ReadAsync(reading, recording, _directory.ResolveAsync, cancellationToken).ConfigureAwait(false);
            reading.Snapshot = reading.Cancelled ? null : recording.ToSnapshot(connection.RunId, _vault);
        }

        var ends = await _store.StoreAsync([reading], CancellationToken.None).ConfigureAwait(false);
        if (ends.Count == 0)
        {
            throw new RefusedException("The replay took too long and another process took the connection over. Nothing was changed; try again.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (reading.Cancelled)
        {
            RefuseIfNewer(newest);
        }

        return connection.RunId;
    }

    /// <summary>Reads a recording and keeps nothing, not even instruments that are new.</summary>
    internal async Task<ConnectionReading> ReadAsync(FoliosyncDb db, Recording recording, CancellationToken cancellationToken)
    {
        var reading = new ConnectionReading(await LoadAsync(db, recording, cancellationToken).ConfigureAwait(false)) { Replay = new Replay(recording.RunId, null) };
        await ReadAsync(reading, recording, _directory.PreviewAsync, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return reading;
    }

    private async Task ReadAsync(ConnectionReading reading, Recording recording, ResolveInstruments resolve, CancellationToken cancellationToken)
    {
        var startedAt = _clock.GetUtcNow();
        try
        {
            await ReadThroughAdapterAsync(reading, recording, resolve, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            reading.Cancelled = true;
        }
        catch (Exception e)
        {
            // As in any run: a failure ends this run only, and goes on it.
            reading.Error = e;
        }

        DriftSentinel.NoteFailure(reading);

        // The steps within have the time of the recording.
        reading.Steps.Clear();
        reading.Steps.Add(new SyncStep(
            $"replay run {recording.RunId}", startedAt, (int)(_clock.GetUtcNow() - startedAt).TotalMilliseconds, reading.IsComplete ? "ok" : "failed"));
    }

    private async Task ReadThroughAdapterAsync(
        ConnectionReading reading, Recording recording, ResolveInstruments resolve, CancellationToken cancellationToken)
    {
        var connection = reading.Connection;
        if (!_catalog.TryFind(connection.BrokerId, out var broker))
        {
            throw BrokerException.InvalidData($"This Foliosync has no adapter for the broker '{connection.BrokerId}'. Install the version that has it.");
        }

        var clock = new RecordedClock(recording.TakenAt);
        using var network = new ReplayHttp(broker.Manifest.Name, recording.Exchanges);
        // Answers from memory: there is no network whose rules the engine's own client would have to keep.
        using var http = new HttpClient(network) { BaseAddress = BaseAddressOf(broker.Manifest) };
        var session = new BrokerSession(http, Stored(connection), new BrokerToken(new Secret("replayed"), recording.TakenAt.AddHours(1)), clock);
        var reports = new ReportReader(resolve, names: null, clock);
        try
        {
            await reports.ReadAsync(reading, broker, session, cancellationToken).ConfigureAwait(false);
        }
        catch (BrokerException e) when (e.Kind == BrokerErrorKind.AuthExpired && broker is ITokenRefresh)
        {
            // The run renewed its session here, which is not recorded. What it read afterwards is.
            reading.Accounts.Clear();
            reading.Warnings.Clear();
            await reports.ReadAsync(reading, broker, session, cancellationToken).ConfigureAwait(false);
        }
    }

    // Recorded is the path as it was sent, so the same base address must be in front of it.
    private Uri? BaseAddressOf(BrokerManifest manifest) =>
        (_catalog.SettingsOf(manifest.Id).ApiUrl ?? manifest.ApiUrl) is { } address
            ? address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/")
            : null;

    private CredentialValues Stored(ClaimedConnection connection) => new(connection.Credentials
        .Where(c => c.Field is not (BrokerCredential.SessionField or BrokerCredential.RefreshField))
        .Select(c => KeyValuePair.Create(c.Field, _vault.Open(c.Sealed, connection.Id, c.Field))));

    private static async Task<ClaimedConnection> LoadAsync(FoliosyncDb db, Recording recording, CancellationToken cancellationToken)
    {
        var connection = await db.Connections.AsNoTracking().Include(c => c.Sync).Include(c => c.Accounts)
            .SingleAsync(c => c.Id == recording.ConnectionId, cancellationToken).ConfigureAwait(false);
        var loaded = new ClaimedConnection
        {
            Id = connection.Id,
            OwnerId = connection.OwnerId,
            PortfolioId = connection.PortfolioId,
            BrokerId = connection.BrokerId,
            Label = connection.Label,
            Reads = connection.Reads,
            UnsupportedReads = connection.UnsupportedReads,
            ExternalUserId = connection.ExternalUserId,
            SessionExpiresAt = connection.SessionExpiresAt,
            SessionSince = connection.Sync!.SessionSince,
            SessionCheckedAt = connection.Sync.SessionCheckedAt,
            SyncInterval = connection.SyncInterval,
            LastSuccessAt = connection.Sync.LastSuccessAt,
            CreatedAt = connection.CreatedAt,
            State = connection.Sync.State,
            ConsecutiveFailures = connection.Sync.ConsecutiveFailures,
            RunId = recording.RunId,
            LeaseToken = Guid.Empty,
            Trigger = SyncTrigger.Manual,
        };
        loaded.Credentials.AddRange((await db.Credentials.AsNoTracking().Where(c => c.ConnectionId == connection.Id)
            .ToListAsync(cancellationToken).ConfigureAwait(false)).Select(c => (c.Field, c.Sealed)));
        loaded.Accounts.AddRange(connection.Accounts.OrderBy(a => a.Id).Select(a => new ClaimedAccount
        {
            Id = a.Id,
            ExternalId = a.ExternalId,
            Name = a.Name,
            Currency = a.Currency,
            ReportedAt = a.ReportedAt,
            Fingerprint = a.ReportFingerprint,
            TransactionsCursor = a.TransactionsCursor,
        }));
        return loaded;
    }

    private static void RefuseIfNewer(DateTimeOffset? newest)
    {
        if (newest is { } at)
        {
            throw new RefusedException(
                $"A newer report, of {at.UtcDateTime:yyyy-MM-dd HH:mm}Z, has been applied since this run, so the run is not applied over it. Replay it without applying, or sync.");
        }
    }
}
