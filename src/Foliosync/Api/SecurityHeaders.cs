namespace Foliosync.Api;

/// <summary>What browsers may do with our answers: next to nothing.</summary>
internal static class SecurityHeaders
{
    private const string Strict =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    // The API browser is a ready-made script; it calls this server only, and writes style attributes.
    private const string ApiBrowser =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>
    /// Lets a page send its form on to a broker's login. A browser holds a form to this at each redirect, and
    /// brokers redirect as they like, so any address with TLS will do; those set for tests have none.
    /// </summary>
    public static void AllowLogin(HttpResponse response, IEnumerable<Uri?> loginPages)
    {
        var unsafePages = loginPages.Where(p => p is { Scheme: "http" }).Select(p => " " + p!.GetLeftPart(UriPartial.Authority));
        response.Headers.ContentSecurityPolicy = Strict.Replace(
            "form-action 'self'", $"form-action 'self' https:{string.Concat(unsafePages)}", StringComparison.Ordinal);
    }

    /// <summary>Adds the headers to every answer.</summary>
    public static Task AddAsync(HttpContext http, RequestDelegate next)
    {
        Add(http);
        return next(http);
    }

    /// <summary>Adds the headers to an answer, again when it was begun anew.</summary>
    public static void Add(HttpContext http)
    {
        var headers = http.Response.Headers;
        var path = http.Request.Path;
        headers.ContentSecurityPolicy =
            path.StartsWithSegments("/api") && !path.StartsWithSegments("/api/v1") ? ApiBrowser : Strict;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // Money and callbacks stay out of every cache; what may be kept says so itself.
        headers.CacheControl = "no-cache, no-store";
    }
}
