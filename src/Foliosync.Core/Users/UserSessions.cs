using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Users;

/// <summary>A session to begin.</summary>
/// <param name="UserId">Who signs in.</param>
/// <param name="Method">How they proved who they are, see <see cref="UserSession.Method"/>.</param>
/// <param name="Device">Browser and system in words.</param>
/// <param name="Address">Network address; null when not known.</param>
/// <param name="IsKept">True when it outlives the browser's window.</param>
public sealed record NewSession(Guid UserId, string Method, string Device, string? Address, bool IsKept);

/// <summary>A person who is signed in, with all that a page needs to know of them.</summary>
public sealed record SignedIn(
    Guid SessionId,
    OwnerScope Rows,
    string Email,
    UserRole Role,
    UserPreferences Preferences,
    bool IsKept,
    DateTimeOffset CreatedAt,
    DateTimeOffset ConfirmedAt,
    DateTimeOffset LastSeenAt,
    DateTimeOffset ExpiresAt)
{
    /// <summary>The person.</summary>
    public Guid UserId => Rows.UserId!.Value;

    /// <summary>True for those who run the instance.</summary>
    public bool IsOperator => Role == UserRole.Admin;

    /// <summary>True shortly after the person has proved who they are: only then may be changed how they sign in.</summary>
    public bool IsFresh(DateTimeOffset now) => now - ConfirmedAt < UserSessions.FreshTime;
}

/// <summary>The browsers in which people are signed in. Each request asks, so that ending one works at once and everywhere.</summary>
public sealed class UserSessions(Database database, TimeProvider clock)
{
    /// <summary>How long a kept session lasts without use.</summary>
    public static readonly TimeSpan KeptTime = TimeSpan.FromDays(30);

    /// <summary>How long any other lasts without use.</summary>
    public static readonly TimeSpan UsualTime = TimeSpan.FromHours(12);

    /// <summary>How long after a proof of who they are a person may change how they sign in.</summary>
    public static readonly TimeSpan FreshTime = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan UseRecordedEvery = TimeSpan.FromMinutes(10);

