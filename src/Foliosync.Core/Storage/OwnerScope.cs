using Foliosync.Core.Portfolios;

namespace Foliosync.Core.Storage;

/// <summary>Whose rows a database context may see. Every owned table is filtered by it, in one place.</summary>
public sealed record OwnerScope
{
    private OwnerScope(Guid? userId, IReadOnlyList<SharedPortfolio> shared) => (UserId, Shared) = (userId, shared);

    /// <summary>All rows: for the engine, the command line of the machine's owner and the admin area.</summary>
    public static OwnerScope Everyone { get; } = new(null, []);

    /// <summary>The person; null for everyone.</summary>
    public Guid? UserId { get; }

    /// <summary>Portfolios of others that are within reach, by id; empty for most people.</summary>
    public IReadOnlyList<SharedPortfolio> Shared { get; }

    /// <summary>Of these, the own rows only: for what is the owner's alone.</summary>
    public OwnerScope Owned => With([]);

    /// <summary>Of these, the rows that the person may change: own ones, and those of portfolios shared with an editor.</summary>
    public OwnerScope Changeable => With([.. Shared.Where(s => s.Role == ShareRole.Editor)]);

    /// <summary>The rows of one person only.</summary>
    public static OwnerScope Only(Guid userId) => new(userId, []);

    /// <summary>The rows of one person, and those of portfolios that are shared with that person.</summary>
    public static OwnerScope Of(Guid userId, IEnumerable<SharedPortfolio> shared) => new(userId, [.. shared.OrderBy(s => s.PortfolioId)]);

    /// <summary>How somebody shares a portfolio with this person; null for one that is own, or out of reach.</summary>
    public SharedPortfolio? FindShared(Guid portfolioId) => Shared.FirstOrDefault(s => s.PortfolioId == portfolioId);

    /// <summary>True for the same rows: what was read for one scope is kept for those that equal it.</summary>
    public bool Equals(OwnerScope? other) => other is not null && UserId == other.UserId && Shared.SequenceEqual(other.Shared);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(UserId, Shared.Count);

    private OwnerScope With(IReadOnlyList<SharedPortfolio> shared) => shared.Count == Shared.Count ? this : new(UserId, shared);
}
