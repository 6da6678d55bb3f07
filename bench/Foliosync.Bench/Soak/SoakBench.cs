using System.Diagnostics;
using Foliosync.Bench.Machine;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Bench.Soak;

/// <summary>
/// Lets the program run alone while calls fail, sessions die, processes are killed and the database goes away; then ends the trouble,
/// waits until everything is in step, and counts.
/// </summary>
internal static class SoakBench
{
    private const int DifferencesShown = 20;

    // Each step moves a quarter of the accounts, four steps an interval: each has something new at every sync.
    private const int MarketMovesOneOf = 4;

    private static readonly TimeSpan DatabaseAway = TimeSpan.FromSeconds(10);

    public static async Task<SoakMeasurement> MeasureAsync(SoakPlan plan, CancellationToken cancellationToken)
    {
        await using var program = await FoliosyncProgram.CreateAsync(plan.Postgres, plan.Connections, plan.Holdings, new Dictionary<string, string>
        {
            ["FOLIOSYNC_SYNC__INTERVAL"] = plan.Interval.ToString("c"),
        });
        await program.ImportAsync(1, plan.Connections, [], plan.Demo, cancellationToken);
        var token = await program.CreateTokenAsync("write");
        await using var database = program.OpenDatabase();
        var watch = new ScheduleWatch(database);
        var restarts = 0;
        TimeSpan? settledAfter;
        List<string> differences;
        SoakCounts counts;
        await using (var crew = await Crew.StartAsync(program, plan))
        {
            await program.Simulator.RedirectAsync(new Uri(crew.Address, "connect/zerodha/callback"));
            using var api = new FoliosyncApi(crew.Address, token);
            using var person = new ScriptedPerson(api);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task[] always = [crew.SuperviseAsync(end.Token), person.LiveAsync(end.Token), watch.WatchAsync(end.Token)];

            var started = TimeProvider.System.GetUtcNow();
            restarts = await GoThroughTroubleAsync(plan, program, crew, started, cancellationToken);
            var syncs = await CountAsync(database, r => r.State == SyncRunState.Succeeded, cancellationToken);

            (settledAfter, differences) = await SettleAsync(plan, program.Simulator, api, cancellationToken);
            await end.CancelAsync();
            await EndAsync(always);
            counts = new SoakCounts(
                syncs / plan.Time.TotalSeconds, person.Logins, person.Refused, crew.Kills, crew.EndedByThemselves, crew.ResidentMegabytes);
        }

        return await TellAsync(plan, program, database, watch, counts, restarts, settledAfter, differences, cancellationToken);
    }

