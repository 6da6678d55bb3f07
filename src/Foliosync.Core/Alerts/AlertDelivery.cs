namespace Foliosync.Core.Alerts;

/// <summary>That one channel is to be told of the beginning or the end of one incident, and what came of it.</summary>
public sealed class AlertDelivery
{
    /// <summary>Time-ordered id.</summary>
    public Guid Id { get; set; }

    /// <summary>Whom it tells.</summary>
    public Guid OwnerId { get; set; }

    /// <summary>The incident; null for a trial.</summary>
    public Guid? AlertId { get; set; }

    /// <summary>The channel.</summary>
    public Guid ChannelId { get; set; }

    /// <summary>What is told.</summary>
    public AlertEvent Event { get; set; }

    /// <summary>Where it stands.</summary>
    public AlertDeliveryState State { get; set; }

    /// <summary>
    /// The message it went into, with others that waited for the same channel; null before the first try. Receivers that see an id
    /// again see the same message again.
    /// </summary>
    public Guid? MessageId { get; set; }

    /// <summary>How often it was tried.</summary>
    public int Tries { get; set; }

    /// <summary>UTC instant of the first try; null before.</summary>
    public DateTimeOffset? FirstTriedAt { get; set; }

    /// <summary>UTC instant of the next try; meaningless once it no longer waits.</summary>
    public DateTimeOffset NextTryAt { get; set; }

    /// <summary>Why the last try failed, without secrets; null when none did.</summary>
    public string? LastError { get; set; }

    /// <summary>UTC instant at which it was taken; null before.</summary>
    public DateTimeOffset? SentAt { get; set; }

    /// <summary>UTC instant of creation.</summary>
    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>What a message tells.</summary>
public enum AlertEvent
{
    /// <summary>An incident began.</summary>
    Raised,

    /// <summary>It is over.</summary>
    Healed,

    /// <summary>Several of both, once a day.</summary>
    Digest,

    /// <summary>A trial.</summary>
    Test,
}

/// <summary>Where a delivery stands.</summary>
public enum AlertDeliveryState
{
    /// <summary>To be sent, or tried again.</summary>
    Waiting,

    /// <summary>The other side took it.</summary>
    Sent,

    /// <summary>Given up after a day.</summary>
    Dead,
}
