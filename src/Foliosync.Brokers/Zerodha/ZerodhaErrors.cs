using System.Net;
using System.Text.Json;
using Foliosync.Brokers.Contract;

namespace Foliosync.Brokers.Zerodha;

/// <summary>
/// What Kite's errors mean. Kite's own error type decides, the HTTP status only where there is none. Kite's message is never passed on:
/// it may quote what was sent.
/// </summary>
internal static class ZerodhaErrors
{
    private const string LogIn = "Zerodha has ended the session. Log in to Zerodha again.";
    private const string SeeKite = "Zerodha blocks this login. Open kite.zerodha.com, do what it asks for, then log in again.";
    private const string LoginRefused =
        "Zerodha did not accept the login. Check the API key and secret, then log in again within a few minutes.";

    private const string NotAllowed = "This Zerodha login may not read that. Check the plan and the permissions of your app at developers.kite.trade.";
    private const string Refused = "Zerodha refused the request as wrong. The adapter needs care; please report it.";
    private const string Gone = "Zerodha does not answer at an address that it documents. The earlier data is kept; please report it.";
    private const string Trouble = "Zerodha has trouble answering. It is tried again by itself.";
    private const string TooMany = "Zerodha is called too often. It is tried again by itself.";

    /// <summary>The table: <c>error_type</c> to meaning.</summary>
    private static readonly Dictionary<string, (BrokerErrorKind Kind, string Message)> Meanings = new(StringComparer.Ordinal)
    {
        ["TokenException"] = (BrokerErrorKind.AuthExpired, LogIn),
        ["UserException"] = (BrokerErrorKind.AuthExpired, SeeKite),
        ["TwoFAException"] = (BrokerErrorKind.AuthExpired, SeeKite),
        ["PermissionException"] = (BrokerErrorKind.Unsupported, NotAllowed),

        // Permanent: the same request never succeeds. Not Unsupported, which would switch the reading off for good.
        ["InputException"] = (BrokerErrorKind.InvalidData, Refused),
        ["OrderException"] = (BrokerErrorKind.InvalidData, Refused),
        ["MarginException"] = (BrokerErrorKind.InvalidData, Refused),
        ["HoldingException"] = (BrokerErrorKind.InvalidData, Refused),

        ["NetworkException"] = (BrokerErrorKind.Transient, Trouble),
        ["DataException"] = (BrokerErrorKind.Transient, Trouble),
        ["GeneralException"] = (BrokerErrorKind.Transient, Trouble),
    };

