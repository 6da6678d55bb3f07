using System.Net.Mail;
using System.Security.Cryptography;
using System.Text.Json;
using Foliosync.Core.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Users;

/// <summary>A user, and the password that was made for them.</summary>
/// <param name="User">The user.</param>
/// <param name="GeneratedPassword">Shown once, never stored in clear; null when the person chose one.</param>
public sealed record UserWithPassword(User User, string? GeneratedPassword);

/// <summary>Adds the people who sign in, and checks their passwords.</summary>
public sealed class UserAccounts(Database database, TimeProvider clock)
{
    /// <summary>Shortest password that is taken.</summary>
    public const int MinPasswordLength = 12;

    // The row in the audit log of the first admin's arrival has this id, so that there is one such row at most.
    private static readonly Guid ClaimId = new("00000000-0000-7000-8000-000000000001");

    // 24 letters and digits without look-alikes carry over 130 bits and survive being read aloud.
    private const int GeneratedLength = 24;
    private const string GeneratedAlphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

    private static readonly PasswordHasher<User> Hasher = new();

    // Checked when there is no such user, so that the time of the answer does not tell who has an account.
    private static readonly Lazy<string> HashOfNobody = new(() => Hasher.HashPassword(null!, Generate()));

    /// <summary>Adds a person.</summary>
    /// <param name="email">Name for signing in; unique whatever its case.</param>
    /// <param name="password">Null to have one made.</param>
    /// <param name="role">What the person may do.</param>
    /// <param name="by">Who adds.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    /// <exception cref="InputException">The e-mail is not one or is taken, or the password is too short.</exception>
    public async Task<UserWithPassword> AddAsync(
        string email, string? password, UserRole role, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        var generated = password is null ? Generate() : null;
        var user = New(email, role);
        SetPassword(user, RequirePassword(generated ?? password!));
        await using var db = database.Open(OwnerScope.Everyone);
        await AddAsync(db, user, by, cancellationToken);
        return new UserWithPassword(user, generated);
    }

    /// <summary>Adds a person who signs in by other means than a password.</summary>
    /// <exception cref="InputException">The e-mail is not one or is taken.</exception>
    public async Task<User> AddWithoutPasswordAsync(string email, UserRole role, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        var user = New(email, role);
        user.SecurityStamp = NewStamp();
        await using var db = database.Open(OwnerScope.Everyone);
        await AddAsync(db, user, by, cancellationToken);
        return user;
    }

    /// <summary>
    /// Adds the first admin, on behalf of whoever opened a new instance. Of two who try at once one comes through.
    /// </summary>
    /// <param name="email">Name for signing in.</param>
    /// <param name="password">Null for somebody who signs in by other means.</param>
    /// <param name="id">Id of the new person; null for any.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    /// <exception cref="InputException">The e-mail is not one or is taken, or the password is too short.</exception>
    /// <exception cref="RefusedException">This instance has an admin already, or had one.</exception>
    public async Task<User> AddFirstAdminAsync(string email, string? password, Guid? id, CancellationToken cancellationToken)
    {
        var user = New(email, UserRole.Admin);
        user.Id = id ?? user.Id;
        if (password is null)
        {
            user.SecurityStamp = NewStamp();
        }
        else
        {
            SetPassword(user, RequirePassword(password));
        }

        if (await HasBeenClaimedAsync(cancellationToken))
        {
            throw Claimed();
        }

        await using var db = database.Open(OwnerScope.Everyone);
        var by = Actor.Person(user.Id, "web");
        var claim = by.Did("instance.claimed", user.Id, user.CreatedAt);
        claim.Id = ClaimId;
        db.AuditEvents.Add(claim);
        try
        {
            await AddAsync(db, user, by, cancellationToken);
        }
        catch (DbUpdateException) when (!cancellationToken.IsCancellationRequested)
        {
            if (await HasBeenClaimedAsync(cancellationToken))
            {
                throw Claimed();
            }

            throw;
        }

        return user;
    }

