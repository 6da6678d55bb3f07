using Foliosync.Api.Pages;
using Foliosync.Core.Connections;

namespace Foliosync.Api;

/// <summary>
/// <c>/relogin/{token}</c>: where the link of a message leads. The token is the whole proof; nobody is signed in, and no cookie is
/// read or set, so there is nothing that another page could make a browser do here.
/// </summary>
internal static class LoginLinkPages
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/relogin/{token}").RequireRateLimiting(LoginPagesLimit.Name).ExcludeFromDescription();
        group.MapGet("/", ShowAsync);
        group.MapPost("/", GoOnAsync);
        group.MapGet("/done", ShowDoneAsync);
        Html.MapFile(app, ReloginPage.ScriptName, "text/javascript; charset=utf-8");
    }

    private static Task<IResult> ShowAsync(
        HttpContext http, LoginLinks links, LoginWalk walk, string token, CancellationToken cancellationToken) =>
        OpenAsync(http, links, walk, token, link => Task.FromResult(walk.Show(http, link)), cancellationToken);

    private static Task<IResult> GoOnAsync(
        HttpContext http, LoginLinks links, LoginWalk walk, string token, CancellationToken cancellationToken) =>
        OpenAsync(
            http,
            links,
            walk,
            token,
            async link =>
            {
                if (link.Next is null)
                {
                    return walk.Show(http, link);
                }

                var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(cancellationToken) : FormCollection.Empty;
                Guid? chosen = Guid.TryParse(form[ReloginPage.ConnectionField], out var id) ? id : null;
                var answers = form.Where(f => f.Key.StartsWith(ReloginPage.AnswerPrefix, StringComparison.Ordinal))
                    .ToDictionary(f => f.Key[ReloginPage.AnswerPrefix.Length..], f => f.Value.ToString(), StringComparer.Ordinal);
                return chosen is { } asked && answers.Count > 0
                    ? await walk.AnswerAsync(http, link, asked, answers, cancellationToken)
                    : await walk.GoOnAsync(http, link, chosen, cancellationToken);
            },
            cancellationToken);

    private static Task<IResult> ShowDoneAsync(
        HttpContext http, LoginLinks links, LoginWalk walk, string token, CancellationToken cancellationToken) =>
        OpenAsync(http, links, walk, token, link => Task.FromResult(walk.ShowDone(http, link)), cancellationToken);

    private static async Task<IResult> OpenAsync(
        HttpContext http, LoginLinks links, LoginWalk walk, string token, Func<OpenedLink, Task<IResult>> answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer(await links.OpenAsync(token, cancellationToken));
        }
        catch (LoginLinkException e)
        {
            return walk.Refuse(http, LoginFailure.Of(e)!, link: null);
        }
    }
}
