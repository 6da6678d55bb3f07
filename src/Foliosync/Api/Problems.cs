using System.Text.Json;
using Foliosync.Brokers.Contract;
using Foliosync.Core;
using Foliosync.Core.Storage;
using Foliosync.Hosting;
using Foliosync.Web.Layout;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Foliosync.Api;

/// <summary>
/// Every error leaves as <c>application/problem+json</c> (RFC 9457) whose <c>detail</c> says what to do; or as a page, for somebody who
/// looks at one.
/// </summary>
internal sealed partial class Problems(ILogger<Problems> logger) : IExceptionHandler
{
    /// <summary>Answers with a problem.</summary>
    /// <param name="http">The request.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="detail">One sentence for people; null when the status says all.</param>
    /// <param name="field">Name of the input that is wrong; null when it is not one input.</param>
    /// <param name="kind">Kind of a broker's error, in the words of the API; null for all others.</param>
    /// <param name="extensions">What else a program may want to know; null for nothing.</param>
    public static Task WriteAsync(
        HttpContext http,
        int status,
        string? detail,
        string? field = null,
        string? kind = null,
        IReadOnlyList<KeyValuePair<string, object?>>? extensions = null)
    {
        if (WantsPage(http.Request))
        {
            return new RazorComponentResult<ErrorPage>(new { Status = status, Reason = detail }) { StatusCode = status }.ExecuteAsync(http);
        }

        var problem = new ProblemDetails
        {
            Type = "about:blank",
            Title = ReasonPhrases.GetReasonPhrase(status),
            Status = status,
            Detail = detail,
        };
        if (field is not null)
        {
            problem.Extensions["errors"] = new Dictionary<string, string[]> { [field] = [detail!] };
        }

        if (kind is not null)
        {
            problem.Extensions["kind"] = kind;
        }

        foreach (var (name, value) in extensions ?? [])
        {
            problem.Extensions[name] = value;
        }

        http.Response.StatusCode = status;
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsJsonAsync(
            problem, options: null, "application/problem+json", http.RequestAborted);
    }

    /// <summary>Gives a body to answers that have a status only: no such address, wrong method, wrong content type.</summary>
    public static async Task WriteStatusAsync(StatusCodeContext context)
    {
        var status = context.HttpContext.Response.StatusCode;
        if (status == StatusCodes.Status413PayloadTooLarge && TakesFiles(context.HttpContext))
        {
            await LargeBody.LetEndAsync(context.HttpContext);
        }

        var wrong = status == StatusCodes.Status400BadRequest ? WrongParameter.Of(context.HttpContext) : null;
        await WriteAsync(context.HttpContext, status, wrong?.Detail ?? status switch
        {
            StatusCodes.Status404NotFound => "There is nothing at this address.",
            StatusCodes.Status405MethodNotAllowed => "This address does not take that method; the header Allow names those it takes.",
            StatusCodes.Status413PayloadTooLarge => TakesFiles(context.HttpContext)
                ? $"The file is larger than this server takes. Import a shorter time, or have {StatementSettingsReader.MaxSizeName} raised."
                : "The body is larger than anything that can be meant here.",
            StatusCodes.Status415UnsupportedMediaType when TakesFiles(context.HttpContext) => "Send the file as multipart/form-data, in the field 'file'.",
            StatusCodes.Status415UnsupportedMediaType => "Send the body as JSON, with the header 'Content-Type: application/json'.",
            _ => null,
        }, wrong?.Name);
    }

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // The answer was begun anew.
        SecurityHeaders.Add(httpContext);
        switch (exception)
        {
            case InputException input:
                await WriteAsync(httpContext, StatusCodes.Status422UnprocessableEntity, input.Message, input.Field);
                break;
            case ForbiddenException forbidden:
                await WriteAsync(httpContext, StatusCodes.Status403Forbidden, forbidden.Message);
                break;
            case NotFoundException notFound:
                await WriteAsync(httpContext, StatusCodes.Status404NotFound, MessageOf(httpContext, notFound));
                break;
            case RefusedException refused:
                await WriteAsync(httpContext, StatusCodes.Status409Conflict, refused.Message);
                break;
            case QueryException query:
                await WriteAsync(httpContext, StatusCodes.Status400BadRequest, query.Message, query.Parameter);
                break;
            case BadHttpRequestException bad:
                await WriteBadRequestAsync(httpContext, bad);
                break;
            case BrokerException broker:
                await WriteBrokerErrorAsync(httpContext, broker);
                break;
            default:
                LogUnexpected(exception, httpContext.Request.Method, httpContext.GetEndpoint()?.DisplayName);
                await WriteFaultAsync(httpContext, exception);
                break;
        }

