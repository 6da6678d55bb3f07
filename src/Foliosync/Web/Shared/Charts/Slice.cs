namespace Foliosync.Web.Shared.Charts;

/// <summary>A part of a whole.</summary>
/// <param name="Name">For people, translated.</param>
/// <param name="Amount">In the currency of the whole; above zero.</param>
/// <param name="Link">Where it leads; null for nowhere.</param>
public sealed record Slice(string Name, decimal Amount, string? Link = null)
{
    /// <summary>The largest parts, largest first, and the rest as one.</summary>
    /// <param name="parts">The parts; those of nothing and of less count for nothing.</param>
    /// <param name="most">How many at most, the rest included.</param>
    /// <param name="rest">Name of the rest, translated.</param>
    public static IReadOnlyList<Slice> Largest(IEnumerable<Slice> parts, int most, Func<int, string> rest)
    {
        List<Slice> sorted = [.. parts.Where(p => p.Amount > 0).OrderByDescending(p => p.Amount).ThenBy(p => p.Name, StringComparer.Ordinal)];
        return sorted.Count <= most
            ? sorted
            : [.. sorted.Take(most - 1), new Slice(rest(sorted.Count - most + 1), sorted.Skip(most - 1).Sum(p => p.Amount))];
    }
}
