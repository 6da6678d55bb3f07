using Foliosync.Brokers.Contract;
using Foliosync.Web;

namespace Foliosync.Hosting;

/// <summary>Reads what the operator decided about signing in elsewhere.</summary>
internal static class SingleSignOnReader
{
    public const string AuthorityName = "FOLIOSYNC_OIDC__AUTHORITY";
    public const string ClientIdName = "FOLIOSYNC_OIDC__CLIENTID";
    public const string ClientSecretName = "FOLIOSYNC_OIDC__CLIENTSECRET";
    public const string NameName = "FOLIOSYNC_OIDC__NAME";
    public const string AddsPeopleName = "FOLIOSYNC_OIDC__ADDPEOPLE";

    /// <exception cref="SettingsException">A value is wrong.</exception>
    public static SingleSignOn Read(SettingsSource source)
    {
        if (source.Find(AuthorityName)?.Value is not { } text)
        {
            return new SingleSignOn();
        }

        var authority = InstanceSettings.ReadAddress(AuthorityName, text);
        if (authority.Scheme != Uri.UriSchemeHttps && !authority.IsLoopback)
        {
            throw new SettingsException($"{AuthorityName} must be an address with https.");
        }

        return new SingleSignOn
        {
            Authority = authority,
            ClientId = source.Find(ClientIdName)?.Value ?? throw new SettingsException($"{AuthorityName} is set. Set {ClientIdName}, too."),
            ClientSecret = source.Find(ClientSecretName) is { } secret ? new Secret(secret.Value) : null,
            Name = source.Find(NameName)?.Value ?? authority.Host,
            AddsPeople = source.Find(AddsPeopleName) is { } adds && InstanceSettings.ReadSwitch(AddsPeopleName, adds.Value),
        };
    }

    /// <summary>The settings as they count, for people.</summary>
    public static IEnumerable<EffectiveSetting> Shown(SettingsSource source, SingleSignOn settings)
    {
        yield return Shown(AuthorityName, settings.Authority?.AbsoluteUri ?? "not set");
        if (settings.IsOn)
        {
            yield return Shown(ClientIdName, settings.ClientId);
            yield return Shown(ClientSecretName, settings.ClientSecret is null ? "not set" : "set");
            yield return Shown(NameName, settings.Name);
            yield return Shown(AddsPeopleName, settings.AddsPeople ? "true" : "false");
        }

        EffectiveSetting Shown(string name, string value) => new(name, value, source.Find(name)?.Origin ?? "default");
    }
}
