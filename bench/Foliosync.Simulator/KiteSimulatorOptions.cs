namespace Foliosync.Simulator;

/// <summary>How big the simulated broker is, and how well it behaves.</summary>
public sealed record KiteSimulatorOptions
{
    /// <summary>TCP port on the loopback address; 0 for any free one.</summary>
    public int Port { get; init; }

    /// <summary>Accounts 1 to this number exist.</summary>
    public int Accounts { get; init; } = 1_000;

    /// <summary>Holdings of each account on the first day, at most 5,000.</summary>
    public int Holdings { get; init; } = 50;

    /// <summary>How long each answer is held back.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Part of the calls, from 0 to 1, that meet a fault of a random kind (never a hang).</summary>
    public decimal FaultRate { get; init; }

    /// <summary>True to refuse more than ten calls of one api key in any second, as Kite does.</summary>
    public bool EnforceRateLimit { get; init; }

    /// <summary>Decides which calls meet the random faults.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The redirect address that the developer registered with Kite.</summary>
    public Uri RedirectUrl { get; init; } = new("http://127.0.0.1:8080/connect/zerodha/callback");

    /// <summary>Instants at which all sessions end, besides the mornings that <see cref="KiteSimulator.ShiftDay"/> brings.</summary>
    public IReadOnlyList<DateTimeOffset> SessionsEndAt { get; init; } = [];

    /// <summary>Source of today's date.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
