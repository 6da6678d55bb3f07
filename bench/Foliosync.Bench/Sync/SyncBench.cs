using System.Diagnostics;
using System.Globalization;
using Foliosync.Bench.Machine;
using Foliosync.Core.Sync;

namespace Foliosync.Bench.Sync;

/// <summary>Runs the real engine against the simulator and a fresh database.</summary>
internal static class SyncBench
{
    // Enough for the just-in-time compiler to have seen the hot path often and to have rewritten it.
    private const int WarmUpAccounts = 500;
    private const int WarmUpRounds = 6;

    public static async Task<SyncMeasurement> MeasureAsync(SyncPlan plan, IReadOnlyList<string> reads, CancellationToken cancellationToken)
    {
        await using var simulator = await SimulatorProcess.StartAsync(plan.Accounts, plan.Holdings);
        await using var cluster = plan.Postgres ? await PostgresCluster.StartAsync() : null;
        await using var warmUp = await BenchInstance.CreateAsync(cluster, "warmup", simulator.Address, Math.Min(plan.Accounts, WarmUpAccounts), reads, cancellationToken);
        for (var i = 0; i < WarmUpRounds; i++)
        {
            await warmUp.Engine.RunAsync(new SyncRequest(), null, cancellationToken);
            await simulator.TickAsync();
        }

        await using var instance = await BenchInstance.CreateAsync(cluster, "measured", simulator.Address, plan.Accounts, reads, cancellationToken);
        var engine = instance.Engine;
        var phases = new List<SyncPhase> { await PhaseAsync("first", plan, engine, simulator, cluster, cancellationToken) };
        var unchanged = new List<SyncPhase>();
        var changed = new List<SyncPhase>();
        for (var i = 0; i < plan.Repeats; i++)
        {
            unchanged.Add(await PhaseAsync("unchanged", plan, engine, simulator, cluster, cancellationToken));
            await simulator.TickAsync();
            changed.Add(await PhaseAsync("tenthChanged", plan, engine, simulator, cluster, cancellationToken));
        }

        phases.Add(Median(unchanged));
        phases.Add(Median(changed));
        var raw = await RawInsert.MeasureAsync(instance.Database, plan, cancellationToken);
        var firstRows = phases[0].AccountsPerSecond * plan.Holdings;
        return new SyncMeasurement(
            plan.Postgres ? "postgres" : "sqlite",
            reads.Count == 0 ? "everything" : string.Join(',', reads),
            plan.Accounts,
            plan.Holdings,
            raw,
            Math.Round(firstRows / raw.RowsPerSecond, 3),
            phases);
    }

    private static async Task<SyncPhase> PhaseAsync(
        string name, SyncPlan plan, SyncEngine engine, SimulatorProcess simulator, PostgresCluster? cluster, CancellationToken cancellationToken)
    {
        using var self = Process.GetCurrentProcess();
        ResetPeak();
        var cpu = self.TotalProcessorTime;
        var databaseCpu = cluster?.CpuSeconds();
        var simulatorCpu = simulator.CpuSeconds;
        var started = Stopwatch.GetTimestamp();

        var summary = await engine.RunAsync(new SyncRequest(), null, cancellationToken);

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        self.Refresh();
        var cpuSeconds = (self.TotalProcessorTime - cpu).TotalSeconds;
        if (summary.Succeeded != plan.Accounts)
        {
            throw new InvalidOperationException($"Only {summary.Succeeded} of {plan.Accounts} accounts were synced: {string.Join("; ", summary.Problems.Take(1))}");
        }

        return new SyncPhase(
            name,
            Math.Round(seconds, 3),
            Math.Round(plan.Accounts / seconds),
            Math.Round(summary.Counts.Received / seconds),
            Math.Round(cpuSeconds, 2),
            Math.Round(cpuSeconds * 1e6 / plan.Accounts),
            cluster is null ? null : Math.Round(cluster.CpuSeconds() - databaseCpu!.Value, 2),
            Math.Round(simulator.CpuSeconds - simulatorCpu, 2),
            Math.Round(PeakMegabytes(), 1),
            summary.Counts.ToString());
    }

    private static SyncPhase Median(List<SyncPhase> phases) => phases.OrderBy(p => p.Seconds).ElementAt(phases.Count / 2);

    // Linux keeps the highest resident size of a process; writing 5 starts it anew.
    private static void ResetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    private static double PeakMegabytes()
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }
}
