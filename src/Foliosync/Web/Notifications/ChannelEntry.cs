using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Core;
using Foliosync.Core.Alerts;

namespace Foliosync.Web.Notifications;

/// <summary>A channel as a form has it. The secret goes in and never comes out.</summary>
public sealed record ChannelEntry
{
    private const string EventPrefix = "tell-";

    /// <summary>Names of the fields beside which something can be wrong.</summary>
    public static string[] Fields { get; } = ["kind", "address", "secret", "events", "quietFrom", "quietTo", "digestAt", "timeZone"];

    /// <summary>What it is, in the words of the API.</summary>
    public string? Kind { get; init; }

    /// <summary>Where it leads.</summary>
    public string? Address { get; init; }

    /// <summary>Kinds of alerts that are ticked.</summary>
    public IReadOnlySet<string> Events { get; init; } = AlertKinds.All.ToHashSet(StringComparer.Ordinal);

    /// <summary>Local time at which the quiet hours begin.</summary>
    public string? QuietFrom { get; init; }

    /// <summary>Local time at which they end.</summary>
    public string? QuietTo { get; init; }

    /// <summary>Local time of the one message a day.</summary>
    public string? DigestAt { get; init; }

    /// <summary>IANA name of the time zone of these times.</summary>
    public string? TimeZone { get; init; }

    private Secret? Secret { get; init; }

    /// <summary>What was sent.</summary>
    public static ChannelEntry Of(IFormCollection form)
    {
        ArgumentNullException.ThrowIfNull(form);
        return new ChannelEntry
        {
            Kind = form["kind"],
            Address = form["address"],
            Events = AlertKinds.All.Where(k => form.ContainsKey(NameOf(k))).ToHashSet(StringComparer.Ordinal),
            QuietFrom = form["quietFrom"],
            QuietTo = form["quietTo"],
            DigestAt = form["digestAt"],
            TimeZone = form["timeZone"],
            Secret = form["secret"].ToString() is { Length: > 0 } given ? new Secret(given) : form.ContainsKey("newSecret") ? new Secret(string.Empty) : null,
        };
    }

    /// <summary>What is stored, without the secret.</summary>
    public static ChannelEntry Of(AlertChannel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return new ChannelEntry
        {
            Kind = channel.Kind.ToString(),
            Address = channel.Address,
            Events = (channel.Events ?? AlertKinds.All).ToHashSet(StringComparer.Ordinal),
            QuietFrom = Text(channel.QuietFrom),
            QuietTo = Text(channel.QuietTo),
            DigestAt = Text(channel.DigestAt),
            TimeZone = channel.TimeZone,
        };
    }

    /// <summary>Name of the field of a kind of alerts.</summary>
    public static string NameOf(string kind) => EventPrefix + kind;

    /// <summary>What the channel is.</summary>
    /// <exception cref="InputException">None of those that there are.</exception>
    public AlertChannelKind ToKind() => Enum.TryParse<AlertChannelKind>(Kind, out var kind) && Enum.IsDefined(kind)
        ? kind
        : throw new InputException("Say what the channel is: email, webhook or ntfy.", "kind");

    /// <summary>What the core is told. All kinds of alerts are told as all, so that those that will be added are among them.</summary>
    /// <exception cref="InputException">No kind of alert is ticked.</exception>
    public ChannelValues ToValues() => Events.Count == 0
        ? throw new InputException("Choose at least one kind of alert, or switch the channel off.", "events")
        : new ChannelValues(
            Address ?? string.Empty,
            Secret,
            Enabled: null,
            Events.Count == AlertKinds.All.Count ? [] : [.. AlertKinds.All.Where(Events.Contains)],
            Connections: null,
            QuietFrom,
            QuietTo,
            TimeZone,
            DigestAt);

    private static string? Text(TimeOnly? time) => time?.ToString("HH:mm", CultureInfo.InvariantCulture);
}
