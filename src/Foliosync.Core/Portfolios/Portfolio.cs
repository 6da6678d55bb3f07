namespace Foliosync.Core.Portfolios;

/// <summary>A person's set of accounts, valued in one base currency.</summary>
public sealed class Portfolio
{
    /// <summary>Id.</summary>
    public Guid Id { get; set; }

    /// <summary>The person it belongs to.</summary>
    public Guid OwnerId { get; set; }

    /// <summary>Unique for the owner.</summary>
    public required string Name { get; set; }

    /// <summary>Base currency as ISO 4217.</summary>
    public required string BaseCurrency { get; set; }

    /// <summary>UTC instant of creation.</summary>
    public DateTimeOffset CreatedAt { get; set; }
}
