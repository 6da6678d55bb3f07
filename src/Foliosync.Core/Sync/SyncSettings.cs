using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Sync;

/// <summary>How often and how hard to sync.</summary>
public sealed record SyncSettings
{
    /// <summary>Time between two scheduled runs of a connection whose broker suggests nothing; default one hour.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>True when an operator has chosen <see cref="Interval"/>: then it counts beside what brokers suggest too.</summary>
    public bool IsIntervalChosen { get; init; }

    /// <summary>What brokers suggest, by broker id.</summary>
    public IReadOnlyDictionary<string, SyncRhythm> BrokerRhythms { get; init; } = new Dictionary<string, SyncRhythm>();

    /// <summary>How long a surprising report must stay the same until it is taken for the truth without a person; default six hours.</summary>
    public TimeSpan ReviewConfirmedAfter { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Connections read at the same time; default 32. Readers mostly wait for brokers.</summary>
    public int Readers { get; init; } = 32;

    /// <summary>When connections of a broker are due.</summary>
    /// <param name="brokerId">The broker.</param>
    /// <param name="own">The connection's own interval; null when it has none.</param>
    public SyncRhythm RhythmOf(string brokerId, TimeSpan? own)
    {
        var suggested = BrokerRhythms.GetValueOrDefault(brokerId) ?? new SyncRhythm(null, [], TimeZoneInfo.Utc);
        var interval = own
            ?? (IsIntervalChosen ? Interval : suggested.Interval)
            ?? (suggested.Times.Count == 0 ? Interval : null);
        return suggested with { Interval = interval };
    }

    /// <summary>The longest time between two scheduled syncs.</summary>
    /// <param name="brokerId">The broker.</param>
    /// <param name="own">The connection's own interval; null when it has none.</param>
    public TimeSpan LongestGap(string brokerId, TimeSpan? own) => RhythmOf(brokerId, own).Interval ?? TimeSpan.FromDays(1);

    /// <summary>What the manifests of these brokers suggest.</summary>
    public static IReadOnlyDictionary<string, SyncRhythm> RhythmsOf(IEnumerable<IBroker> brokers)
    {
        ArgumentNullException.ThrowIfNull(brokers);
        return brokers.Select(b => b.Manifest).ToDictionary(
            m => m.Id, m => new SyncRhythm(m.SuggestedInterval, m.SyncTimes, TimeZoneInfo.FindSystemTimeZoneById(m.TimeZone)));
    }
}
