using System.Collections.Frozen;
using System.Globalization;
using System.Resources;
using Microsoft.Extensions.Localization;

namespace Foliosync.Web;

/// <summary>
/// Texts in the viewer's language. The framework's own localizer goes by cultures, of which this program has none: it formats by
/// <see cref="Formats"/> and carries no data of countries.
/// </summary>
internal sealed class TextLocalizer(Viewer viewer) : IStringLocalizer<Texts>
{
    private static readonly Lazy<FrozenDictionary<string, string>> Hindi = new(() => Read("hi"));

    /// <summary>ISO 639.</summary>
    public string Language => viewer.Language;

    public LocalizedString this[string name] => Find(name) is { } text ? new LocalizedString(name, text) : new LocalizedString(name, name, viewer.Language != "en");

    public LocalizedString this[string name, params object[] arguments] =>
        new(name, string.Format(CultureInfo.InvariantCulture, Find(name) ?? name, arguments));

    /// <summary>The texts for who asks: in the person's language, or that of the browser.</summary>
    public static TextLocalizer Of(HttpContext http) => new(Viewer.Of(http));

    public IEnumerable<LocalizedString> GetAllStrings(bool includeParentCultures) => Hindi.Value.Select(t => new LocalizedString(t.Key, t.Value));

    /// <summary>All texts of a language, by their English sentence.</summary>
    /// <exception cref="ArgumentException">A sentence is translated twice.</exception>
    public static FrozenDictionary<string, string> Read(string language)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        var assembly = typeof(TextLocalizer).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith("texts/", StringComparison.Ordinal) && n.EndsWith($".{language}.resources", StringComparison.Ordinal)))
        {
            using var reader = new ResourceReader(assembly.GetManifestResourceStream(name)!);
            var entries = reader.GetEnumerator();
            while (entries.MoveNext())
            {
                texts.Add((string)entries.Key, (string)entries.Value!);
            }
        }

        return texts.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private string? Find(string name) => viewer.Language == "hi" ? Hindi.Value.GetValueOrDefault(name) : null;
}
