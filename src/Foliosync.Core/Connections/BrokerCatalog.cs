using System.Diagnostics.CodeAnalysis;
using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Connections;

/// <summary>What the settings <c>FOLIOSYNC_BROKERS__ID__…</c> say about one broker.</summary>
/// <param name="ApiUrl">Another base address, for simulators; its host joins the allow-list. Null for the broker's own.</param>
/// <param name="LoginUrl">Another login page, for simulators; null for the broker's own.</param>
/// <param name="Enabled">False to switch the broker off.</param>
public sealed record BrokerOverride(Uri? ApiUrl = null, Uri? LoginUrl = null, bool Enabled = true);

/// <summary>The brokers of this instance, with its settings applied.</summary>
public sealed class BrokerCatalog
{
    private static readonly BrokerOverride None = new();

    private readonly Dictionary<string, IBroker> _brokers;
    private readonly IReadOnlyDictionary<string, BrokerOverride> _overrides;

    /// <summary>Takes the adapters and what the settings say about them, by id in lower case.</summary>
    public BrokerCatalog(IReadOnlyList<IBroker> brokers, IReadOnlyDictionary<string, BrokerOverride> overrides)
    {
        ArgumentNullException.ThrowIfNull(brokers);
        All = brokers;
        _brokers = brokers.ToDictionary(b => b.Manifest.Id, StringComparer.OrdinalIgnoreCase);
        _overrides = overrides;
    }

    /// <summary>Every adapter, switched off ones too.</summary>
    public IReadOnlyList<IBroker> All { get; }

    /// <summary>The adapter with that id; false when there is none.</summary>
    public bool TryFind(string brokerId, [NotNullWhen(true)] out IBroker? broker) => _brokers.TryGetValue(brokerId, out broker);

    /// <summary>What is known of a broker; null when there is no adapter with that id.</summary>
    public BrokerManifest? ManifestOf(string brokerId) => _brokers.GetValueOrDefault(brokerId)?.Manifest;

    /// <summary>A broker's name; its id when there is no adapter any more.</summary>
    public string NameOf(string brokerId) => ManifestOf(brokerId)?.Name ?? brokerId;

    /// <summary>The time zone in which a broker's days begin and end; UTC when there is no adapter any more.</summary>
    public TimeZoneInfo ZoneOf(string brokerId) =>
        ManifestOf(brokerId) is { } manifest ? TimeZoneInfo.FindSystemTimeZoneById(manifest.TimeZone) : TimeZoneInfo.Utc;

    /// <summary>What the settings say; never null.</summary>
    public BrokerOverride SettingsOf(string brokerId) => _overrides.GetValueOrDefault(brokerId, None);

    /// <summary>What an adapter can read, told by the interfaces it implements.</summary>
    public static ReadKinds ReadsOf(IBroker broker) =>
        (broker is IHoldingsSource ? ReadKinds.Holdings : 0)
        | (broker is IPositionsSource ? ReadKinds.Positions : 0)
        | (broker is IFundsSource ? ReadKinds.Funds : 0)
        | (broker is ICashSource ? ReadKinds.Cash : 0)
        | (broker is ITransactionsSource ? ReadKinds.Transactions : 0);

    /// <summary>Everything an adapter can do, in the words of the API, for example <c>holdings</c>, <c>login</c>, <c>statements</c>.</summary>
    public static IReadOnlyList<string> CapabilitiesOf(IBroker broker)
    {
        var capabilities = ReadKindNames.ToNames(ReadsOf(broker)).ToList();
        AddIf(broker is IInstrumentSource, "instruments");
        AddIf(broker is IStatementReader, "statements");
        AddIf(broker is IInteractiveLogin, "login");
        AddIf(broker is ITokenRefresh, "tokenRefresh");
        return capabilities;

        void AddIf(bool can, string name)
        {
            if (can)
            {
                capabilities.Add(name);
            }
        }
    }
}

/// <summary>Reads by the names of the API.</summary>
public static class ReadKindNames
{
    private static readonly (ReadKinds Kind, string Name)[] Names =
    [
        (ReadKinds.Holdings, "holdings"),
        (ReadKinds.Positions, "positions"),
        (ReadKinds.Funds, "funds"),
        (ReadKinds.Cash, "cash"),
        (ReadKinds.Transactions, "transactions"),
    ];

    /// <summary>The names, in a fixed order.</summary>
    public static IReadOnlyList<string> ToNames(ReadKinds kinds) => [.. Names.Where(n => kinds.HasFlag(n.Kind)).Select(n => n.Name)];

    /// <summary>The kinds; false when a name is unknown.</summary>
    public static bool TryParse(IEnumerable<string> names, out ReadKinds kinds)
    {
        kinds = ReadKinds.None;
        foreach (var name in names)
        {
            var match = Array.FindIndex(Names, n => n.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (match < 0)
            {
                return false;
            }

            kinds |= Names[match].Kind;
        }

        return true;
    }
}
