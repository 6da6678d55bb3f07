using System.Collections.Immutable;

namespace Foliosync.Simulator;

/// <summary>Instants at which every session ends.</summary>
internal sealed class SessionEnds(IEnumerable<DateTimeOffset> instants, TimeProvider clock)
{
    private ImmutableArray<DateTimeOffset> _instants = [.. instants];

    /// <summary>How many have passed.</summary>
    public int Passed
    {
        get
        {
            var all = _instants;
            if (all.IsEmpty)
                return 0;

            var now = clock.GetUtcNow();
            return all.Count(at => at <= now);
        }
    }

    public void Add(IEnumerable<DateTimeOffset> more) =>
        ImmutableInterlocked.Update(ref _instants, static (all, added) => all.AddRange(added), more);
}
