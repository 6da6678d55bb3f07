using Foliosync.Core.Performance;

namespace Foliosync.Core.Valuations;

/// <summary>What is asked about worth and returns. Name one of portfolio, account and instrument; the others narrow it down.</summary>
public sealed record PerformanceQuestion
{
    /// <summary>A portfolio.</summary>
    public Guid? PortfolioId { get; init; }

    /// <summary>An account, or with a portfolio only this one of it.</summary>
    public Guid? AccountId { get; init; }

    /// <summary>An instrument, over all accounts that are named.</summary>
    public Guid? InstrumentId { get; init; }

    /// <summary>Only this kind of instrument in camelCase, or <c>cash</c>; null for all.</summary>
    public string? AssetClass { get; init; }

    /// <summary>A named period, see <see cref="PeriodWords"/>; null for the whole time, or for <see cref="From"/> and <see cref="To"/>.</summary>
    public string? Period { get; init; }

    /// <summary>First day to measure; null for the first with data.</summary>
    public DateOnly? From { get; init; }

    /// <summary>Last day to measure; null for today.</summary>
    public DateOnly? To { get; init; }

    /// <summary>ISO 4217 of all amounts; null for the portfolio's base currency, or the instrument's own.</summary>
    public string? Currency { get; init; }

    /// <summary>An instrument to compare with: its id, ISIN, or symbol; null for none.</summary>
    public string? Benchmark { get; init; }

    /// <summary>A file of prices to compare with; null for none.</summary>
    public BenchmarkFile? BenchmarkFile { get; init; }

    /// <summary>True for the lines by day behind the figures.</summary>
    public bool WithLines { get; init; }

    /// <summary>True for flows, sub-periods, prices and rates behind the figures.</summary>
    public bool WithExplanation { get; init; }
}
