namespace Foliosync.Api;

/// <summary>What browsers may do with our answers: next to nothing.</summary>
internal static class SecurityHeaders
{
    private const string Strict =
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    // The API browser is a ready-made script; it calls this server only, and writes style attributes.
    private const string ApiBrowser =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Adds the headers to every answer.</summary>
    public static Task AddAsync(HttpContext http, RequestDelegate next)
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
        headers.CacheControl = "no-store";
        return next(http);
    }
}
