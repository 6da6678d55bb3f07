using Foliosync.Brokers.Contract;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Connections;

/// <summary>A connection belongs to one person at the broker for ever, and that person is connected once.</summary>
internal static class ConnectionIdentity
{
    /// <summary>Refuses a login of somebody else. The message names no id: it may be shown to whoever logged in.</summary>
    /// <exception cref="InputException">The login is another person's.</exception>
    public static void RequireSame(BrokerConnection connection, BrokerManifest manifest, BrokerIdentity identity)
    {
        if (connection.ExternalUserId is { } known && known != identity.UserId)
        {
            throw new InputException(
                $"This {manifest.Name} login belongs to another person than the connection. Nothing was changed. Log out at {manifest.Name} and log in as the right person, or add a new connection.",
                ConnectionLogin.IdentityName);
        }
    }

    /// <summary>Refuses to connect a login twice.</summary>
    /// <exception cref="InputException">The owner has a connection of the same login.</exception>
    public static async Task RequireUnusedAsync(
        FoliosyncDb db, BrokerConnection connection, BrokerManifest manifest, BrokerIdentity identity, CancellationToken cancellationToken)
    {
        var label = await db.Connections
            .Where(c => c.OwnerId == connection.OwnerId && c.BrokerId == manifest.Id && c.ExternalUserId == identity.UserId
                && c.Id != connection.Id)
            .Select(c => c.Label)
            .FirstOrDefaultAsync(cancellationToken);
        if (label is not null)
        {
            throw new InputException(
                $"This {manifest.Name} login is connected already, as '{label}'. Use that connection, or remove it first.", "credentials");
        }
    }
}