    /// <summary>True when this instance has an admin, or had one.</summary>
    public async Task<bool> HasBeenClaimedAsync(CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        return await db.Users.AnyAsync(u => u.Role == UserRole.Admin, cancellationToken)
            || await db.AuditEvents.AnyAsync(a => a.Id == ClaimId, cancellationToken);
    }

    /// <summary>True when there is anybody.</summary>
    public async Task<bool> AnyAsync(CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        return await db.Users.AnyAsync(cancellationToken);
    }

    /// <summary>Everyone, by e-mail.</summary>
    public async Task<IReadOnlyList<User>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        return await db.Users.AsNoTracking().OrderBy(u => u.NormalizedEmail).ToListAsync(cancellationToken);
    }

    /// <summary>The person with that e-mail.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public async Task<User> GetAsync(string email, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        return await FindAsync(db, email, cancellationToken) ?? throw Unknown(email);
    }

    /// <summary>Ends all access of a person: password, sessions and tokens. Data and scheduled syncs stay as they are.</summary>
    /// <exception cref="InputException">There is nobody with that e-mail.</exception>
    public async Task DisableAsync(string email, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(OwnerScope.Everyone);
        var user = await FindAsync(db, email, cancellationToken) ?? throw Unknown(email);
        user.Disabled = true;
        user.SecurityStamp = NewStamp();
        db.AuditEvents.Add(by.Did(
            "user.disabled", user.Id, clock.GetUtcNow(), """{"before":{"disabled":"false"},"after":{"disabled":"true"}}"""));
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Deletes a person and everything that is theirs. The audit log keeps that it was done.</summary>
    /// <exception cref="RefusedException">The person is the only admin.</exception>
    public async Task RemoveAsync(Actor person, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(person);
        var id = person.UserId ?? throw new ArgumentException("Nobody in particular cannot leave.", nameof(person));
        await using var db = database.Open(OwnerScope.Everyone);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var isAdmin = await db.Users.AnyAsync(u => u.Id == id && u.Role == UserRole.Admin, cancellationToken);
        if (isAdmin && !await db.Users.AnyAsync(u => u.Id != id && u.Role == UserRole.Admin && !u.Disabled, cancellationToken))
        {
            throw new RefusedException("You are the only admin. Make somebody else one first, so that this instance is not left alone.");
        }

        // Portfolios let go of nothing that still counts for them.
        await db.Connections.Where(c => c.OwnerId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Portfolios.Where(p => p.OwnerId == id).ExecuteDeleteAsync(cancellationToken);
        await db.Users.Where(u => u.Id == id).ExecuteDeleteAsync(cancellationToken);
        db.AuditEvents.Add(person.Did("user.removed", id, clock.GetUtcNow()));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Changes the e-mail by which a person signs in. Sessions and tokens go on.</summary>
    /// <exception cref="InputException">The e-mail is not one or is taken.</exception>
    public async Task ChangeEmailAsync(string email, Actor person, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(person);
        var address = RequireEmail(email);
        await using var db = database.Open(OwnerScope.Everyone);
        var user = await db.Users.SingleAsync(u => u.Id == person.UserId, cancellationToken);
        if (await FindAsync(db, address, cancellationToken) is { } other && other.Id != user.Id)
        {
            throw Taken(address);
        }

        var before = user.Email;
        (user.UserName, user.NormalizedUserName, user.Email, user.NormalizedEmail) = (address, Normalize(address), address, Normalize(address));
        db.AuditEvents.Add(person.Did(
            "user.emailChanged", user.Id, clock.GetUtcNow(), JsonSerializer.Serialize(new { before = new { email = before }, after = new { email = address } })));
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Gives a person a new password and ends their sessions.</summary>
    /// <param name="email">Who.</param>
    /// <param name="password">Null to have one made.</param>
    /// <param name="by">Who resets.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    /// <exception cref="InputException">There is nobody with that e-mail, or the password is too short.</exception>
    public async Task<UserWithPassword> ResetPasswordAsync(string email, string? password, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        var generated = password is null ? Generate() : null;
        await using var db = database.Open(OwnerScope.Everyone);
        var user = await FindAsync(db, email, cancellationToken) ?? throw Unknown(email);
        SetPassword(user, RequirePassword(generated ?? password!));
        (user.AccessFailedCount, user.LockoutEnd) = (0, null);
        db.AuditEvents.Add(by.Did("user.passwordReset", user.Id, clock.GetUtcNow()));
        await db.SaveChangesAsync(cancellationToken);
        return new UserWithPassword(user, generated);
    }

    /// <summary>The person with that e-mail and password; null when there is none, the password is wrong or the person is disabled.</summary>
    public async Task<User?> VerifyPasswordAsync(string email, string password, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var user = await FindAsync(db, email, cancellationToken);
        var result = Hasher.VerifyHashedPassword(null!, user?.PasswordHash ?? HashOfNobody.Value, password);
        if (user is null or { Disabled: true } || result == PasswordVerificationResult.Failed)
        {
            return null;
        }

        if (result == PasswordVerificationResult.SuccessRehashNeeded)
        {
            user.PasswordHash = Hasher.HashPassword(user, password);
            await db.SaveChangesAsync(cancellationToken);
        }

        return user;
    }

    private async Task AddAsync(FoliosyncDb db, User user, Actor by, CancellationToken cancellationToken)
    {
        if (await FindAsync(db, user.Email!, cancellationToken) is not null)
        {
            throw Taken(user.Email!);
        }

        db.Users.Add(user);
        db.AuditEvents.Add(by.Did(
            "user.added", user.Id, user.CreatedAt, JsonSerializer.Serialize(new { after = new { email = user.Email, role = SqlValues.ToText(user.Role) } })));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            // Two at once: the unique index let one of them through.
            await using var again = database.Open(OwnerScope.Everyone);
            if (await FindAsync(again, user.Email!, cancellationToken) is null)
            {
                throw;
            }

            throw Taken(user.Email!);
        }
    }

    private User New(string email, UserRole role)
    {
        var address = RequireEmail(email);
        var now = clock.GetUtcNow();
        return new User
        {
            Id = Guid.CreateVersion7(now),
            UserName = address,
            NormalizedUserName = Normalize(address),
            Email = address,
            NormalizedEmail = Normalize(address),
            Role = role,
            CreatedAt = now,
            LockoutEnabled = true,
        };
    }

    private static Task<User?> FindAsync(FoliosyncDb db, string email, CancellationToken cancellationToken)
    {
        var normalized = Normalize(email.Trim());
        return db.Users.SingleOrDefaultAsync(u => u.NormalizedUserName == normalized, cancellationToken);
    }

    private static void SetPassword(User user, string password)
    {
        user.PasswordHash = Hasher.HashPassword(user, password);
        user.SecurityStamp = NewStamp();
    }

    private static string RequireEmail(string email)
    {
        var text = email?.Trim() ?? string.Empty;
        return text.Length <= 256 && MailAddress.TryCreate(text, out var address) && address.Address == text
            ? text
            : throw new InputException("This is not an e-mail address. Write it like name@example.org.", "email");
    }

    private static string RequirePassword(string password) => password.Length >= MinPasswordLength
        ? password
        : throw new InputException($"The password is too short. Choose one with at least {MinPasswordLength} characters.", "password");

    private static RefusedException Claimed() => new("This instance has an admin already. Sign in, or ask the admin for an account.");

    private static InputException Taken(string email) => new($"There is a user {email} already.", "email");

    private static InputException Unknown(string email) => new($"There is no user {email}.", "email");

    // The same as Identity's own lookup normalizer.
    private static string Normalize(string email) => email.Normalize().ToUpperInvariant();

    private static string NewStamp() => Convert.ToHexString(RandomNumberGenerator.GetBytes(20));

    private static string Generate() => RandomNumberGenerator.GetString(GeneratedAlphabet, GeneratedLength);
}
