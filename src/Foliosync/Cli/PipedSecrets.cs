using System.Globalization;
using System.Text.Json;
using Foliosync.Brokers.Contract;

namespace Foliosync.Cli;

/// <summary>Credentials and session as they were piped in.</summary>
internal sealed record PipedSecrets(IReadOnlyDictionary<string, string> Credentials, BrokerToken? Session)
{
    /// <summary>Reads what was piped in.</summary>
    /// <param name="text">JSON, or a bare token when only a session is expected.</param>
    /// <param name="credentials">True when it holds credentials: the fields themselves, or the fields below <c>credentials</c>.</param>
    /// <param name="session">True when it must hold a session.</param>
    /// <exception cref="UsageException">It has another form. The message repeats none of it.</exception>
    public static PipedSecrets Read(string text, bool credentials, bool session)
    {
        var trimmed = text.Trim();
        if (!credentials)
        {
            return new PipedSecrets(new Dictionary<string, string>(), trimmed.StartsWith('{') ? SessionIn(Parse(trimmed)) : Bare(trimmed));
        }

        var root = Parse(trimmed);
        var nested = root.TryGetProperty("credentials", out var fields) && fields.ValueKind == JsonValueKind.Object;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in (nested ? fields : root).EnumerateObject().Where(f => nested || f.Name != "session"))
        {
            values[field.Name] = field.Value.ValueKind == JsonValueKind.String
                ? field.Value.GetString()!
                : throw new UsageException($"The credential '{field.Name}' on stdin must be a text.");
        }

        var hasSession = root.TryGetProperty("session", out var inner) && inner.ValueKind == JsonValueKind.Object;
        return hasSession || !session
            ? new PipedSecrets(values, hasSession ? SessionIn(inner) : null)
            : throw new UsageException("There is no session on stdin. Pipe in {\"credentials\":{…},\"session\":{\"token\":\"…\"}}.");
    }

    private static BrokerToken Bare(string text) => text.Length > 0 && !text.Contains('\n', StringComparison.Ordinal)
        ? new BrokerToken(new Secret(text))
        : throw new UsageException("There is no session token on stdin. Pipe it in as one line.");

    private static BrokerToken SessionIn(JsonElement session)
    {
        if (!session.TryGetProperty("token", out var token) || token.ValueKind != JsonValueKind.String || token.GetString() is not { Length: > 0 } value)
        {
            throw new UsageException("The session on stdin has no 'token'.");
        }

        DateTimeOffset? expiresAt = null;
        if (session.TryGetProperty("expiresAt", out var expiry) && expiry.ValueKind != JsonValueKind.Null)
        {
            expiresAt = expiry.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(
                expiry.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
                ? instant
                : throw new UsageException("'expiresAt' of the session on stdin is not a time like 2026-01-31T00:30:00Z.");
        }

        return new BrokerToken(new Secret(value), expiresAt);
    }

    private static JsonElement Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw NotAnObject();
        }
        catch (JsonException)
        {
            // The parser's message may repeat a piece of a secret.
            throw NotAnObject();
        }
    }

    private static UsageException NotAnObject() => new("What is on stdin is not a JSON object. Pipe in {\"key\":\"value\"}.");
}
