using System.Globalization;
using System.Security.Claims;
using Foliosync.Core.Users;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Identity;

namespace Foliosync.Web;

/// <summary>
/// What a browser asks before it makes or uses a passkey. Its answer comes with the form of a page; what was asked is kept in a sealed
/// cookie until then.
/// </summary>
internal static class Passkeys
{
    /// <summary>Longest answer of a browser that is looked at.</summary>
    public const int MaxLength = 20_000;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/passkeys/new", MakeAsync).RequireRateLimiting(SignInLimit.Name).ExcludeFromDescription();
        app.MapPost("/passkeys/use", UseAsync).RequireRateLimiting(SignInLimit.Name).ExcludeFromDescription();
    }

    /// <summary>Rules for passkeys. Whoever has the device must prove to be its person; that makes it two factors.</summary>
    public static void Configure(IdentityPasskeyOptions options)
    {
        options.UserVerificationRequirement = "required";
        options.ResidentKeyRequirement = "required";
        // Forms do not tell where they come from: our pages send no referrer. What the browser signed does.
        options.ValidateOrigin = context => ValueTask.FromResult(
            !context.CrossOrigin && Uri.TryCreate(context.Origin, UriKind.Absolute, out var origin)
            && string.Equals(origin.Authority, context.HttpContext.Request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>What is said in a session's method.</summary>
    public static Claim Method(string name) => new("amr", name);

    private static async Task<IResult> MakeAsync(
        HttpContext http, IAntiforgery antiforgery, PersonSignIn signIns, FirstRun firstRun, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
        {
            return TypedResults.BadRequest();
        }

        PasskeyUserEntity person;
        if (http.Features.Get<SignedIn>() is { } signedIn)
        {
            person = Entity(signedIn.UserId, signedIn.Email);
        }
        else if (await firstRun.IsOpenAsync(cancellationToken))
        {
            var form = await http.Request.ReadFormAsync(cancellationToken);
            person = Entity(Guid.CreateVersion7(clock.GetUtcNow()), form["email"].ToString().Trim());
        }
        else
        {
            return TypedResults.Unauthorized();
        }

        return TypedResults.Content(await signIns.MakePasskeyCreationOptionsAsync(person), "application/json");
    }

    private static async Task<IResult> UseAsync(HttpContext http, IAntiforgery antiforgery, PersonSignIn signIns) =>
        await antiforgery.IsRequestValidAsync(http)
            ? TypedResults.Content(await signIns.MakePasskeyRequestOptionsAsync(user: null), "application/json")
            : TypedResults.BadRequest();

    private static PasskeyUserEntity Entity(Guid id, string email) =>
        new() { Id = id.ToString("D", CultureInfo.InvariantCulture), Name = email, DisplayName = email };
}
