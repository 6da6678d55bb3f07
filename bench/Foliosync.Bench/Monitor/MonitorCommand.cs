using System.CommandLine;
using System.Text.Json;

namespace Foliosync.Bench.Monitor;

/// <summary><c>monitor</c>: how soon operators find runs among many.</summary>
internal static class MonitorCommand
{
    public static Command Create()
    {
        var runs = new Option<int>("--runs") { Description = "Runs to search in.", DefaultValueFactory = _ => 1_000_000 };
        var store = new Option<string>("--store") { Description = "sqlite or postgres; both if not given.", DefaultValueFactory = _ => "both" };
        store.AcceptOnlyFromAmong("sqlite", "postgres", "both");
        var repeats = new Option<int>("--repeats") { Description = "How often each is asked; the median and the slowest are given.", DefaultValueFactory = _ => 15 };
        var command = new Command("monitor", "Makes many runs, searches them as the monitor does, and prints JSON.") { runs, store, repeats };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            foreach (var name in new[] { "postgres", "sqlite" })
            {
                if (arguments.GetValue(store) is "both" || arguments.GetValue(store) == name)
                {
                    var result = await MonitorBench.MeasureAsync(name == "postgres", arguments.GetValue(runs), arguments.GetValue(repeats), cancellationToken);
                    Console.WriteLine(JsonSerializer.Serialize(result, BenchJson.Options));
                }
            }
        });
        return command;
    }
}
