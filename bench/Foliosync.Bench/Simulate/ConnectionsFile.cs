using System.Text.Json;
using Foliosync.Simulator;

namespace Foliosync.Bench.Simulate;

/// <summary>The lines that <c>foliosync connect import</c> reads, one for each account of a simulator.</summary>
internal static class ConnectionsFile
{
    private static readonly TimeSpan IndianOffset = new(5, 30, 0);

    /// <summary>Writes connections to accounts of the simulator.</summary>
    /// <param name="path">The file; replaced when it is there.</param>
    /// <param name="owner">Whose they are.</param>
    /// <param name="first">Number of the first account.</param>
    /// <param name="accounts">How many.</param>
    /// <param name="reads">What they read; empty for everything.</param>
    /// <param name="clock">Source of the time at which the sessions count as opened.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public static async Task WriteAsync(
        string path,
        Owner owner,
        int first,
        int accounts,
        IReadOnlyList<string> reads,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var expiresAt = NextSixInTheMorning(clock.GetUtcNow());
        await using var file = new StreamWriter(path);
        for (var number = first; number < first + accounts; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var line = new Line(
                owner.User,
                owner.Portfolio,
                "zerodha",
                $"Account {number}",
                new Credentials(KiteSimulator.ApiKeyOf(number), KiteSimulator.ApiSecretOf(number)),
                new Session(KiteSimulator.FirstAccessTokenOf(number), expiresAt),
                reads.Count == 0 ? null : reads);
            await file.WriteLineAsync(JsonSerializer.Serialize(line, BenchJson.Options));
        }
    }

    /// <summary>Adds connections to the Demo broker, each with accounts of its own.</summary>
    public static Task AppendDemoAsync(string path, Owner owner, int connections, CancellationToken cancellationToken) => File.AppendAllLinesAsync(
        path,
        Enumerable.Range(1, connections).Select(number => JsonSerializer.Serialize(
            new DemoLine(owner.User, owner.Portfolio, "demo", $"Demo {number}", new DemoCredentials("normal", $"{number}")), BenchJson.Options)),
        cancellationToken);

    // Kite ends every session at 06:00 in India.
    private static DateTimeOffset NextSixInTheMorning(DateTimeOffset now)
    {
        var local = now.ToOffset(IndianOffset);
        var six = new DateTimeOffset(local.Date.AddHours(6), IndianOffset);
        return (six > local ? six : six.AddDays(1)).ToUniversalTime();
    }

    /// <summary>Whose connections they are.</summary>
    /// <param name="User">E-mail address of the user.</param>
    /// <param name="Portfolio">Name of the portfolio.</param>
    internal sealed record Owner(string User, string Portfolio);

    private sealed record Line(
        string User, string Portfolio, string Broker, string Label, Credentials Credentials, Session Session, IReadOnlyList<string>? Reads);

    private sealed record DemoLine(string User, string Portfolio, string Broker, string Label, DemoCredentials Credentials);

    private sealed record DemoCredentials(string Scenario, string Seed);

    private sealed record Credentials(string ApiKey, string ApiSecret);

    private sealed record Session(string Token, DateTimeOffset ExpiresAt);
}