    /// <summary>What an answer with an error status means.</summary>
    public static async Task<BrokerException> ReadAsync(
        HttpResponseMessage response, string path, TimeProvider clock, CancellationToken cancellationToken)
    {
        var wait = RetryAfterOf(response, clock);
        await using var body = new MemoryStream(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        if (body.Length == 0)
        {
            return Of(response.StatusCode, path, errorType: null, message: null, wait);
        }

        try
        {
            var failure = await JsonSerializer.DeserializeAsync(body, ZerodhaJson.Default.ZerodhaFailure, cancellationToken);
            return Of(response.StatusCode, path, failure?.ErrorType, failure?.Message, wait);
        }
        catch (JsonException failure) when (IsNotJson(failure) && response.StatusCode is not HttpStatusCode.TooManyRequests && !IsGone(response.StatusCode))
        {
            // A gateway in front of Kite answered, with a page of its own.
            return BrokerException.Transient(Trouble, retryAfter: wait, detail: $"{path}: {(int)response.StatusCode}, not JSON");
        }
        catch (JsonException)
        {
            return Of(response.StatusCode, path, errorType: null, message: null, wait);
        }
    }

    /// <summary>What an error type and a status mean together.</summary>
    public static BrokerException Of(HttpStatusCode status, string path, string? errorType, string? message, TimeSpan? wait)
    {
        var known = Meanings.TryGetValue(errorType ?? "", out var meaning);

        // Kite says GeneralException there, which elsewhere is trouble that passes. An address that is gone does not come back by itself.
        if (IsGone(status) && (!known || meaning.Kind is BrokerErrorKind.Transient))
        {
            return BrokerException.InvalidData(Gone, $"{path}: {(int)status}");
        }

        // Kite sends NetworkException with 429 too: being called too often is the more exact reading of the two.
        if (status is HttpStatusCode.TooManyRequests && (!known || meaning.Kind is BrokerErrorKind.Transient))
        {
            return BrokerException.RateLimited(TooMany, wait, known ? errorType : null);
        }

        // At the login, a wrong secret and an old or used request token are told in either way.
        if (path == ZerodhaLogin.Path && errorType is ("TokenException" or "InputException"))
        {
            return BrokerException.AuthExpired(LoginRefused, errorType);
        }

        if (!known)
        {
            meaning = MeaningOf(status, message);
        }

        var code = known ? errorType : null;
        var detail = $"{path}: {(int)status}";
        return meaning.Kind switch
        {
            BrokerErrorKind.AuthExpired => BrokerException.AuthExpired(meaning.Message, code),
            BrokerErrorKind.Unsupported => BrokerException.Unsupported(meaning.Message, code, detail),
            BrokerErrorKind.InvalidData => BrokerException.InvalidData(meaning.Message, code is null ? detail : $"{detail} {code}"),
            _ => BrokerException.Transient(meaning.Message, code, wait, detail),
        };
    }

    /// <summary>
    /// What a failure below Kite's answers means; null for failures that speak for themselves: the caller's own cancellation, an error
    /// of the engine's handler, a mistake in this program.
    /// </summary>
    public static BrokerException? Translate(Exception failure, string path, CancellationToken cancellationToken) => failure switch
    {
        HttpRequestException or IOException or InvalidDataException =>
            BrokerException.Transient("Zerodha cannot be reached. It is tried again by itself.", detail: path, inner: failure),
        OperationCanceledException when !cancellationToken.IsCancellationRequested =>
            BrokerException.Transient("Zerodha did not answer in time. It is tried again by itself.", detail: path, inner: failure),
        JsonException json when IsNotJson(json) => BrokerException.Transient(Trouble, detail: $"{path}: not JSON"),

        // Its message names the missing fields, and never a value.
        JsonException json => Unreadable(path, $"{json.Path}: {json.Message}"),
        _ => null,
    };

    /// <summary>An answer that is readable but has not the shape that is documented.</summary>
    /// <param name="path">What was asked for.</param>
    /// <param name="field">The field that is missing or of the wrong type.</param>
    public static BrokerException Unreadable(string path, string field) => BrokerException.InvalidData(
        "Zerodha answered in a form that is not known here. The earlier data is kept; please report it.", $"{path}: {field}");

    private static bool IsGone(HttpStatusCode status) => status is HttpStatusCode.NotFound or HttpStatusCode.Gone;

    private static (BrokerErrorKind Kind, string Message) MeaningOf(HttpStatusCode status, string? message) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => SpeaksOfSession(message)
            ? (BrokerErrorKind.AuthExpired, LogIn)
            : (BrokerErrorKind.Unsupported, NotAllowed),
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => (BrokerErrorKind.Transient, Trouble),
        >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError => (BrokerErrorKind.InvalidData, Refused),
        _ => (BrokerErrorKind.Transient, Trouble),
    };

    private static bool SpeaksOfSession(string? message) => message is not null
        && (message.Contains("api_key", StringComparison.OrdinalIgnoreCase)
            || message.Contains("access_token", StringComparison.OrdinalIgnoreCase)
            || message.Contains("session", StringComparison.OrdinalIgnoreCase));

    /// <summary>True for a text that is no JSON at all, false for JSON of another shape: only the first has a syntax error inside.</summary>
    private static bool IsNotJson(JsonException failure) => failure.InnerException is JsonException;

    private static TimeSpan? RetryAfterOf(HttpResponseMessage response, TimeProvider clock)
    {
        var header = response.Headers.RetryAfter;
        var wait = header?.Delta ?? header?.Date - clock.GetUtcNow();
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
