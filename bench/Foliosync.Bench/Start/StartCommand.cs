using System.CommandLine;
using System.Text.Json;
using Foliosync.Bench.Machine;

namespace Foliosync.Bench.Start;

/// <summary><c>start</c>: measures how soon a server is ready, and what it needs when nobody asks anything.</summary>
internal static class StartCommand
{
    private const int Accounts = 20;
    private const int Holdings = 50;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var store = new Option<string>("--store") { Description = "sqlite or postgres.", DefaultValueFactory = _ => "sqlite" };
        store.AcceptOnlyFromAmong("sqlite", "postgres");
        var repeats = new Option<int>("--repeats") { Description = "How often it is started; medians are given.", DefaultValueFactory = _ => 5 };
        var command = new Command("start", "Starts the server on an existing database, again and again, and prints JSON.") { store, repeats };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var measured = await MeasureAsync(arguments.GetRequiredValue(store), arguments.GetValue(repeats), cancellationToken);
            Console.WriteLine(JsonSerializer.Serialize(measured, BenchJson.Options));
        });
        return command;
    }

    private static async Task<StartMeasurement> MeasureAsync(string store, int repeats, CancellationToken cancellationToken)
    {
        await using var program = await FoliosyncProgram.CreateSyncedAsync(store == "postgres", Accounts, Holdings, cancellationToken);
        var starts = new List<(double Ready, double Resident, double Anonymous, double Cpu)>();
        for (var i = 0; i < repeats; i++)
        {
            await using var server = await program.ServeAsync();
            await Task.Delay(Idle, cancellationToken);
            starts.Add((server.ReadyAfter.TotalMilliseconds, server.ResidentMegabytes, server.AnonymousMegabytes, server.CpuSeconds));
        }

        return new StartMeasurement(
            store,
            repeats,
            Math.Round(Median(starts.Select(s => s.Ready))),
            [.. starts.Select(s => Math.Round(s.Ready))],
            Math.Round(Median(starts.Select(s => s.Resident)), 1),
            Math.Round(Median(starts.Select(s => s.Anonymous)), 1),
            Math.Round(Median(starts.Select(s => s.Cpu)), 2),
            new StartTarget(1_000, 120));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}

/// <summary>How a server starts and rests.</summary>
/// <param name="Store">sqlite or postgres.</param>
/// <param name="Starts">How often it was started.</param>
/// <param name="ReadyMilliseconds">Median from the start of the process until <c>/readyz</c> answers 200.</param>
/// <param name="EachReadyMilliseconds">The same for each start.</param>
/// <param name="IdleResidentMegabytes">Median of the resident memory after five seconds in which nobody asked anything.</param>
/// <param name="IdleAnonymousMegabytes">The part of it that is no file.</param>
/// <param name="CpuSeconds">Median of the processor time until then.</param>
/// <param name="Target">What is aimed at.</param>
internal sealed record StartMeasurement(
    string Store,
    int Starts,
    double ReadyMilliseconds,
    IReadOnlyList<double> EachReadyMilliseconds,
    double IdleResidentMegabytes,
    double IdleAnonymousMegabytes,
    double CpuSeconds,
    StartTarget Target);

/// <summary>What is aimed at; quoted beside what was measured, never enforced.</summary>
internal sealed record StartTarget(double ReadyMilliseconds, double IdleResidentMegabytes);
