using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Alerts;
using Foliosync.Core.Alerts.Email;

namespace Foliosync.Hosting;

/// <summary>Reads what the operator decided about messages.</summary>
internal static class AlertSettingsReader
{
    public const string AllowPrivateName = "FOLIOSYNC_ALERTS__ALLOWPRIVATE";
    public const string HostName = "FOLIOSYNC_SMTP__HOST";
    public const string PortName = "FOLIOSYNC_SMTP__PORT";
    public const string UserName = "FOLIOSYNC_SMTP__USER";
    public const string PasswordName = "FOLIOSYNC_SMTP__PASSWORD";
    public const string FromName = "FOLIOSYNC_SMTP__FROM";
    public const string TlsName = "FOLIOSYNC_SMTP__TLS";

    /// <exception cref="SettingsException">A value is wrong.</exception>
    public static AlertSettings Read(SettingsSource source, Uri? publicUrl) => new()
    {
        PublicUrl = publicUrl,
        AllowPrivate = source.Find(AllowPrivateName) is { } allow && InstanceSettings.ReadSwitch(AllowPrivateName, allow.Value),
        Smtp = ReadSmtp(source),
    };

    /// <summary>The settings as they count, for people.</summary>
    public static IEnumerable<EffectiveSetting> Shown(SettingsSource source, AlertSettings settings)
    {
        yield return Shown(AllowPrivateName, settings.AllowPrivate ? "true" : "false");
        yield return Shown(HostName, settings.Smtp?.Host ?? "not set");
        if (settings.Smtp is { } smtp)
        {
            yield return Shown(PortName, smtp.Port.ToString(CultureInfo.InvariantCulture));
            yield return Shown(TlsName, smtp.Tls.ToString().ToLowerInvariant());
            yield return Shown(FromName, smtp.From);
            yield return Shown(UserName, smtp.User is null ? "not set" : "set");
            yield return Shown(PasswordName, smtp.Password is null ? "not set" : "set");
        }

        EffectiveSetting Shown(string name, string value) => new(name, value, source.Find(name)?.Origin ?? "default");
    }

    private static SmtpSettings? ReadSmtp(SettingsSource source)
    {
        if (source.Find(HostName) is not { } host)
        {
            return null;
        }

        var tls = source.Find(TlsName)?.Value.ToUpperInvariant() switch
        {
            null or "IMPLICIT" => SmtpTls.Implicit,
            "STARTTLS" => SmtpTls.StartTls,
            "NONE" => SmtpTls.None,
            _ => throw new SettingsException($"{TlsName} is '{source.Find(TlsName)?.Value}'. Say implicit, starttls or none."),
        };
        var user = source.Find(UserName)?.Value;
        var password = source.Find(PasswordName)?.Value;
        if (user is null != password is null)
        {
            throw new SettingsException($"Set both {UserName} and {PasswordName}, or none of them.");
        }

        return new SmtpSettings(host.Value, ReadPort(source.Find(PortName)?.Value, tls), ReadFrom(source.Find(FromName)?.Value))
        {
            Tls = tls,
            User = user,
            Password = password is null ? null : new Secret(password),
        };
    }

    private static int ReadPort(string? text, SmtpTls tls)
    {
        if (text is null)
        {
            return tls switch { SmtpTls.Implicit => 465, SmtpTls.StartTls => 587, _ => 25 };
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new SettingsException($"{PortName} is '{text}', which is not a port.");
    }

    private static string ReadFrom(string? text) => text is not null && SmtpSettings.IsSender(text)
        ? text
        : throw new SettingsException($"{FromName} must be the sender's mail address, like foliosync@example.org.");
}
