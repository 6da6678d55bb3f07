using System.CommandLine;
using Foliosync.Simulator;

namespace Foliosync.Bench.Simulate;

/// <summary><c>simulate</c>: runs the broker simulator until Ctrl+C, or writes the connections that read from it.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "Port on 127.0.0.1; 0 for any free one.", DefaultValueFactory = _ => 9090 };
        var accounts = new Option<int>("--accounts") { Description = "How many accounts exist.", DefaultValueFactory = _ => 1_000 };
        var holdings = new Option<int>("--holdings") { Description = "Holdings of each account.", DefaultValueFactory = _ => 50 };
        var delay = new Option<int>("--delay") { Description = "Milliseconds by which each answer is late." };
        var faultRate = new Option<decimal>("--fault-rate") { Description = "Part of the calls that fail, for example 0.01." };
        var seed = new Option<int>("--seed") { Description = "Decides which calls fail.", DefaultValueFactory = _ => 1 };
        var enforceLimit = new Option<bool>("--enforce-limit") { Description = "Refuse more than ten calls of one api key in a second." };
        var redirect = new Option<Uri>("--redirect-url")
        {
            Description = "Where the login page sends the browser.",
            CustomParser = result => Address(result.Tokens.Single().Value, result.AddError),
            DefaultValueFactory = _ => new KiteSimulatorOptions().RedirectUrl,
        };
        var writeConnections = new Option<FileInfo>("--write-connections")
        {
            Description = "Write the lines for `foliosync connect import` to this file and end.",
        };
        var user = new Option<string>("--user") { Description = "Whose connections they are.", DefaultValueFactory = _ => "bench@example.com" };
        var portfolio = new Option<string>("--portfolio") { Description = "Where they belong.", DefaultValueFactory = _ => "Main" };
        var reads = new Option<string>("--reads")
        {
            Description = "What they read, separated by commas; empty for everything.",
            DefaultValueFactory = _ => "holdings",
        };

        var command = new Command("simulate", "Answers like Kite Connect for any number of accounts.")
        {
            port, accounts, holdings, delay, faultRate, seed, enforceLimit, redirect, writeConnections, user, portfolio, reads,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            if (arguments.GetValue(writeConnections) is { } file)
            {
                await ConnectionsFile.WriteAsync(
                    file.FullName,
                    new ConnectionsFile.Owner(arguments.GetRequiredValue(user), arguments.GetRequiredValue(portfolio)),
                    1,
                    arguments.GetValue(accounts),
                    arguments.GetRequiredValue(reads).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
                    TimeProvider.System,
                    cancellationToken);
                return;
            }

            await RunAsync(
                new KiteSimulatorOptions
                {
                    Port = arguments.GetValue(port),
                    Accounts = arguments.GetValue(accounts),
                    Holdings = arguments.GetValue(holdings),
                    Delay = TimeSpan.FromMilliseconds(arguments.GetValue(delay)),
                    FaultRate = arguments.GetValue(faultRate),
                    Seed = arguments.GetValue(seed),
                    EnforceRateLimit = arguments.GetValue(enforceLimit),
                    RedirectUrl = arguments.GetRequiredValue(redirect),
                },
                cancellationToken);
        });
        return command;
    }

    private static async Task RunAsync(KiteSimulatorOptions options, CancellationToken cancellationToken)
    {
        await using var simulator = await KiteSimulator.StartAsync(options, cancellationToken);
        Console.WriteLine($"Listening: {simulator.BaseAddress}");
        Console.WriteLine($"Point Foliosync at it: FOLIOSYNC_BROKERS__ZERODHA__APIURL={simulator.BaseAddress}");
        Console.WriteLine($"What was called: curl {simulator.BaseAddress}_sim/stats. Ctrl+C ends it.");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"Ended after {simulator.Statistics().Calls} calls.");
        }
    }

    private static Uri? Address(string text, Action<string> refuse)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var address))
            return address;

        refuse($"'{text}' is not an address, for example http://127.0.0.1:8080/connect/zerodha/callback.");
        return null;
    }
}
