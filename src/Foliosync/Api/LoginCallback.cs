using Foliosync.Api.Pages;
using Foliosync.Brokers.Contract;
using Foliosync.Core;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Foliosync.Api;

/// <summary>
/// <c>/connect/{broker}/callback</c>: where a broker sends the browser after a login. Works without a token: the browser may be on
/// another device than the one that began, and the state in the answer proves where it belongs.
/// </summary>
internal static class LoginCallback
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/connect/{broker}/callback", CompleteAsync).ExcludeFromDescription();

    private static async Task<ContentHttpResult> CompleteAsync(
        HttpRequest request, ConnectionLogin login, SyncQueue queue, string broker, CancellationToken cancellationToken)
    {
        var answer = request.Query.ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.Ordinal);
        try
        {
            var outcome = await login.CompleteAsync(broker, answer, "web", cancellationToken);
            await queue.EnqueueAsync(outcome.ConnectionId, SyncTrigger.LoginCompleted, cancellationToken);
            return Html.Message("Logged in", outcome.Message, StatusCodes.Status200OK);
        }
        catch (InputException e)
        {
            return Html.Message("Not logged in", e.Message, StatusCodes.Status400BadRequest);
        }
        catch (NotFoundException)
        {
            return Html.Message("Not logged in", "The connection was removed meanwhile.", StatusCodes.Status400BadRequest);
        }
        catch (BrokerException e)
        {
            var status = e.Kind is BrokerErrorKind.AuthExpired ? StatusCodes.Status400BadRequest : StatusCodes.Status502BadGateway;
            return Html.Message("Not logged in", e.Message, status);
        }
    }
}
