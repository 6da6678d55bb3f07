using System.CommandLine;
using System.Globalization;
using Foliosync.Core;
using Foliosync.Core.Monitoring;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Sync.Replays;
using Foliosync.Core.Sync.Reviews;
using Foliosync.Core.Users;
using Microsoft.EntityFrameworkCore;
using Spectre.Console;

namespace Foliosync.Cli;

/// <summary><c>foliosync runs …</c>: what syncs did, and what to do about reports that wait.</summary>
internal static class RunVerbs
{
    private const int MostAtOnce = 1000;

    private static readonly Argument<Guid> Run = Input.Id("The run's id", "runs list", "RUN");
    private static readonly Argument<Guid> Other = Input.Id("Another run of the same connection", "runs list", "OTHER");
    private static readonly Option<Guid?> Connection = Input.IdOption("--connection", "Only runs of this connection", "connect list");
    private static readonly Option<SyncRunState?> State = new("--state") { Description = "Only runs in this state, for example needsReview", HelpName = "STATE" };
    private static readonly Option<string?> Query = new("--query", "-q")
    {
        Description = "Only runs that answer a question, for example 'state:failed broker:zerodha started:<2h'; see docs/monitoring.md",
        HelpName = "QUESTION",
    };

    private static readonly Option<RunOrder> Sort = new("--sort") { Description = "newest, oldest or longest first", HelpName = "ORDER" };
    private static readonly Option<string?> After = new("--after") { Description = "Where to go on; the list before says it", HelpName = "PLACE" };
    private static readonly Argument<Guid?> One = new("RUN") { Description = "The run's id; leave it out with --query", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<int> Limit = new("--limit") { Description = "How many, newest first", HelpName = "N", DefaultValueFactory = _ => 20 };
    private static readonly Option<bool> Apply = new("--apply") { Description = "Apply it, as a run of its own; refused when a newer report has been applied" };
    private static readonly Option<string?> Symbol = new("--symbol") { Description = "Only this instrument, by the broker's symbol", HelpName = "SYMBOL" };

    public static Command Create() => Verb.Group(
        "runs",
        "What syncs did, and reports that wait for a person",
        Verb.Create("list", "Find runs by a question, newest first", ListAsync, Query, Connection, State, Sort, Limit, After),
        Verb.Create("show", "Show a run, and what waits in it", ShowAsync, Run),
        Verb.Create("retry", "Sync the connection of a run again, or those of all runs that answer a question", RetryAsync, One, Query),
        Verb.Create("cancel", "End a run that waits or is at work, or all that answer a question", CancelAsync, One, Query),
        Verb.Create("accept", "Apply the report that waits in a run", AcceptAsync, Run),
        Verb.Create("reject", "Keep the data; the same report is not asked about again", RejectAsync, Run),
        Verb.Create("replay", "Read what the broker sent in a run through today's adapter", ReplayAsync, Run, Apply),
        Verb.Create("compare", "Why did this number change: two runs, down to the field the broker sent", CompareAsync, Run, Other, Symbol));

    private static async Task ListAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var limit = context.Get(Limit);
        if (limit is < 1 or > 1000)
        {
            throw new UsageException("The limit must be a number from 1 to 1000.");
        }

        var query = QueryOf(context);
        var page = await context.Service<RunSearch>().PageAsync(query, context.Get(Sort), context.Get(After), limit, cancellationToken);
        var ids = page.Items.Select(r => r.Id).ToList();
        await using var db = context.OpenDatabase();
        var runs = await db.SyncRuns.AsNoTracking().Where(r => ids.Contains(r.Id))
            .Select(r => new { r.Id, r.Received, r.Inserted, r.Updated, r.Closed, HasRecording = db.Snapshots.Any(s => s.RunId == r.Id) })
            .ToDictionaryAsync(r => r.Id, cancellationToken);
        var result = page.Items.Select(r => new
        {
            r.Id,
            r.ConnectionId,
            Label = r.Connection,
            r.Broker,
            r.User,
            r.Trigger,
            r.State,
            r.QueuedAt,
            r.StartedAt,
            r.FinishedAt,
            r.DurationMs,
            r.Attempt,
            r.Worker,
            runs[r.Id].Received,
            runs[r.Id].Inserted,
            runs[r.Id].Updated,
            runs[r.Id].Closed,
            r.ErrorKind,
            r.ErrorMessage,
            runs[r.Id].HasRecording,
        }).ToList();
        context.Output.Result(result, console =>
        {
            var table = Tables.Create("Id", "Connection", "Broker", "Trigger", "State", "When", "#Took", "#New", "#Changed", "#Closed", "Recorded", "Error");
            foreach (var r in result)
            {
                table.Row(
                    r.Id.ToString(),
                    r.Label,
                    r.Broker,
                    Tables.Word(r.Trigger),
                    Tables.Word(r.State),
                    Tables.Instant(r.QueuedAt),
                    r.DurationMs is { } ms ? TopView.Took(ms) : string.Empty,
                    Tables.Number(r.Inserted),
                    Tables.Number(r.Updated),
                    Tables.Number(r.Closed),
                    r.HasRecording ? "yes" : string.Empty,
                    r.ErrorKind);
            }

            console.WriteTable(table, query.IsEmpty ? "There are no runs. 'foliosync sync' makes one." : "No run is like that.");
        });
        if (page.Next is { } next)
        {
            context.Output.Say(page.SearchedTo is { } to
                ? $"Searched back to {Tables.Instant(to)}. Go on with --after {next}"
                : $"There are more: --after {next}");
        }
    }

