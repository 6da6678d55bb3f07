using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;

namespace Foliosync.Core.Sync;

/// <summary>What the engine knows of a connection when a run ends.</summary>
/// <param name="State">State before the run.</param>
/// <param name="ConsecutiveFailures">Faults since the last success, this run not counted.</param>
/// <param name="Trigger">What started the run.</param>
/// <param name="CanLogIn">The adapter has a login that a person can repeat.</param>
/// <param name="ScheduledAt">UTC instant at which the schedule would sync it next.</param>
/// <param name="Now">UTC instant of the end of the run.</param>
public sealed record RunContext(
    ConnectionState State, int ConsecutiveFailures, SyncTrigger Trigger, bool CanLogIn, DateTimeOffset ScheduledAt, DateTimeOffset Now)
{
    /// <summary>True when the connection reads nothing by itself: it is fed with files and never due.</summary>
    public bool IsFed { get; init; }
}

/// <summary>What becomes of run and connection.</summary>
/// <param name="RunState">How the run ends.</param>
/// <param name="ConnectionState">State of the connection from now on.</param>
/// <param name="ConsecutiveFailures">Faults since the last success.</param>
/// <param name="NextSyncAt">UTC instant of the next scheduled run; null when it waits for a person.</param>
public sealed record Verdict(
    SyncRunState RunState, ConnectionState ConnectionState, int ConsecutiveFailures, DateTimeOffset? NextSyncAt)
{
    /// <summary>True when a person ended the run: it is not begun again at once.</summary>
    public bool IsStopped { get; init; }

    /// <summary>What the run at <see cref="NextSyncAt"/> will have been started by.</summary>
    /// <param name="trigger">What started the run that ends now.</param>
    public SyncTrigger NextTrigger(SyncTrigger trigger) => RunState switch
    {
        SyncRunState.Failed => SyncTrigger.Retry,
        SyncRunState.Cancelled when !IsStopped => trigger,
        _ => SyncTrigger.Schedule,
    };
}

/// <summary>The whole error policy, one table. Adapters only name the kind; everything that follows from it is decided here.</summary>
public static class SyncPolicy
{
    /// <summary>Faults in a row after which a connection counts as failing.</summary>
    public const int FailuresUntilFailing = 3;

    /// <summary>How long to wait when the broker asks for less without saying how long.</summary>
    public static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait after a process died twice while it synced the same connection.</summary>
    public static readonly TimeSpan WaitAfterInterruption = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromHours(6);

    /// <summary>The run read and stored everything.</summary>
    public static Verdict Succeeded(RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(SyncRunState.Succeeded, Keep(context, ConnectionState.Active), 0, Next(context, context.ScheduledAt));
    }

    /// <summary>The report is not plausible: it is kept, not applied, and looked at by a person or confirmed by the next one.</summary>
    public static Verdict Suspicious(RunContext context) => InvalidData(context);

    /// <summary>The run was stopped before anything was stored; it is due again at once.</summary>
    public static Verdict Cancelled(RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(SyncRunState.Cancelled, context.State, context.ConsecutiveFailures, Next(context, context.Now));
    }

    /// <summary>A person ended the run before anything was stored; the next one comes when the schedule wants it.</summary>
    public static Verdict Stopped(RunContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(SyncRunState.Cancelled, context.State, context.ConsecutiveFailures, Next(context, context.ScheduledAt)) { IsStopped = true };
    }

    /// <summary>The adapter failed.</summary>
    /// <param name="context">The connection.</param>
    /// <param name="error">The failure, never of kind Unsupported: that switches one read off and the run goes on.</param>
    /// <param name="jitter">From 0 to 1, so that connections that failed together do not come back together.</param>
    public static Verdict Failed(RunContext context, BrokerException error, double jitter)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(error);
        return error.Kind switch
        {
            BrokerErrorKind.AuthExpired when context.CanLogIn && context.Trigger != SyncTrigger.LoginCompleted =>
                new(SyncRunState.NeedsLogin, Keep(context, ConnectionState.NeedsLogin), context.ConsecutiveFailures, null),
            BrokerErrorKind.AuthExpired =>
                new(SyncRunState.Failed, Keep(context, ConnectionState.CredentialsRejected), context.ConsecutiveFailures + 1, null),
            BrokerErrorKind.RateLimited =>
                new(SyncRunState.Failed, context.State, context.ConsecutiveFailures, Next(context, context.Now + (error.RetryAfter ?? DefaultRetryAfter))),
            BrokerErrorKind.Transient => Troubled(context, error.RetryAfter, jitter),
            BrokerErrorKind.InvalidData => InvalidData(context),
            _ => Internal(context, jitter),
        };
    }

    /// <summary>Our fault: anything else than what adapters may throw.</summary>
    public static Verdict Internal(RunContext context, double jitter)
    {
        ArgumentNullException.ThrowIfNull(context);
        var failures = context.ConsecutiveFailures + 1;
        return new(SyncRunState.Failed, context.State, failures, Next(context, Retry(context, failures, jitter)));
    }

    private static Verdict Troubled(RunContext context, TimeSpan? retryAfter, double jitter)
    {
        var failures = context.ConsecutiveFailures + 1;
        var state = failures >= FailuresUntilFailing ? Keep(context, ConnectionState.Failing) : context.State;
        var at = retryAfter is { } wait ? context.Now + wait : Retry(context, failures, jitter);
        return new(SyncRunState.Failed, state, failures, Next(context, at));
    }

    private static Verdict InvalidData(RunContext context) =>
        new(SyncRunState.NeedsReview, context.State, context.ConsecutiveFailures, Next(context, context.ScheduledAt));

    // The wait grows until the schedule comes sooner.
    private static DateTimeOffset Retry(RunContext context, int failures, double jitter)
    {
        var at = context.Now + Backoff(failures, jitter);
        return at < context.ScheduledAt ? at : context.ScheduledAt;
    }

    private static TimeSpan Backoff(int failures, double jitter)
    {
        var doubled = FirstBackoff * Math.Pow(2, Math.Min(failures - 1, 16));
        return (doubled < LongestBackoff ? doubled : LongestBackoff) * (0.8 + (0.4 * jitter));
    }

    // Only a person ends a pause; a paused connection is not due, nor one that is fed.
    private static ConnectionState Keep(RunContext context, ConnectionState otherwise) => context.State.IsOff() ? context.State : otherwise;

    private static DateTimeOffset? Next(RunContext context, DateTimeOffset at) => context.State.IsOff() || context.IsFed ? null : at;
}
