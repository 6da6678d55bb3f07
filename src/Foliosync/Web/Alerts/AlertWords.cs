using Foliosync.Core.Alerts;
using Microsoft.Extensions.Localization;

namespace Foliosync.Web.Alerts;

/// <summary>Names of what alerts tell, and of the ways they go.</summary>
internal static class AlertWords
{
    /// <summary>What an alert tells, in a few words.</summary>
    /// <param name="kind">One of <see cref="AlertKinds"/>.</param>
    /// <param name="t">Texts of the viewer.</param>
    public static string Of(string kind, IStringLocalizer<Texts> t) => kind switch
    {
        AlertKinds.NeedsLogin => t["A login is needed"],
        AlertKinds.CredentialsRejected => t["Key or secret was rejected"],
        AlertKinds.Failing => t["The broker is in trouble"],
        AlertKinds.NeedsReview => t["A report needs a look"],
        AlertKinds.ProviderChanged => t["The broker answers differently"],
        AlertKinds.DataStale => t["The data is old"],
        AlertKinds.StatementDue => t["A new file is due"],
        AlertKinds.WorkersDown => t["Nobody works on the jobs"],
        AlertKinds.WorkerLost => t["A worker was lost"],
        AlertKinds.SyncsLate => t["Syncs are late"],
        AlertKinds.BrokerFails => t["Many syncs fail"],
        AlertKinds.DiskLow => t["The disk is nearly full"],
        AlertKinds.KeyFileOpen => t["Others can read the key file"],
        AlertKinds.BackupOld => t["The last backup is old"],
        AlertKinds.ChannelDead => t["A channel takes no messages"],
        AlertKinds.Test => t["A trial"],
        _ => kind,
    };

    /// <summary>What a channel is.</summary>
    public static string Of(AlertChannelKind kind, IStringLocalizer<Texts> t) => kind switch
    {
        AlertChannelKind.Email => t["E-mail"],
        AlertChannelKind.Webhook => t["Webhook"],
        _ => t["ntfy"],
    };

    /// <summary>What a message told.</summary>
    public static string Of(AlertEvent told, IStringLocalizer<Texts> t) => told switch
    {
        AlertEvent.Raised => t["began"],
        AlertEvent.Healed => t["works again"],
        AlertEvent.Digest => t["message of the day"],
        _ => t["trial"],
    };
}
