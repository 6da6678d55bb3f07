using System.Globalization;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;

namespace Foliosync.Core.Alerts;

/// <summary>What is known when a run ends.</summary>
/// <param name="Label">What the person calls the connection.</param>
/// <param name="Before">State of the connection before the run.</param>
/// <param name="After">State from now on.</param>
/// <param name="Run">How the run ended.</param>
/// <param name="ErrorKind">See <see cref="SyncRun.ErrorKind"/>.</param>
/// <param name="ErrorMessage">See <see cref="SyncRun.ErrorMessage"/>.</param>
/// <param name="Open">Kinds of the incidents of this connection that last.</param>
/// <param name="LastSuccessAt">UTC instant of the last success before this run; null when there was none.</param>
/// <param name="ConnectedAt">UTC instant at which the connection was made.</param>
/// <param name="Now">UTC instant.</param>
internal sealed record EndedRun(
    string Label,
    ConnectionState Before,
    ConnectionState After,
    SyncRunState Run,
    string? ErrorKind,
    string? ErrorMessage,
    IReadOnlyCollection<string> Open,
    DateTimeOffset? LastSuccessAt,
    DateTimeOffset ConnectedAt,
    DateTimeOffset Now)
{
    /// <summary>True when a person has rejected the report that the broker repeats, and needs not be told again.</summary>
    public bool IsRejected { get; init; }
}

/// <summary>An incident that begins.</summary>
/// <param name="Kind">One of <see cref="AlertKinds"/>.</param>
/// <param name="Message">For people.</param>
/// <param name="TellAt">UTC instant from which it is worth a message, if it lasts that long.</param>
internal sealed record Incident(string Kind, string Message, DateTimeOffset TellAt);

/// <summary>What a run means for the incidents of its connection.</summary>
/// <param name="Raised">The incident that begins; null when none does.</param>
/// <param name="Ended">Kinds of those that are over.</param>
internal sealed record AlertDecision(Incident? Raised, IReadOnlyList<string> Ended);

/// <summary>
/// The one place that decides which incidents begin and end, and when one is told. An incident lasts until a run succeeds, or until
/// another run proves that its cause is gone.
/// </summary>
internal static class AlertRules
{
    /// <summary>Trouble at the broker is told after this time without a success; most of it is over by then.</summary>
    public static readonly TimeSpan TroubleIsTold = TimeSpan.FromDays(1);

    /// <summary>The same kind of incident of one connection is told once in this time, however often it comes and goes.</summary>
    public static readonly TimeSpan OncePer = TimeSpan.FromHours(1);

    /// <summary>Whatever the reason, this long without a success is an incident. Leaves room for a sync once a day.</summary>
    public static readonly TimeSpan Stale = TimeSpan.FromHours(36);

    /// <summary>Decides at the end of a run.</summary>
    public static AlertDecision Decide(EndedRun run)
    {
        if (run.Run == SyncRunState.Succeeded)
        {
            return new(null, [.. run.Open]);
        }

        var kind = KindOf(run);
        IReadOnlyList<string> ended = kind is null ? [] : [.. EndedBy(kind).Intersect(run.Open)];
        return kind is null || run.Open.Contains(kind) ? new(null, ended) : new(new Incident(kind, MessageOf(kind, run), TellAt(kind, run)), ended);
    }

    /// <summary>When an incident that is due may be told, given when the same kind was last told for the same subject.</summary>
    /// <returns><paramref name="now"/>, or a later instant.</returns>
    public static DateTimeOffset NotBefore(DateTimeOffset? lastTold, DateTimeOffset now) =>
        lastTold is { } told && told + OncePer > now ? told + OncePer : now;

    /// <summary>True when a connection that should sync by itself has been without a success for too long.</summary>
    /// <param name="lastSuccessAt">UTC instant of the last success, or of the making of the connection.</param>
    /// <param name="interval">Time between two scheduled runs.</param>
    /// <param name="now">UTC instant.</param>
    public static bool IsStale(DateTimeOffset lastSuccessAt, TimeSpan interval, DateTimeOffset now) =>
        now - lastSuccessAt >= (2 * interval > Stale ? 2 * interval : Stale);

    /// <summary>What a stale connection is told with.</summary>
    public static Incident StaleIncident(string label, DateTimeOffset? lastSuccessAt, DateTimeOffset now) => new(
        AlertKinds.DataStale,
        $"{label}: {Since(lastSuccessAt, "no sync has succeeded")} Look at its last runs, or sync it now.",
        now);

    private static string? KindOf(EndedRun run) => run switch
    {
        // A person switched it off and asked for this run: whoever asks sees the answer.
        _ when run.Before.IsOff() || run.After.IsOff() || run.Run == SyncRunState.Cancelled => null,
        { Run: SyncRunState.NeedsLogin } => AlertKinds.NeedsLogin,
        { ErrorKind: AlertKinds.ProviderChanged } => AlertKinds.ProviderChanged,
        { Run: SyncRunState.NeedsReview } => run.IsRejected ? null : AlertKinds.NeedsReview,
        { After: ConnectionState.CredentialsRejected } when IsKind(run, BrokerErrorKind.AuthExpired) => AlertKinds.CredentialsRejected,
        { After: ConnectionState.Failing } when IsKind(run, BrokerErrorKind.Transient) => AlertKinds.Failing,
        _ => null,
    };

    // A broker that answers is not in trouble, one that lets us in does not reject us, and only one reason keeps a report from being applied.
    private static string[] EndedBy(string kind) => kind switch
    {
        AlertKinds.NeedsLogin => [AlertKinds.CredentialsRejected, AlertKinds.Failing],
        AlertKinds.CredentialsRejected => [AlertKinds.NeedsLogin, AlertKinds.Failing],
        AlertKinds.NeedsReview => [AlertKinds.NeedsLogin, AlertKinds.CredentialsRejected, AlertKinds.Failing, AlertKinds.ProviderChanged],
        AlertKinds.ProviderChanged => [AlertKinds.NeedsLogin, AlertKinds.CredentialsRejected, AlertKinds.Failing, AlertKinds.NeedsReview],
        _ => [],
    };

    private static DateTimeOffset TellAt(string kind, EndedRun run)
    {
        var dayWithout = (run.LastSuccessAt ?? run.ConnectedAt) + TroubleIsTold;
        return kind == AlertKinds.Failing && dayWithout > run.Now ? dayWithout : run.Now;
    }

    private static string MessageOf(string kind, EndedRun run) => kind switch
    {
        AlertKinds.CredentialsRejected => $"{run.Label}: key or secret is wrong. {run.ErrorMessage}",
        AlertKinds.Failing or AlertKinds.NeedsReview => $"{run.Label}: {run.ErrorMessage} {Since(run.LastSuccessAt, "Nothing has been read yet")}",
        AlertKinds.ProviderChanged =>
            $"{run.Label}: the broker answers in a form that this version does not know. {run.ErrorMessage} {Since(run.LastSuccessAt, "Nothing has been read yet")}",
        _ => $"{run.Label}: {run.ErrorMessage}",
    };

    private static string Since(DateTimeOffset? lastSuccessAt, string otherwise) => lastSuccessAt is { } at
        ? string.Create(CultureInfo.InvariantCulture, $"Your data is from {at.UtcDateTime:yyyy-MM-dd HH:mm} UTC.")
        : otherwise + ".";

    private static bool IsKind(EndedRun run, BrokerErrorKind kind) => run.ErrorKind == SqlValues.ToText(kind);
}
