using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Foliosync.Core.Storage;

namespace Foliosync.Core.Alerts.Channels;

/// <summary>What a webhook gets: JSON with a signature over time and body. The form is documented for receivers and stays.</summary>
internal static class WebhookRequest
{
    /// <summary>Header with the id of the message: the same when it is sent again.</summary>
    public const string DeliveryHeader = "Foliosync-Delivery";

    /// <summary>Header with the time of sending, in seconds since 1970.</summary>
    public const string TimestampHeader = "Foliosync-Timestamp";

    /// <summary>Header with <c>v1=</c> and the signature in hex.</summary>
    public const string SignatureHeader = "Foliosync-Signature";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes the request.</summary>
    public static HttpRequestMessage Create(Uri address, AlertMessage message, string? secret, DateTimeOffset now)
    {
        var body = Body(message);
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } },
        };
        request.Headers.UserAgent.ParseAdd("Foliosync");
        request.Headers.Add(DeliveryHeader, message.Id.ToString());
        request.Headers.Add(TimestampHeader, timestamp);
        if (secret is not null)
        {
            request.Headers.Add(SignatureHeader, "v1=" + Sign(secret, timestamp, body));
        }

        return request;
    }

    /// <summary>HMAC-SHA256 of <c>timestamp.body</c> in lower-case hex.</summary>
    public static string Sign(string secret, string timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes(timestamp + "."), .. body];
        return Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));
    }

    // The fields beside "alerts" repeat what is the same in all of them, so that receivers of single alerts need not look further.
    private static byte[] Body(AlertMessage message)
    {
        var items = message.Items;
        var one = items.Count == 1 ? items[0] : null;
        return JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                message.Id,
                Event = SqlValues.ToText(message.Event),
                Kind = items.Select(i => i.Kind).Distinct().Count() == 1 ? items[0].Kind : null,
                one?.ConnectionId,
                one?.Label,
                message.Title,
                Message = one?.Message ?? message.Text,
                CreatedAt = Utc(items.Min(i => i.CreatedAt)),
                ResolvedAt = Utc(one?.ResolvedAt),
                Url = message.Link,
                Alerts = items.Select(i => new
                {
                    Id = i.AlertId,
                    Event = SqlValues.ToText(i.Event),
                    i.Kind,
                    i.ConnectionId,
                    i.Label,
                    i.Message,
                    CreatedAt = Utc(i.CreatedAt),
                    ResolvedAt = Utc(i.ResolvedAt),
                }),
            },
            Options);
    }

    private static DateTime? Utc(DateTimeOffset? instant) => instant?.UtcDateTime;
}
