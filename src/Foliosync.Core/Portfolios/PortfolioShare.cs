namespace Foliosync.Core.Portfolios;

/// <summary>What somebody may do with a portfolio of another person.</summary>
public enum ShareRole
{
    /// <summary>Looks at it.</summary>
    Viewer,

    /// <summary>Also tells what happened: transactions, files, reviews, and syncs at once.</summary>
    Editor,
}

/// <summary>A portfolio that its owner shares with another person of the instance.</summary>
public sealed class PortfolioShare
{
    /// <summary>The portfolio.</summary>
    public Guid PortfolioId { get; set; }

    /// <summary>The portfolio.</summary>
    public Portfolio? Portfolio { get; set; }

    /// <summary>The person it is shared with; never its owner.</summary>
    public Guid UserId { get; set; }

    /// <summary>What that person may do.</summary>
    public ShareRole Role { get; set; }

    /// <summary>UTC instant since when.</summary>
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>A portfolio of somebody else, as the person sees it whom it is shared with.</summary>
/// <param name="PortfolioId">The portfolio.</param>
/// <param name="Role">What the person may do.</param>
/// <param name="OwnerEmail">Who shares it.</param>
public sealed record SharedPortfolio(Guid PortfolioId, ShareRole Role, string OwnerEmail);
