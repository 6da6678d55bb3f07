using Foliosync.Core.Alerts.Email;

namespace Foliosync.Core.Alerts;

/// <summary>What the operator decided about messages.</summary>
public sealed record AlertSettings
{
    /// <summary>Address at which people reach this instance, for links in messages; null when it is not known.</summary>
    public Uri? PublicUrl { get; init; }

    /// <summary>True when webhooks and ntfy servers may have private addresses and speak plain HTTP.</summary>
    public bool AllowPrivate { get; init; }

    /// <summary>The mail server; null when this instance sends no e-mail.</summary>
    public SmtpSettings? Smtp { get; init; }
}
