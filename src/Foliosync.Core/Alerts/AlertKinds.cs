namespace Foliosync.Core.Alerts;

/// <summary>What alerts tell. The texts are stored and sent: they stay as they are, new ones may come.</summary>
public static class AlertKinds
{
    /// <summary>The session is over; the person logs in at the broker.</summary>
    public const string NeedsLogin = "needsLogin";

    /// <summary>Key or secret is wrong; the person enters new ones.</summary>
    public const string CredentialsRejected = "credentialsRejected";

    /// <summary>The broker has been troubled several times in a row.</summary>
    public const string Failing = "failing";

    /// <summary>A report is not plausible or not readable; older data is shown.</summary>
    public const string NeedsReview = "needsReview";

    /// <summary>The broker answers in another form than the adapter knows.</summary>
    public const string ProviderChanged = "providerChanged";

    /// <summary>No sync has succeeded for long, whatever the reason.</summary>
    public const string DataStale = "dataStale";

    /// <summary>An account that only files feed has had none for long.</summary>
    public const string StatementDue = "statementDue";

    /// <summary>Nobody works on the jobs.</summary>
    public const string WorkersDown = "workersDown";

    /// <summary>A worker died; to operators.</summary>
    public const string WorkerLost = "workerLost";

    /// <summary>Workers cannot keep up; to operators.</summary>
    public const string SyncsLate = "syncsLate";

    /// <summary>Many runs at one broker fail; to operators.</summary>
    public const string BrokerFails = "brokerFails";

    /// <summary>The disk is nearly full; to operators.</summary>
    public const string DiskLow = "diskLow";

    /// <summary>Others can read the key file; to operators.</summary>
    public const string KeyFileOpen = "keyFileOpen";

    /// <summary>The last backup is old; to operators.</summary>
    public const string BackupOld = "backupOld";

    /// <summary>A channel has not taken messages for a day.</summary>
    public const string ChannelDead = "channelDead";

    /// <summary>A trial. Only ever a message, never an incident.</summary>
    public const string Test = "test";

    /// <summary>The kinds of incidents.</summary>
    public static IReadOnlyList<string> All { get; } =
        [NeedsLogin, CredentialsRejected, Failing, NeedsReview, ProviderChanged, DataStale, StatementDue, WorkersDown, WorkerLost, SyncsLate, BrokerFails, DiskLow, KeyFileOpen, BackupOld, ChannelDead];
}
