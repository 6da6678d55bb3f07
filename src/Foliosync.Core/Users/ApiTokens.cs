using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Foliosync.Core.Portfolios;
using Foliosync.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Foliosync.Core.Users;

/// <summary>A token that was just made.</summary>
/// <param name="Token">Its row.</param>
/// <param name="Text">The token itself. Shown once.</param>
public sealed record NewApiToken(ApiToken Token, string Text);

/// <summary>What a valid token stands for.</summary>
/// <param name="TokenId">Id of the token's row.</param>
/// <param name="Scope">How far it reaches, already cut down to what the role may do.</param>
/// <param name="Rows">The rows that it opens: the person's, and those shared with that person.</param>
public sealed record TokenIdentity(Guid TokenId, TokenScope Scope, OwnerScope Rows);

/// <summary>Makes, checks and revokes the bearer tokens of the API.</summary>
public sealed partial class ApiTokens(Database database, TimeProvider clock, ILogger<ApiTokens> logger) : IAsyncDisposable
{
    /// <summary>What every token begins with, so that scanners for leaked secrets find it.</summary>
    public const string Prefix = "fsy_";

    /// <summary>How long a token that another process revoked may still work here.</summary>
    public static readonly TimeSpan CacheTime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan UseRecordedEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<TokenHash, (TokenIdentity Identity, DateTimeOffset Until)> _known = new();
    private readonly Lock _gate = new();
    private Task _lastUseRecorded = Task.CompletedTask;

    /// <summary>Makes a token.</summary>
    /// <param name="userId">Whose rows it opens.</param>
    /// <param name="name">What the person calls it, at most 100 characters.</param>
    /// <param name="scope">How far it reaches.</param>
    /// <param name="by">Who makes it.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    /// <exception cref="InputException">The name cannot be used, or only an admin may have a token of that scope.</exception>
    /// <exception cref="NotFoundException">There is no such user.</exception>
    public async Task<NewApiToken> CreateAsync(
        Guid userId, string name, TokenScope scope, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        if (string.IsNullOrWhiteSpace(name) || name.Length > 100)
        {
            throw new InputException("Give the token a name of at most 100 characters, for example what it is for.", "name");
        }

        await using var db = database.Open(OwnerScope.Everyone);
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, cancellationToken)
            ?? throw new NotFoundException("user");
        if (scope > Reach(user.Role))
        {
            throw new InputException($"The user may not have a token of scope '{SqlValues.ToText(scope)}'. Choose a smaller scope.", "scope");
        }

