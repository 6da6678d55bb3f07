using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Connections;

/// <summary>What a person changes about a connection; null leaves a value as it is.</summary>
/// <param name="Label">What the person calls it.</param>
/// <param name="Reads">What it reads.</param>
/// <param name="PortfolioId">The portfolio that it and its accounts count for.</param>
/// <param name="SyncInterval">The person's own time between two scheduled syncs; zero to follow the broker and the instance again.</param>
public sealed record ConnectionChange(string? Label = null, ReadKinds? Reads = null, Guid? PortfolioId = null, TimeSpan? SyncInterval = null);

/// <summary>What a broker says about a connection.</summary>
/// <param name="Identity">Who the login belongs to.</param>
/// <param name="Accounts">What it can read.</param>
public sealed record ConnectionTest(BrokerIdentity Identity, IReadOnlyList<ReportedAccount> Accounts);

/// <summary>Makes, changes and removes connections. Asking the broker may throw <see cref="BrokerException"/>.</summary>
public sealed class ConnectionSetup(
    Database database, Vault vault, BrokerCatalog catalog, BrokerHttp http, SyncSettings settings, TimeProvider clock)
{
    /// <summary>Makes a connection, its accounts as far as they are known included.</summary>
    /// <param name="request">What the person gave.</param>
    /// <param name="check">True to ask the broker first, so that nothing is stored that does not work.</param>
    /// <param name="by">Who connects.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    /// <exception cref="InputException">The first problem, naming its field.</exception>
    /// <exception cref="NotFoundException">The owner has no such portfolio.</exception>
    /// <exception cref="BrokerException">The broker refused, or cannot be asked now.</exception>
    public async Task<BrokerConnection> CreateAsync(NewConnection request, bool check, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(by);
        var now = clock.GetUtcNow();
        var draft = ConnectionDraft.From(request, catalog, now);
        await using var db = database.Open(by.Scope.Owned);
        await RequirePortfolioAsync(db, request.PortfolioId, request.OwnerId, cancellationToken);

        if (check || NeedsNothing(draft.Broker))
        {
            if (draft.Session is null && SessionRules.NeedsLogin(draft.Broker))
            {
                throw new InputException(
                    $"{draft.Broker.Manifest.Name} cannot be asked before a login. Give a session, or save without the check (check=false) and log in afterwards.",
                    "session");
            }

            var answer = await AskAsync(draft.Broker, draft.Connection, draft.Credentials, draft.Session, cancellationToken);
            await ConnectionIdentity.RequireUnusedAsync(db, draft.Connection, draft.Broker.Manifest, answer.Identity, cancellationToken);
            draft.Connection.ExternalUserId = answer.Identity.UserId;
            draft.Connection.Sync!.SessionCheckedAt = draft.Session is null ? null : now;
            draft.Add(answer.Accounts, now);
        }

        db.Connections.Add(draft.Connection);
        db.Credentials.AddRange(draft.Seal(vault, now));
        db.AuditEvents.Add(by.Did("connection.created", draft.Connection.Id, now));
        await db.SaveChangesAsync(cancellationToken);
        return draft.Connection;
    }

    /// <summary>Asks the broker whether a connection works. Stores nothing.</summary>
    /// <exception cref="NotFoundException">There is no such connection within reach.</exception>
    /// <exception cref="InputException">A login is needed first, or the login is another person's.</exception>
    /// <exception cref="BrokerException">It does not work, or the broker cannot be asked now.</exception>
    public async Task<ConnectionTest> TestAsync(Guid connectionId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope.Owned);
        var connection = await FindAsync(db, connectionId, cancellationToken);
        var broker = BrokerOf(connection);
        if (connection.Sync!.State == ConnectionState.Closed)
        {
            throw new InputException(ConnectionStates.ClosedMessage);
        }

        var (credentials, token) = await OpenSecretsAsync(db, connection, cancellationToken);
        if (SessionRules.NeedsLoginNow(broker, token is not null, connection.SessionExpiresAt, clock.GetUtcNow()))
        {
            throw new InputException($"The {broker.Manifest.Name} session is over. Log in first.");
        }

        var answer = await AskAsync(broker, connection, credentials, token, cancellationToken);
        ConnectionIdentity.RequireSame(connection, broker.Manifest, answer.Identity);
        return answer;
    }

    /// <summary>
    /// Replaces the credentials of a connection. Brokers that need no login are asked first; with the others the stored session stays,
    /// and the next sync tells whether it goes with the new credentials.
    /// </summary>
    /// <exception cref="InputException">The first problem, naming its field.</exception>
    /// <exception cref="NotFoundException">There is no such connection within reach.</exception>
    /// <exception cref="BrokerException">The broker refused, or cannot be asked now. Nothing was changed.</exception>
    public async Task ReplaceCredentialsAsync(
        Guid connectionId, IReadOnlyDictionary<string, string> credentials, bool check, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope.Owned);
        var connection = await FindAsync(db, connectionId, cancellationToken);
        var broker = BrokerOf(connection);
        var values = CredentialForm.Check(broker.Manifest, credentials);
        if (check && !SessionRules.NeedsLogin(broker))
        {
            var answer = await AskAsync(broker, connection, values, token: null, cancellationToken);
            ConnectionIdentity.RequireSame(connection, broker.Manifest, answer.Identity);
        }

        var now = clock.GetUtcNow();
        var old = await db.Credentials.Where(c => c.ConnectionId == connectionId).ToListAsync(cancellationToken);
        var hasSession = old.Any(c => c.Field == BrokerCredential.SessionField);
        var replaced = old.Where(c => c.Field is not (BrokerCredential.SessionField or BrokerCredential.RefreshField)).ToList();
        Replace(db, replaced, SealedCredentials.Seal(vault, broker.Manifest, connectionId, values, now));
        connection.UnsupportedReads = ReadKinds.None;
        connection.Sync!.SessionCheckedAt = null;
        if (connection.Sync.State != ConnectionState.Paused)
        {
            SessionRules.Start(
                connection.Sync, connection.Reads, SessionRules.NeedsLoginNow(broker, hasSession, connection.SessionExpiresAt, now), now);
        }

        db.AuditEvents.Add(by.Did("connection.credentialsReplaced", connectionId, now));
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Replaces one credential of a connection; the others stay. The broker is not asked: the next sync tells whether it goes.</summary>
    /// <exception cref="InputException">The connection has no such credential, or the value cannot be one.</exception>
    /// <exception cref="NotFoundException">There is no such connection within reach.</exception>
    public async Task ReplaceCredentialAsync(Guid connectionId, string field, string value, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        if (field is BrokerCredential.SessionField or BrokerCredential.RefreshField)
        {
            throw new InputException("A session comes from a login. Delete it, and have its owner log in again.", "value");
        }

        CredentialValues present;
        await using (var db = database.Open(by.Scope))
        {
            (present, _) = await OpenSecretsAsync(db, await FindAsync(db, connectionId, cancellationToken), cancellationToken);
        }

        var values = present.ToDictionary(v => v.Key, v => v.Value.Reveal(), StringComparer.Ordinal);
        values[field] = value;
        await ReplaceCredentialsAsync(connectionId, values, check: false, by, cancellationToken);
    }

    /// <summary>Changes label, reads or portfolio.</summary>
    /// <exception cref="InputException">The first problem, naming its field.</exception>
    /// <exception cref="NotFoundException">There is no such connection, or no such portfolio of its owner.</exception>
    public async Task ChangeAsync(Guid connectionId, ConnectionChange change, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope.Owned);
        var connection = await FindAsync(db, connectionId, cancellationToken);
        var broker = BrokerOf(connection);
        connection.Label = change.Label is null ? connection.Label : ConnectionDraft.CheckLabel(change.Label, broker.Manifest);
        connection.Reads = change.Reads is null ? connection.Reads : ConnectionDraft.CheckReads(change.Reads, broker);
        if (change.PortfolioId is { } portfolioId && portfolioId != connection.PortfolioId)
        {
            await RequirePortfolioAsync(db, portfolioId, connection.OwnerId, cancellationToken);
            connection.PortfolioId = portfolioId;
            foreach (var account in await db.Accounts.Where(a => a.ConnectionId == connectionId).ToListAsync(cancellationToken))
            {
                account.PortfolioId = portfolioId;
            }
        }

        if (change.SyncInterval is { } interval)
        {
            connection.SyncInterval = interval == TimeSpan.Zero ? null : interval;
            var next = SyncSchedule.Next(settings.RhythmOf(connection.BrokerId, connection.SyncInterval), connectionId, clock.GetUtcNow());
            // A retry that comes sooner stays, and so does a wait for a person.
            connection.Sync!.NextSyncAt = next < connection.Sync.NextSyncAt ? next : connection.Sync.NextSyncAt;
        }

        db.AuditEvents.Add(by.Did("connection.changed", connectionId, clock.GetUtcNow(), AuditDetail.Of(db.Entry(connection))));
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Stops scheduled syncs until a person resumes; "sync now" still works.</summary>
    /// <exception cref="NotFoundException">There is no such connection within reach.</exception>
    public Task PauseAsync(Guid connectionId, Actor by, CancellationToken cancellationToken) => PauseAsync(connectionId, reason: null, by, cancellationToken);

    /// <summary>Stops scheduled syncs until a person resumes, and says why.</summary>
    /// <exception cref="NotFoundException">There is no such connection within reach.</exception>
    public async Task PauseAsync(Guid connectionId, string? reason, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope.Owned);
        await PauseAsync(db, connectionId, reason, by, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>The same for a caller who saves.</summary>
    internal async Task PauseAsync(FoliosyncDb db, Guid connectionId, string? reason, Actor by, CancellationToken cancellationToken)
    {
        var connection = await FindAsync(db, connectionId, cancellationToken);
        if (connection.Sync!.State == ConnectionState.Closed)
        {
            // There is nothing left to stop.
            return;
        }

        connection.Sync.State = ConnectionState.Paused;
        connection.Sync.NextSyncAt = null;
        connection.Sync.PauseReason = reason;
        db.AuditEvents.Add(by.Did("connection.paused", connectionId, clock.GetUtcNow(), AuditDetail.Of(db.Entry(connection.Sync))));
    }

    /// <summary>Lets a paused connection sync again; does nothing to others.</summary>
    /// <exception cref="NotFoundException">There is no such connection within reach.</exception>
    public async Task ResumeAsync(Guid connectionId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope.Owned);
        await ResumeAsync(db, connectionId, by, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>The same for a caller who saves.</summary>
    internal async Task ResumeAsync(FoliosyncDb db, Guid connectionId, Actor by, CancellationToken cancellationToken)
    {
        var connection = await FindAsync(db, connectionId, cancellationToken);
        if (connection.Sync!.State != ConnectionState.Paused)
        {
            return;
        }

        var now = clock.GetUtcNow();
        connection.Sync.PauseReason = null;
        var hasSession = await db.Credentials.AnyAsync(
            c => c.ConnectionId == connectionId && c.Field == BrokerCredential.SessionField, cancellationToken);
        SessionRules.Start(
            connection.Sync, connection.Reads, SessionRules.NeedsLoginNow(BrokerOf(connection), hasSession, connection.SessionExpiresAt, now), now);
        db.AuditEvents.Add(by.Did("connection.resumed", connectionId, now, AuditDetail.Of(db.Entry(connection.Sync))));
    }

    /// <summary>
    /// Closes a connection: its credentials and session are deleted and it is not read any more; accounts, holdings, history and
    /// transactions stay as they are. New credentials open it again.
    /// </summary>
    /// <exception cref="NotFoundException">There is no such connection within reach.</exception>
    public async Task CloseAsync(Guid connectionId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope.Owned);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var connection = await FindAsync(db, connectionId, cancellationToken);
        var now = clock.GetUtcNow();
        await db.Credentials.Where(c => c.ConnectionId == connectionId).ExecuteDeleteAsync(cancellationToken);
        await db.SyncRuns.Where(r => r.ConnectionId == connectionId && r.State == SyncRunState.Queued).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.State, SyncRunState.Cancelled)
                .SetProperty(r => r.FinishedAt, now)
                .SetProperty(r => r.ErrorKind, "cancelled")
                .SetProperty(r => r.ErrorMessage, "The connection was closed before this sync began."),
            cancellationToken);

        // Whoever closes it need not be told that it is over.
        await db.Alerts.Where(a => a.ConnectionId == connectionId && a.ResolvedAt == null).ExecuteUpdateAsync(
            set => set.SetProperty(a => a.ResolvedAt, now).SetProperty(a => a.TellAt, (DateTimeOffset?)null), cancellationToken);
        connection.SessionExpiresAt = null;
        var sync = connection.Sync!;
        (sync.State, sync.NextSyncAt, sync.PauseReason, sync.SessionSince, sync.SessionCheckedAt) = (ConnectionState.Closed, null, null, null, null);
        db.AuditEvents.Add(by.Did("connection.closed", connectionId, now));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Removes a connection with everything read through it: accounts, holdings and their history, cash, transactions, runs.</summary>
    /// <exception cref="NotFoundException">There is no such connection within reach.</exception>
    public async Task RemoveAsync(Guid connectionId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope.Owned);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.Connections.Where(c => c.Id == connectionId).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            throw new NotFoundException("connection");
        }

        db.AuditEvents.Add(by.Did("connection.removed", connectionId, clock.GetUtcNow()));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<ConnectionTest> AskAsync(
        IBroker broker, BrokerConnection connection, CredentialValues credentials, BrokerToken? token, CancellationToken cancellationToken)
    {
        var session = http.Open(broker, connection.Id, credentials, token);
        using (session.Http)
        {
            var identity = await broker.CheckAsync(session, cancellationToken);
            return new ConnectionTest(identity, await broker.ListAccountsAsync(session, cancellationToken));
        }
    }

    private async Task<(CredentialValues Credentials, BrokerToken? Token)> OpenSecretsAsync(
        FoliosyncDb db, BrokerConnection connection, CancellationToken cancellationToken)
    {
        var rows = await db.Credentials.AsNoTracking().Where(c => c.ConnectionId == connection.Id).ToListAsync(cancellationToken);
        return SealedCredentials.Open(vault, connection.Id, connection.SessionExpiresAt, rows);
    }

    private IBroker BrokerOf(BrokerConnection connection) => catalog.TryFind(connection.BrokerId, out var broker)
        ? broker
        : throw new InputException($"This version has no adapter '{connection.BrokerId}'. Install a version that has it, or remove the connection.");

    // Files only: the one account is known at once.
    private static bool NeedsNothing(IBroker broker) =>
        broker.Manifest.ApiUrl is null && BrokerCatalog.ReadsOf(broker) == ReadKinds.None && !broker.Manifest.Credentials.Any(c => c.Required);

    private static void Replace(FoliosyncDb db, List<BrokerCredential> old, IEnumerable<BrokerCredential> rows)
    {
        foreach (var row in rows)
        {
            if (old.Find(c => c.Field == row.Field) is { } present)
            {
                present.Sealed = row.Sealed;
                present.UpdatedAt = row.UpdatedAt;
                old.Remove(present);
            }
            else
            {
                db.Credentials.Add(row);
            }
        }

        db.Credentials.RemoveRange(old);
    }

    private static async Task<BrokerConnection> FindAsync(FoliosyncDb db, Guid id, CancellationToken cancellationToken) =>
        await db.Connections.Include(c => c.Sync).SingleOrDefaultAsync(c => c.Id == id, cancellationToken)
        ?? throw new NotFoundException("connection");

    private static async Task RequirePortfolioAsync(FoliosyncDb db, Guid portfolioId, Guid ownerId, CancellationToken cancellationToken)
    {
        if (!await db.Portfolios.AnyAsync(p => p.Id == portfolioId && p.OwnerId == ownerId, cancellationToken))
        {
            throw new NotFoundException("portfolio");
        }
    }
}
