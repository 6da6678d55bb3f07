using System.Text.RegularExpressions;
using Foliosync.Brokers.Contract;

namespace Foliosync.Core.Connections;

/// <summary>Checks what a person typed against the manifest, before anything is stored or sent.</summary>
internal static class CredentialForm
{
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The values, checked. No message repeats one.</summary>
    /// <exception cref="InputException">The first problem, naming its field.</exception>
    public static CredentialValues Check(BrokerManifest manifest, IReadOnlyDictionary<string, string> values)
    {
        foreach (var key in values.Keys)
        {
            if (!manifest.Credentials.Any(f => f.Key == key))
            {
                var known = manifest.Credentials.Count == 0 ? "none" : string.Join(", ", manifest.Credentials.Select(f => f.Key));
                throw new InputException($"{manifest.Name} has no credential '{key}'. It takes: {known}.", NameOf(key));
            }
        }

        var given = new List<KeyValuePair<string, Secret>>(values.Count);
        foreach (var field in manifest.Credentials)
        {
            if (values.TryGetValue(field.Key, out var value) && !string.IsNullOrWhiteSpace(value))
            {
                Check(field, value);
                given.Add(new(field.Key, new Secret(value)));
            }
            else if (field.Required && field.Kind != CredentialKind.OneTimeCode)
            {
                throw new InputException(
                    $"{manifest.Name} needs the {Lower(field.Label)} ('{field.Key}'). {field.Help}".TrimEnd(), NameOf(field.Key));
            }
        }

        return new CredentialValues(given);
    }

    private static void Check(CredentialField field, string value)
    {
        if (field.Choices.Count > 0 && !field.Choices.Contains(value, StringComparer.Ordinal))
        {
            throw new InputException($"The {Lower(field.Label)} must be one of: {string.Join(", ", field.Choices)}.", NameOf(field.Key));
        }

        if (field.Pattern is { } pattern && !Regex.IsMatch(value, $@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, PatternTimeout))
        {
            throw new InputException(
                $"The {Lower(field.Label)} has not the right form. Copy it again, without spaces. {field.Help}".TrimEnd(), NameOf(field.Key));
        }
    }

    private static string NameOf(string key) => $"credentials.{key}";

    // "API key" stays, "Scenario" becomes "scenario".
    private static string Lower(string label) =>
        label.Length > 1 && char.IsLower(label[1]) ? char.ToLowerInvariant(label[0]) + label[1..] : label;
}