    private static async Task<int> RetryAsync(VerbContext context, CancellationToken cancellationToken) => await ActAsync(context, RunAct.Retry, "to be synced again", cancellationToken);

    private static async Task<int> CancelAsync(VerbContext context, CancellationToken cancellationToken) => await ActAsync(context, RunAct.Cancel, "asked to end", cancellationToken);

    // One run by its id, or all that answer a question.
    private static async Task<int> ActAsync(VerbContext context, RunAct act, string what, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var query = QueryOf(context);
        IReadOnlyList<Guid> ids = (context.Get(One), query.IsEmpty) switch
        {
            ({ } one, true) => [one],
            (null, false) => await context.Service<RunSearch>().IdsAsync(query, MostAtOnce, cancellationToken),
            _ => throw new UsageException("Name one run by its id, or several by --query."),
        };
        var results = await context.Service<RunControl>().ActAsync(ids, act, Actor.CommandLine, cancellationToken);
        var done = results.Count(r => r.Refused is null);
        context.Output.Result(results, console =>
        {
            foreach (var result in results)
            {
                console.Line($"{result.RunId}: {result.Refused ?? (result.NewRunId is { } made ? $"{what}, by run {made}" : what)}");
            }

            console.Line($"{Tables.Number(done)} of {Tables.Number(results.Count)}.");
        });
        return done == results.Count ? ExitCode.Fine : ExitCode.Failed;
    }

    // The language, and what the options say beside it.
    private static RunQuery QueryOf(VerbContext context)
    {
        try
        {
            var query = RunQuery.Parse(context.Get(Query));
            query = context.Get(Connection) is { } connection ? query.And(RunQuery.Parse($"connection:{connection}")) : query;
            return context.Get(State) is { } state ? query.And(RunQuery.Parse($"state:{state}")) : query;
        }
        catch (RunQueryException e)
        {
            throw new UsageException($"The question cannot be read. {e.Message}");
        }
    }

