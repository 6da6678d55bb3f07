using Foliosync.Core.Storage;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Core.Portfolios;

/// <summary>Makes, renames and removes portfolios.</summary>
public sealed class PortfolioSetup(Database database, TimeProvider clock)
{
    /// <summary>Currency of a portfolio for which none is given.</summary>
    public const string DefaultCurrency = "INR";

    /// <summary>Makes a portfolio.</summary>
    /// <param name="ownerId">The person it belongs to.</param>
    /// <param name="name">Unique for the person, at most 200 characters.</param>
    /// <param name="baseCurrency">ISO 4217; null for <see cref="DefaultCurrency"/>.</param>
    /// <param name="by">Who makes it.</param>
    /// <param name="cancellationToken">Stops before anything is stored.</param>
    /// <exception cref="InputException">Name or currency cannot be used.</exception>
    public async Task<Portfolio> CreateAsync(
        Guid ownerId, string name, string? baseCurrency, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        var now = clock.GetUtcNow();
        var portfolio = New(ownerId, name, baseCurrency, now);
        await using var db = database.Open(by.Scope.Owned);
        await RequireFreeNameAsync(db, portfolio, cancellationToken);
        db.Portfolios.Add(portfolio);
        db.AuditEvents.Add(by.Did("portfolio.created", portfolio.Id, now));
        await db.SaveChangesAsync(cancellationToken);
        return portfolio;
    }

    /// <summary>Changes a portfolio; null leaves a value as it is.</summary>
    /// <exception cref="InputException">Name or currency cannot be used.</exception>
    /// <exception cref="NotFoundException">There is no such portfolio within reach.</exception>
    public async Task<Portfolio> ChangeAsync(
        Guid portfolioId, string? name, string? baseCurrency, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope.Owned);
        var portfolio = await FindAsync(db, portfolioId, cancellationToken);
        portfolio.Name = name is null ? portfolio.Name : RequireName(name);
        portfolio.BaseCurrency = baseCurrency is null ? portfolio.BaseCurrency : RequireCurrency(baseCurrency);
        await RequireFreeNameAsync(db, portfolio, cancellationToken);
        db.AuditEvents.Add(by.Did("portfolio.changed", portfolio.Id, clock.GetUtcNow(), AuditDetail.Of(db.Entry(portfolio))));
        await db.SaveChangesAsync(cancellationToken);
        return portfolio;
    }

    /// <summary>Removes an empty portfolio.</summary>
    /// <exception cref="InputException">Connections still count for it.</exception>
    /// <exception cref="NotFoundException">There is no such portfolio within reach.</exception>
    public async Task RemoveAsync(Guid portfolioId, Actor by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        await using var db = database.Open(by.Scope.Owned);
        var portfolio = await FindAsync(db, portfolioId, cancellationToken);
        if (await db.Connections.AnyAsync(c => c.PortfolioId == portfolioId, cancellationToken)
            || await db.Accounts.AnyAsync(a => a.PortfolioId == portfolioId, cancellationToken))
        {
            throw new InputException("The portfolio still has connections. Move them to another portfolio or remove them first.");
        }

        db.Portfolios.Remove(portfolio);
        db.AuditEvents.Add(by.Did("portfolio.removed", portfolio.Id, clock.GetUtcNow()));
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>A portfolio with a checked name and currency, not stored yet.</summary>
    internal static Portfolio New(Guid ownerId, string name, string? baseCurrency, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        OwnerId = ownerId,
        Name = RequireName(name),
        BaseCurrency = RequireCurrency(baseCurrency ?? DefaultCurrency),
        CreatedAt = now,
    };

    private static string RequireName(string name) => name.Trim() is { Length: > 0 and <= 200 } text
        ? text
        : throw new InputException("Give the portfolio a name of at most 200 characters.", "name");

    private static string RequireCurrency(string currency) => currency.Length == 3 && currency.All(char.IsAsciiLetterUpper)
        ? currency
        : throw new InputException("The base currency is three capital letters by ISO 4217, for example INR or USD.", "baseCurrency");

    private static async Task RequireFreeNameAsync(FoliosyncDb db, Portfolio portfolio, CancellationToken cancellationToken)
    {
        if (await db.Portfolios.AnyAsync(
            p => p.OwnerId == portfolio.OwnerId && p.Name == portfolio.Name && p.Id != portfolio.Id, cancellationToken))
        {
            throw new InputException($"There is a portfolio '{portfolio.Name}' already. Choose another name.", "name");
        }
    }

    private static async Task<Portfolio> FindAsync(FoliosyncDb db, Guid id, CancellationToken cancellationToken) =>
        await db.Portfolios.SingleOrDefaultAsync(p => p.Id == id, cancellationToken) ?? throw new NotFoundException("portfolio");
}
