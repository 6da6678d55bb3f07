using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Microsoft.Extensions.Localization;

namespace Foliosync.Web.Connections;

/// <summary>Plain words for states, steps and errors of connections and their runs.</summary>
internal static class ConnectionWords
{
    // Between the name of a step and the account that it was for.
    private const string OfAccount = " of ";

    /// <summary>A state in a word or two.</summary>
    public static string Of(ConnectionState state, IStringLocalizer<Texts> t) => state switch
    {
        ConnectionState.Active => t["Works"],
        ConnectionState.NeedsLogin => t["Needs a login"],
        ConnectionState.CredentialsRejected => t["Key or secret is wrong"],
        ConnectionState.Failing => t["Broker in trouble"],
        ConnectionState.Closed => t["Closed"],
        _ => t["Paused"],
    };

    /// <summary>A state in a word or two; a broker that works as a rule may be in trouble now.</summary>
    public static string Of(ConnectionStatus connection, IStringLocalizer<Texts> t) =>
        connection.BrokerPaused is not null ? t["Waits"] : IsTryingAgain(connection) ? t["Trying again"] : Of(connection.State, t);

    /// <summary>The tone of a badge.</summary>
    public static string ToneOf(ConnectionStatus connection) => connection.BrokerPaused is not null || IsTryingAgain(connection) ? "warn" : ToneOf(connection.State);

    /// <summary>The tone of a badge.</summary>
    public static string ToneOf(ConnectionState state) => state switch
    {
        ConnectionState.Active => "good",
        ConnectionState.NeedsLogin => "warn",
        ConnectionState.Paused or ConnectionState.Closed => "quiet",
        _ => "bad",
    };

    /// <summary>How a connection is and what follows from it, in a sentence or two.</summary>
    public static string Sentence(ConnectionStatus connection, IStringLocalizer<Texts> t) => connection switch
    {
        { State: ConnectionState.Closed, NeedsKeys: true } => t["Closed: its keys are deleted and it is not read any more. What was read stays; enter keys again to open it."],
        { State: ConnectionState.Closed } => t["Closed: it is not fed any more. What it holds stays; a file that you import opens it again."],
        { BrokerPaused: { } why, IsRunning: false } => t["Whoever runs this instance has paused {0}: {1} Your data is as it was, and the sync follows by itself.", connection.BrokerName, why],
        { ActiveRun: not null, IsRunning: true } => t["{0} is being read.", connection.BrokerName],
        { ActiveRun: not null } => t["A sync waits for its turn."],
        { State: ConnectionState.NeedsLogin } => t["The session at {0} is over. Log in there once; the sync then begins by itself.", connection.BrokerName],
        { State: ConnectionState.CredentialsRejected } => t["{0} refuses the key or the secret. Enter them again; all that was read stays.", connection.BrokerName],
        { State: ConnectionState.Failing } => t["{0} has been in trouble several times in a row. It is tried again by itself, and your data is as it was.", connection.BrokerName],
        { State: ConnectionState.Paused, PauseReason: { } why } => t["Paused: {0} It is not read by itself until you resume.", why],
        { State: ConnectionState.Paused } => t["Paused by a person. It is not read by itself until you resume."],
        { Review: not null } => t["A report looks wrong and was not applied. Your data is as it was; have a look and decide."],
        { FilesOnly: true } => t["Files that you import feed it. There is nothing to log in to."],
        _ when IsTryingAgain(connection) => t["The last sync did not succeed. It is tried again by itself, and your data is as it was."],
        { LastSuccessAt: null } => t["Connected. The first sync comes by itself."],
        _ => t["All is well, nothing to do."],
    };

    // A report that waits for a person, and a file that could not be read, are not tried again by themselves.
    private static bool IsTryingAgain(ConnectionStatus connection) =>
        connection is { State: ConnectionState.Active, Problem: not null, Review: null, FilesOnly: false };

    /// <summary>How a run stands or ended.</summary>
    public static string Of(SyncRunState state, IStringLocalizer<Texts> t) => state switch
    {
        SyncRunState.Queued => t["waits for its turn"],
        SyncRunState.Running => t["at work"],
        SyncRunState.Succeeded => t["succeeded"],
        SyncRunState.Failed => t["failed"],
        SyncRunState.NeedsReview => t["waits for a look"],
        SyncRunState.NeedsLogin => t["needs a login"],
        _ => t["stopped"],
    };

    /// <summary>The tone of a badge.</summary>
    public static string ToneOf(SyncRunState state) => state switch
    {
        SyncRunState.Succeeded => "good",
        SyncRunState.Failed => "bad",
        SyncRunState.NeedsReview or SyncRunState.NeedsLogin => "warn",
        SyncRunState.Queued or SyncRunState.Running => "info",
        _ => "quiet",
    };

