using Foliosync.Brokers.Contract;
using Foliosync.Core;
using Microsoft.Extensions.Localization;

namespace Foliosync.Web.Connections;

/// <summary>What a person gives to connect or to log in, as a form sends it.</summary>
internal static class CredentialInput
{
    /// <summary>Before the key of a credential; the core names the field of a refusal so.</summary>
    public const string Credentials = "credentials.";

    /// <summary>Before the key of what a login asks for.</summary>
    public const string Answers = "answer.";

    /// <summary>The values that were sent, by key, without the spaces that copying adds.</summary>
    public static Dictionary<string, string> Read(IFormCollection sent, string prefix) =>
        sent.Where(f => f.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(f => f.Key[prefix.Length..], f => f.Value.ToString().Trim(), StringComparer.Ordinal);

    /// <summary>Says what is wrong beside the field that it is about.</summary>
    public static void Add(FormErrors errors, InputException refusal, BrokerManifest manifest, IReadOnlyDictionary<string, string> given, IStringLocalizer<Texts> t)
    {
        if (manifest.Credentials.FirstOrDefault(f => Credentials + f.Key == refusal.Field) is not { } field)
        {
            errors.Add(t[refusal.Message], refusal.Field is "label" ? refusal.Field : null);
            return;
        }

        var isBlank = string.IsNullOrEmpty(given.GetValueOrDefault(field.Key));
        errors.Add(isBlank ? t["This is needed."] : t["This has not the right form. Copy it again, without spaces."], refusal.Field);
    }
}
