using System.ComponentModel;
using Foliosync.Core;
using Foliosync.Core.Connections;
using Foliosync.Core.Jobs;
using Foliosync.Core.Monitoring;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Foliosync.Api.Monitor;

/// <summary><c>/api/v1/admin/monitor</c>: what operators see of syncs, and what they do about it.</summary>
internal static class MonitorApi
{
    private const int MostAtOnce = 1000;

    public static void Map(RouteGroupBuilder api)
    {
        var group = api.MapGroup("/admin/monitor").WithTags("Monitor").ForOperators().ProducesProblem(403);
        group.MapGet("/", LookAsync).WithName("getMonitor").WithSummary("Workers, brokers, queue and lag at a glance");
        group.MapGet("/workers", WorkersAsync).WithName("listWorkers").WithSummary("List workers, with what each is at; those lost within a day too");
        group.MapGet("/charts", ChartsAsync).WithName("getRunCharts").WithSummary("Throughput, success, durations and lag over hours to years");
        group.MapGet("/runs", ListAsync).WithName("listRuns").WithSummary("Find runs of everybody by a question").ProducesProblem(400);
        group.MapPost("/runs", ActAsync).WithName("actOnRuns").WithSummary("Retry, replay or cancel several runs").ProducesProblem(400).ProducesProblem(409).ProducesProblem(422);
        group.MapGet("/runs/{id:guid}", GetAsync).WithName("getRun").WithSummary("Everything about a run").ProducesProblem(404);
        group.MapPost("/runs/{id:guid}/{act}", ActOnOneAsync).WithName("actOnRun").WithSummary("Retry, replay or cancel a run").ProducesProblem(404).ProducesProblem(409);
        group.MapPost("/brokers/{broker}/pause", PauseBrokerAsync).WithName("pauseBroker").WithSummary("Let the connections of a broker wait").ProducesProblem(404).ProducesProblem(422);
        group.MapPost("/brokers/{broker}/resume", ResumeBrokerAsync).WithName("resumeBroker").WithSummary("Let them sync again").ProducesProblem(404);
        group.MapPost("/connections/{id:guid}/pause", PauseConnectionAsync).WithName("pauseConnectionOf").WithSummary("Stop the schedule of anybody's connection, with a reason").ProducesProblem(404).ProducesProblem(422);
        group.MapPost("/connections/{id:guid}/resume", ResumeConnectionAsync).WithName("resumeConnectionOf").WithSummary("Let it sync by schedule again").ProducesProblem(404);
        group.MapGet("/jobs", JobsAsync).WithName("listJobs").WithSummary("List recurring jobs with their last turns");
        group.MapPost("/jobs/{name}/{act}", ActOnJobAsync).WithName("actOnJob").WithSummary("Pause, resume or run a recurring job").ProducesProblem(404).ProducesProblem(422);
    }

    private static async Task<Ok<MonitorSnapshot>> LookAsync(MonitorReader reader, CancellationToken cancellationToken) =>
        TypedResults.Ok(await reader.LookAsync(cancellationToken));

    private static async Task<Ok<Page<WorkerView>>> WorkersAsync(MonitorReader reader, CancellationToken cancellationToken) =>
        TypedResults.Ok(new Page<WorkerView>(await reader.WorkersAsync(cancellationToken), null));

    private static async Task<Ok<Page<RunBucket>>> ChartsAsync(
        RunCharts charts, [Description("How far back; 24 if not given, 26280 at most.")] int? hours, [Description("One broker.")] string? broker, CancellationToken cancellationToken) =>
        hours is < 1 or > 26_280
            ? throw new QueryException("hours", "The hours must be a number from 1 to 26280.")
            : TypedResults.Ok(new Page<RunBucket>(await charts.ReadAsync(hours ?? 24, broker, cancellationToken), null));

    private static async Task<Ok<RunPage>> ListAsync(
        RunSearch search,
        [AsParameters] PageQuery page,
        [Description("The question, for example: state:failed broker:zerodha started:<2h \"rate limit\". docs/monitoring.md explains the language.")] string? q,
        [Description("newest, oldest or longest.")] Named<RunOrder>? sort,
        CancellationToken cancellationToken)
    {
        try
        {
            return TypedResults.Ok(await search.PageAsync(QueryOf(q), sort?.Value ?? RunOrder.Newest, page.After, page.Rows, cancellationToken));
        }
        catch (InputException e)
        {
            throw new QueryException(e.Field ?? "after", e.Message);
        }
    }

    private static async Task<Ok<RunDetailView>> GetAsync(RunSearch search, Guid id, CancellationToken cancellationToken) =>
        TypedResults.Ok(RunDetailView.Of(await search.DetailAsync(id, cancellationToken)));

