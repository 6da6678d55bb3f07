using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Alerts;
using Foliosync.Core.Connections.Http;
using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Connections;

/// <summary>A login that is complete.</summary>
/// <param name="ConnectionId">The connection, which wants a sync now.</param>
/// <param name="Message">What happened, in plain words, without ids of people.</param>
/// <param name="LinkId">The link it was begun through; null when it was begun by somebody who is signed in.</param>
public sealed record LoginOutcome(Guid ConnectionId, string Message, Guid? LinkId = null);

/// <summary>Leads a person through the login at a broker. Asking the broker may throw <see cref="BrokerException"/>.</summary>
public sealed class ConnectionLogin(Database database, Vault vault, BrokerCatalog catalog, BrokerHttp http, TimeProvider clock)
{
    /// <summary>How long a person may take at the broker.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>Name under which our single-use value comes back.</summary>
    public const string StateName = "state";

    /// <summary>The field of the <see cref="InputException"/> that says that somebody else logged in.</summary>
    public const string IdentityName = "identity";

    /// <summary>Begins a login.</summary>
    /// <returns>Where to send the browser, or what to ask for; with <see cref="ContinueAsync(Guid, IReadOnlyDictionary{string, string}, Actor, CancellationToken)"/> for the latter.</returns>
    /// <exception cref="NotFoundException">There is no such connection within reach.</exception>
    /// <exception cref="InputException">The broker has no login.</exception>
    /// <exception cref="BrokerException">The login cannot be begun with these credentials.</exception>
    public Task<LoginStep> BeginAsync(Guid connectionId, Actor by, CancellationToken cancellationToken) =>
        BeginAsync(connectionId, by, linkId: null, cancellationToken);

    /// <summary>Begins a login through a link, which its end uses up for this connection. The caller has checked the link.</summary>
    /// <returns>As <see cref="BeginAsync(Guid, Actor, CancellationToken)"/>.</returns>
    /// <exception cref="NotFoundException">There is no such connection within reach.</exception>
    /// <exception cref="InputException">The broker has no login.</exception>
    /// <exception cref="BrokerException">The login cannot be begun with these credentials.</exception>
    public async Task<LoginStep> BeginAsync(Guid connectionId, Actor by, Guid? linkId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope.Owned);
        var connection = await FindAsync(db, connectionId, cancellationToken);
        var (broker, login) = LoginOf(connection.BrokerId);
        var state = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var session = await OpenAsync(db, connection, broker, cancellationToken);
        using var client = session.Http;
        var step = await login.BeginLoginAsync(session, new LoginRequest(state, LoginPageOf(broker.Manifest)), cancellationToken);
        if (step is LoginStep.Redirect)
        {
            var now = clock.GetUtcNow();
            await db.PendingLogins.Where(l => l.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
            db.PendingLogins.Add(new PendingLogin
            {
                StateHash = HashOf(state),
                ConnectionId = connectionId,
                ExpiresAt = now + Lifetime,
                LinkId = linkId,
            });
            await db.SaveChangesAsync(cancellationToken);
        }
        else if (step is LoginStep.Done done)
        {
            await FinishAsync(db, connection, broker.Manifest, done, by, linkId, cancellationToken);
        }

        return step;
    }

    /// <summary>Goes on with what the person typed, for brokers that ask here instead of on a page of their own.</summary>
    /// <returns>What to ask for next, or <see cref="LoginStep.Done"/> when the new session is stored.</returns>
    /// <exception cref="NotFoundException">There is no such connection within reach.</exception>
    /// <exception cref="InputException">The broker has no login, or somebody else logged in.</exception>
    /// <exception cref="BrokerException">The answer is wrong.</exception>
    public Task<LoginStep> ContinueAsync(
        Guid connectionId, IReadOnlyDictionary<string, string> answers, Actor by, CancellationToken cancellationToken) =>
        ContinueAsync(connectionId, answers, by, linkId: null, cancellationToken);

    /// <summary>Goes on with what the person typed on the page of a link. The caller has checked the link.</summary>
    /// <returns>As <see cref="ContinueAsync(Guid, IReadOnlyDictionary{string, string}, Actor, CancellationToken)"/>.</returns>
    /// <exception cref="NotFoundException">There is no such connection within reach.</exception>
    /// <exception cref="InputException">The broker has no login, or somebody else logged in.</exception>
    /// <exception cref="BrokerException">The answer is wrong.</exception>
    public async Task<LoginStep> ContinueAsync(
        Guid connectionId, IReadOnlyDictionary<string, string> answers, Actor by, Guid? linkId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope.Owned);
        var connection = await FindAsync(db, connectionId, cancellationToken);
        var (broker, login) = LoginOf(connection.BrokerId);
        var session = await OpenAsync(db, connection, broker, cancellationToken);
        using var client = session.Http;
        var request = new LoginRequest(string.Empty, LoginPageOf(broker.Manifest));
        var step = await login.ContinueLoginAsync(session, request, new LoginAnswer(answers), cancellationToken);
        if (step is LoginStep.Done done)
        {
            await FinishAsync(db, connection, broker.Manifest, done, by, linkId, cancellationToken);
        }

