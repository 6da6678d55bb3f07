using Foliosync.Core.Prices;

namespace Foliosync.Hosting;

/// <summary>Reads <c>FOLIOSYNC_PRICES__ID__URL</c> and <c>FOLIOSYNC_PRICES__ID__ENABLED</c>.</summary>
internal sealed class PriceSourceSettings
{
    private const string Prefix = "FOLIOSYNC_PRICES__";

    private readonly Dictionary<string, PriceSourceOverride> _overrides = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<EffectiveSetting> _shown = [];
    private readonly List<string> _warnings = [];

    private PriceSourceSettings()
    {
    }

    public PriceSettings Settings => new(_overrides);

    /// <summary>What is set, for <c>foliosync config</c>.</summary>
    public IReadOnlyList<EffectiveSetting> Shown => _shown;

    /// <summary>Settings that do nothing, one sentence each.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <exception cref="SettingsException">A value is wrong.</exception>
    public static PriceSourceSettings Read(SettingsSource source)
    {
        var settings = new PriceSourceSettings();
        var names = source.Names.Where(n => n.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase));
        foreach (var name in names.Order(StringComparer.OrdinalIgnoreCase))
        {
            if (source.Find(name) is { } found)
            {
                settings.Add(name, found.Value, found.Origin);
            }
        }

        return settings;
    }

    private void Add(string name, string value, string origin)
    {
        var parts = name[Prefix.Length..].Split("__");
        var id = PriceSource.All.FirstOrDefault(s => s.Id.Equals(parts[0], StringComparison.OrdinalIgnoreCase))?.Id;
        if (id is null)
        {
            _warnings.Add($"{name} does nothing: there is no price source '{parts[0]}'. Sources: {string.Join(", ", PriceSource.All.Select(s => s.Id))}.");
            return;
        }

        var present = _overrides.GetValueOrDefault(id, new PriceSourceOverride());
        PriceSourceOverride? changed = (parts.Length == 2 ? parts[1].ToUpperInvariant() : null) switch
        {
            "URL" => present with { Url = InstanceSettings.ReadAddress(name, value) },
            "ENABLED" => present with { Enabled = InstanceSettings.ReadSwitch(name, value) },
            _ => null,
        };
        if (changed is null)
        {
            _warnings.Add($"{name} does nothing: a price source's settings are URL and ENABLED.");
            return;
        }

        _overrides[id] = changed;
        _shown.Add(new EffectiveSetting(name, value, origin));
    }
}
