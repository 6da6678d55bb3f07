using System.Diagnostics;
using Foliosync.Bench.Machine;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Bench.Unattended;

/// <summary>
/// Syncs the same connections to the same simulator in the foreground and by themselves. Both are measured alike: runs that succeeded,
/// by the time from the first start to the last end.
/// </summary>
internal static class UnattendedBench
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    public static async Task<UnattendedMeasurement> MeasureAsync(UnattendedPlan plan, CancellationToken cancellationToken)
    {
        // The one that is asked for is one more, and never due by itself.
        var accounts = Math.Max(plan.Connections, plan.Backlog) + 1;
        await using var program = await FoliosyncProgram.CreateAsync(plan.Postgres, accounts, plan.Holdings);
        await program.ImportAsync(1, plan.Connections, ["holdings"], demo: 0, cancellationToken);
        await program.Simulator.DelayAsync(plan.Delay);
        await using var database = program.OpenDatabase();

        await program.RunAsync("sync");
        var foreground = new List<double>();
        for (var i = 0; i < plan.Repeats; i++)
        {
            await program.Simulator.TickAsync();
            var from = TimeProvider.System.GetUtcNow();
            await program.RunAsync("sync");
            foreground.Add((await RoundAsync(database, from, cancellationToken)).PerSecond);
        }

        var token = await program.CreateTokenAsync("write");
        await using var server = await program.ServeAsync(jobs: plan.Processes == 1);
        var workers = Enumerable.Range(1, plan.Processes - 1).Select(_ => program.StartRunning("work")).ToList();
        try
        {
            var rounds = new List<(double PerSecond, double PickUp)>();
            for (var i = 0; i < plan.Repeats; i++)
            {
                await program.Simulator.TickAsync();
                rounds.Add(await UnattendedRoundAsync(plan, database, cancellationToken));
            }

            var syncNow = await SyncNowAsync(plan, program, database, new FoliosyncApi(server.Address, token), cancellationToken);
            return new UnattendedMeasurement(
                plan.Postgres ? "postgres" : "sqlite",
                plan.Connections,
                plan.Processes,
                foreground,
                [.. rounds.Select(r => r.PerSecond)],
                [.. rounds.Select(r => r.PickUp)],
                Math.Round(Median(rounds.Select(r => r.PerSecond)) / Median(foreground), 3),
                plan.Backlog,
                syncNow,
                new UnattendedTarget(0.8));
        }
        finally
        {
            foreach (var worker in workers)
            {
                await worker.DisposeAsync();
            }
        }
    }

    private static async Task<(double PerSecond, double PickUp)> UnattendedRoundAsync(
        UnattendedPlan plan, Database database, CancellationToken cancellationToken)
    {
        var due = await MakeDueAsync(database, except: null, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            await Task.Delay(Look, cancellationToken);
            var round = await RoundAsync(database, due, cancellationToken);
            if (round.Succeeded >= plan.Connections)
            {
                return (round.PerSecond, Math.Round((round.First - due).TotalSeconds, 2));
            }

            if (Stopwatch.GetElapsedTime(started) > plan.Patience)
            {
                throw new InvalidOperationException(
                    $"Only {round.Succeeded} of {plan.Connections} due connections were synced within {plan.Patience.TotalSeconds:0} seconds.");
            }
        }
    }

    private static async Task<List<double>> SyncNowAsync(
        UnattendedPlan plan, FoliosyncProgram program, Database database, FoliosyncApi api, CancellationToken cancellationToken)
    {
        using var _ = api;
        await program.ImportAsync(plan.Connections + 1, Math.Max(plan.Backlog - plan.Connections, 0) + 1, ["holdings"], demo: 0, cancellationToken);
        var asked = (await api.ListAsync<ConnectionRow>("connections", cancellationToken)).OrderBy(c => c.Id).Last();
        var measured = new List<double>();
        for (var i = 0; i < plan.Repeats; i++)
        {
            await UntilIdleAsync(database, cancellationToken);
            await program.Simulator.TickAsync();
            await MakeDueAsync(database, asked.Id, cancellationToken);

            // The backlog is being worked on when the person comes.
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
            var started = Stopwatch.GetTimestamp();
            var run = await api.PostAsync<QueuedRow>($"connections/{asked.Id}/sync", cancellationToken);
            while ((await api.GetAsync<RunRow>($"sync-runs/{run.RunId}", cancellationToken)).FinishedAt is null)
            {
                if (Stopwatch.GetElapsedTime(started) > plan.Patience)
                {
                    throw new InvalidOperationException($"\"Sync now\" did not end within {plan.Patience.TotalSeconds:0} seconds.");
                }

                await Task.Delay(5, cancellationToken);
            }

            measured.Add(Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds));
        }

        return measured;
    }

    private static async Task UntilIdleAsync(Database database, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        while (await db.SyncStates.AnyAsync(s => s.LeaseToken != null || s.LastSuccessAt == null || s.NextSyncAt <= TimeProvider.System.GetUtcNow(), cancellationToken))
        {
            await Task.Delay(Look, cancellationToken);
        }
    }

    private static async Task<DateTimeOffset> MakeDueAsync(Database database, Guid? except, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        await using var db = database.Open(OwnerScope.Everyone);
        if (except is { } id)
        {
            await db.SyncStates.Where(s => s.ConnectionId == id)
                .ExecuteUpdateAsync(u => u.SetProperty(s => s.NextSyncAt, now.AddDays(1)), cancellationToken);
        }

        await db.SyncStates.Where(s => s.ConnectionId != except)
            .ExecuteUpdateAsync(u => u.SetProperty(s => s.NextSyncAt, now), cancellationToken);
        return now;
    }

    private static async Task<(int Succeeded, double PerSecond, DateTimeOffset First)> RoundAsync(
        Database database, DateTimeOffset from, CancellationToken cancellationToken)
    {
        await using var db = database.Open(OwnerScope.Everyone);
        var runs = db.SyncRuns.Where(r => r.StartedAt >= from && r.State == SyncRunState.Succeeded);
        var count = await runs.CountAsync(cancellationToken);
        if (count == 0)
        {
            return (0, 0, from);
        }

        var first = await runs.MinAsync(r => r.StartedAt!.Value, cancellationToken);
        var last = await runs.MaxAsync(r => r.FinishedAt!.Value, cancellationToken);
        return (count, Math.Round(count / (last - first).TotalSeconds, 1), first);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
