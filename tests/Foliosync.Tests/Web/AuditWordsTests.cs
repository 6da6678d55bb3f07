using System.Text.RegularExpressions;
using Foliosync.Brokers.Tests;
using Foliosync.Core.Admin;
using Foliosync.Web;
using Foliosync.Web.Admin;
using Shouldly;
using Xunit;

namespace Foliosync.Tests.Web;

/// <summary>Whatever the audit log can say, people read in words of their language.</summary>
public sealed partial class AuditWordsTests
{
    [Fact]
    public void Everything_that_is_noted_has_words()
    {
        var noted = Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Find(), "src", "Foliosync.Core"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(f => Noted().Matches(File.ReadAllText(f)))
            .Select(m => (Noun: m.Groups[1].Value, Done: m.Groups[2].Value))
            // Sealed fields of a session are written alike.
            .Where(n => AuditWords.Nouns.ContainsKey(n.Noun) && n is not ("session", "token" or "refresh"))
            .ToList();
        noted.Count.ShouldBeGreaterThan(30);

        noted.Where(n => !AuditWords.Done.ContainsKey(n.Done)).ShouldBeEmpty();
        AdminTables.All.Where(t => t.Deletes || t.Created.Count + t.Edited.Count > 0).Select(t => t.Noun).Where(n => !AuditWords.Nouns.ContainsKey(n)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_word_has_a_hindi_one() =>
        AuditWords.Nouns.Values.Concat(AuditWords.Done.Values).Except(TextLocalizer.Read("hi").Keys).ShouldBeEmpty();

    [GeneratedRegex("""
        "([a-z]\w*)\.([a-z]\w*)"
        """)]
    private static partial Regex Noted();
}
