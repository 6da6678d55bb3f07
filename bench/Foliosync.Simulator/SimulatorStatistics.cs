namespace Foliosync.Simulator;

/// <summary>What a simulator was asked.</summary>
/// <param name="Calls">All calls, save those to <c>/_sim/</c>.</param>
/// <param name="CallsByPath">The same by path.</param>
/// <param name="FaultsMet">Calls that met a fault, by its kind.</param>
/// <param name="BusiestSecond">The most calls of one api key in any second.</param>
/// <param name="BusiestKey">That api key; null when nothing was called.</param>
public sealed record SimulatorStatistics(
    long Calls,
    IReadOnlyDictionary<string, long> CallsByPath,
    IReadOnlyDictionary<FaultKind, long> FaultsMet,
    int BusiestSecond,
    string? BusiestKey);
