using Foliosync.Api;
using Foliosync.Core.Statements;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;

namespace Foliosync.Web.Imports;

/// <summary>
/// Lets the page of imports take what the instance takes, as the API does; all other pages stay small. A file that is larger is turned
/// down before it is read, and the person is told so on the page that it came from.
/// </summary>
internal static class UploadLimit
{
    /// <summary>Query parameter with which the page says that a file was too large.</summary>
    public const string TooLarge = "tooLarge";

    // Boundaries, headers and the other fields of the form.
    private const long FormBytes = 64 * 1024;

    /// <summary>Raises the limit of the page.</summary>
    public static void Raise(RazorComponentsEndpointConventionBuilder pages, StatementSettings settings)
    {
        var most = settings.MaxBytes + FormBytes;
        pages.WithFormOptions(multipartBodyLengthLimit: most);
        pages.Add(endpoint =>
        {
            if (endpoint is RouteEndpointBuilder page && page.RoutePattern.RawText == ImportPage.Path)
            {
                page.Metadata.Add(new RequestSizeLimitAttribute(most));
            }
        });
    }

    /// <summary>Leads back to the page when its form could not be read because the file is too large. Belongs after the check of the form's token, which reads the form.</summary>
    public static async Task TellAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Path.Equals(ImportPage.Path, StringComparison.OrdinalIgnoreCase)
            && http.Features.Get<IAntiforgeryValidationFeature>() is
            {
                IsValid: false, Error.InnerException: BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge },
            })
        {
            var account = http.Request.Query["account"].ToString();
            var query = QueryString.Create(TooLarge, "true");
            await LargeBody.LetEndAsync(http);
            http.Response.Redirect(ImportPage.Path + (account.Length == 0 ? query : query.Add("account", account)));
            return;
        }

        await next(http);
    }
}
