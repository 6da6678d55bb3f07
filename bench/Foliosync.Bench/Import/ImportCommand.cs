using System.CommandLine;
using System.Text.Json;

namespace Foliosync.Bench.Import;

/// <summary><c>import</c>: measures how long files take to import, beside a plain read of the same file.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var rows = new Option<int>("--rows") { Description = "Rows of the tradebook.", DefaultValueFactory = _ => 200_000 };
        var activities = new Option<int>("--activities") { Description = "Activities of the Ghostfolio export.", DefaultValueFactory = _ => 5_000 };
        var instruments = new Option<int>("--instruments") { Description = "Instruments of each file, all new.", DefaultValueFactory = _ => 500 };
        var store = new Option<string[]>("--store") { Description = "sqlite or postgres; both when left out.", DefaultValueFactory = _ => ["sqlite", "postgres"], AllowMultipleArgumentsPerToken = true };
        store.AcceptOnlyFromAmong("sqlite", "postgres");
        var command = new Command("import", "Imports a long tradebook, the same again, and a Ghostfolio export, and prints JSON.") { rows, activities, instruments, store };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var plan = new ImportPlan(arguments.GetValue(rows), arguments.GetValue(activities), arguments.GetValue(instruments));
            var results = new List<ImportMeasurement>();
            foreach (var name in arguments.GetRequiredValue(store))
            {
                results.Add(await ImportBench.MeasureAsync(plan, name == "postgres", cancellationToken));
            }

            Console.WriteLine(JsonSerializer.Serialize(results, BenchJson.Options));
        });
        return command;
    }
}

/// <summary>What to measure.</summary>
internal sealed record ImportPlan(int Rows, int Activities, int Instruments);

/// <summary>Everything measured on one database.</summary>
/// <param name="Store">sqlite or postgres.</param>
/// <param name="PlainRead">The tradebook read line by line, nothing else.</param>
/// <param name="Parsed">The tradebook read by its reader, nothing stored.</param>
/// <param name="First">The tradebook imported into an empty account.</param>
/// <param name="Again">The same file once more.</param>
/// <param name="Ghostfolio">The Ghostfolio export imported into an empty account.</param>
/// <param name="ImportToPlainRead">Rows a second of the first import, divided by those of the plain read.</param>
internal sealed record ImportMeasurement(
    string Store, ImportPhase PlainRead, ImportPhase Parsed, ImportPhase First, ImportPhase Again, ImportPhase Ghostfolio, double ImportToPlainRead);

/// <summary>One pass over a file.</summary>
/// <param name="Rows">Rows of the file.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="RowsPerSecond">Rows by wall time.</param>
/// <param name="PeakMegabytes">Most resident memory of the process during it.</param>
/// <param name="AllocatedMegabytes">Memory that was allocated and given back.</param>
internal sealed record ImportPhase(int Rows, double Seconds, double RowsPerSecond, double PeakMegabytes, double AllocatedMegabytes);
