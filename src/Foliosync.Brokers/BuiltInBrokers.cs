using Foliosync.Brokers.Contract;
using Foliosync.Brokers.Demo;
using Foliosync.Brokers.Files;
using Foliosync.Brokers.Vested;
using Foliosync.Brokers.Zerodha;

namespace Foliosync.Brokers;

/// <summary>Every broker that Foliosync knows: one line each, no discovery, no registration by side effect.</summary>
public static class BuiltInBrokers
{
    /// <summary>The adapters, in the order people see them.</summary>
    public static IReadOnlyList<IBroker> All { get; } =
    [
        new ZerodhaBroker(),
        new VestedBroker(),
        new FilesBroker(),
        new DemoBroker(),
    ];
}
