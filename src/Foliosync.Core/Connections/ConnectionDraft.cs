using Foliosync.Brokers.Contract;
using Foliosync.Core.Portfolios;

namespace Foliosync.Core.Connections;

/// <summary>What a person gives to connect.</summary>
/// <param name="OwnerId">The person it will belong to.</param>
/// <param name="PortfolioId">The portfolio its accounts count for.</param>
/// <param name="BrokerId">Id of the adapter.</param>
/// <param name="Label">What the person calls it; blank for the broker's name.</param>
/// <param name="Credentials">Values by key of the manifest.</param>
/// <param name="Session">A session the person has already; null for none.</param>
/// <param name="Reads">What to read; null for everything the adapter can.</param>
/// <param name="SyncInterval">The person's own time between two scheduled syncs; null to follow the broker and the instance.</param>
public sealed record NewConnection(
    Guid OwnerId,
    Guid PortfolioId,
    string BrokerId,
    string? Label,
    IReadOnlyDictionary<string, string> Credentials,
    BrokerToken? Session = null,
    ReadKinds? Reads = null,
    TimeSpan? SyncInterval = null)
{
    /// <summary>Without the credentials.</summary>
    public override string ToString() => $"{nameof(NewConnection)} {{ {BrokerId}, {Label} }}";
}

/// <summary>A new connection that has been checked against the manifest, and the rows it will be stored as.</summary>
internal sealed class ConnectionDraft
{
    private ConnectionDraft(IBroker broker, BrokerConnection connection, CredentialValues credentials, BrokerToken? session)
    {
        Broker = broker;
        Connection = connection;
        Credentials = credentials;
        Session = session;
    }

    public IBroker Broker { get; }

    /// <summary>With its <see cref="BrokerConnection.Sync"/>.</summary>
    public BrokerConnection Connection { get; }

    public CredentialValues Credentials { get; }

    public BrokerToken? Session { get; }

    /// <summary>Checks a request without asking the broker.</summary>
    /// <exception cref="InputException">The first problem, naming its field.</exception>
    public static ConnectionDraft From(NewConnection request, BrokerCatalog catalog, DateTimeOffset now)
    {
        var broker = FindBroker(catalog, request.BrokerId);
        var manifest = broker.Manifest;
        var id = Guid.CreateVersion7(now);
        var session = request.Session;
        var sync = new SyncState
        {
            ConnectionId = id,
            BrokerId = manifest.Id,
            Shard = SyncState.ShardOf(id),
            SessionSince = session is null ? null : now,
        };
        var reads = CheckReads(request.Reads, broker);
        SessionRules.Start(sync, reads, SessionRules.NeedsLoginNow(broker, session is not null, session?.ExpiresAt, now), now);
        var connection = new BrokerConnection
        {
            Id = id,
            OwnerId = request.OwnerId,
            PortfolioId = request.PortfolioId,
            BrokerId = manifest.Id,
            Label = CheckLabel(request.Label, manifest),
            Reads = reads,
            SyncInterval = request.SyncInterval,
            SessionExpiresAt = session?.ExpiresAt,
            CreatedAt = now,
            Sync = sync,
        };
        return new ConnectionDraft(broker, connection, CredentialForm.Check(manifest, request.Credentials), session);
    }

    /// <summary>The secrets as rows.</summary>
    /// <exception cref="VaultException">There is no usable master key.</exception>
    public IEnumerable<BrokerCredential> Seal(Vault vault, DateTimeOffset now)
    {
        var rows = SealedCredentials.Seal(vault, Broker.Manifest, Connection.Id, Credentials, now);
        return Session is null ? rows : rows.Concat(SealedCredentials.Seal(vault, Connection.Id, Session, now));
    }

    /// <summary>Adds accounts that the broker listed.</summary>
    public void Add(IEnumerable<ReportedAccount> accounts, DateTimeOffset now)
    {
        foreach (var account in accounts)
        {
            Connection.Accounts.Add(new BrokerAccount
            {
                Id = Guid.CreateVersion7(now),
                OwnerId = Connection.OwnerId,
                ConnectionId = Connection.Id,
                PortfolioId = Connection.PortfolioId,
                ExternalId = account.ExternalId,
                Name = account.Name,
                Currency = account.Currency,
            });
        }
    }

    public static string CheckLabel(string? label, BrokerManifest manifest)
    {
        var text = string.IsNullOrWhiteSpace(label) ? manifest.Name : label.Trim();
        return text.Length <= 200 ? text : throw new InputException("The label is too long. Use at most 200 characters.", "label");
    }

    public static ReadKinds CheckReads(ReadKinds? reads, IBroker broker)
    {
        var able = BrokerCatalog.ReadsOf(broker);
        if (reads is not { } wanted)
        {
            return able;
        }

        return wanted != ReadKinds.None && (wanted & ~able) == 0
            ? wanted
            : throw new InputException(
                $"{broker.Manifest.Name} cannot read that. Choose one or more of: {string.Join(", ", ReadKindNames.ToNames(able))}.", "reads");
    }

    private static IBroker FindBroker(BrokerCatalog catalog, string brokerId)
    {
        if (string.IsNullOrWhiteSpace(brokerId) || !catalog.TryFind(brokerId, out var broker))
        {
            throw new InputException(
                $"There is no broker '{brokerId}'. Choose one of: {string.Join(", ", catalog.All.Select(b => b.Manifest.Id))}.", "broker");
        }

        return catalog.SettingsOf(broker.Manifest.Id).Enabled
            ? broker
            : throw new InputException($"{broker.Manifest.Name} is switched off on this instance. Ask its operator to switch it on.", "broker");
    }
}
