using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Alerts;

namespace Foliosync.Api;

/// <summary>A way out by which a person is told of alerts. Its secret never leaves the server.</summary>
/// <param name="Id">Id.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Address">E-mail address, or address of the webhook or the ntfy topic.</param>
/// <param name="HasSecret">True when it has a signing key or a token.</param>
/// <param name="Enabled">False while it is switched off.</param>
/// <param name="Events">Kinds of alerts that it tells; null for all.</param>
/// <param name="Connections">Connections whose alerts it tells; null for all.</param>
/// <param name="QuietFrom">Local time at which the quiet hours begin, like 22:00; null when there are none.</param>
/// <param name="QuietTo">Local time at which they end; null when there are none.</param>
/// <param name="TimeZone">IANA name of the time zone of these times.</param>
/// <param name="DigestAt">Local time of the one message a day; null to tell at once.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="LastSentAt">When a message was last taken; null before the first.</param>
/// <param name="DeadSince">Since when messages have been given up, after a day of trying; null while it works.</param>
internal record AlertChannelView(
    Guid Id,
    AlertChannelKind Kind,
    string Address,
    bool HasSecret,
    bool Enabled,
    IReadOnlyList<string>? Events,
    IReadOnlyList<Guid>? Connections,
    string? QuietFrom,
    string? QuietTo,
    string TimeZone,
    string? DigestAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastSentAt,
    DateTimeOffset? DeadSince)
{
    public static AlertChannelView Of(AlertChannel c) => new(
        c.Id,
        c.Kind,
        c.Address,
        c.Sealed is not null,
        c.Enabled,
        c.Events,
        c.Connections,
        Time(c.QuietFrom),
        Time(c.QuietTo),
        c.TimeZone,
        Time(c.DigestAt),
        c.CreatedAt,
        c.LastSentAt,
        c.DeadSince);

    private static string? Time(TimeOnly? time) => time?.ToString("HH:mm", CultureInfo.InvariantCulture);
}

/// <summary>A channel that was just made or changed.</summary>
internal sealed record NewAlertChannelView : AlertChannelView
{
    private NewAlertChannelView(AlertChannelView channel)
        : base(channel)
    {
    }

    /// <summary>The signing key that was made for a webhook. Shown this once; null when none was made.</summary>
    public string? Secret { get; private init; }

    public static NewAlertChannelView Of(NewChannel made) => new(Of(made.Channel)) { Secret = made.GeneratedSecret?.Reveal() };
}

/// <summary>A new channel.</summary>
/// <param name="Kind">email, webhook or ntfy.</param>
/// <param name="Address">E-mail address, or address of the webhook or the ntfy topic.</param>
/// <param name="Secret">Signing key of a webhook, 16 characters or more, made when not given; or the token of an ntfy topic.</param>
/// <param name="Enabled">True if not given.</param>
/// <param name="Events">Kinds of alerts; all if not given.</param>
/// <param name="Connections">Connections; all if not given.</param>
/// <param name="QuietFrom">Local time like 22:00.</param>
/// <param name="QuietTo">Local time like 07:00.</param>
/// <param name="TimeZone">IANA name; UTC if not given.</param>
/// <param name="DigestAt">Local time of one message a day; at once if not given.</param>
internal sealed record AlertChannelInput(
    AlertChannelKind? Kind,
    string? Address,
    string? Secret,
    bool? Enabled,
    string[]? Events,
    Guid[]? Connections,
    string? QuietFrom,
    string? QuietTo,
    string? TimeZone,
    string? DigestAt)
{
    public ChannelValues Values => new(
        Address, Secret is null ? null : new Secret(Secret), Enabled, Events, Connections, QuietFrom, QuietTo, TimeZone, DigestAt);
}

/// <summary>Changes of a channel; what is missing stays. An empty list means all, an empty text none, an empty secret a new signing key.</summary>
internal sealed record AlertChannelPatch(
    string? Address,
    string? Secret,
    bool? Enabled,
    string[]? Events,
    Guid[]? Connections,
    string? QuietFrom,
    string? QuietTo,
    string? TimeZone,
    string? DigestAt)
{
    public ChannelValues Values => new(
        Address, Secret is null ? null : new Secret(Secret), Enabled, Events, Connections, QuietFrom, QuietTo, TimeZone, DigestAt);
}

/// <summary>What came of a trial.</summary>
/// <param name="Sent">True when the other side took it.</param>
/// <param name="Error">Why it did not; null when it did.</param>
internal sealed record AlertTrialView(bool Sent, string? Error);

/// <summary>What a channel was, or will be, told.</summary>
/// <param name="Id">Id.</param>
/// <param name="AlertId">The alert; null for a trial.</param>
/// <param name="Event">What is told.</param>
/// <param name="State">Where it stands; dead after a day without success.</param>
/// <param name="MessageId">The message it went into, as receivers see it; null before the first try.</param>
/// <param name="Tries">How often it was tried.</param>
/// <param name="NextTryAt">When it is tried next; null when it does not wait any more.</param>
/// <param name="LastError">Why the last try failed; null when none did.</param>
/// <param name="SentAt">When it was taken; null before.</param>
/// <param name="CreatedAt">When it came up.</param>
internal sealed record AlertDeliveryView(
    Guid Id,
    Guid? AlertId,
    AlertEvent Event,
    AlertDeliveryState State,
    Guid? MessageId,
    int Tries,
    DateTimeOffset? NextTryAt,
    string? LastError,
    DateTimeOffset? SentAt,
    DateTimeOffset CreatedAt);
