using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Demo;

/// <summary>How the demo behaves: well, or like a broker in one kind of trouble.</summary>
/// <remarks>Only reads misbehave. Checking and listing accounts always work, so that every scenario can be connected.</remarks>
internal static class DemoScenario
{
    public const string CredentialKey = "scenario";

    public const string Normal = "normal";
    public const string Expire = "expire";
    public const string RateLimit = "rate-limit";
    public const string Transient = "transient";
    public const string InvalidData = "invalid-data";
    public const string Vanish = "vanish";
    public const string Shrink = "shrink";
    public const string Incomplete = "incomplete";
    public const string Unsupported = "unsupported";
    public const string Slow = "slow";

    /// <summary>How long each read takes in the scenario <see cref="Slow"/>.</summary>
    public static TimeSpan SlowReadTime { get; } = TimeSpan.FromSeconds(5);

    /// <summary>The wait that the scenario <see cref="RateLimit"/> asks for.</summary>
    public static TimeSpan RateLimitWait { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Every scenario, in the order people see them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Normal, Expire, RateLimit, Transient, InvalidData, Vanish, Shrink, Incomplete, Unsupported, Slow];

    /// <summary>The scenario that the person chose.</summary>
    /// <exception cref="BrokerException">Of kind <see cref="BrokerErrorKind.AuthExpired"/> when there is no such scenario.</exception>
    public static string Of(BrokerSession session)
    {
        var chosen = session.Credentials.Find(CredentialKey);
        if (string.IsNullOrEmpty(chosen))
            return Normal;

        return All.Contains(chosen, StringComparer.Ordinal)
            ? chosen
            : throw BrokerException.AuthExpired($"The scenario is not known. Choose one of: {string.Join(", ", All)}.");
    }

    /// <summary>Fails or waits as the scenario says, before anything is read.</summary>
    /// <exception cref="BrokerException">As the scenario says.</exception>
    public static async Task<string> EnterReadAsync(BrokerSession session, bool isHoldings, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var scenario = Of(session);
        switch (scenario)
        {
            case Expire when !(session.Token?.ExpiresAt > session.Clock.GetUtcNow()):
                throw BrokerException.AuthExpired("The demo session has ended. Log in again; any six digits will do.", "SESSION_ENDED");
            case RateLimit:
                throw BrokerException.RateLimited("The demo broker pretends that it was called too often.", RateLimitWait, "TOO_MANY");
            case Transient:
                throw BrokerException.Transient("The demo broker pretends to be down for a while.", "MAINTENANCE");
            case InvalidData:
                throw BrokerException.InvalidData(
                    "The demo broker pretends to answer in a shape nobody knows.", "holdings[0].quantity: expected a number, found 'many'");
            case Unsupported when !isHoldings:
                throw BrokerException.Unsupported("This demo login may read securities and nothing else.", "NOT_PERMITTED");
            case Slow:
                await Task.Delay(SlowReadTime, session.Clock, cancellationToken);
                break;
        }

        return scenario;
    }

    /// <summary>Spoils a good report as the scenario says.</summary>
    public static HoldingsReport Distort(string scenario, HoldingsReport report) => scenario switch
    {
        Vanish => report with { Holdings = [] },
        Shrink => report with { Holdings = [.. report.Holdings.Take(1)] },
        Incomplete => WithoutEveryThird(report),
        _ => report,
    };

    private static HoldingsReport WithoutEveryThird(HoldingsReport report)
    {
        var skipped = report.Holdings.Where((_, row) => row % 3 == 2).ToList();
        return report with
        {
            Holdings = [.. report.Holdings.Except(skipped)],
            IsComplete = false,
            SkippedRows = skipped.Count,
            Warnings =
            [
                .. skipped.Select(holding => new BrokerWarning(
                    "row-unreadable", $"The row of {holding.Instrument.Symbol} could not be read and was left out.")),
            ],
        };
    }
}
