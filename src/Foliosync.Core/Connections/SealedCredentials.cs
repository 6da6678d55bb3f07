using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Connections;

/// <summary>The rows in which the secrets of a connection are kept, and back.</summary>
internal static class SealedCredentials
{
    /// <summary>Seals what is kept of the credentials; one-time codes are not.</summary>
    /// <exception cref="VaultException">There is no usable master key.</exception>
    public static IEnumerable<BrokerCredential> Seal(
        Vault vault, BrokerManifest manifest, Guid connectionId, CredentialValues credentials, DateTimeOffset now) =>
        from value in credentials
        let field = manifest.Credentials.First(f => f.Key == value.Key)
        where field.Kind != CredentialKind.OneTimeCode
        select Row(vault, connectionId, value.Key, value.Value, now);

    /// <summary>Seals a session.</summary>
    /// <exception cref="VaultException">There is no usable master key.</exception>
    public static IEnumerable<BrokerCredential> Seal(Vault vault, Guid connectionId, BrokerToken token, DateTimeOffset now)
    {
        yield return Row(vault, connectionId, BrokerCredential.SessionField, token.Value, now);
        if (token.RefreshValue is { } refresh)
        {
            yield return Row(vault, connectionId, BrokerCredential.RefreshField, refresh, now);
        }
    }

    /// <summary>Opens the rows of one connection.</summary>
    /// <exception cref="VaultException">The key is wrong, or a value was damaged or moved.</exception>
    public static (CredentialValues Credentials, BrokerToken? Token) Open(
        Vault vault, Guid connectionId, DateTimeOffset? sessionExpiresAt, IReadOnlyCollection<BrokerCredential> rows)
    {
        var credentials = new List<KeyValuePair<string, Secret>>(rows.Count);
        Secret? session = null;
        Secret? refresh = null;
        foreach (var row in rows)
        {
            var value = vault.Open(row.Sealed, connectionId, row.Field);
            switch (row.Field)
            {
                case BrokerCredential.SessionField:
                    session = value;
                    break;
                case BrokerCredential.RefreshField:
                    refresh = value;
                    break;
                default:
                    credentials.Add(new(row.Field, value));
                    break;
            }
        }

        return (new CredentialValues(credentials), session is null ? null : new BrokerToken(session, sessionExpiresAt, refresh));
    }

    private static BrokerCredential Row(Vault vault, Guid connectionId, string field, Secret value, DateTimeOffset now) => new()
    {
        ConnectionId = connectionId,
        Field = field,
        Sealed = vault.Seal(value, connectionId, field),
        UpdatedAt = now,
    };
}
