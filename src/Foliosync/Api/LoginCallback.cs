using Foliosync.Api.Pages;
using Foliosync.Core.Connections;
using Foliosync.Core.Storage;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;
using Foliosync.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;

namespace Foliosync.Api;

/// <summary>
/// <c>/connect/{broker}/callback</c>: where a broker sends the browser after a login. Works without a token: the browser may be on
/// another device than the one that began, and the state in the answer proves where it belongs.
/// </summary>
internal static class LoginCallback
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/connect/{broker}/callback", CompleteAsync).RequireRateLimiting(LoginPagesLimit.Name).ExcludeFromDescription();

    private static async Task<IResult> CompleteAsync(
        HttpContext http,
        ConnectionLogin login,
        LoginLinks links,
        LoginWalk walk,
        SyncQueue queue,
        Database database,
        string broker,
        CancellationToken cancellationToken)
    {
        var answer = http.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.Ordinal);

        // Asked before the answer is used: when that fails, its link is what goes on from there.
        var pending = await login.FindAsync(answer, cancellationToken);
        try
        {
            var outcome = await login.CompleteAsync(broker, answer, "web", cancellationToken);
            await queue.EnqueueAsync(outcome.ConnectionId, SyncTrigger.LoginCompleted, cancellationToken);
            if (outcome.LinkId is { } id && await links.FindAsync(id, cancellationToken) is { } link)
            {
                return await walk.GoOnAsync(http, link, connectionId: null, cancellationToken);
            }

            var t = TextLocalizer.Of(http);
            return await IsOwnerHereAsync(http, database, outcome.ConnectionId, cancellationToken)
                ? Results.Redirect($"/connections/{outcome.ConnectionId}")
                : Html.Message(t, t["Logged in"], outcome.Message, StatusCodes.Status200OK);
        }
        catch (Exception e) when (LoginFailure.Of(e) is not null)
        {
            var link = pending?.LinkId is { } id ? await links.FindAsync(id, cancellationToken) : null;
            return walk.Refuse(http, LoginFailure.Of(e)!, link, link?.Connections.FirstOrDefault(c => c.Id == pending!.ConnectionId));
        }
    }

    /// <summary>True when the owner is signed in to the pages with this browser, and so sees the sync on the page of the connection.</summary>
    private static async Task<bool> IsOwnerHereAsync(HttpContext http, Database database, Guid connectionId, CancellationToken cancellationToken)
    {
        if (!(await http.AuthenticateAsync(SessionCookie.SchemeName)).Succeeded || http.Features.Get<SignedIn>() is not { } signedIn)
        {
            return false;
        }

        await using var db = database.Open(OwnerScope.Only(signedIn.UserId));
        return await db.Connections.AnyAsync(c => c.Id == connectionId, cancellationToken);
    }
}