        return step;
    }

    /// <summary>
    /// Completes a login with what the broker sent along with the browser. Nobody needs to be signed in: the state proves which login
    /// it belongs to, works once and for <see cref="Lifetime"/>. The caller then queues a sync.
    /// </summary>
    /// <param name="brokerId">The broker whose answer this is.</param>
    /// <param name="answer">The query of the redirect. Untrusted.</param>
    /// <param name="source">Where the answer came in, for the audit log.</param>
    /// <param name="cancellationToken">Stops the exchange with the broker.</param>
    /// <exception cref="InputException">The state is unknown, used, old or another broker's, or somebody else logged in.</exception>
    /// <exception cref="BrokerException">The broker did not confirm the login.</exception>
    public async Task<LoginOutcome> CompleteAsync(
        string brokerId, IReadOnlyDictionary<string, string> answer, string source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var values = new LoginAnswer(answer);
        var state = values.Find(StateName) ?? throw Refused();
        await using var db = database.Open(OwnerScope.Everyone);
        var (connection, linkId) = await TakeAsync(db, brokerId, state, cancellationToken);
        var (broker, login) = LoginOf(connection.BrokerId);
        var session = await OpenAsync(db, connection, broker, cancellationToken);
        using var client = session.Http;
        var step = await login.ContinueLoginAsync(
            session, new LoginRequest(state, LoginPageOf(broker.Manifest)), values, cancellationToken);
        if (step is not LoginStep.Done done)
        {
            throw new InputException($"{broker.Manifest.Name} wants another step. Start the login again from the connection.");
        }

        var by = Actor.Person(connection.OwnerId, linkId is null ? source : "link");
        var isNewest = await FinishAsync(db, connection, broker.Manifest, done, by, linkId, cancellationToken);
        return new LoginOutcome(
            connection.Id,
            isNewest
                ? $"You are logged in at {broker.Manifest.Name}. The connection is being synced; you may close this page."
                : $"A login at {broker.Manifest.Name} that was finished after this one counts. The connection is being synced; you may close this page.",
            linkId);
    }

    /// <summary>The login that an answer belongs to, without using it up; null when it fits none.</summary>
    public async Task<PendingLogin?> FindAsync(IReadOnlyDictionary<string, string> answer, CancellationToken cancellationToken)
    {
        if (new LoginAnswer(answer).Find(StateName) is not { } state)
        {
            return null;
        }

        var hash = HashOf(state);
        await using var db = database.Open(OwnerScope.Everyone);
        return await db.PendingLogins.AsNoTracking().SingleOrDefaultAsync(l => l.StateHash == hash, cancellationToken);
    }

    /// <summary>Finds the login that a state belongs to and uses it up: of two answers at once, one wins.</summary>
    private async Task<(BrokerConnection Connection, Guid? LinkId)> TakeAsync(
        FoliosyncDb db, string brokerId, string state, CancellationToken cancellationToken)
    {
        var hash = HashOf(state);
        var pending = await db.PendingLogins.AsNoTracking().SingleOrDefaultAsync(l => l.StateHash == hash, cancellationToken) ?? throw Refused();
        var connection = await FindAsync(db, pending.ConnectionId, cancellationToken);
        if (!connection.BrokerId.Equals(brokerId, StringComparison.OrdinalIgnoreCase)
            || await db.PendingLogins.Where(l => l.StateHash == hash).ExecuteDeleteAsync(cancellationToken) != 1
            || pending.ExpiresAt <= clock.GetUtcNow())
        {
            throw Refused();
        }

        if (await db.LinkedLogins.AnyAsync(
            l => l.LinkId == pending.LinkId && l.ConnectionId == connection.Id && l.UsedAt != null, cancellationToken))
        {
            throw new InputException("This link has been used for this login already, on another page or device. There is nothing left to do.", StateName);
        }

        return (connection, pending.LinkId);
    }

    /// <summary>Stores a session that the broker has just given.</summary>
    /// <returns>
    /// False when a login that was finished later has been stored already: brokers end the session before it, so the later one stays.
    /// </returns>
    private async Task<bool> FinishAsync(
        FoliosyncDb db,
        BrokerConnection connection,
        BrokerManifest manifest,
        LoginStep.Done done,
        Actor by,
        Guid? linkId,
        CancellationToken cancellationToken)
    {
        var finishedAt = clock.GetUtcNow();
        ConnectionIdentity.RequireSame(connection, manifest, done.Identity);
        if (connection.ExternalUserId is null)
        {
            await ConnectionIdentity.RequireUnusedAsync(db, connection, manifest, done.Identity, cancellationToken);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);

        // First of all, for it decides, and whoever stores a sync or watches sessions waits for this row.
        var isNewest = await db.SyncStates
            .Where(s => s.ConnectionId == connection.Id && (s.SessionSince == null || s.SessionSince <= finishedAt))
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(s => s.SessionSince, finishedAt)
                    .SetProperty(s => s.SessionCheckedAt, finishedAt)
                    .SetProperty(s => s.State, ConnectionState.Active)
                    .SetProperty(s => s.NextSyncAt, finishedAt)
                    .SetProperty(s => s.ConsecutiveFailures, 0),
                cancellationToken) == 1;
        if (isNewest)
        {
            await StoreAsync(db, connection, done, finishedAt, cancellationToken);
            db.AuditEvents.Add(by.Did("connection.loggedIn", connection.Id, finishedAt));
            await db.SaveChangesAsync(cancellationToken);
        }

        await db.LinkedLogins.Where(l => l.LinkId == linkId && l.ConnectionId == connection.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.UsedAt, finishedAt), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return isNewest;
    }

    private async Task StoreAsync(
        FoliosyncDb db, BrokerConnection connection, LoginStep.Done done, DateTimeOffset finishedAt, CancellationToken cancellationToken)
    {
        await db.Credentials
            .Where(c => c.ConnectionId == connection.Id
                && (c.Field == BrokerCredential.SessionField || c.Field == BrokerCredential.RefreshField))
            .ExecuteDeleteAsync(cancellationToken);
        db.Credentials.AddRange(SealedCredentials.Seal(vault, connection.Id, done.Token, finishedAt));
        await db.Connections.Where(c => c.Id == connection.Id).ExecuteUpdateAsync(
            set => set
                .SetProperty(c => c.SessionExpiresAt, done.Token.ExpiresAt)
                .SetProperty(c => c.ExternalUserId, done.Identity.UserId)
                .SetProperty(c => c.UnsupportedReads, ReadKinds.None),
            cancellationToken);

        // The login is the cure: what it was asked for is over, whatever the next sync meets.
        string[] cured = [AlertKinds.NeedsLogin, AlertKinds.CredentialsRejected];
        await db.Alerts.Where(a => a.ConnectionId == connection.Id && a.ResolvedAt == null && cured.Contains(a.Kind))
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.ResolvedAt, finishedAt).SetProperty(a => a.TellAt, finishedAt), cancellationToken);
    }

    private async Task<BrokerSession> OpenAsync(
        FoliosyncDb db, BrokerConnection connection, IBroker broker, CancellationToken cancellationToken)
    {
        if (await db.SyncStates.AnyAsync(s => s.ConnectionId == connection.Id && s.State == ConnectionState.Closed, cancellationToken))
        {
            throw new InputException(ConnectionStates.ClosedMessage);
        }

        var rows = await db.Credentials.AsNoTracking().Where(c => c.ConnectionId == connection.Id).ToListAsync(cancellationToken);
        var (credentials, token) = SealedCredentials.Open(vault, connection.Id, connection.SessionExpiresAt, rows);
        return http.Open(broker, connection.Id, credentials, token);
    }

    private (IBroker Broker, IInteractiveLogin Login) LoginOf(string brokerId)
    {
        if (!catalog.TryFind(brokerId, out var broker))
        {
            throw new InputException($"This version has no adapter '{brokerId}'. Install a version that has it, or remove the connection.");
        }

        return broker is IInteractiveLogin login
            ? (broker, login)
            : throw new InputException($"{broker.Manifest.Name} needs no login. Change the credentials instead.");
    }

    private Uri LoginPageOf(BrokerManifest manifest) => catalog.SettingsOf(manifest.Id).LoginUrl ?? manifest.LoginUrl ?? manifest.Homepage;

    private static byte[] HashOf(string state) => SHA256.HashData(Encoding.UTF8.GetBytes(state));

    // One answer for all cases: whoever guesses learns nothing.
    private static InputException Refused() => new(
        "This login is unknown, was used already or is older than 15 minutes. Open the link of your message again, or start the login from the connection.", StateName);

    private static async Task<BrokerConnection> FindAsync(FoliosyncDb db, Guid id, CancellationToken cancellationToken) =>
        await db.Connections.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, cancellationToken)
        ?? throw new NotFoundException("connection");
}
