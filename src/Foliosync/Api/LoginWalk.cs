using Foliosync.Api.Pages;
using Foliosync.Brokers.Contract;
using Foliosync.Core.Connections;
using Foliosync.Core.Sync;
using Foliosync.Core.Users;
using Foliosync.Hosting;
using Foliosync.Web;

namespace Foliosync.Api;

/// <summary>Leads the holder of a link from one login to the next. The link is checked by then.</summary>
internal sealed class LoginWalk(ConnectionLogin login, LoginLinks links, SyncQueue queue, InstanceSettings settings, TimeProvider clock)
{
    /// <summary>Begins the next login of a link, or shows how it went when none is left.</summary>
    /// <param name="http">The request.</param>
    /// <param name="link">The link.</param>
    /// <param name="connectionId">The login that the person chose; null for the first that is due.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    public async Task<IResult> GoOnAsync(HttpContext http, OpenedLink link, Guid? connectionId, CancellationToken cancellationToken)
    {
        if ((Find(link, connectionId) ?? link.Next) is not { } next)
        {
            return new SeeOther(ReloginPage.DonePath(link));
        }

        try
        {
            var step = await login.BeginAsync(next.Id, ActorOf(link), link.Id, cancellationToken);
            return await FollowAsync(http, link, next, step, cancellationToken);
        }
        catch (Exception e) when (LoginFailure.Of(e) is not null)
        {
            return Refuse(http, LoginFailure.Of(e)!, link, next);
        }
    }

    /// <summary>Takes what the person typed on a page of the link, for brokers that have no login page of their own.</summary>
    public async Task<IResult> AnswerAsync(
        HttpContext http, OpenedLink link, Guid connectionId, IReadOnlyDictionary<string, string> answers, CancellationToken cancellationToken)
    {
        if (Find(link, connectionId) is not { } asked)
        {
            return await GoOnAsync(http, link, connectionId: null, cancellationToken);
        }

        try
        {
            var step = await login.ContinueAsync(asked.Id, answers, ActorOf(link), link.Id, cancellationToken);
            return await FollowAsync(http, link, asked, step, cancellationToken);
        }
        catch (BrokerException e) when (e.Kind == BrokerErrorKind.AuthExpired)
        {
            return await AskAgainAsync(http, link, asked, LoginFailure.Of(e)!, cancellationToken);
        }
        catch (Exception e) when (LoginFailure.Of(e) is not null)
        {
            return Refuse(http, LoginFailure.Of(e)!, link, asked);
        }
    }

    /// <summary>Shows a link and goes on with it at once where scripts may run. Changes nothing: mail programs look at links too.</summary>
    public IResult Show(HttpContext http, OpenedLink link)
    {
        SecurityHeaders.AllowLogin(http.Response, LoginPages);
        return link.Next is null ? PageFor(http).NothingLeft(link) : PageFor(http).Waiting(link);
    }

    /// <summary>Shows how the syncs after the logins went, again and again by itself until they are over.</summary>
    public IResult ShowDone(HttpContext http, OpenedLink link)
    {
        SecurityHeaders.AllowLogin(http.Response, LoginPages);
        if (ReloginPage.RefreshAfter(link, clock.GetUtcNow()) is { } wait)
        {
            http.Response.Headers["Refresh"] = ((int)wait.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return PageFor(http).Done(link, clock.GetUtcNow());
    }

    /// <summary>Says why a login did not come to its end, and offers what can be done about it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="failure">What went wrong.</param>
    /// <param name="link">The link it was begun through; null for none.</param>
    /// <param name="tried">The login; null when it is not known.</param>
    public IResult Refuse(HttpContext http, LoginFailure failure, OpenedLink? link, LinkedConnection? tried = null)
    {
        SecurityHeaders.AllowLogin(http.Response, LoginPages);
        return PageFor(http).Refused(failure, link, tried);
    }

    private async Task<IResult> FollowAsync(
        HttpContext http, OpenedLink link, LinkedConnection connection, LoginStep step, CancellationToken cancellationToken)
    {
        switch (step)
        {
            case LoginStep.Redirect redirect:
                return new SeeOther(redirect.Url.AbsoluteUri);
            case LoginStep.Ask ask:
                SecurityHeaders.AllowLogin(http.Response, LoginPages);
                return PageFor(http).Ask(link, connection, ask.Fields, failure: null);
            default:
                await queue.EnqueueAsync(connection.Id, SyncTrigger.LoginCompleted, cancellationToken);
                var after = await links.FindAsync(link.Id, cancellationToken);
                return after is null ? PageFor(http).NothingLeft(link) : await GoOnAsync(http, after, connectionId: null, cancellationToken);
        }
    }

    private async Task<IResult> AskAgainAsync(
        HttpContext http, OpenedLink link, LinkedConnection connection, LoginFailure failure, CancellationToken cancellationToken)
    {
        var step = await login.BeginAsync(connection.Id, ActorOf(link), link.Id, cancellationToken);
        if (step is not LoginStep.Ask ask)
        {
            return await FollowAsync(http, link, connection, step, cancellationToken);
        }

        SecurityHeaders.AllowLogin(http.Response, LoginPages);
        return PageFor(http).Ask(link, connection, ask.Fields, failure);
    }

    private static ReloginPage PageFor(HttpContext http) => new(TextLocalizer.Of(http));

    private IEnumerable<Uri?> LoginPages => settings.Brokers.Values.Select(b => b.LoginUrl);

    private static LinkedConnection? Find(OpenedLink link, Guid? connectionId) =>
        link.Connections.FirstOrDefault(c => c.Id == connectionId && c.NeedsLogin);

    private static Actor ActorOf(OpenedLink link) => Actor.Person(link.OwnerId, "link");

    /// <summary>303: go there with a GET, whatever this was.</summary>
    private sealed class SeeOther(string location) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = location;
            return Task.CompletedTask;
        }
    }
}
