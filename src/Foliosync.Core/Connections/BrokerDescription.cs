using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Connections;

/// <summary>A broker as pages and the API show it: data only, so that they never hold an adapter.</summary>
/// <param name="Manifest">What is known before the first call.</param>
/// <param name="Reads">What it can read.</param>
/// <param name="Capabilities">Everything it can do, in the words of the API.</param>
/// <param name="NeedsLogin">True when a person must log in at the broker before a sync.</param>
/// <param name="Enabled">False when the settings switch it off.</param>
public sealed record BrokerDescription(
    BrokerManifest Manifest, ReadKinds Reads, IReadOnlyList<string> Capabilities, bool NeedsLogin, bool Enabled)
{
    /// <summary>Describes every broker of an instance, in the order people see them.</summary>
    public static IReadOnlyList<BrokerDescription> AllOf(BrokerCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return [.. catalog.All.Select(b => Of(catalog, b))];
    }

    /// <summary>Describes one broker; null when there is no adapter with that id.</summary>
    public static BrokerDescription? Of(BrokerCatalog catalog, string brokerId)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return catalog.TryFind(brokerId, out var broker) ? Of(catalog, broker) : null;
    }

    /// <summary>True when only files feed it, so that nothing can be synced.</summary>
    public bool FilesOnly => Reads == ReadKinds.None;

    private static BrokerDescription Of(BrokerCatalog catalog, IBroker broker) => new(
        broker.Manifest,
        BrokerCatalog.ReadsOf(broker),
        BrokerCatalog.CapabilitiesOf(broker),
        SessionRules.NeedsLogin(broker),
        catalog.SettingsOf(broker.Manifest.Id).Enabled);
}
