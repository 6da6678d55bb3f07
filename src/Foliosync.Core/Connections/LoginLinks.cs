using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Connections;

/// <summary>
/// Links for messages: signed, good for some hours, and for one finished login of each of their connections. A link lets its holder
/// begin logins and see how the syncs after them went; nothing else.
/// </summary>
/// <param name="database">Where they are kept.</param>
/// <param name="vault">Signs them.</param>
/// <param name="catalog">The brokers.</param>
/// <param name="clock">Source of the time.</param>
/// <param name="address">Where people reach this instance.</param>
public sealed class LoginLinks(Database database, Vault vault, BrokerCatalog catalog, TimeProvider clock, PublicAddress address)
{
    /// <summary>How long a link lives at least. It also lives to the end of the broker's day: who comes home late logs in late.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private const string Purpose = "foliosync login link v1";
    private const int IdSize = 16;

    // As long as this, an old link is told from one that nobody made.
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);

    /// <summary>Makes a link for connections of one person.</summary>
    /// <param name="ownerId">The person.</param>
    /// <param name="connectionIds">The connections, in the order of the walk; at least one.</param>
    /// <param name="cancellationToken">Stops before it is made.</param>
    /// <returns>The address. It is a secret of the person.</returns>
    /// <exception cref="NotFoundException">The person has no such connection.</exception>
    /// <exception cref="VaultException">There is no usable master key.</exception>
    public async Task<Uri> CreateAsync(Guid ownerId, IReadOnlyList<Guid> connectionIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connectionIds);
        ArgumentOutOfRangeException.ThrowIfZero(connectionIds.Count);
        var now = clock.GetUtcNow();
        await using var db = database.Open(OwnerScope.Only(ownerId));
        var brokers = await db.Connections.Where(c => connectionIds.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.BrokerId, cancellationToken);
        if (!connectionIds.All(brokers.ContainsKey))
        {
            throw new NotFoundException("connection");
        }

        var link = new LoginLink
        {
            Id = Guid.CreateVersion7(now),
            OwnerId = ownerId,
            KeyId = vault.SigningKeyId,
            CreatedAt = now,
            ExpiresAt = EndOf(brokers.Values.Distinct(), now),
        };
        foreach (var (position, id) in connectionIds.Distinct().Index())
        {
            link.Connections.Add(new LinkedLogin { ConnectionId = id, Position = position });
        }

        var forgotten = now - Remembered;
        await db.LoginLinks.Where(l => l.ExpiresAt <= forgotten).ExecuteDeleteAsync(cancellationToken);
        db.LoginLinks.Add(link);
        await db.SaveChangesAsync(cancellationToken);

        return address.At("relogin/" + (TokenOf(link) ?? throw KeyReplaced()));
    }

    /// <summary>Checks a link that somebody opened.</summary>
    /// <param name="token">The secret part of the address. Untrusted.</param>
    /// <param name="cancellationToken">Stops the look-up.</param>
    /// <exception cref="LoginLinkException">The link is none of ours, or too old.</exception>
    public async Task<OpenedLink> OpenAsync(string token, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (IdOf(token) is not { } id)
        {
            throw Invalid();
        }

        await using var db = database.Open(OwnerScope.Everyone);
        var link = await db.LoginLinks.AsNoTracking()
            .SingleOrDefaultAsync(l => l.Id == id && db.Users.Any(u => u.Id == l.OwnerId && !u.Disabled), cancellationToken) ?? throw Invalid();
        var expected = TokenOf(link) ?? throw KeyReplaced();
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(token), Encoding.ASCII.GetBytes(expected)))
        {
            throw Invalid();
        }

        return link.ExpiresAt > clock.GetUtcNow()
            ? await ReadAsync(db, link, expected, cancellationToken)
            : throw new LoginLinkException(
                LoginLinkFault.Old,
                "This link is too old to log in with. Open the newest message from Foliosync, or start the login from the connection in Foliosync.");
    }

    /// <summary>The link that a login was begun through, even if its time is over by now; null when it cannot be shown any more.</summary>
    public async Task<OpenedLink?> FindAsync(Guid linkId, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var link = await db.LoginLinks.AsNoTracking().SingleOrDefaultAsync(l => l.Id == linkId, cancellationToken);
        return link is not null && TokenOf(link) is { } token ? await ReadAsync(db, link, token, cancellationToken) : null;
    }

    private async Task<OpenedLink> ReadAsync(FoliosyncDb db, LoginLink link, string token, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var logins = await db.LinkedLogins.AsNoTracking()
            .Include(l => l.Connection!.Sync)
            .Where(l => l.LinkId == link.Id)
            .OrderBy(l => l.Position)
            .ToListAsync(cancellationToken);
        var connections = new List<LinkedConnection>(logins.Count);
        foreach (var login in logins)
        {
            var connection = login.Connection!;
            var run = await db.SyncRuns.AsNoTracking()
                .Where(r => r.ConnectionId == connection.Id)
                .OrderByDescending(r => r.Id)
                .FirstOrDefaultAsync(cancellationToken);
            var broker = catalog.TryFind(connection.BrokerId, out var found) ? found : null;
            var isOver = broker is not null && SessionRules.EndsWithItsSession(broker) && connection.SessionExpiresAt <= now;
            var isWaiting = isOver || connection.Sync!.State is ConnectionState.NeedsLogin or ConnectionState.CredentialsRejected;
            connections.Add(new LinkedConnection(
                connection.Id,
                connection.Label,
                broker?.Manifest.Name ?? connection.BrokerId,
                broker?.Manifest.TimeZone ?? "Etc/UTC",
                NeedsLogin: login.UsedAt is null && isWaiting,
                login.UsedAt,
                login.UsedAt is { } usedAt && run?.StartedAt < usedAt ? null : run));
        }

        return new OpenedLink { Id = link.Id, OwnerId = link.OwnerId, Token = token, Connections = connections };
    }

    private DateTimeOffset EndOf(IEnumerable<string> brokerIds, DateTimeOffset now)
    {
        var end = now + Lifetime;
        foreach (var id in brokerIds)
        {
            if (catalog.TryFind(id, out var broker))
            {
                var zone = TimeZoneInfo.FindSystemTimeZoneById(broker.Manifest.TimeZone);
                var midnight = TimeZoneInfo.ConvertTime(now, zone).Date.AddDays(1);
                var endOfDay = new DateTimeOffset(midnight, zone.GetUtcOffset(midnight));
                end = endOfDay > end ? endOfDay : end;
            }
        }

        // Whole seconds are the same on every database, and the signature covers them.
        return DateTimeOffset.FromUnixTimeSeconds(end.ToUnixTimeSeconds());
    }

    private string? TokenOf(LoginLink link)
    {
        Span<byte> message = stackalloc byte[IdSize + IdSize + sizeof(long)];
        link.Id.TryWriteBytes(message, bigEndian: true, out _);
        link.OwnerId.TryWriteBytes(message[IdSize..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(message[(IdSize + IdSize)..], link.ExpiresAt.ToUnixTimeSeconds());
        return vault.Sign((uint)link.KeyId, Purpose, message) is { } signature
            ? Base64Url.EncodeToString([.. message[..IdSize], .. signature])
            : null;
    }

    private static Guid? IdOf(string token)
    {
        Span<byte> bytes = stackalloc byte[IdSize + HMACSHA256.HashSizeInBytes];
        return token.Length == Base64Url.GetEncodedLength(bytes.Length)
            && Base64Url.IsValid(token)
            && Base64Url.TryDecodeFromChars(token, bytes, out var written)
            && written == bytes.Length
            ? new Guid(bytes[..IdSize], bigEndian: true)
            : null;
    }

    private static LoginLinkException Invalid() => new(
        LoginLinkFault.Invalid,
        "This link is not one that Foliosync made; perhaps a part of it was cut off. Open it from the message again, or start the login from the connection in Foliosync.");

    private static LoginLinkException KeyReplaced() => new(
        LoginLinkFault.Old,
        "This link is too old: the keys of this Foliosync were replaced since it was sent. Start the login from the connection in Foliosync.");
}