    /// <summary>What started a run.</summary>
    public static string Of(SyncTrigger trigger, IStringLocalizer<Texts> t) => trigger switch
    {
        SyncTrigger.Schedule => t["by schedule"],
        SyncTrigger.Manual => t["by hand"],
        SyncTrigger.LoginCompleted => t["after a login"],
        SyncTrigger.Retry => t["tried again"],
        _ => t["by a file"],
    };

    /// <summary>A kind of data that is read.</summary>
    public static string Of(ReadKinds kind, IStringLocalizer<Texts> t) => kind switch
    {
        ReadKinds.Holdings => t["Holdings"],
        ReadKinds.Positions => t["Positions"],
        ReadKinds.Funds => t["Mutual funds"],
        ReadKinds.Cash => t["Cash"],
        _ => t["Transactions"],
    };

    /// <summary>The single kinds of several, in a fixed order.</summary>
    public static IEnumerable<ReadKinds> Each(ReadKinds kinds) => Enum.GetValues<ReadKinds>().Where(k => k != ReadKinds.None && kinds.HasFlag(k));

    /// <summary>A step of a run. Steps that this version does not know keep the name that they have.</summary>
    public static string OfStep(string name, IStringLocalizer<Texts> t)
    {
        var end = name.IndexOf(OfAccount, StringComparison.Ordinal);
        var (step, account) = end < 0 ? (name, null) : (name[..end], name[(end + OfAccount.Length)..]);
        string words = step switch
        {
            "renew session" => t["Renew the session"],
            "check identity" => t["Check who is logged in"],
            "list accounts" => t["List the accounts"],
            "read holdings" => t["Read holdings"],
            "read positions" => t["Read positions"],
            "read funds" => t["Read mutual funds"],
            "read cash" => t["Read cash"],
            "read transactions" => t["Read transactions"],
            "reconcile" => t["Compare with what is known"],
            "store" => t["Store"],
            "wait" => t["Wait for a turn"],
            _ => step,
        };
        return account is null ? words : $"{words} · {account}";
    }

    /// <summary>How a step went.</summary>
    public static string OfResult(string result, IStringLocalizer<Texts> t) => result switch
    {
        "ok" => t["done"],
        "notSupported" => t["not offered"],
        _ => t["failed"],
    };

    /// <summary>The tone of a step's badge.</summary>
    public static string ToneOfResult(string result) => result switch { "ok" => "good", "notSupported" => "quiet", _ => "bad" };

    /// <summary>What a person does about a run that did not succeed; null when there is nothing to say.</summary>
    public static string? Next(SyncRun run, ConnectionStatus connection, IStringLocalizer<Texts> t)
    {
        LocalizedString? next = (run.State, run.ErrorKind) switch
        {
            (SyncRunState.NeedsLogin, _) => t["Log in at {0}. The sync then begins by itself.", connection.BrokerName],
            (SyncRunState.NeedsReview, "suspiciousReport") => t["Look at the report and decide. Your data is as it was."],
            (SyncRunState.NeedsReview, _) => t["Your data is as it was, and it is tried again by itself. If it stays like this, {0} has changed its answers: install a newer version.", connection.BrokerName],
            (SyncRunState.Cancelled, _) => t["Nothing to do: it runs again by itself."],
            (SyncRunState.Failed, "authExpired") => t["Enter key and secret again. All that was read stays."],
            (SyncRunState.Failed, "rateLimited" or "transient") => t["Nothing to do: it is tried again by itself. Your data is as it was."],
            (SyncRunState.Failed, _) => t["Sync again. If that fails too, whoever runs this instance finds the details in its log."],
            _ => null,
        };
        return next?.Value;
    }

    /// <summary>A time between two syncs.</summary>
    public static string Every(TimeSpan interval, IStringLocalizer<Texts> t) => interval switch
    {
        { TotalDays: 1 } => t["Every day"],
        { TotalHours: 1 } => t["Every hour"],
        { TotalHours: > 1 } when interval.TotalHours % 1 == 0 => t["Every {0} hours", (int)interval.TotalHours],
        { TotalMinutes: 1 } => t["Every minute"],
        { TotalSeconds: < 60 } when interval.TotalSeconds % 1 == 0 => t["Every {0} seconds", (int)interval.TotalSeconds],
        { TotalMinutes: >= 1 } when interval.TotalMinutes % 1 == 0 => t["Every {0} minutes", (int)interval.TotalMinutes],
        _ => t["Every {0}", SyncIntervals.ToText(interval)!],
    };

    /// <summary>How long something took.</summary>
    public static string Took(TimeSpan time, Formats formats, IStringLocalizer<Texts> t) => time switch
    {
        { TotalSeconds: < 1 } => t["{0} ms", (int)time.TotalMilliseconds],
        { TotalMinutes: < 2 } => t["{0} s", formats.Number((decimal)time.TotalSeconds, 1)],
        _ => t["{0} min", formats.Number((decimal)time.TotalMinutes, 1)],
    };
}
