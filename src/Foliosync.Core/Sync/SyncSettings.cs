namespace Foliosync.Core.Sync;

/// <summary>How often and how hard to sync.</summary>
public sealed record SyncSettings
{
    /// <summary>Time between two scheduled runs of a connection; default one hour.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Intervals that brokers suggest, by broker id.</summary>
    public IReadOnlyDictionary<string, TimeSpan> BrokerIntervals { get; init; } = new Dictionary<string, TimeSpan>();

    /// <summary>How long a surprising report must stay the same until it is taken for the truth without a person; default six hours.</summary>
    public TimeSpan ReviewConfirmedAfter { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Connections read at the same time; default 32. Readers mostly wait for brokers.</summary>
    public int Readers { get; init; } = 32;

    /// <summary>The interval of a broker.</summary>
    public TimeSpan IntervalOf(string brokerId) => BrokerIntervals.GetValueOrDefault(brokerId, Interval);
}
