using System.CommandLine;
using System.Text.Json;
using Foliosync.Bench.Monitor;

namespace Foliosync.Bench.Admin;

/// <summary><c>admin</c>: measures what operators look at, over very many rows: lists of the admin area, and the monitor.</summary>
internal static class AdminCommand
{
    public static Command Create()
    {
        var store = new Option<string>("--store") { Description = "sqlite or postgres; both if not given.", DefaultValueFactory = _ => "both" };
        store.AcceptOnlyFromAmong("sqlite", "postgres", "both");
        var rows = new Option<int?>("--rows") { Description = "Rows of holding history; 5,000,000 on PostgreSQL and 1,000,000 on SQLite if not given." };
        var runs = new Option<int>("--runs") { Description = "Runs that the monitor searches; 0 leaves it out.", DefaultValueFactory = _ => 1_000_000 };
        var repeats = new Option<int>("--repeats") { Description = "How often each list is asked for; the median and the slowest are given.", DefaultValueFactory = _ => 15 };
        var command = new Command("admin", "Opens, filters and pages a list of the admin area over millions of rows, searches a million runs, and prints JSON.") { store, rows, runs, repeats };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            foreach (var (name, isPostgres, usual) in new[] { ("postgres", true, 5_000_000), ("sqlite", false, 1_000_000) })
            {
                if (arguments.GetValue(store) is "both" || arguments.GetValue(store) == name)
                {
                    var result = await AdminBench.MeasureAsync(isPostgres, arguments.GetValue(rows) ?? usual, arguments.GetValue(repeats), cancellationToken);
                    Console.WriteLine(JsonSerializer.Serialize(new { store = name, result }, BenchJson.Options));
                    if (arguments.GetValue(runs) is > 0 and var many)
                    {
                        Console.WriteLine(JsonSerializer.Serialize(await MonitorBench.MeasureAsync(isPostgres, many, arguments.GetValue(repeats), cancellationToken), BenchJson.Options));
                    }
                }
            }
        });
        return command;
    }
}
