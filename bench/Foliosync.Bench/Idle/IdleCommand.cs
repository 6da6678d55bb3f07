using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Foliosync.Bench.Machine;

namespace Foliosync.Bench.Idle;

/// <summary><c>idle</c>: measures what a process needs while no connection is due.</summary>
internal static class IdleCommand
{
    private const int Holdings = 50;

    public static Command Create()
    {
        var connections = new Option<int>("--connections") { Description = "Connections that are synced and not due.", DefaultValueFactory = _ => 1_000 };
        var seconds = new Option<int>("--seconds") { Description = "How long it is watched.", DefaultValueFactory = _ => 60 };
        var rest = new Option<int>("--rest")
        {
            // The start itself, and what it leaves to the background, is not idleness.
            Description = "Seconds between the start and the watching.",
            DefaultValueFactory = _ => 120,
        };
        var store = new Option<string>("--store") { Description = "sqlite or postgres.", DefaultValueFactory = _ => "sqlite" };
        store.AcceptOnlyFromAmong("sqlite", "postgres");
        var command = new Command("idle", "Watches a server that has nothing to do and prints JSON.") { connections, seconds, rest, store };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var measured = await MeasureAsync(
                arguments.GetRequiredValue(store),
                arguments.GetValue(connections),
                TimeSpan.FromSeconds(arguments.GetValue(rest)),
                TimeSpan.FromSeconds(arguments.GetValue(seconds)),
                cancellationToken);
            Console.WriteLine(JsonSerializer.Serialize(measured, BenchJson.Options));
        });
        return command;
    }

    private static async Task<IdleMeasurement> MeasureAsync(
        string store, int connections, TimeSpan rest, TimeSpan time, CancellationToken cancellationToken)
    {
        await using var program = await FoliosyncProgram.CreateSyncedAsync(store == "postgres", connections, Holdings, cancellationToken);
        await using var server = await program.ServeAsync();
        await Task.Delay(rest, cancellationToken);

        var cpu = server.CpuSeconds;
        var databaseCpu = program.Cluster?.CpuSeconds();
        var started = Stopwatch.GetTimestamp();
        await Task.Delay(time, cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new IdleMeasurement(
            store,
            connections,
            Math.Round(rest.TotalSeconds),
            Math.Round(seconds),
            Math.Round((server.CpuSeconds - cpu) / seconds * 100, 3),
            databaseCpu is null ? null : Math.Round((program.Cluster!.CpuSeconds() - databaseCpu.Value) / seconds * 100, 3),
            Math.Round(server.ResidentMegabytes, 1),
            Math.Round(server.ProportionalMegabytes, 1),
            Math.Round(server.AnonymousMegabytes, 1));
    }
}

/// <summary>What a server needs that has nothing to do.</summary>
/// <param name="Store">sqlite or postgres.</param>
/// <param name="Connections">Connections, none of them due.</param>
/// <param name="Rest">Seconds between its start and the watching.</param>
/// <param name="Seconds">How long it was watched.</param>
/// <param name="CpuPercent">Processor time of the server, in percent of one processor.</param>
/// <param name="DatabaseCpuPercent">The same of PostgreSQL; null on SQLite.</param>
/// <param name="ResidentMegabytes">Memory at the end, as the kernel adds up what is mapped.</param>
/// <param name="ProportionalMegabytes">The same with each page once: what it takes from the machine.</param>
/// <param name="AnonymousMegabytes">The part of it that is no file.</param>
internal sealed record IdleMeasurement(
    string Store,
    int Connections,
    double Rest,
    double Seconds,
    double CpuPercent,
    double? DatabaseCpuPercent,
    double ResidentMegabytes,
    double ProportionalMegabytes,
    double AnonymousMegabytes);
