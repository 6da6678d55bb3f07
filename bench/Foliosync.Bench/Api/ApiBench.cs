using System.Diagnostics;
using System.Globalization;
using Foliosync.Bench.Machine;

namespace Foliosync.Bench.Api;

/// <summary>Asks a running server for holdings with several connections at once.</summary>
internal static class ApiBench
{
    // A server that has compiled its hot path; a visitor meets it from the second minute on.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);

    public static async Task<ApiMeasurement> MeasureAsync(ApiPlan plan, CancellationToken cancellationToken)
    {
        await using var program = await FoliosyncProgram.CreateSyncedAsync(plan.Postgres, accounts: 1, plan.Holdings, cancellationToken);
        var token = await program.CreateTokenAsync();
        await using var server = await program.ServeAsync();

        string[] onePage = [Path(plan.Holdings)];
        // The server keeps pages that nothing has changed. Limits above the number of holdings give the same page under other names,
        // more of them than it keeps, so that each is read and written anew.
        string[] manyPages = [.. Enumerable.Range(plan.Holdings, 1_001 - plan.Holdings).Select(Path)];
        var phases = new List<ApiPhase>();
        foreach (var (name, paths) in new[] { ("samePage", onePage), ("freshPages", manyPages) })
        {
            await LoadAsync(server, token, paths, plan.Connections, WarmUp, cancellationToken);
            phases.Add(await PhaseAsync(name, plan, program, server, token, paths, cancellationToken));
        }

        return new ApiMeasurement(
            plan.Postgres ? "postgres" : "sqlite", plan.Holdings, plan.Connections, plan.Seconds, phases, new ApiTarget(1_000, 15));
    }

    private static string Path(int limit) => string.Create(CultureInfo.InvariantCulture, $"/api/v1/holdings?limit={limit}");

    private static async Task<ApiPhase> PhaseAsync(
        string name, ApiPlan plan, FoliosyncProgram program, ServerProcess server, string token, string[] paths, CancellationToken cancellationToken)
    {
        using var self = Process.GetCurrentProcess();
        var ownCpu = self.TotalProcessorTime;
        var serverCpu = server.CpuSeconds;
        var databaseCpu = program.Cluster?.CpuSeconds();
        var started = Stopwatch.GetTimestamp();
        var (latencies, bodyBytes) = await LoadAsync(server, token, paths, plan.Connections, TimeSpan.FromSeconds(plan.Seconds), cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        self.Refresh();
        var cpu = server.CpuSeconds - serverCpu;
        latencies.Sort();
        return new ApiPhase(
            name,
            latencies.Count,
            Math.Round(latencies.Count / seconds),
            Percentile(latencies, 50),
            Percentile(latencies, 95),
            Percentile(latencies, 99),
            Math.Round(latencies[^1], 2),
            bodyBytes,
            Math.Round(cpu, 2),
            Math.Round(cpu * 1e6 / latencies.Count),
            program.Cluster is null ? null : Math.Round(program.Cluster.CpuSeconds() - databaseCpu!.Value, 2),
            Math.Round((self.TotalProcessorTime - ownCpu).TotalSeconds, 2),
            Math.Round(server.ResidentMegabytes, 1));
    }

    private static double Percentile(List<double> sorted, int percent) => Math.Round(sorted[(sorted.Count - 1) * percent / 100], 2);

    private static async Task<(List<double> Milliseconds, int BodyBytes)> LoadAsync(
        ServerProcess server, string token, string[] paths, int connections, TimeSpan time, CancellationToken cancellationToken)
    {
        var end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var next = -1;
        var bodyBytes = 0;
        var all = await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            using var client = await KeepAliveClient.ConnectAsync(server.Address, token, cancellationToken);
            byte[][] requests = [.. paths.Select(client.RequestOf)];
            var latencies = new List<double>(100_000);
            while (Stopwatch.GetTimestamp() < end)
            {
                var request = requests[(uint)Interlocked.Increment(ref next) % requests.Length];
                var (elapsed, bytes) = await client.AskAsync(request, cancellationToken);
                latencies.Add(elapsed.TotalMilliseconds);
                bodyBytes = bytes;
            }

            return latencies;
        }));
        return ([.. all.SelectMany(l => l)], bodyBytes);
    }
}
