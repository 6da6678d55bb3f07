namespace Foliosync.Core.Alerts;

/// <summary>A way out of the application by which a person is told of alerts.</summary>
public sealed class AlertChannel
{
    /// <summary>Field name under which the vault seals <see cref="Sealed"/>.</summary>
    public const string SealedField = "channel.secret";

    /// <summary>Id.</summary>
    public Guid Id { get; set; }

    /// <summary>The person it belongs to.</summary>
    public Guid OwnerId { get; set; }

    /// <summary>What it is.</summary>
    public AlertChannelKind Kind { get; set; }

    /// <summary>E-mail address, address of the webhook, or address of the ntfy topic.</summary>
    public required string Address { get; set; }

    /// <summary>The webhook's signing key or the ntfy token, sealed for this row; null when there is none.</summary>
    public byte[]? Sealed { get; set; }

    /// <summary>False while it is switched off.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Kinds of alerts that it tells; null for all.</summary>
    public IReadOnlyList<string>? Events { get; set; }

    /// <summary>Connections whose alerts it tells; null for all. Alerts that are about no connection are always told.</summary>
    public IReadOnlyList<Guid>? Connections { get; set; }

    /// <summary>Local time at which the quiet hours begin; null when there are none.</summary>
    public TimeOnly? QuietFrom { get; set; }

    /// <summary>Local time at which they end, on the next day if it is not later than their beginning; null when there are none.</summary>
    public TimeOnly? QuietTo { get; set; }

    /// <summary>Local time of the one message a day; null to tell at once.</summary>
    public TimeOnly? DigestAt { get; set; }

    /// <summary>IANA name of the time zone of the times above.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>UTC instant of creation.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>UTC instant of the last message that was taken; null before the first.</summary>
    public DateTimeOffset? LastSentAt { get; set; }

    /// <summary>UTC instant from which messages have been given up; null while the channel works.</summary>
    public DateTimeOffset? DeadSince { get; set; }

    /// <summary>Proof of the right to send; null when nobody sends.</summary>
    public Guid? LeaseToken { get; set; }

    /// <summary>UTC instant from which another process may send.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>When messages may go out.</summary>
    internal ChannelTimes Times => new(QuietFrom, QuietTo, DigestAt, TimeZone);

    /// <summary>True when the channel tells of this alert.</summary>
    internal bool Wants(Alert alert) =>
        (Events is null || Events.Contains(alert.Kind))
        && (Connections is null || alert.ConnectionId is not { } connection || Connections.Contains(connection))
        // A channel that takes no messages cannot tell so.
        && alert.SubjectId != Id;
}

/// <summary>What a channel is.</summary>
public enum AlertChannelKind
{
    /// <summary>E-mail.</summary>
    Email,

    /// <summary>A signed HTTP POST.</summary>
    Webhook,

    /// <summary>A topic of an ntfy server.</summary>
    Ntfy,
}