    private static async Task ShowAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        await using var db = context.OpenDatabase();
        var run = await FindAsync(db, context.Get(Run), cancellationToken);
        var reviews = await ReviewDecisions.Of(db.Reviews.AsNoTracking(), run).Include(r => r.Account).OrderBy(r => r.Id).ToListAsync(cancellationToken);
        var result = new
        {
            run.Id,
            run.ConnectionId,
            run.Trigger,
            run.State,
            run.QueuedAt,
            run.StartedAt,
            run.FinishedAt,
            run.Attempt,
            run.Worker,
            Counts = new SyncCounts(run.Received, run.Inserted, run.Updated, run.Closed, run.Unchanged, run.Skipped),
            run.Warnings,
            Error = run.ErrorKind is null ? null : new { Kind = run.ErrorKind, Message = run.ErrorMessage, Detail = run.ErrorDetail },
            run.Steps,
            run.Requests,
            run.Log,
            Reviews = reviews.Select(r => new { r.Id, r.AccountId, AccountName = r.Account!.Name, r.State, r.Reason, r.Since, r.DecidedAt, r.Diff }),
        };
        context.Output.Result(result, console =>
        {
            console.Line($"Run {run.Id}: {Tables.Word(run.Trigger)}, {Tables.Word(run.State)}, {Tables.Instant(run.QueuedAt)}");
            console.Line(CountsLine(result.Counts));
            if (run.ErrorMessage is { } message)
            {
                console.Line(message);
            }

            foreach (var step in run.Steps)
            {
                console.Line($"  {step.Name}: {step.Result}, {TopView.Took(step.Milliseconds)}");
            }

            foreach (var request in run.Requests)
            {
                console.Line($"  {request.Method} {request.Host}{request.Path}: {request.Status}, {TopView.Took(request.Milliseconds)}");
            }

            foreach (var warning in run.Warnings)
            {
                console.Line($"{warning.Code}: {warning.Message}");
            }

            foreach (var review in reviews)
            {
                console.Line($"{review.Account!.Name}: {Tables.Word(review.State)} since {Tables.Instant(review.Since)}. {review.Reason}");
                RunTables.Write(console, review.Diff);
            }
        });
    }

    private static async Task AcceptAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var applied = await context.Service<ReviewDecisions>().AcceptAsync(context.Get(Run), Actor.CommandLine, cancellationToken);
        await using var db = context.OpenDatabase();
        var run = await FindAsync(db, applied, cancellationToken);
        context.Output.Result(Outcome(run), console => console.Line($"Accepted and applied by run {run.Id}. {CountsLine(CountsOf(run))}"));
    }

    private static async Task RejectAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var id = context.Get(Run);
        await context.Service<ReviewDecisions>().RejectAsync(id, Actor.CommandLine, cancellationToken);
        context.Output.Result(
            new { RunId = id, Rejected = true },
            console => console.Line("Rejected. The data stays as it is, and the same report is not asked about again."));
    }

    private static async Task<int> ReplayAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var replay = context.Service<RunReplay>();
        if (context.Get(Apply))
        {
            var applied = await replay.ApplyAsync(context.Get(Run), Actor.CommandLine, cancellationToken);
            await using var db = context.OpenDatabase();
            var run = await FindAsync(db, applied, cancellationToken);
            context.Output.Result(Outcome(run), console =>
                console.Line($"Replayed by run {run.Id}: {Tables.Word(run.State)}. {run.ErrorMessage ?? CountsLine(CountsOf(run))}"));
            return run.State == SyncRunState.Succeeded ? ExitCode.Fine : ExitCode.Failed;
        }

        var result = await replay.PreviewAsync(context.Get(Run), OwnerScope.Everyone, cancellationToken);
        context.Output.Result(result, console =>
        {
            if (result.Error is { } error)
            {
                console.Line($"{error.Message} {error.Detail}");
                return;
            }

            console.Line($"What was sent at {Tables.Instant(result.TakenAt)}, against what is held now; nothing is stored. {CountsLine(result.Counts)}");
            foreach (var account in result.Accounts)
            {
                console.Line($"{account.Name}: {Tables.Number(account.Holdings.Count)} holdings. {account.Suspicion}".TrimEnd());
                RunTables.Write(console, account.Diff);
            }
        });
        return result.Error is null ? ExitCode.Fine : ExitCode.Failed;
    }

    private static async Task CompareAsync(VerbContext context, CancellationToken cancellationToken)
    {
        await context.PrepareAsync(cancellationToken);
        var result = await context.Service<RunComparison>().CompareAsync(
            context.Get(Run), context.Get(Other), context.Get(Symbol), OwnerScope.Everyone, cancellationToken);
        context.Output.Result(result, console => RunTables.Write(console, result));
    }

    private static async Task<SyncRun> FindAsync(FoliosyncDb db, Guid id, CancellationToken cancellationToken) =>
        await db.SyncRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, cancellationToken) ?? throw new NotFoundException("sync run");

    private static object Outcome(SyncRun run) => new
    {
        RunId = run.Id,
        run.State,
        Counts = CountsOf(run),
        Error = run.ErrorKind is null ? null : new { Kind = run.ErrorKind, Message = run.ErrorMessage },
    };

    private static SyncCounts CountsOf(SyncRun run) => new(run.Received, run.Inserted, run.Updated, run.Closed, run.Unchanged, run.Skipped);

    private static string CountsLine(SyncCounts counts) => string.Create(
        CultureInfo.InvariantCulture,
        $"{counts.Received:N0} rows: {counts.Inserted:N0} new, {counts.Updated:N0} changed, {counts.Closed:N0} closed, {counts.Unchanged:N0} unchanged, {counts.Skipped:N0} skipped.");
}