    /// <summary>Begins a session. Those of the person that are over are removed.</summary>
    /// <returns>The key that the browser keeps. Secret.</returns>
    /// <exception cref="NotFoundException">There is no such user, or they may not sign in.</exception>
    public async Task<string> BeginAsync(NewSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        await using var db = database.Open(OwnerScope.Everyone);
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == session.UserId && !u.Disabled, cancellationToken)
            ?? throw new NotFoundException("user");
        var now = clock.GetUtcNow();
        var key = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        db.UserSessions.Add(new UserSession
        {
            Id = Guid.CreateVersion7(now),
            UserId = user.Id,
            KeyHash = HashOf(key),
            SecurityStamp = user.SecurityStamp ?? string.Empty,
            Method = session.Method,
            Device = session.Device,
            Address = session.Address,
            IsKept = session.IsKept,
            CreatedAt = now,
            ConfirmedAt = now,
            LastSeenAt = now,
            ExpiresAt = now + TimeOf(session.IsKept),
        });
        db.AuditEvents.Add(Actor.Person(user.Id, "web").Did("user.signedIn", user.Id, now));
        await db.SaveChangesAsync(cancellationToken);
        await db.UserSessions.Where(s => s.UserId == user.Id && s.ExpiresAt <= now).ExecuteDeleteAsync(cancellationToken);
        return key;
    }

    /// <summary>Who is signed in with a key; null when the session is over or its person may not sign in any more.</summary>
    public async Task<SignedIn?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var hash = HashOf(key);
        var now = clock.GetUtcNow();
        await using var db = database.Open(OwnerScope.Everyone);
        var found = await (
            from session in db.UserSessions
            join user in db.Users on session.UserId equals user.Id
            join row in db.UserPreferences on user.Id equals row.UserId into rows
            from preferences in rows.DefaultIfEmpty()
            where session.KeyHash == hash && session.ExpiresAt > now && !user.Disabled && user.SecurityStamp == session.SecurityStamp
            select new { Session = session, user.Email, user.Role, Preferences = preferences }).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        if (found is null)
        {
            return null;
        }

        var s = found.Session;
        if (now - s.LastSeenAt >= UseRecordedEvery)
        {
            await db.UserSessions.Where(other => other.Id == s.Id).ExecuteUpdateAsync(
                set => set.SetProperty(e => e.LastSeenAt, now).SetProperty(e => e.ExpiresAt, now + TimeOf(s.IsKept)), cancellationToken);
            (s.LastSeenAt, s.ExpiresAt) = (now, now + TimeOf(s.IsKept));
        }

        var shared = await PortfolioSharing.With(db, s.UserId).ToListAsync(cancellationToken);
        return new SignedIn(
            s.Id, OwnerScope.Of(s.UserId, shared), found.Email!, found.Role, found.Preferences ?? new UserPreferences { UserId = s.UserId }, s.IsKept, s.CreatedAt, s.ConfirmedAt, s.LastSeenAt, s.ExpiresAt);
    }

    /// <summary>The sessions of a person that still work, used last first.</summary>
    public async Task<IReadOnlyList<UserSession>> ListAsync(Guid userId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var db = database.Open(OwnerScope.Everyone);
        return await (
            from session in db.UserSessions.AsNoTracking()
            join user in db.Users on session.UserId equals user.Id
            where session.UserId == userId && session.ExpiresAt > now && user.SecurityStamp == session.SecurityStamp
            orderby session.LastSeenAt descending
            select session).ToListAsync(cancellationToken);
    }

    /// <summary>Ends the session of a key; nothing happens when there is none.</summary>
    public async Task EndAsync(string key, CancellationToken cancellationToken)
    {
        var hash = HashOf(key);
        await using var db = database.Open(OwnerScope.Everyone);
        await db.UserSessions.Where(s => s.KeyHash == hash).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Ends one session of a person.</summary>
    /// <exception cref="NotFoundException">The person has no such session.</exception>
    public async Task EndAsync(Guid sessionId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(OwnerScope.Everyone);
        var session = await db.UserSessions.SingleOrDefaultAsync(s => s.Id == sessionId && s.UserId == by.UserId, cancellationToken)
            ?? throw new NotFoundException("session");
        db.UserSessions.Remove(session);
        db.AuditEvents.Add(by.Did("session.ended", session.Id, clock.GetUtcNow()));
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Ends all sessions of a person but one.</summary>
    /// <param name="kept">The session that goes on; null to end all.</param>
    /// <param name="by">The person.</param>
    /// <param name="cancellationToken">Stops before anything is ended.</param>
    public async Task EndOthersAsync(Guid? kept, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(OwnerScope.Everyone);
        db.AuditEvents.Add(by.Did("session.othersEnded", by.UserId!, clock.GetUtcNow()));
        await db.SaveChangesAsync(cancellationToken);
        await db.UserSessions.Where(s => s.UserId == by.UserId && s.Id != kept).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Lets a session go on although the person's security stamp has just been changed in it.</summary>
    public async Task KeepAsync(Guid sessionId, string securityStamp, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        await db.UserSessions.Where(s => s.Id == sessionId)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.SecurityStamp, securityStamp), cancellationToken);
    }

    /// <summary>Notes that the person has just proved again who they are.</summary>
    public async Task ConfirmAsync(Guid sessionId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        var now = clock.GetUtcNow();
        await using var db = database.Open(OwnerScope.Everyone);
        var session = await db.UserSessions.SingleOrDefaultAsync(s => s.Id == sessionId && s.UserId == by.UserId, cancellationToken)
            ?? throw new NotFoundException("session");
        session.ConfirmedAt = now;
        db.AuditEvents.Add(by.Did("session.confirmed", session.Id, now));
        await db.SaveChangesAsync(cancellationToken);
    }

    private static TimeSpan TimeOf(bool isKept) => isKept ? KeptTime : UsualTime;

    private static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
