using System.CommandLine;
using System.Text.Json;

namespace Foliosync.Bench.Api;

/// <summary><c>api</c>: measures how many pages of holdings a server gives in a second, and how soon.</summary>
internal static class ApiCommand
{
    // The API gives at most 1,000 rows a page, and fresh pages need many limits above the number of holdings.
    private const int MostHoldings = 700;

    public static Command Create()
    {
        var store = new Option<string>("--store") { Description = "sqlite or postgres.", DefaultValueFactory = _ => "sqlite" };
        store.AcceptOnlyFromAmong("sqlite", "postgres");
        var holdings = new Option<int>("--holdings") { Description = "Holdings on the page, at most 700.", DefaultValueFactory = _ => 500 };
        holdings.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MostHoldings)
            {
                result.AddError($"--holdings takes 1 to {MostHoldings}.");
            }
        });
        var seconds = new Option<int>("--seconds") { Description = "How long each phase lasts.", DefaultValueFactory = _ => 10 };
        var connections = new Option<int>("--connections") { Description = "How many ask at the same time.", DefaultValueFactory = _ => 8 };
        var command = new Command("api", "Asks a running server for GET /api/v1/holdings and prints JSON.") { store, holdings, seconds, connections };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var plan = new ApiPlan(
                arguments.GetRequiredValue(store) == "postgres", arguments.GetValue(holdings), arguments.GetValue(seconds), arguments.GetValue(connections));
            Console.WriteLine(JsonSerializer.Serialize(await ApiBench.MeasureAsync(plan, cancellationToken), BenchJson.Options));
        });
        return command;
    }
}

/// <summary>What to measure.</summary>
internal sealed record ApiPlan(bool Postgres, int Holdings, int Seconds, int Connections);

/// <summary>Everything measured on one server.</summary>
/// <param name="Store">sqlite or postgres.</param>
/// <param name="Holdings">Rows of a page.</param>
/// <param name="Connections">How many asked at the same time, each waiting for its answer.</param>
/// <param name="Seconds">How long each phase lasted.</param>
/// <param name="Phases">The same page again and again; pages that the server has not kept.</param>
/// <param name="Target">What is aimed at.</param>
internal sealed record ApiMeasurement(
    string Store, int Holdings, int Connections, int Seconds, IReadOnlyList<ApiPhase> Phases, ApiTarget Target);

/// <summary>What is aimed at; quoted beside what was measured, never enforced.</summary>
internal sealed record ApiTarget(double RequestsPerSecond, double P99Milliseconds);

/// <summary>One way of asking.</summary>
/// <param name="Name">samePage or freshPages.</param>
/// <param name="Requests">How many were answered.</param>
/// <param name="RequestsPerSecond">By wall time.</param>
/// <param name="P50Milliseconds">Half were answered within.</param>
/// <param name="P95Milliseconds">95 of 100 were answered within.</param>
/// <param name="P99Milliseconds">99 of 100 were answered within.</param>
/// <param name="MaxMilliseconds">All were answered within.</param>
/// <param name="BodyBytes">Size of an answer.</param>
/// <param name="ServerCpuSeconds">Processor time of the server.</param>
/// <param name="ServerCpuMicrosecondsPerRequest">The same for one answer.</param>
/// <param name="DatabaseCpuSeconds">Processor time of PostgreSQL; null on SQLite, where it is part of the server's.</param>
/// <param name="ClientCpuSeconds">Processor time of the one who asks, on the same machine.</param>
/// <param name="ServerResidentMegabytes">Resident memory of the server at the end.</param>
internal sealed record ApiPhase(
    string Name,
    int Requests,
    double RequestsPerSecond,
    double P50Milliseconds,
    double P95Milliseconds,
    double P99Milliseconds,
    double MaxMilliseconds,
    int BodyBytes,
    double ServerCpuSeconds,
    double ServerCpuMicrosecondsPerRequest,
    double? DatabaseCpuSeconds,
    double ClientCpuSeconds,
    double ServerResidentMegabytes);
