using System.Net.Http.Headers;
using Foliosync.Core.Alerts.Email;

namespace Foliosync.Core.Alerts.Channels;

/// <summary>What an ntfy topic gets; see https://docs.ntfy.sh/publish/.</summary>
internal static class NtfyRequest
{
    // ntfy takes up to 4096 bytes and makes an attachment of longer texts.
    private const int MostCharacters = 1_000;

    /// <summary>Makes the request.</summary>
    /// <param name="address">Address of the topic.</param>
    /// <param name="message">What to tell.</param>
    /// <param name="token">Access token; null for a topic that needs none.</param>
    public static HttpRequestMessage Create(Uri address, AlertMessage message, string? token)
    {
        var text = message.Text.Length > MostCharacters ? message.Text[..MostCharacters] + "…" : message.Text;
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(text.TrimEnd()) };
        request.Headers.Add("Title", MailText.EncodeHeader(message.Title).Replace("\r\n ", " ", StringComparison.Ordinal));
        request.Headers.Add("Priority", message.Event == AlertEvent.Raised ? "high" : "default");
        request.Headers.Add("Tags", message.Event switch
        {
            AlertEvent.Raised => "warning",
            AlertEvent.Healed => "white_check_mark",
            _ => "envelope",
        });
        if (message.Link is { } link)
        {
            request.Headers.Add("Click", link.AbsoluteUri);
        }

        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return request;
    }
}
