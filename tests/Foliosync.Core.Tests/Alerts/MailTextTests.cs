using System.Net.Mail;
using System.Text;
using System.Text.RegularExpressions;
using Foliosync.Core.Alerts.Email;
using Shouldly;
using Xunit;

namespace Foliosync.Core.Tests.Alerts;

public sealed partial class MailTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 3, 5, 7, 9, TimeSpan.Zero);
    private static readonly Guid Id = new("019f0000-0000-7000-8000-000000000001");

    [Fact]
    public void A_mail_is_written_as_the_standards_say() => Mail("Foliosync: Kite needs a login", "Grüße\n.\nEnde").ShouldBe(
        "From: \"Foliosync (home)\" <fs@example.org>\r\n" +
        "To: asha@example.org\r\n" +
        "Subject: Foliosync: Kite needs a login\r\n" +
        "Date: Mon, 03 Aug 2026 05:07:09 +0000\r\n" +
        "Message-ID: <019f0000-0000-7000-8000-000000000001@example.org>\r\n" +
        "Auto-Submitted: auto-generated\r\n" +
        "MIME-Version: 1.0\r\n" +
        "Content-Type: text/plain; charset=utf-8\r\n" +
        "Content-Transfer-Encoding: base64\r\n" +
        "\r\n" +
        // "Grüße", "." and "Ende", each on a line of its own.
        Convert.ToBase64String(Encoding.UTF8.GetBytes("Grüße\r\n.\r\nEnde")) + "\r\n");

    [Theory]
    [InlineData("Kite\r\nBcc: everybody@example.org")]
    [InlineData("Kite\nBcc: everybody@example.org")]
    [InlineData("Kite\r\n\r\nanother text")]
    public void A_line_break_in_a_label_makes_no_header(string subject)
    {
        var headers = Mail(subject, "text").Split("\r\n\r\n")[0].Split("\r\n");

        headers.Length.ShouldBe(9);
        headers.ShouldNotContain(h => h.StartsWith("Bcc", StringComparison.Ordinal));
    }

    [Fact]
    public void A_subject_in_any_language_comes_in_short_encoded_words()
    {
        const string Subject = "ज़ेरोधा: लॉगिन चाहिए 🙂 — und noch viel mehr Text, der nicht in ein einziges Wort passt";

        var encoded = MailText.EncodeHeader(Subject);

        encoded.ShouldAllBe(c => char.IsAscii(c));
        var words = encoded.Split("\r\n ");
        words.Length.ShouldBeGreaterThan(1);
        words.ShouldAllBe(w => w.Length <= 75);
        string.Concat(words.Select(w => Encoding.UTF8.GetString(Convert.FromBase64String(Word().Match(w).Groups[1].Value)))).ShouldBe(Subject);
    }

    [Fact]
    public void A_subject_that_looks_encoded_is_shown_as_it_is() => MailText.EncodeHeader("=?UTF-8?B?WA==?=").ShouldNotContain("WA==");

    [Theory]
    [InlineData("asha@example.org", true)]
    [InlineData("asha@exämple.org", false)]
    [InlineData("asha", false)]
    [InlineData("a@example.org>\r\nRCPT TO:<b@example.org", false)]
    [InlineData("\"a b\"@example.org", false)]
    public void Only_plain_addresses_are_taken(string text, bool taken) => (MailText.Parse(text) is not null).ShouldBe(taken);

    private static string Mail(string subject, string text) => MailText.Compose(
        new MailAddress("fs@example.org", "Foliosync (home)"), new MailAddress("asha@example.org"), subject, text, Id, Now);

    [GeneratedRegex(@"^=\?UTF-8\?B\?([^?]+)\?=$")]
    private static partial Regex Word();
}
