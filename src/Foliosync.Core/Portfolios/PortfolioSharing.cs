using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Portfolios;

/// <summary>Somebody whom a portfolio is shared with.</summary>
/// <param name="UserId">The person.</param>
/// <param name="Email">The person's e-mail.</param>
/// <param name="Role">What the person may do.</param>
/// <param name="CreatedAt">UTC instant since when.</param>
public sealed record SharedTo(Guid UserId, string Email, ShareRole Role, DateTimeOffset CreatedAt);

/// <summary>Lets owners share portfolios with other people of the instance. All of it is the owner's alone, and all is in the audit log.</summary>
public sealed class PortfolioSharing(Database database, ApiTokens tokens, TimeProvider clock)
{
    /// <summary>What is shared with a person, read in the query of whoever looks the person up.</summary>
    internal static IQueryable<SharedPortfolio> With(FoliosyncDb db, Guid userId) =>
        from share in db.PortfolioShares
        join portfolio in db.Portfolios on share.PortfolioId equals portfolio.Id
        join owner in db.Users on portfolio.OwnerId equals owner.Id
        where share.UserId == userId
        select new SharedPortfolio(share.PortfolioId, share.Role, owner.Email!);

    /// <summary>Whom a portfolio is shared with, by e-mail.</summary>
    /// <exception cref="NotFoundException">The person has no such portfolio.</exception>
    public async Task<IReadOnlyList<SharedTo>> ListAsync(Guid portfolioId, OwnerScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        await using var db = database.Open(scope.Owned);
        await RequireAsync(db, portfolioId, cancellationToken);
        return await db.PortfolioShares.AsNoTracking().Where(s => s.PortfolioId == portfolioId)
            .Join(db.Users, s => s.UserId, u => u.Id, (s, u) => new { Share = s, u.Email })
            .OrderBy(s => s.Email)
            .Select(s => new SharedTo(s.Share.UserId, s.Email!, s.Share.Role, s.Share.CreatedAt))
            .ToListAsync(cancellationToken);
    }

    /// <summary>Shares a portfolio.</summary>
    /// <param name="portfolioId">The portfolio.</param>
    /// <param name="email">Somebody else of this instance.</param>
    /// <param name="role">What that person may do.</param>
    /// <param name="by">The owner.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    /// <exception cref="NotFoundException">The person has no such portfolio.</exception>
    /// <exception cref="InputException">There is nobody with that e-mail, or it is shared with them already.</exception>
    public async Task<SharedTo> AddAsync(Guid portfolioId, string email, ShareRole role, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(email);
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope.Owned);
        var portfolio = await RequireAsync(db, portfolioId, cancellationToken);
        var normalized = email.Trim().ToUpperInvariant();
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.NormalizedEmail == normalized && !u.Disabled, cancellationToken)
            ?? throw new InputException(
                "Nobody of this instance has this e-mail. Have them added first.", "email");
        if (user.Id == portfolio.OwnerId)
        {
            throw new InputException("This is the owner's own e-mail. Give that of somebody else.", "email");
        }

        if (await db.PortfolioShares.AnyAsync(s => s.PortfolioId == portfolioId && s.UserId == user.Id, cancellationToken))
        {
            throw new InputException("It is shared with this person already. Change what they may do instead.", "email");
        }

        var share = new PortfolioShare { PortfolioId = portfolioId, UserId = user.Id, Role = role, CreatedAt = clock.GetUtcNow() };
        db.PortfolioShares.Add(share);
        await SaveAsync(db, share, "portfolio.shared", by, cancellationToken);
        return new SharedTo(user.Id, user.Email!, role, share.CreatedAt);
    }

    /// <summary>Changes what somebody may do.</summary>
    /// <exception cref="NotFoundException">The person has no such portfolio, or it is not shared with that user.</exception>
    public async Task ChangeAsync(Guid portfolioId, Guid userId, ShareRole role, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope.Owned);
        var share = await FindAsync(db, portfolioId, userId, cancellationToken);
        share.Role = role;
        await SaveAsync(db, share, "portfolio.shareChanged", by, cancellationToken);
    }

    /// <summary>Ends the sharing with somebody, who sees nothing of it from then on.</summary>
    /// <exception cref="NotFoundException">The person has no such portfolio, or it is not shared with that user.</exception>
    public async Task EndAsync(Guid portfolioId, Guid userId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope.Owned);
        var share = await FindAsync(db, portfolioId, userId, cancellationToken);
        db.PortfolioShares.Remove(share);
        await SaveAsync(db, share, "portfolio.shareEnded", by, cancellationToken);
    }

    private async Task SaveAsync(FoliosyncDb db, PortfolioShare share, string action, Actor by, CancellationToken cancellationToken)
    {
        db.AuditEvents.Add(by.Did(action, share.PortfolioId, clock.GetUtcNow(), $$"""{"user":"{{share.UserId}}","role":"{{SqlValues.ToText(share.Role)}}"}"""));
        await db.SaveChangesAsync(cancellationToken);
        tokens.Forget(share.UserId);
    }

    private static async Task<PortfolioShare> FindAsync(FoliosyncDb db, Guid portfolioId, Guid userId, CancellationToken cancellationToken)
    {
        await RequireAsync(db, portfolioId, cancellationToken);
        return await db.PortfolioShares.SingleOrDefaultAsync(s => s.PortfolioId == portfolioId && s.UserId == userId, cancellationToken)
            ?? throw new NotFoundException("share");
    }

    private static async Task<Portfolio> RequireAsync(FoliosyncDb db, Guid id, CancellationToken cancellationToken) =>
        await db.Portfolios.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellationToken) ?? throw new NotFoundException("portfolio");
}
