using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;

namespace Foliosync.Web;

/// <summary><c>POST /sign-out</c>: ends the session of this browser.</summary>
internal static class SignOut
{
    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/sign-out", EndAsync).ExcludeFromDescription();

    private static async Task<IResult> EndAsync(HttpContext http, IAntiforgery antiforgery)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            return TypedResults.BadRequest();
        }

        await http.SignOutAsync(SessionCookie.SchemeName);
        return TypedResults.LocalRedirect("/sign-in");
    }
}
