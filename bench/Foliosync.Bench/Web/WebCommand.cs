using System.CommandLine;
using System.Text.Json;

namespace Foliosync.Bench.Web;

/// <summary><c>web</c>: measures how soon a server answers with the pages that people look at, and how large they are.</summary>
internal static class WebCommand
{
    public static Command Create()
    {
        var store = new Option<string>("--store") { Description = "sqlite or postgres.", DefaultValueFactory = _ => "sqlite" };
        store.AcceptOnlyFromAmong("sqlite", "postgres");
        var holdings = new Option<int>("--holdings") { Description = "How much the person holds.", DefaultValueFactory = _ => 5_000 };
        var transactions = new Option<int>("--transactions") { Description = "How many transactions there are.", DefaultValueFactory = _ => 15_000 };
        var days = new Option<int>("--days") { Description = "Days of history.", DefaultValueFactory = _ => 400 };
        var repeats = new Option<int>("--repeats") { Description = "How often each page is asked for.", DefaultValueFactory = _ => 60 };
        var only = new Option<string>("--only") { Description = "Only pages whose address contains this; the overview by years is left out then.", DefaultValueFactory = _ => string.Empty };
        var command = new Command("web", "Signs in, asks for pages again and again, and prints JSON.") { store, holdings, transactions, days, repeats, only };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var bench = new WebBench(
                arguments.GetRequiredValue(store) == "postgres",
                new Returns.ReturnsSize(arguments.GetValue(holdings), arguments.GetValue(transactions), arguments.GetValue(days)),
                arguments.GetValue(repeats),
                arguments.GetRequiredValue(only));
            Console.WriteLine(JsonSerializer.Serialize(await bench.MeasureAsync(cancellationToken), BenchJson.Options));
        });
        return command;
    }
}
