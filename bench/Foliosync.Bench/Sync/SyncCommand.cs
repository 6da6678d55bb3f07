using System.CommandLine;
using System.Text.Json;

namespace Foliosync.Bench.Sync;

/// <summary><c>sync</c>: measures the whole path of a sync and, beside it, what the database alone can do with the same rows.</summary>
internal static class SyncCommand
{
    public static Command Create()
    {
        var accounts = new Option<int>("--accounts") { Description = "How many accounts, each with a connection of its own.", DefaultValueFactory = _ => 1_000 };
        var holdings = new Option<int>("--holdings") { Description = "Holdings of each account.", DefaultValueFactory = _ => 50 };
        var store = new Option<string>("--store") { Description = "sqlite or postgres.", DefaultValueFactory = _ => "postgres" };
        store.AcceptOnlyFromAmong("sqlite", "postgres");
        var everything = new Option<bool>("--everything") { Description = "Measure only reading everything (default: holdings alone, then everything)." };
        var holdingsOnly = new Option<bool>("--holdings-only") { Description = "Measure only reading holdings." };
        var repeats = new Option<int>("--repeats") { Description = "How often the unchanged and the changed sync are repeated; medians are given.", DefaultValueFactory = _ => 3 };
        var command = new Command("sync", "Measures a first sync, an unchanged one and one with a tenth changed, and prints JSON.")
        {
            accounts, holdings, store, everything, holdingsOnly, repeats,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var plan = new SyncPlan(
                arguments.GetValue(accounts), arguments.GetValue(holdings), arguments.GetRequiredValue(store) == "postgres", arguments.GetValue(repeats));
            var results = new List<SyncMeasurement>();
            if (!arguments.GetValue(everything))
            {
                results.Add(await SyncBench.MeasureAsync(plan, ["holdings"], cancellationToken));
            }

            if (!arguments.GetValue(holdingsOnly))
            {
                results.Add(await SyncBench.MeasureAsync(plan, [], cancellationToken));
            }

            Console.WriteLine(JsonSerializer.Serialize(results, BenchJson.Options));
        });
        return command;
    }
}

/// <summary>What to measure.</summary>
internal sealed record SyncPlan(int Accounts, int Holdings, bool Postgres, int Repeats);

/// <summary>Everything measured with one set of reads.</summary>
/// <param name="Store">sqlite or postgres.</param>
/// <param name="Reads">What was read.</param>
/// <param name="Accounts">Accounts.</param>
/// <param name="Holdings">Holdings of each.</param>
/// <param name="Raw">The database alone, inserting the same holdings.</param>
/// <param name="FirstToRaw">Rows a second of the first sync, divided by those of the database alone.</param>
/// <param name="Phases">The syncs.</param>
internal sealed record SyncMeasurement(
    string Store, string Reads, int Accounts, int Holdings, RawRate Raw, double FirstToRaw, IReadOnlyList<SyncPhase> Phases);

/// <summary>The database alone.</summary>
internal sealed record RawRate(string Statement, double RowsPerSecond);

/// <summary>One sync of all accounts.</summary>
/// <param name="Name">first, unchanged or changed.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="AccountsPerSecond">Accounts by wall time.</param>
/// <param name="RowsPerSecond">Reported rows by wall time.</param>
/// <param name="CpuSeconds">Processor time of the syncing process.</param>
/// <param name="CpuMicrosecondsPerAccount">The same for one account.</param>
/// <param name="DatabaseCpuSeconds">Processor time of the server's processes; null on SQLite, where it is part of ours.</param>
/// <param name="SimulatorCpuSeconds">Processor time of the simulated broker.</param>
/// <param name="PeakMegabytes">Most resident memory of the syncing process during it.</param>
/// <param name="Counts">What the runs counted.</param>
internal sealed record SyncPhase(
    string Name,
    double Seconds,
    double AccountsPerSecond,
    double RowsPerSecond,
    double CpuSeconds,
    double CpuMicrosecondsPerAccount,
    double? DatabaseCpuSeconds,
    double SimulatorCpuSeconds,
    double PeakMegabytes,
    string Counts);
