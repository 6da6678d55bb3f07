using System.Globalization;
using System.Net.Mail;
using System.Text;

namespace Foliosync.Core.Alerts.Email;

/// <summary>Writes mails as they travel (RFC 5322, RFC 2045, RFC 2047): ASCII throughout, whatever the text.</summary>
internal static class MailText
{
    // An encoded word has 75 characters at most; base64 makes 60 of these bytes.
    private const int BytesPerWord = 45;

    /// <summary>A whole mail with plain text.</summary>
    /// <param name="from">Sender.</param>
    /// <param name="to">Receiver.</param>
    /// <param name="subject">Any text; line breaks become blanks.</param>
    /// <param name="text">Any text.</param>
    /// <param name="id">Makes the Message-ID: receivers drop a mail that comes again.</param>
    /// <param name="at">UTC instant.</param>
    public static string Compose(MailAddress from, MailAddress to, string subject, string text, Guid id, DateTimeOffset at)
    {
        var mail = new StringBuilder();
        Header("From", from.DisplayName.Length > 0 ? $"{Phrase(from.DisplayName)} <{from.Address}>" : from.Address);
        Header("To", to.Address);
        Header("Subject", EncodeHeader(subject));
        Header("Date", at.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture));
        Header("Message-ID", $"<{id}@{from.Host}>");
        // No out-of-office answer, please (RFC 3834).
        Header("Auto-Submitted", "auto-generated");
        Header("MIME-Version", "1.0");
        Header("Content-Type", "text/plain; charset=utf-8");
        Header("Content-Transfer-Encoding", "base64");
        mail.Append("\r\n");
        var lines = text.ReplaceLineEndings("\r\n");
        mail.Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(lines), Base64FormattingOptions.InsertLineBreaks)).Append("\r\n");
        return mail.ToString();

        void Header(string name, string value) => mail.Append(name).Append(": ").Append(value).Append("\r\n");
    }

    /// <summary>A header's text in ASCII. Control characters, and with them line breaks that would begin another header, become blanks.</summary>
    public static string EncodeHeader(string text)
    {
        var line = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        if (line.Length <= 70 && line.All(char.IsAscii) && !line.Contains("=?", StringComparison.Ordinal))
        {
            return line;
        }

        var words = new List<string>();
        var word = new StringBuilder();
        var bytes = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > BytesPerWord)
            {
                Close();
            }

            word.Append(rune.ToString());
            bytes += rune.Utf8SequenceLength;
        }

        Close();
        return string.Join("\r\n ", words);

        void Close()
        {
            words.Add($"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(word.ToString()))}?=");
            word.Clear();
            bytes = 0;
        }
    }

    /// <summary>A mail address that can travel as it is; null when the text is none. International ones are not supported.</summary>
    public static MailAddress? Parse(string text) =>
        !text.Any(char.IsControl) && MailAddress.TryCreate(text, out var address) && address.Address.All(c => char.IsAscii(c) && c is not (' ' or '<' or '>'))
            ? address
            : null;

    // A name with special characters needs quotes; an encoded word needs none.
    private static string Phrase(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c == ' ') || !name.All(char.IsAscii)
        ? EncodeHeader(name)
        : '"' + name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"';
}
