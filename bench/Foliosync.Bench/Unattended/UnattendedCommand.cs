using System.CommandLine;
using System.Text.Json;

namespace Foliosync.Bench.Unattended;

/// <summary><c>unattended</c>: measures the schedule against a sync in the foreground, and how soon "sync now" comes to its turn.</summary>
internal static class UnattendedCommand
{
    public static Command Create()
    {
        var connections = new Option<int>("--connections") { Description = "Connections that become due at once.", DefaultValueFactory = _ => 4_000 };
        var backlog = new Option<int>("--backlog") { Description = "Due connections before a \"sync now\".", DefaultValueFactory = _ => 5_000 };
        var holdings = new Option<int>("--holdings") { Description = "Holdings of each.", DefaultValueFactory = _ => 50 };
        var delay = new Option<int>("--delay") { Description = "Milliseconds by which each answer of the broker is late." };
        var repeats = new Option<int>("--repeats") { Description = "How often each is measured; medians are compared.", DefaultValueFactory = _ => 3 };
        var processes = new Option<int>("--processes") { Description = "1: serve; 3: serve --no-jobs and two work.", DefaultValueFactory = _ => 1 };
        var store = new Option<string>("--store") { Description = "sqlite or postgres.", DefaultValueFactory = _ => "postgres" };
        store.AcceptOnlyFromAmong("sqlite", "postgres");
        var patience = new Option<int>("--patience") { Description = "Seconds until a round that does not end is given up.", DefaultValueFactory = _ => 600 };
        var command = new Command("unattended", "Measures due connections against foliosync sync, and \"sync now\" behind a backlog, and prints JSON.")
        {
            connections, backlog, holdings, delay, repeats, processes, store, patience,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var plan = new UnattendedPlan(
                arguments.GetRequiredValue(store) == "postgres",
                arguments.GetValue(connections),
                arguments.GetValue(backlog),
                arguments.GetValue(holdings),
                arguments.GetValue(delay),
                arguments.GetValue(repeats),
                arguments.GetValue(processes),
                TimeSpan.FromSeconds(arguments.GetValue(patience)));
            Console.WriteLine(JsonSerializer.Serialize(await UnattendedBench.MeasureAsync(plan, cancellationToken), BenchJson.Options));
        });
        return command;
    }
}

/// <summary>What to measure.</summary>
internal sealed record UnattendedPlan(
    bool Postgres, int Connections, int Backlog, int Holdings, int Delay, int Repeats, int Processes, TimeSpan Patience);

/// <summary>What was measured.</summary>
/// <param name="Store">sqlite or postgres.</param>
/// <param name="Connections">Connections of each round.</param>
/// <param name="Processes">Processes of the unattended rounds.</param>
/// <param name="Foreground">Connections a second of <c>foliosync sync</c>, each round.</param>
/// <param name="Unattended">The same for due connections that nobody asked for, each round; the first with a process that has just started.</param>
/// <param name="PickUpSeconds">From the moment they were due until the first was started, each round.</param>
/// <param name="Ratio">Median of the unattended rounds, divided by that of the foreground.</param>
/// <param name="Backlog">Due connections before each "sync now".</param>
/// <param name="SyncNowMilliseconds">From asking to the end of the run, each time.</param>
/// <param name="Target">What is aimed at.</param>
internal sealed record UnattendedMeasurement(
    string Store,
    int Connections,
    int Processes,
    IReadOnlyList<double> Foreground,
    IReadOnlyList<double> Unattended,
    IReadOnlyList<double> PickUpSeconds,
    double Ratio,
    int Backlog,
    IReadOnlyList<double> SyncNowMilliseconds,
    UnattendedTarget Target);

/// <summary>What is aimed at; quoted beside what was measured, never enforced.</summary>
internal sealed record UnattendedTarget(double Ratio);
