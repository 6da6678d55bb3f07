using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Instruments;

namespace Foliosync.Core.Sync;

/// <summary>Opens a claimed connection, asks the broker for everything it should read, and puts the answers together. Stores nothing.</summary>
internal sealed class ConnectionReader(
    BrokerCatalog catalog, BrokerHttp http, Vault vault, InstrumentDirectory directory, InstrumentNames names, TimeProvider clock)
{
    private readonly ReportReader _reports = new(directory.ResolveAsync, names, clock);
    private readonly DriftSentinel _sentinel = new(clock);
    private readonly DateTimeOffset _startedAt = clock.GetUtcNow();

    public async Task<ConnectionReading> ReadAsync(ClaimedConnection connection, CancellationToken cancellationToken)
    {
        var reading = new ConnectionReading(connection);
        var recorder = new ExchangeRecorder { Notes = connection.Told };
        try
        {
            await ReadAsync(reading, recorder, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            reading.Cancelled = true;
        }
        catch (Exception e)
        {
            // Every failure ends this run only. The policy decides what follows; nothing is hidden: it goes on the run.
            reading.Error = e;
        }

        DriftSentinel.NoteFailure(reading);
        if (catalog.TryFind(connection.BrokerId, out var broker))
        {
            _sentinel.Look(broker.Manifest, recorder.Exchanges, reading.Warnings);
        }

        if (reading.IsComplete ? reading.Accounts.Exists(a => !a.IsUnchanged) : reading.Error is BrokerException { Kind: BrokerErrorKind.InvalidData })
        {
            var now = clock.GetUtcNow();
            var id = Guid.CreateVersion7(now);
            reading.Snapshot = new Snapshot
            {
                Id = id,
                RunId = connection.RunId,
                ConnectionId = connection.Id,
                TakenAt = now,
                Sealed = vault.Seal(recorder.ToCompressed(), id, Snapshot.SealedField),
            };
        }

        return reading;
    }

    private async Task ReadAsync(ConnectionReading reading, ExchangeRecorder recorder, CancellationToken cancellationToken)
    {
        var connection = reading.Connection;
        if (!catalog.TryFind(connection.BrokerId, out var broker))
        {
            throw BrokerException.InvalidData(
                $"This Foliosync has no adapter for the broker '{connection.BrokerId}'. Install the version that has it, or remove the connection.");
        }

        reading.CanLogIn = broker is IInteractiveLogin;
        var session = Open(broker, connection, recorder);
        if (broker is not ITokenRefresh refresh)
        {
            await ReadAsync(reading, broker, session, cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            await ReadAsync(reading, broker, session, cancellationToken).ConfigureAwait(false);
        }
        catch (BrokerException e) when (e.Kind == BrokerErrorKind.AuthExpired)
        {
            // Once only: a session that is refused when it is fresh needs a person.
            // Its answer is a secret, so nothing of it is recorded.
            var unrecorded = Open(broker, connection, recorder: null);
            var token = await reading.StepAsync("renew session", clock, () => refresh.RefreshAsync(unrecorded, cancellationToken)).ConfigureAwait(false);
            reading.RenewedToken = token;
            reading.SessionCheckedAt = null;
            reading.Accounts.Clear();
            reading.Warnings.Clear();
            await ReadAsync(reading, broker, session with { Token = token }, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(ConnectionReading reading, IBroker broker, BrokerSession session, CancellationToken cancellationToken)
    {
        var connection = reading.Connection;
        if (connection.ExternalUserId is null || IsUnconfirmed(reading, broker, session))
        {
            var identity = await reading.StepAsync("check identity", clock, () => broker.CheckAsync(session, cancellationToken)).ConfigureAwait(false);
            if (connection.ExternalUserId is { } known && known != identity.UserId)
            {
                throw BrokerException.AuthExpired(
                    $"The stored {broker.Manifest.Name} session belongs to another person than the connection, so nothing was read. Log in at {broker.Manifest.Name} as the right person.");
            }

            reading.Identity = connection.ExternalUserId is null ? identity : null;
            reading.SessionCheckedAt = session.Token is null ? null : clock.GetUtcNow();
        }

        await _reports.ReadAsync(reading, broker, session, cancellationToken).ConfigureAwait(false);
    }

    // What a login brought is known to be right. What was imported, restored, or stored before this process started is asked about once.
    private bool IsUnconfirmed(ConnectionReading reading, IBroker broker, BrokerSession session) =>
        broker is IInteractiveLogin
        && session.Token is not null
        && reading.SessionCheckedAt is null
        && (reading.Connection.SessionCheckedAt is not { } checkedAt || checkedAt < _startedAt);

    private BrokerSession Open(IBroker broker, ClaimedConnection connection, ExchangeRecorder? recorder)
    {
        if (SessionRules.EndsWithItsSession(broker) && connection.SessionExpiresAt <= clock.GetUtcNow())
        {
            throw BrokerException.AuthExpired(SessionRules.Ended(broker.Manifest));
        }

        Secret? token = null;
        Secret? refresh = null;
        var values = new List<KeyValuePair<string, Secret>>(connection.Credentials.Count);
        foreach (var (field, sealedValue) in connection.Credentials)
        {
            var secret = vault.Open(sealedValue, connection.Id, field);
            switch (field)
            {
                case BrokerCredential.SessionField:
                    token = secret;
                    break;
                case BrokerCredential.RefreshField:
                    refresh = secret;
                    break;
                default:
                    values.Add(new(field, secret));
                    break;
            }
        }

        return http.Open(
            broker,
            connection.Id,
            new CredentialValues(values),
            token is null ? null : new BrokerToken(token, connection.SessionExpiresAt, refresh),
            recorder);
    }
}