        return true;
    }

    private static Task WriteFaultAsync(HttpContext http, Exception e)
    {
        if (StorageFailure.IsAway(e))
        {
            http.Response.Headers.RetryAfter = "1";
            return WriteAsync(http, StatusCodes.Status503ServiceUnavailable, "The database does not answer just now. Try again in a moment.");
        }

        return StorageFailure.IsFull(e)
            ? WriteAsync(http, StatusCodes.Status507InsufficientStorage, "The disk of the server is full, so nothing was saved. Whoever runs it has to make room.")
            : WriteAsync(http, StatusCodes.Status500InternalServerError, "Something went wrong on the server. Its log has the details.");
    }

    // What others share to be looked at is there for those who read it, and not for those who change it.
    private static string MessageOf(HttpContext http, NotFoundException e) =>
        HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || Caller.Find(http.User) is not { Rows.Shared.Count: > 0 }
            ? e.Message
            : $"There is no {e.What} with this id that you may change in this way.";

    private static Task WriteBadRequestAsync(HttpContext http, BadHttpRequestException bad)
    {
        if (bad.StatusCode != StatusCodes.Status400BadRequest)
        {
            return WriteStatusAsync(new StatusCodeContext(
                SetStatus(http, bad.StatusCode), new StatusCodePagesOptions(), _ => Task.CompletedTask));
        }

        if (WrongParameter.Of(http) is { } wrong)
        {
            return WriteAsync(http, bad.StatusCode, wrong.Detail, wrong.Name);
        }

        // A parser's message may repeat a piece of the body, and with it a secret; the path does not.
        var detail = bad.InnerException is JsonException { Path: { Length: > 1 } path }
            ? $"The body is not JSON of the right form (see '{path.TrimStart('$', '.')}')."
            : "The body is not JSON of the right form.";
        return WriteAsync(http, bad.StatusCode, detail);
    }

    private static Task WriteBrokerErrorAsync(HttpContext http, BrokerException e)
    {
        var status = e.Kind switch
        {
            BrokerErrorKind.AuthExpired or BrokerErrorKind.Unsupported => StatusCodes.Status422UnprocessableEntity,
            BrokerErrorKind.RateLimited => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status502BadGateway,
        };
        if (e.RetryAfter is { } wait)
        {
            http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return WriteAsync(http, status, e.Message, kind: JsonNamingPolicy.CamelCase.ConvertName(e.Kind.ToString()));
    }

    // By the time a problem is written, the endpoint is not known any more.
    private static bool TakesFiles(HttpContext http) => http.Request.Path.Value?.EndsWith(StatementsApi.LastSegment, StringComparison.OrdinalIgnoreCase) == true;

    // Somebody looks at a page; programs ask for JSON, or for nothing special.
    private static bool WantsPage(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
        && !request.Path.StartsWithSegments("/api") && !request.Path.StartsWithSegments("/openapi");

    private static HttpContext SetStatus(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return http;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Endpoint} failed.")]
    private partial void LogUnexpected(Exception exception, string method, string? endpoint);
}

/// <summary>A query parameter cannot be used. The message says what to do.</summary>
internal sealed class QueryException(string parameter, string message) : Exception(message)
{
    /// <summary>Name of the parameter.</summary>
    public string Parameter { get; } = parameter;
}
