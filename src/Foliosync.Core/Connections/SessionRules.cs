using Foliosync.Brokers.Contract;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Connections;

/// <summary>When a connection can sync by itself and when a person must log in first.</summary>
internal static class SessionRules
{
    /// <summary>True when nothing can be read without a session that only a person can bring.</summary>
    public static bool NeedsLogin(IBroker broker) => broker is IInteractiveLogin && !broker.Manifest.Unattended;

    /// <summary>True when nothing but a person's login follows a session that is over.</summary>
    public static bool EndsWithItsSession(IBroker broker) => broker is IInteractiveLogin and not ITokenRefresh;

    /// <summary>What a person is told when a session is over.</summary>
    public static string Ended(BrokerManifest manifest) => $"The {manifest.Name} session has ended. Log in at {manifest.Name} to go on.";

    /// <summary>True when the session there is, if any, does not do.</summary>
    public static bool NeedsLoginNow(IBroker broker, bool hasSession, DateTimeOffset? expiresAt, DateTimeOffset now) =>
        NeedsLogin(broker) && (!hasSession || expiresAt <= now);

    /// <summary>The state of a connection that nothing is known against, and its next sync.</summary>
    /// <param name="sync">What is set.</param>
    /// <param name="reads">What the connection reads; one that reads nothing by itself, files only, is never due.</param>
    /// <param name="needsLoginNow">See <see cref="NeedsLoginNow"/>.</param>
    /// <param name="now">UTC instant.</param>
    public static void Start(SyncState sync, ReadKinds reads, bool needsLoginNow, DateTimeOffset now)
    {
        sync.State = needsLoginNow ? ConnectionState.NeedsLogin : ConnectionState.Active;
        sync.NextSyncAt = needsLoginNow || reads == ReadKinds.None ? null : now;
        sync.NextTrigger = SyncTrigger.Schedule;
    }
}
