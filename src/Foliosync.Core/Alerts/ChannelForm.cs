using System.Globalization;
using System.Security.Cryptography;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Alerts.Channels;
using Foliosync.Core.Alerts.Email;

namespace Foliosync.Core.Alerts;

/// <summary>
/// What a person says about a channel. Null leaves a value as it is, or takes the default for a new channel. An empty list means all;
/// an empty text means none.
/// </summary>
/// <param name="Address">E-mail address, or address of the webhook or the ntfy topic.</param>
/// <param name="Secret">The webhook's signing key, or the ntfy token.</param>
/// <param name="Enabled">False to switch it off.</param>
/// <param name="Events">Kinds of alerts; see <see cref="AlertKinds"/>.</param>
/// <param name="Connections">Ids of connections.</param>
/// <param name="QuietFrom">Local time like <c>22:00</c>.</param>
/// <param name="QuietTo">Local time.</param>
/// <param name="TimeZone">IANA name.</param>
/// <param name="DigestAt">Local time of the one message a day.</param>
public sealed record ChannelValues(
    string? Address = null,
    Secret? Secret = null,
    bool? Enabled = null,
    IReadOnlyList<string>? Events = null,
    IReadOnlyList<Guid>? Connections = null,
    string? QuietFrom = null,
    string? QuietTo = null,
    string? TimeZone = null,
    string? DigestAt = null);

/// <summary>Checks what people say about channels.</summary>
internal static class ChannelForm
{
    /// <summary>Shortest signing key that is taken.</summary>
    public const int MinSecretLength = 16;

    private const int MaxAddressLength = 2_000;

    /// <summary>Takes over what is given; the secret apart.</summary>
    /// <exception cref="InputException">The first problem, naming its field.</exception>
    public static void Apply(AlertChannel channel, ChannelValues values, AlertHttp http, AlertSettings settings)
    {
        channel.Address = values.Address is null ? channel.Address : CheckAddress(channel.Kind, values.Address.Trim(), http, settings);
        channel.Enabled = values.Enabled ?? channel.Enabled;
        channel.Events = values.Events is null ? channel.Events : CheckEvents(values.Events);
        channel.Connections = values.Connections switch { null => channel.Connections, [] => null, var some => [.. some.Distinct()] };
        channel.QuietFrom = values.QuietFrom is null ? channel.QuietFrom : CheckTime(values.QuietFrom, "quietFrom");
        channel.QuietTo = values.QuietTo is null ? channel.QuietTo : CheckTime(values.QuietTo, "quietTo");
        channel.DigestAt = values.DigestAt is null ? channel.DigestAt : CheckTime(values.DigestAt, "digestAt");
        channel.TimeZone = values.TimeZone is null ? channel.TimeZone : CheckTimeZone(values.TimeZone);
        if (channel.QuietFrom is null != channel.QuietTo is null || (channel.QuietFrom is not null && channel.QuietFrom == channel.QuietTo))
        {
            throw new InputException("Quiet hours need two different times, like 22:00 and 07:00, or none.", "quietFrom");
        }
    }

    /// <summary>Checks a secret; makes the signing key of a webhook when none is given.</summary>
    /// <exception cref="InputException">It is too short, or the channel has none.</exception>
    public static Secret? CheckSecret(AlertChannelKind kind, Secret? given)
    {
        var text = given?.Reveal().Trim() ?? string.Empty;
        switch (kind)
        {
            case AlertChannelKind.Webhook when text.Length == 0:
                return new Secret(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
            case AlertChannelKind.Webhook when text.Length < MinSecretLength:
                throw new InputException($"The signing key is too short. Give at least {MinSecretLength} characters, or leave it out to have one made.", "secret");
            case AlertChannelKind.Email when text.Length > 0:
                throw new InputException("An e-mail channel has no secret. Leave it out.", "secret");
            case AlertChannelKind.Ntfy when !text.All(c => c is > ' ' and <= '~'):
                throw new InputException("This is not an ntfy token.", "secret");
            default:
                return text.Length == 0 ? null : new Secret(text);
        }
    }

    private static string CheckAddress(AlertChannelKind kind, string text, AlertHttp http, AlertSettings settings)
    {
        if (text.Length is 0 or > MaxAddressLength)
        {
            throw new InputException("Give the address of the channel.", "address");
        }

        if (kind == AlertChannelKind.Email)
        {
            if (settings.Smtp is null)
            {
                throw new InputException("This instance sends no e-mail. The operator has to set FOLIOSYNC_SMTP__HOST first.", "kind");
            }

            return MailText.Parse(text) is { DisplayName.Length: 0 } address
                ? address.Address
                : throw new InputException("This is not an e-mail address. Write it like name@example.org.", "address");
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
        {
            throw new InputException("This is not an address like https://example.org/hook, without user name, password and #.", "address");
        }

        if (kind == AlertChannelKind.Ntfy && (url.AbsolutePath.Length < 2 || url.AbsolutePath.AsSpan(1).Contains('/')))
        {
            throw new InputException("Give server and topic, like https://ntfy.sh/my-secret-topic.", "address");
        }

        try
        {
            http.RequireAllowed(url);
        }
        catch (DeliveryException e)
        {
            throw new InputException(e.Message, "address");
        }

        return url.AbsoluteUri;
    }

    private static List<string>? CheckEvents(IReadOnlyList<string> events)
    {
        if (events.FirstOrDefault(e => !AlertKinds.All.Contains(e)) is not null)
        {
            throw new InputException($"Choose events from: {string.Join(", ", AlertKinds.All)}.", "events");
        }

        return events.Count == 0 ? null : [.. events.Distinct()];
    }

    private static TimeOnly? CheckTime(string text, string field)
    {
        if (text.Trim().Length == 0)
        {
            return null;
        }

        return TimeOnly.TryParseExact(text.Trim(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : throw new InputException("Write the time like 07:30.", field);
    }

    private static string CheckTimeZone(string text) => TimeZoneInfo.TryFindSystemTimeZoneById(text.Trim(), out var zone)
        ? zone.Id
        : throw new InputException("There is no such time zone. Give its IANA name, like Asia/Kolkata.", "timeZone");
}
