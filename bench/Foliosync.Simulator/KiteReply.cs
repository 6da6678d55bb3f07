using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Foliosync.Simulator;

/// <summary>Puts answers, and what goes wrong with them, on the wire.</summary>
internal static class KiteReply
{
    private static readonly byte[] GatewayPage = Encoding.UTF8.GetBytes(
        "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>");

    private static readonly byte[] WrongTypes = Encoding.UTF8.GetBytes(
        """{"status":"success","data":[{"tradingsymbol":17,"exchange":[],"isin":{},"quantity":"many","average_price":"cheap"}]}""");

    private static readonly byte[] EmptyList = Encoding.UTF8.GetBytes("""{"status":"success","data":[]}""");

    private static readonly byte[] NullData = Encoding.UTF8.GetBytes("""{"status":"success","data":null}""");

    public static Task JsonAsync(HttpContext context, int status, byte[] body) => SendAsync(context, status, "application/json", body);

    public static async Task SendAsync(HttpContext context, int status, string contentType, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>Answers as the fault says.</summary>
    /// <param name="context">The call.</param>
    /// <param name="fault">What goes wrong; not one that only delays or changes a good answer.</param>
    /// <param name="good">Renders the answer that would have been sent.</param>
    public static Task FailAsync(HttpContext context, Fault fault, Func<byte[]> good)
    {
        switch (fault.Kind)
        {
            case FaultKind.RateLimited:
                return TooManyAsync(context, fault.RetryAfter);
            case FaultKind.RateLimitedSilently:
                return TooManyAsync(context, retryAfterSeconds: null);
            case FaultKind.ServerError:
                return JsonAsync(context, 500, KiteJson.Error("Something went wrong.", "GeneralException"));
            case FaultKind.BadGateway:
                return JsonAsync(context, 502, KiteJson.Error("The order system answered nonsense.", "DataException"));
            case FaultKind.Unavailable:
                SetRetryAfter(context, fault.RetryAfter);
                return JsonAsync(context, 503, KiteJson.Error("The order system cannot be reached.", "NetworkException"));
            case FaultKind.Html:
                return SendAsync(context, 502, "text/html", GatewayPage);
            case FaultKind.HtmlPage:
                return SendAsync(context, 200, "text/html", GatewayPage);
            case FaultKind.Junk:
                return JsonAsync(context, 200, DamagedAnswer.Junk);
            case FaultKind.WrongTypes:
                return JsonAsync(context, 200, WrongTypes);
            case FaultKind.MissingField:
                return JsonAsync(context, 200, DamagedAnswer.WithoutField(good(), context.Request.Path.Value!));
            case FaultKind.TokenExpired or FaultKind.SessionDies:
                return JsonAsync(context, 403, KiteJson.Error("Incorrect `api_key` or `access_token`.", "TokenException"));
            case FaultKind.PermissionDenied:
                return JsonAsync(context, 403, KiteJson.Error("Insufficient permission for that call.", "PermissionException"));
            case FaultKind.EmptyHoldings:
                return JsonAsync(context, 200, EmptyList);
            case FaultKind.NullHoldings:
                return JsonAsync(context, 200, NullData);
            case FaultKind.Scripted:
                return JsonAsync(context, fault.Status, Encoding.UTF8.GetBytes(fault.Body));
            case FaultKind.Hang:
                return HangAsync(context, fault.HangMilliseconds);
            case FaultKind.Reset:
                Reset(context);
                return Task.CompletedTask;
            case FaultKind.HalfBody:
                return HalfBodyAsync(context, good());
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault.Kind, "Not a failure.");
        }
    }

    public static Task TooManyAsync(HttpContext context, int? retryAfterSeconds)
    {
        if (retryAfterSeconds is { } seconds)
            SetRetryAfter(context, seconds);
        return JsonAsync(context, 429, KiteJson.Error("Too many requests", "NetworkException"));
    }

    private static void SetRetryAfter(HttpContext context, int seconds) =>
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);

    // Ends when the client gives up or the simulator stops; neither is an error.
    private static async Task HangAsync(HttpContext context, int? milliseconds)
    {
        await Task.Delay(milliseconds ?? Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        context.Abort();
    }

    private static void Reset(HttpContext context)
    {
        // Lingering for no time makes the operating system send RST instead of a polite end.
        var socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        if (socket is not null)
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        context.Abort();
    }

    private static async Task HalfBodyAsync(HttpContext context, byte[] body)
    {
        context.Response.StatusCode = 200;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.BodyWriter.WriteAsync(body.AsMemory(0, body.Length / 2), context.RequestAborted);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);

        // Returning with less than was announced makes Kestrel end the connection after what was sent; an abort would lose it.
    }
}
