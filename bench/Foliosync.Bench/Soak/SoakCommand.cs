using System.CommandLine;
using System.Text.Json;

namespace Foliosync.Bench.Soak;

/// <summary><c>soak</c>: lets the program run alone among faults and then compares every account with the truth.</summary>
internal static class SoakCommand
{
    public static Command Create()
    {
        var minutes = new Option<double>("--minutes") { Description = "How long it runs among faults.", DefaultValueFactory = _ => 30 };
        var connections = new Option<int>("--connections") { Description = "Zerodha connections.", DefaultValueFactory = _ => 200 };
        var demo = new Option<int>("--demo") { Description = "Demo connections beside them.", DefaultValueFactory = _ => 10 };
        var holdings = new Option<int>("--holdings") { Description = "Holdings of each.", DefaultValueFactory = _ => 30 };
        var faults = new Option<decimal>("--faults") { Description = "Part of the calls that meet a fault of any kind.", DefaultValueFactory = _ => 0.05m };
        var hang = new Option<int>("--hang") { Description = "Seconds that a hanging call hangs; over 30 it is a time-out.", DefaultValueFactory = _ => 5 };
        var interval = new Option<int>("--interval") { Description = "Seconds between two syncs of a connection.", DefaultValueFactory = _ => 30 };
        var store = new Option<string>("--store") { Description = "sqlite or postgres.", DefaultValueFactory = _ => "sqlite" };
        store.AcceptOnlyFromAmong("sqlite", "postgres");
        var processes = new Option<int>("--processes") { Description = "1: serve; 3: serve --no-jobs and two work.", DefaultValueFactory = _ => 1 };
        processes.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is not (1 or 3))
            {
                result.AddError("--processes takes 1 or 3.");
            }
        });
        var kill = new Option<bool>("--kill") { Description = "kill -9 of a syncing process every minute; PostgreSQL restarts once." };
        var foreground = new Option<bool>("--foreground") { Description = "No schedule: serve --no-jobs, and foliosync sync again and again." };
        var sessions = new Option<bool>("--sessions") { Description = "Every session ends once, at half time." };
        var settle = new Option<int>("--settle") { Description = "Seconds in which all must be in step once the faults are over.", DefaultValueFactory = _ => 900 };
        var command = new Command("soak", "Runs unattended among faults, compares with the truth and prints JSON; exit code 1 when anything is out of step.")
        {
            minutes, connections, demo, holdings, faults, hang, interval, store, processes, kill, foreground, sessions, settle,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var plan = new SoakPlan
            {
                Time = TimeSpan.FromMinutes(arguments.GetValue(minutes)),
                Connections = arguments.GetValue(connections),
                Demo = arguments.GetValue(demo),
                Holdings = arguments.GetValue(holdings),
                Faults = arguments.GetValue(faults),
                Hang = TimeSpan.FromSeconds(arguments.GetValue(hang)),
                Interval = TimeSpan.FromSeconds(arguments.GetValue(interval)),
                Postgres = arguments.GetRequiredValue(store) == "postgres",
                Processes = arguments.GetValue(processes),
                Kill = arguments.GetValue(kill),
                Foreground = arguments.GetValue(foreground),
                EndSessions = arguments.GetValue(sessions),
                Settle = TimeSpan.FromSeconds(arguments.GetValue(settle)),
            };
            var measured = await SoakBench.MeasureAsync(plan, cancellationToken);
            Console.WriteLine(JsonSerializer.Serialize(measured, BenchJson.Options));
            return measured.InStep ? 0 : 1;
        });
        return command;
    }
}

/// <summary>What to go through.</summary>
internal sealed record SoakPlan
{
    public required TimeSpan Time { get; init; }

    public required int Connections { get; init; }

    public required int Demo { get; init; }

    public required int Holdings { get; init; }

    /// <summary>Part of the calls that meet a fault, from 0 to 1.</summary>
    public required decimal Faults { get; init; }

    public required TimeSpan Hang { get; init; }

    public required TimeSpan Interval { get; init; }

    public required bool Postgres { get; init; }

    public required int Processes { get; init; }

    public required bool Kill { get; init; }

    public required bool Foreground { get; init; }

    public required bool EndSessions { get; init; }

    public required TimeSpan Settle { get; init; }
}

/// <summary>What became of it.</summary>
/// <param name="InStep">True when every account has what it must have and nothing is left half done.</param>
/// <param name="Store">sqlite or postgres.</param>
/// <param name="Minutes">How long it ran among faults.</param>
/// <param name="Connections">Zerodha and Demo connections.</param>
/// <param name="Runs">Runs by how they ended.</param>
/// <param name="Errors">Runs by kind of error.</param>
/// <param name="SyncsPerSecond">Runs that succeeded, by the time among faults.</param>
/// <param name="FaultsMet">Calls that met a fault, by its kind.</param>
/// <param name="Logins">Logins of the scripted person.</param>
/// <param name="LoginsRefused">Of these, tries that did not come through and were repeated.</param>
/// <param name="Kills">Processes that were killed.</param>
/// <param name="EndedByThemselves">Processes that ended without being told; each was started again.</param>
/// <param name="DatabaseRestarts">Restarts of PostgreSQL.</param>
/// <param name="DatabaseAwaySeconds">Seconds in which the database did not answer.</param>
/// <param name="MaxLagSeconds">Longest time that a connection was due and nobody worked on it.</param>
/// <param name="HeldSeconds">Time in which the broker was left alone: it had asked for that, or most syncs had failed.</param>
/// <param name="TroubledSeconds">Of that, the time after most syncs had failed.</param>
/// <param name="SettledAfterSeconds">Time from the end of the faults until all was in step; null when it never was.</param>
/// <param name="OutOfStep">Connections that differ from the truth.</param>
/// <param name="Differences">The first of them, one sentence each.</param>
/// <param name="LeftRunning">Runs that still count as running when all processes have been stopped.</param>
/// <param name="LeftQueued">Runs that nobody did.</param>
/// <param name="LeftLeases">Leases that nobody gave back.</param>
/// <param name="Alerts">Alerts by kind.</param>
/// <param name="DoubledAlerts">Alerts that were written while the same one was open.</param>
/// <param name="ResidentMegabytes">Memory of each process at the end.</param>
internal sealed record SoakMeasurement(
    bool InStep,
    string Store,
    double Minutes,
    int Connections,
    IReadOnlyDictionary<string, int> Runs,
    IReadOnlyDictionary<string, int> Errors,
    double SyncsPerSecond,
    IReadOnlyDictionary<string, long> FaultsMet,
    int Logins,
    int LoginsRefused,
    int Kills,
    int EndedByThemselves,
    int DatabaseRestarts,
    int DatabaseAwaySeconds,
    double MaxLagSeconds,
    int HeldSeconds,
    int TroubledSeconds,
    double? SettledAfterSeconds,
    int OutOfStep,
    IReadOnlyList<string> Differences,
    int LeftRunning,
    int LeftQueued,
    int LeftLeases,
    IReadOnlyDictionary<string, int> Alerts,
    int DoubledAlerts,
    IReadOnlyList<double> ResidentMegabytes);