    private static async Task<int> GoThroughTroubleAsync(
        SoakPlan plan, FoliosyncProgram program, Crew crew, DateTimeOffset started, CancellationToken cancellationToken)
    {
        var simulator = program.Simulator;
        await simulator.MixFaultsAsync(plan.Faults, plan.Hang);
        await simulator.MoveMarketAsync(plan.Interval / MarketMovesOneOf, MarketMovesOneOf);
        if (plan.EndSessions)
        {
            await simulator.EndSessionsAsync([started + (plan.Time / 2)]);
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var killing = plan.Kill ? crew.KillAsync(over.Token) : Task.CompletedTask;
        var restarts = 0;
        await Task.Delay(plan.Time / 2, cancellationToken);
        if (plan.Kill && program.Cluster is { } cluster)
        {
            await cluster.StopAsync();
            await Task.Delay(DatabaseAway, cancellationToken);
            await cluster.StartAgainAsync();
            restarts++;
        }

        var left = started + plan.Time - TimeProvider.System.GetUtcNow();
        await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
        await over.CancelAsync();
        await EndAsync([killing]);
        await simulator.EndFaultsAsync();
        await simulator.StopMarketAsync();
        return restarts;
    }

    private static async Task<(TimeSpan? After, List<string> Differences)> SettleAsync(
        SoakPlan plan, SimulatorProcess simulator, FoliosyncApi api, CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetUtcNow();
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var differences = await FindDifferencesAsync(simulator, api, since, cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(started);
            if (differences.Count == 0)
            {
                return (elapsed, differences);
            }

            if (elapsed > plan.Settle)
            {
                return (null, differences);
            }

            await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
        }
    }

    // A server that cannot answer yet is out of step like any other.
    private static async Task<List<string>> FindDifferencesAsync(
        SimulatorProcess simulator, FoliosyncApi api, DateTimeOffset since, CancellationToken cancellationToken)
    {
        try
        {
            return await TruthComparison.FindDifferencesAsync(api, simulator, since, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            await Console.Error.WriteLineAsync($"The API could not be asked: {e.Message}");
            return [$"The API could not be asked: {e.Message}"];
        }
    }

    private static async Task<SoakMeasurement> TellAsync(
        SoakPlan plan,
        FoliosyncProgram program,
        Database database,
        ScheduleWatch watch,
        SoakCounts counts,
        int restarts,
        TimeSpan? settledAfter,
        List<string> differences,
        CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var runs = await db.SyncRuns.GroupBy(r => r.State).Select(g => new { State = g.Key, Count = g.Count() }).ToListAsync(cancellationToken);
        var errors = await db.SyncRuns.Where(r => r.ErrorKind != null)
            .GroupBy(r => r.ErrorKind!).Select(g => new { Kind = g.Key, Count = g.Count() }).ToListAsync(cancellationToken);
        var alerts = await db.Alerts.AsNoTracking().OrderBy(a => a.CreatedAt).ToListAsync(cancellationToken);
        var doubled = alerts.GroupBy(a => (a.ConnectionId, a.Kind))
            .Sum(same => same.Zip(same.Skip(1)).Count(pair => pair.First.ResolvedAt is null || pair.First.ResolvedAt > pair.Second.CreatedAt));

        // What the last process that was stopped had in hand is not left over: it is taken over by the next one.
        var stopped = TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(1);
        var leftRunning = await CountAsync(database, r => r.State == SyncRunState.Running && r.StartedAt < stopped, cancellationToken);
        var leftQueued = await CountAsync(database, r => r.State == SyncRunState.Queued && r.QueuedAt < stopped, cancellationToken);
        var leases = await db.SyncStates.CountAsync(s => s.LeaseUntil < stopped, cancellationToken);
        return new SoakMeasurement(
            settledAfter is not null && leftRunning == 0 && leases == 0 && (leftQueued == 0 || plan.Foreground),
            plan.Postgres ? "postgres" : "sqlite",
            plan.Time.TotalMinutes,
            plan.Connections + plan.Demo,
            runs.ToDictionary(r => BenchJson.Name(r.State), r => r.Count),
            errors.ToDictionary(e => e.Kind, e => e.Count),
            Math.Round(counts.SyncsPerSecond, 2),
            await program.Simulator.FaultsMetAsync(cancellationToken),
            counts.Logins,
            counts.LoginsRefused,
            counts.Kills,
            counts.EndedByThemselves,
            restarts,
            watch.DatabaseAway,
            Math.Round(watch.MaxLag.TotalSeconds, 1),
            watch.Held,
            watch.Troubled,
            settledAfter is { } after ? Math.Round(after.TotalSeconds, 1) : null,
            differences.Count,
            [.. differences.Take(DifferencesShown)],
            leftRunning,
            leftQueued,
            leases,
            alerts.GroupBy(a => a.Kind).ToDictionary(g => g.Key, g => g.Count()),
            doubled,
            counts.ResidentMegabytes);
    }

    private static async Task<int> CountAsync(
        Database database, System.Linq.Expressions.Expression<Func<SyncRun, bool>> which, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        return await db.SyncRuns.CountAsync(which, cancellationToken);
    }

    // What was told to stop has stopped; anything else that broke it is ours to know.
    private static async Task EndAsync(IEnumerable<Task> tasks)
    {
        foreach (var task in tasks)
        {
            try
            {
                await task;
            }
            catch (OperationCanceledException)
            {
                // As it was asked to.
            }
        }
    }

    private sealed record SoakCounts(
        double SyncsPerSecond, int Logins, int LoginsRefused, int Kills, int EndedByThemselves, IReadOnlyList<double> ResidentMegabytes);
}