        var text = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var now = clock.GetUtcNow();
        var token = new ApiToken
        {
            Id = Guid.CreateVersion7(now),
            UserId = userId,
            Name = name.Trim(),
            Hash = SHA256.HashData(Encoding.UTF8.GetBytes(text)),
            Scope = scope,
            CreatedAt = now,
        };
        db.ApiTokens.Add(token);
        db.AuditEvents.Add(by.Did("token.created", token.Id, now));
        await db.SaveChangesAsync(cancellationToken);
        return new NewApiToken(token, text);
    }

    /// <summary>What a token stands for; null when it is unknown or revoked, or its user is disabled.</summary>
    public async ValueTask<TokenIdentity?> VerifyAsync(string text, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length > 100)
        {
            return null;
        }

        var hash = TokenHash.Of(text);
        var now = clock.GetUtcNow();
        if (_known.TryGetValue(hash, out var known))
        {
            if (now < known.Until)
            {
                return known.Identity;
            }

            _known.TryRemove(hash, out _);
        }

        return await LookUpAsync(hash, now, cancellationToken);
    }

    /// <summary>The tokens within reach, revoked ones too, newest first.</summary>
    public async Task<IReadOnlyList<ApiToken>> ListAsync(OwnerScope scope, CancellationToken cancellationToken)
    {
        await using var db = database.Open(scope);
        return await db.ApiTokens.AsNoTracking().OrderByDescending(t => t.Id).ToListAsync(cancellationToken);
    }

    /// <summary>Ends a token. In this process it stops working at once, in others within <see cref="CacheTime"/>.</summary>
    /// <exception cref="NotFoundException">There is no such token within reach.</exception>
    public async Task RevokeAsync(Guid tokenId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope);
        var token = await RevokeAsync(db, tokenId, by, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        Forget(token);
    }

    /// <summary>The same for a caller who saves, and calls <see cref="Forget(ApiToken)"/> then.</summary>
    internal async Task<ApiToken> RevokeAsync(FoliosyncDb db, Guid tokenId, Actor by, CancellationToken cancellationToken)
    {
        var token = await db.ApiTokens.SingleOrDefaultAsync(t => t.Id == tokenId, cancellationToken) ?? throw new NotFoundException("token");
        if (token.RevokedAt is null)
        {
            token.RevokedAt = clock.GetUtcNow();
            db.AuditEvents.Add(by.Did("token.revoked", token.Id, token.RevokedAt.Value, AuditDetail.Of(db.Entry(token))));
        }

        return token;
    }

    /// <summary>Has a token looked up anew.</summary>
    internal void Forget(ApiToken token) => _known.TryRemove(new TokenHash(token.Hash), out _);

    /// <summary>Has all tokens looked up anew.</summary>
    internal void Forget() => _known.Clear();

    /// <summary>Has the tokens of a person looked up anew; another process does so within <see cref="CacheTime"/>.</summary>
    internal void Forget(Guid userId)
    {
        foreach (var (hash, _) in _known.Where(k => k.Value.Identity.Rows.UserId == userId))
        {
            _known.TryRemove(hash, out _);
        }
    }

    /// <summary>Waits until the last uses are written.</summary>
    public async ValueTask DisposeAsync() => await _lastUseRecorded;

    private async Task<TokenIdentity?> LookUpAsync(TokenHash hash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var bytes = hash.ToArray();
        await using var db = database.Open(OwnerScope.Everyone);
        var found = await db.ApiTokens.AsNoTracking()
            .Where(t => t.Hash == bytes && t.RevokedAt == null)
            .Join(db.Users.Where(u => !u.Disabled), t => t.UserId, u => u.Id, (t, u) => new { t.Id, t.UserId, t.Scope, t.LastUsedAt, u.Role })
            .SingleOrDefaultAsync(cancellationToken);
        if (found is null)
        {
            return null;
        }

        var reach = Reach(found.Role);
        var shared = await PortfolioSharing.With(db, found.UserId).ToListAsync(cancellationToken);
        var identity = new TokenIdentity(found.Id, found.Scope < reach ? found.Scope : reach, OwnerScope.Of(found.UserId, shared));
        _known[hash] = (identity, now + CacheTime);
        if (found.LastUsedAt is null || now - found.LastUsedAt >= UseRecordedEvery)
        {
            RecordUse(found.Id, now);
        }

        return identity;
    }

    /// <summary>How far a person of that role may reach.</summary>
    public static TokenScope Reach(UserRole role) => role switch
    {
        UserRole.Admin => TokenScope.Admin,
        UserRole.Member => TokenScope.Write,
        _ => TokenScope.Read,
    };

    // The request does not wait for it: a database busy with a sync must not slow down a read.
    private void RecordUse(Guid tokenId, DateTimeOffset at)
    {
        lock (_gate)
        {
            var previous = _lastUseRecorded;
            _lastUseRecorded = Task.Run(async () =>
            {
                await previous;
                await RecordUseAsync(tokenId, at);
            });
        }
    }

    private async Task RecordUseAsync(Guid tokenId, DateTimeOffset at)
    {
        try
        {
            await using var db = database.Open(OwnerScope.Everyone);
            await db.ApiTokens.Where(t => t.Id == tokenId).ExecuteUpdateAsync(s => s.SetProperty(t => t.LastUsedAt, at));
        }
#pragma warning disable CA1031 // Nobody waits for this; the token works all the same, and the log tells.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogUseNotRecorded(e, tokenId);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The last use of token {TokenId} could not be written.")]
    private partial void LogUseNotRecorded(Exception e, Guid tokenId);

    /// <summary>SHA-256 of a token, as a key that compares by value.</summary>
    private readonly record struct TokenHash(UInt128 First, UInt128 Second)
    {
        public TokenHash(ReadOnlySpan<byte> bytes)
            : this(MemoryMarshal.Read<UInt128>(bytes), MemoryMarshal.Read<UInt128>(bytes[16..]))
        {
        }

        public static TokenHash Of(string text)
        {
            Span<byte> utf8 = stackalloc byte[Encoding.UTF8.GetMaxByteCount(100)];
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(text, utf8)], hash);
            return new TokenHash(hash);
        }

        public byte[] ToArray()
        {
            var bytes = new byte[SHA256.HashSizeInBytes];
            MemoryMarshal.Write(bytes, First);
            MemoryMarshal.Write(bytes.AsSpan(16), Second);
            return bytes;
        }
    }
}
