using System.ComponentModel;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Jobs;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Sync;

namespace Foliosync.Api.Monitor;

/// <summary>Everything about a run, for operators.</summary>
internal sealed record RunDetailView(
    RunRow Run,
    SyncCountsView Counts,
    IReadOnlyList<BrokerWarning> Warnings,
    string? ErrorDetail,
    DateTimeOffset? CancelAskedAt,
    IReadOnlyList<SyncStep> Steps,
    RunAtWork? AtWork,
    IReadOnlyList<RunRequest> Requests,
    IReadOnlyList<RunLogLine> Log,
    bool HasRecording,
    Guid? Later,
    IReadOnlyList<RunRow> Earlier)
{
    public static RunDetailView Of(RunDetail d) => new(
        d.Row,
        new SyncCountsView(d.Run.Received, d.Run.Inserted, d.Run.Updated, d.Run.Closed, d.Run.Unchanged, d.Run.Skipped),
        d.Run.Warnings,
        d.Run.ErrorDetail,
        d.Run.CancelAskedAt,
        d.Run.Steps,
        d.AtWork,
        d.Run.Requests,
        d.Run.Log,
        d.HasRecording,
        d.Later,
        d.Earlier);
}

/// <summary>What to do to which runs.</summary>
internal sealed record RunsInput
{
    [Description("retry, replay or cancel.")]
    public string? Act { get; init; }

    [Description("The runs; at most 1000.")]
    public IReadOnlyList<Guid>? Ids { get; init; }

    [Description("In place of ids: all runs that answer this question, the newest 1000 of them.")]
    public string? Q { get; init; }
}

/// <summary>What came of it.</summary>
internal sealed record RunsActed(int Done, IReadOnlyList<RunActResult> Results);

/// <summary>Why something is paused.</summary>
internal sealed record PauseInput
{
    [Description("For people who wait for it; at most 200 characters.")]
    public string? Reason { get; init; }
}

/// <summary>A recurring job.</summary>
internal sealed record RecurringView(
    string Name, long EverySeconds, DateTimeOffset? PausedAt, string? PauseReason, DateTimeOffset? AskedAt, DateTimeOffset? NextAt, IReadOnlyList<RecurringTurn> Turns)
{
    public static async Task<IReadOnlyList<RecurringView>> ListAsync(IEnumerable<IRecurringJob> jobs, RecurringControl control, CancellationToken cancellationToken)
    {
        var states = await control.ListAsync(cancellationToken);
        return
        [
            .. from job in jobs
               orderby job.Name
               let state = states.GetValueOrDefault(job.Name)
               let last = state?.Turns.Count > 0 ? state.Turns[0].At : (DateTimeOffset?)null
               select new RecurringView(
                   job.Name, (long)job.Every.TotalSeconds, state?.PausedAt, state?.PauseReason, state?.AskedAt, state?.PausedAt is null ? last + job.Every : null, state?.Turns ?? []),
        ];
    }
}
