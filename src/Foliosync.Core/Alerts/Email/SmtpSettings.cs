using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Alerts.Email;

/// <summary>The mail server that takes our messages.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="Port">TCP port.</param>
/// <param name="From">Sender, with or without a name: <c>Foliosync &lt;foliosync@example.org&gt;</c>.</param>
public sealed record SmtpSettings(string Host, int Port, string From)
{
    /// <summary>How the connection is protected.</summary>
    public SmtpTls Tls { get; init; } = SmtpTls.Implicit;

    /// <summary>True when a text can stand as <see cref="From"/>.</summary>
    public static bool IsSender(string text) => MailText.Parse(text) is not null;

    /// <summary>User name; null when the server asks for none.</summary>
    public string? User { get; init; }

    /// <summary>Password; null when the server asks for none.</summary>
    public Secret? Password { get; init; }
}

/// <summary>How the connection to a mail server is protected.</summary>
public enum SmtpTls
{
    /// <summary>TLS from the first byte, usually on port 465.</summary>
    Implicit,

    /// <summary>TLS after STARTTLS, usually on port 587; without it nothing is sent.</summary>
    StartTls,

    /// <summary>No TLS; only to a mail server on this machine.</summary>
    None,
}
