using System.Collections.Concurrent;
using System.Globalization;

namespace Foliosync.Core.Valuations;

/// <summary>
/// Values that were put together for a question before. Questions come in groups about the same accounts, and putting twelve years together
/// takes longer than any answer from them. What is kept is named by the generation of each account, so nothing outdated is ever found.
/// </summary>
internal sealed class RecentValues
{
    // A day of one bucket is about 30 bytes, as it is and converted; in all this is some 20 MB.
    private const long MostDays = 400_000;

    private volatile Shelf _shelf = new();

    /// <summary>The name of what is put together.</summary>
    /// <param name="accounts">The accounts, as far as they are valued.</param>
    /// <param name="currency">The currency to convert into.</param>
    /// <param name="last">Last day.</param>
    /// <param name="ratesAt">When rates were last asked for; null when never.</param>
    public static string NameOf(IEnumerable<AccountFacts> accounts, string currency, DateOnly last, DateTimeOffset? ratesAt) => string.Create(
        CultureInfo.InvariantCulture,
        $"{currency} {last.DayNumber} {ratesAt?.UtcTicks} {string.Join(' ', accounts.Select(a => FormattableString.Invariant($"{a.Id:N}:{a.State.Generation}:{a.State.LastDay?.DayNumber}")))}");

    /// <summary>Values that begin early enough and whose rates are enough; null when there are none.</summary>
    public StoredValues? Find(string name, DateOnly from, IEnumerable<string> currencies) =>
        _shelf.Values.GetValueOrDefault(name) is { } found && found.Buckets.FirstDay <= from && currencies.All(found.Currencies.Contains) ? found : null;

    /// <summary>Keeps values, in place of those of the same name.</summary>
    public void Keep(string name, StoredValues values)
    {
        var shelf = _shelf;
        if (Interlocked.Add(ref shelf.Days, (long)values.Buckets.Days * Math.Max(1, values.Buckets.All.Count())) > MostDays)
        {
            _shelf = shelf = new Shelf();
        }

        shelf.Values[name] = values;
    }

    private sealed class Shelf
    {
        public long Days;

        public ConcurrentDictionary<string, StoredValues> Values { get; } = new(StringComparer.Ordinal);
    }
}