    private static async Task<Ok<RunsActed>> ActAsync(
        HttpContext http, RunControl control, RunSearch search, MonitorSettings settings, RunsInput input, CancellationToken cancellationToken)
    {
        settings.RequireWritable();
        var act = ActOf(input.Act) ?? throw new InputException("Say what to do: retry, replay or cancel.", "act");
        var ids = (input.Ids, input.Q) switch
        {
            ({ Count: > MostAtOnce }, _) => throw new InputException($"At most {MostAtOnce} runs at once.", "ids"),
            ({ } some, _) => some,
            (null, { } q) => await search.IdsAsync(QueryOf(q), MostAtOnce, cancellationToken),
            _ => throw new InputException("Say which runs: by ids, or by a question in q.", "ids"),
        };
        var results = await control.ActAsync(ids, act, OperatorsOnly.OperatorOf(http), cancellationToken);
        return TypedResults.Ok(new RunsActed(results.Count(r => r.Refused is null), results));
    }

    private static async Task<Ok<RunActResult>> ActOnOneAsync(
        HttpContext http, RunControl control, MonitorSettings settings, Guid id, string act, CancellationToken cancellationToken)
    {
        settings.RequireWritable();
        var what = ActOf(act) ?? throw new NotFoundException("act");
        return TypedResults.Ok(new RunActResult(id, await control.ActAsync(id, what, OperatorsOnly.OperatorOf(http), cancellationToken), null));
    }

    private static async Task<NoContent> PauseBrokerAsync(
        HttpContext http, BrokerControl control, MonitorSettings settings, string broker, PauseInput input, CancellationToken cancellationToken)
    {
        settings.RequireWritable();
        await control.PauseAsync(broker, input.Reason, OperatorsOnly.OperatorOf(http), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> ResumeBrokerAsync(
        HttpContext http, BrokerControl control, MonitorSettings settings, string broker, CancellationToken cancellationToken)
    {
        settings.RequireWritable();
        await control.ResumeAsync(broker, OperatorsOnly.OperatorOf(http), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> PauseConnectionAsync(
        HttpContext http, ConnectionSetup setup, MonitorSettings settings, Guid id, PauseInput input, CancellationToken cancellationToken)
    {
        settings.RequireWritable();
        await setup.PauseAsync(id, BrokerControl.CheckReason(input.Reason), OperatorsOnly.OperatorOf(http), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> ResumeConnectionAsync(
        HttpContext http, ConnectionSetup setup, MonitorSettings settings, Guid id, CancellationToken cancellationToken)
    {
        settings.RequireWritable();
        await setup.ResumeAsync(id, OperatorsOnly.OperatorOf(http), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<Page<RecurringView>>> JobsAsync(IEnumerable<IRecurringJob> jobs, RecurringControl control, CancellationToken cancellationToken) =>
        TypedResults.Ok(new Page<RecurringView>(await RecurringView.ListAsync(jobs, control, cancellationToken), null));

    private static async Task<NoContent> ActOnJobAsync(
        HttpContext http,
        IEnumerable<IRecurringJob> jobs,
        RecurringControl control,
        MonitorSettings settings,
        string name,
        string act,
        PauseInput? input,
        CancellationToken cancellationToken)
    {
        settings.RequireWritable();
        await DoJobAsync(jobs, control, name, act, input?.Reason, OperatorsOnly.OperatorOf(http), cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>Pauses, resumes or runs a recurring job.</summary>
    public static Task DoJobAsync(
        IEnumerable<IRecurringJob> jobs, RecurringControl control, string name, string act, string? reason, Core.Users.Actor by, CancellationToken cancellationToken)
    {
        if (jobs.All(j => j.Name != name))
        {
            throw new NotFoundException("job");
        }

        return act switch
        {
            "pause" => control.PauseAsync(name, BrokerControl.CheckReason(reason), by, cancellationToken),
            "resume" => control.ResumeAsync(name, by, cancellationToken),
            "run" => control.AskAsync(name, by, cancellationToken),
            _ => throw new NotFoundException("act"),
        };
    }

    /// <summary>An act by its name; null when there is no such.</summary>
    public static RunAct? ActOf(string? name) => name switch { "retry" => RunAct.Retry, "replay" => RunAct.Replay, "cancel" => RunAct.Cancel, _ => null };

    /// <summary>Refuses to change anything on an instance whose monitor is read-only.</summary>
    public static void RequireWritable(this MonitorSettings settings)
    {
        if (settings.IsReadOnly)
        {
            throw new RefusedException($"The monitor of this instance is read-only ({Hosting.MonitorSettingsReader.ReadOnlyName}). Use the command line of its machine.");
        }
    }

    private static RunQuery QueryOf(string? text)
    {
        try
        {
            return RunQuery.Parse(text);
        }
        catch (RunQueryException e)
        {
            throw new QueryException("q", e.Message);
        }
    }
}
