using System.CommandLine;
using System.Text.Json;

namespace Foliosync.Bench.Returns;

/// <summary><c>returns</c>: measures how fast worth and returns are computed, kept and told.</summary>
internal static class ReturnsCommand
{
    public static Command Create()
    {
        var store = new Option<string>("--store") { Description = "sqlite or postgres.", DefaultValueFactory = _ => "sqlite" };
        store.AcceptOnlyFromAmong("sqlite", "postgres");
        var part = new Option<string>("--part") { Description = "full, growth, served or wide; all if not given.", DefaultValueFactory = _ => "all" };
        part.AcceptOnlyFromAmong("full", "growth", "served", "wide", "all");
        var repeats = new Option<int>("--repeats") { Description = "How often each is done; medians are given.", DefaultValueFactory = _ => 7 };
        var command = new Command("returns", "Computes, keeps and asks for values and returns of large portfolios, and prints JSON.") { store, part, repeats };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var bench = new ReturnsBench(arguments.GetValue(store) == "postgres", arguments.GetValue(repeats));
            var wanted = arguments.GetValue(part)!;
            foreach (var (name, run) in new (string, Func<CancellationToken, Task<object>>)[]
            {
                ("full", bench.FullAsync), ("growth", bench.GrowthAsync), ("served", bench.ServedAsync), ("wide", bench.WideAsync),
            })
            {
                if (wanted is "all" || wanted == name)
                {
                    Console.WriteLine(JsonSerializer.Serialize(
                        new { part = name, store = arguments.GetValue(store), result = await run(cancellationToken) }, BenchJson.Options));
                }
            }
        });
        return command;
    }
}
