using System.Text.RegularExpressions;
using Foliosync.Brokers.Tests;
using Foliosync.Web;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

/// <summary>The second language is whole: no sentence is missing, none is left over.</summary>
public sealed partial class TextsTests
{
    private static readonly string Source = Path.Combine(RepositoryRoot.Find(), "src");

    [Fact]
    public void Every_sentence_of_the_pages_has_a_hindi_one()
    {
        var keys = Keys().ToHashSet();
        keys.Count.ShouldBeGreaterThan(100);

        keys.Except(TextLocalizer.Read("hi").Keys).ShouldBeEmpty();
    }

    [Fact]
    public void Every_hindi_sentence_belongs_to_one_that_is_shown()
    {
        // Refusals of the core are shown as they are thrown, so any literal of the sources will do.
        var sources = string.Concat(Files("*.cs").Concat(Files("*.razor")).Select(File.ReadAllText));

        TextLocalizer.Read("hi").Keys.Where(k => !sources.Contains($"\"{k.Replace("\"", "\\\"", StringComparison.Ordinal)}\"", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Both_sentences_have_the_same_places_for_values() =>
        TextLocalizer.Read("hi").Where(t => Places(t.Key) != Places(t.Value)).Select(t => t.Key).ShouldBeEmpty();

    private static IEnumerable<string> Keys() =>
        from file in Files("*.razor").Concat(Files("*.cs"))
        where new[] { "Web", "Api" }.Any(folder => file.Contains($"{Path.DirectorySeparatorChar}{folder}{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        let text = File.ReadAllText(file)
        from Match match in Localized().Matches(text).Concat(file.EndsWith(".razor", StringComparison.Ordinal) ? Entered().Matches(text) : [])
        from Group key in match.Groups.Cast<Group>().Skip(1)
        where key.Success
        select Regex.Unescape(key.Value);

    private static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Source, pattern, SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    private static string Places(string text) => string.Join(' ', Place().Matches(text).Select(m => m.Value).Order(StringComparer.Ordinal));

    [GeneratedRegex("""\b[Tt]\["((?:[^"\\]|\\.)*)"[\],]""")]
    private static partial Regex Localized();

    [GeneratedRegex("""\[In(?:(?:Navigation|Settings)\("([^"]*)"(?:.*Tab = "([^"]*)")?|Start\("([^"]*)", "([^"]*)")""")]
    private static partial Regex Entered();

    [GeneratedRegex(@"\{\d+\}")]
    private static partial Regex Place();
}
