using System.Data.Common;
using System.Security.Cryptography;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Ledgers;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Statements;
using Foliosync.Core.Storage;
using Foliosync.Core.Storage.Bulk;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Sync;

/// <summary>
/// Stores what was read. Everything of one run takes effect together or not at all: snapshot, holdings, cash, transactions, cursor, run
/// record, alert. Runs that end at the same moment share a transaction; if that fails, each gets one of its own, so that no
/// connection's fault is another's.
/// </summary>
internal sealed partial class SyncStore(
    Database database, BrokerCatalog catalog, Vault vault, SyncSettings settings, TimeProvider clock, ILoggerFactory logs)
{
    private readonly InferredLedger _ledger = new(database, clock, logs.CreateLogger<InferredLedger>());
    private readonly ILogger<SyncStore> _log = logs.CreateLogger<SyncStore>();

    /// <summary>Stores the readings and ends their runs. Never throws for one connection's fault.</summary>
    /// <exception cref="DbException">The database is away; nothing was stored, and the same call may work soon.</exception>
    /// <returns>What became of each; a run whose lease was lost is left out, for another process has taken it over.</returns>
    public async Task<IReadOnlyList<RunEnd>> StoreAsync(IReadOnlyList<ConnectionReading> group, CancellationToken cancellationToken)
    {
        try
        {
            return await StoreTogetherAsync(group, cancellationToken).ConfigureAwait(false);
        }
        catch (DbException e) when (group.Count > 1 && !StorageFailure.IsAway(e))
        {
            LogGroupFailed(_log, group.Count, e);
            var ends = new List<RunEnd>(group.Count);
            foreach (var reading in group)
            {
                ends.AddRange(await StoreAsync([reading], cancellationToken).ConfigureAwait(false));
            }

            return ends;
        }
        catch (DbException e) when (group[0].Error is not DbException && !StorageFailure.IsAway(e))
        {
            // The result is lost, the run must not be: it ends as failed, with the reason.
            LogStoreFailed(_log, group[0].Connection.Id, e);
            group[0].Error = e;
            group[0].Snapshot = null;
            return await StoreTogetherAsync(group, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<RunEnd>> StoreTogetherAsync(IReadOnlyList<ConnectionReading> group, CancellationToken cancellationToken)
    {
        using var span = SyncTrace.Store(group);
        await using var write = await database.BeginWriteAsync(cancellationToken).ConfigureAwait(false);

        var states = group
            .Where(r => r.IsComplete)
            .SelectMany(r => r.Accounts)
            .Where(a => !a.IsUnchanged && (a.Account.ReportedAt is not null || a.Report.Transactions.Count > 0))
            .ToDictionary(a => a.Account.Id, a => new StoredAccount(a.Report));
        var owned = new HashSet<Guid>();
        var load = SqlScript.For(database);
        load.Query(
            "select connection_id, lease_token, state, session_since from sync_states where connection_id {ids} order by connection_id for update",
            [.. group.Select(r => r.Connection.Id)],
            row =>
            {
                if (!row.IsDBNull(1) && group.FirstOrDefault(r => r.Connection.Id == row.Id(0) && r.Connection.LeaseToken == row.Id(1)) is { } reading)
                {
                    owned.Add(row.Id(0));
                    reading.StateNow = SqlValues.Parse<ConnectionState>(row.GetString(2));
                    reading.IsSessionReplaced = reading.Connection.SessionSince != row.InstantOrNull(3);
                }
            });
        StoredAccount.Load(load, states);
        var writes = new SyncWrites();
        writes.Reviews.Load(load, group.Where(r => r.IsComplete));
        await load.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);

        foreach (var reading in group.Where(r => owned.Contains(r.Connection.Id)))
        {
            writes.Add(KeepConnection(Decide(reading, states, writes)));
        }

        var names = SqlScript.For(database);
        if (writes.Reviews.LoadNames(names) is { } showNames)
        {
            await names.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
            showNames();
        }

        var script = SqlScript.For(database);
        writes.AddTo(script);
        await script.RunAsync(write.Connection, write.Transaction, cancellationToken).ConfigureAwait(false);
        await _ledger.RefreshAsync(write.Connection, write.Transaction, writes.Touched, cancellationToken).ConfigureAwait(false);
        await write.CommitAsync(cancellationToken).ConfigureAwait(false);
        return writes.Ends;
    }

    private RunEnd Decide(ConnectionReading reading, Dictionary<Guid, StoredAccount> states, SyncWrites writes)
    {
        var now = clock.GetUtcNow();
        var connection = reading.Connection;
        using var ids = RunJournal.Scope(_log, connection);
        var context = new RunContext(
            connection.State,
            connection.ConsecutiveFailures,
            connection.Trigger,
            reading.CanLogIn,
            SyncSchedule.Next(settings.RhythmOf(connection.BrokerId, connection.SyncInterval), connection.Id, now),
            now)
        {
            IsFed = connection.Reads == ReadKinds.None,
        };
        // A renewed session is kept however the run ended: the one before it may be used up. But a login meanwhile brought a newer one.
        reading.RenewedToken = reading.IsSessionReplaced ? null : reading.RenewedToken;
        if (reading.RenewedToken is { } token)
        {
            writes.Credentials.Add(Seal(connection.Id, BrokerCredential.SessionField, token.Value, now));
            if (token.RefreshValue is { } refresh)
            {
                writes.Credentials.Add(Seal(connection.Id, BrokerCredential.RefreshField, refresh, now));
            }
        }

        if (reading.IsStopped)
        {
            return new RunEnd(reading, SyncPolicy.Stopped(context), now, default)
            {
                ErrorKind = "cancelled",
                ErrorMessage = "Whoever runs this instance ended this sync. Nothing of it was stored; the next one comes by schedule, or when you ask for it.",
            };
        }

        if (reading.Cancelled)
        {
            return new RunEnd(reading, SyncPolicy.Cancelled(context), now, default);
        }

        var jitter = RandomNumberGenerator.GetInt32(1_000) / 1_000d;
        switch (reading.Error)
        {
            case BrokerException { Kind: BrokerErrorKind.AuthExpired } when reading.IsSessionReplaced:
                return new RunEnd(reading, SyncPolicy.Cancelled(context), now, default)
                {
                    ErrorKind = "sessionReplaced",
                    ErrorMessage = "A login replaced the session while this sync was reading. Nothing was stored; it runs again with the new session.",
                };
            case BrokerException e:
                return new RunEnd(reading, SyncPolicy.Failed(context, e, jitter), now, default)
                {
                    ErrorKind = SqlValues.ToText(e.Kind),
                    ErrorMessage = e.Message,
                    ErrorDetail = string.Join(": ", new[] { e.BrokerCode, e.Detail }.Where(t => t is not null)) is { Length: > 0 } detail ? detail : null,
                    ProviderChanged = DriftSentinel.ChangeIn(e),
                };
            case VaultException e:
                return new RunEnd(reading, SyncPolicy.Internal(context, jitter), now, default) { ErrorKind = "vault", ErrorMessage = e.Message };
            case { } e when StorageFailure.IsAway(e):
                return new RunEnd(reading, SyncPolicy.Cancelled(context), now, default)
                {
                    ErrorKind = "databaseAway",
                    ErrorMessage = "The database was away for a moment while this sync was reading. Nothing was stored; it runs again at once.",
                };
            case { } e:
                // Exception texts may repeat what they choked on; the type and the place are enough to find the fault.
                LogInternal(_log, connection.Id, e);
                return new RunEnd(reading, SyncPolicy.Internal(context, jitter), now, default)
                {
                    ErrorKind = "internal",
                    ErrorMessage = StorageFailure.IsFull(e)
                        ? "The disk of the database is full, so nothing of this sync was stored. Earlier data is kept; make room, then it is tried again by itself."
                        : "Foliosync failed here, not the broker. Earlier data is kept; please report it with the detail below.",
                    ErrorDetail = $"{e.GetType().Name} {e.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}",
                };
        }

        var counts = default(SyncCounts);
        string? waits = null;
        foreach (var account in reading.Accounts)
        {
            waits = Apply(reading, account, states, writes, now, ref counts) ?? waits;
        }

        return waits is null
            ? new RunEnd(reading, SyncPolicy.Succeeded(context), now, counts)
            : new RunEnd(reading, SyncPolicy.Suspicious(context), now, counts)
            {
                ErrorKind = "suspiciousReport",
                ErrorMessage = waits,
            };
    }

    /// <summary>Takes one account's report over.</summary>
    /// <returns>Why it waits, for people; null when it was taken over.</returns>
    private string? Apply(
        ConnectionReading reading, AccountReading account, Dictionary<Guid, StoredAccount> states, SyncWrites writes, DateTimeOffset now, ref SyncCounts counts)
    {
        var report = account.Report;
        if (account.IsUnchanged)
        {
            counts += new SyncCounts(report.Received, 0, 0, 0, report.Lots.Count + (report.Cash?.Count ?? 0) + report.Transactions.Count, report.Skipped);
            writes.Apply(account);
            writes.Reviews.Applied(reading, account, wasSurprising: false, now);
            return null;
        }

        using var span = SyncTrace.Step("reconcile", reading);
        var startedAt = clock.GetUtcNow();
        var before = states.TryGetValue(account.Account.Id, out var stored) ? stored.ToState() : AccountState.Empty;
        var changes = Reconciler.Reconcile(account.Account.Id, before, account.Account.ReportedAt, report, () => Guid.CreateVersion7(now));
        reading.Steps.Add(new SyncStep("reconcile" + reading.Suffix(account.Account), startedAt, (int)(clock.GetUtcNow() - startedAt).TotalMilliseconds, "ok"));
        if (changes.Suspicion is not null && writes.Reviews.Judge(reading, account, before, changes, settings.ReviewConfirmedAfter, now) is { } waits)
        {
            counts += new SyncCounts(report.Received, 0, 0, 0, 0, report.Skipped);
            return waits;
        }

        if (account.Account.IsNew)
        {
            writes.NewAccounts.Add(new BrokerAccount
            {
                Id = account.Account.Id,
                OwnerId = reading.Connection.OwnerId,
                ConnectionId = reading.Connection.Id,
                PortfolioId = reading.Connection.PortfolioId,
                ExternalId = account.Account.ExternalId,
                Name = account.Account.Name,
                Currency = account.Account.Currency,
            });
        }

        var zone = catalog.ZoneOf(reading.Connection.BrokerId);
        if (stored?.ToldBefore is { Count: > 0 } told)
        {
            writes.Superseded.AddRange(SupersededRows.MarkNew(changes.Transactions, told, zone));
        }

        if (LedgerTouch.Of(account, changes, zone, catalog.ManifestOf(reading.Connection.BrokerId)?.AverageIsFifo ?? false) is { } touch)
        {
            writes.Touched.Add(touch);
        }

        writes.Add(account.Account.Id, changes, report.AsOf, now);
        writes.Apply(account);
        writes.Reviews.Applied(reading, account, wasSurprising: changes.Suspicion is not null, now);
        counts += new SyncCounts(
            report.Received,
            changes.Opened.Count + changes.CashOpened.Count + changes.Transactions.Count,
            changes.Changed.Count + changes.CashChanged.Count,
            changes.Closed.Count + changes.CashClosed.Count,
            changes.Unchanged,
            report.Skipped);
        return null;
    }

    private BrokerCredential Seal(Guid connectionId, string field, Secret secret, DateTimeOffset now) => new()
    {
        ConnectionId = connectionId,
        Field = field,
        Sealed = vault.Seal(secret, connectionId, field),
        UpdatedAt = now,
    };

    // What a recording says changes the data, never how its connection stands.
    private static RunEnd KeepConnection(RunEnd end) => end.Reading is { Replay: not null, Connection: var connection }
        ? end with { Verdict = new Verdict(end.Verdict.RunState, connection.State, connection.ConsecutiveFailures, null) }
        : end;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Storing {Count} runs together failed; each is stored on its own")]
    private static partial void LogGroupFailed(ILogger log, int count, Exception e);

    [LoggerMessage(Level = LogLevel.Error, Message = "The result for connection {ConnectionId} could not be stored")]
    private static partial void LogStoreFailed(ILogger log, Guid connectionId, Exception e);

    [LoggerMessage(Level = LogLevel.Error, Message = "Sync of connection {ConnectionId} failed inside Foliosync")]
    private static partial void LogInternal(ILogger log, Guid connectionId, Exception e);
}
